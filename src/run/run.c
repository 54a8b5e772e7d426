/*
 * A run from its first probe to its last rename.
 *
 * Order matters: outputs are opened before a claim is read, so that a full night is not read
 * in vain; they are published after the books balance, so that a mistake of ours
 * cannot reach anybody.
 */
#include "claimgate/run/run.h"

#include "run_private.h"

#include "claimgate/gate/claim.h"
#include "claimgate/report/report_html.h"
#include "claimgate/report/run_report.h"
#include "claimgate/run/persons.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static bool make_batches(struct cg_run *run) {
    const struct cg_output_plan *output = &run->plan->output;
    run->depth = run->plan->threads + CG_RUN_SPARE_BATCHES;
    run->batches = calloc(run->depth, sizeof(struct cg_batch *));
    for (uint32_t i = 0; run->batches != NULL && i < run->depth; i++) {
        struct cg_batch *batch = cg_batch_new();
        run->batches[i] = batch;
        if (batch == NULL) {
            return false;
        }
        batch->deflater = run->plan->dry_run ? NULL : cg_deflater_new(output->level, output->codec);
        if (batch->deflater == NULL && !run->plan->dry_run) {
            return false;
        }
    }
    return run->batches != NULL;
}

static void free_batches(struct cg_run *run) {
    for (uint32_t i = 0; run->batches != NULL && i < run->depth; i++) {
        cg_batch_free(run->batches[i]);
    }
    free(run->batches);
}

static bool copy_paths(struct cg_run *run) {
    const uint32_t count = run->plan->input_count;
    run->paths = calloc(count, sizeof run->paths[0]);
    run->inputs = calloc(count, sizeof run->inputs[0]);
    run->ledger_inputs = calloc(count, sizeof run->ledger_inputs[0]);
    run->known.list = calloc(count, sizeof run->known.list[0]);
    if (run->paths == NULL || run->inputs == NULL || run->ledger_inputs == NULL ||
        run->known.list == NULL) {
        return false;
    }
    memcpy(run->paths, run->plan->inputs, count * sizeof run->paths[0]);
    run->path_count = count;
    return true;
}

static bool make_reader(struct cg_run *run) {
    for (uint32_t i = 0; i < run->path_count; i++) {
        run->inputs[i].file = run->paths[i];
    }
    const struct cg_reader_plan plan = {
        .inputs = run->inputs,
        .input_count = run->path_count,
        .layout = run->plan->layout,
        .multiline = run->plan->multiline,
        /* A ledger's run has left out by then what comes again; a task does not see all inputs. */
        .hashes_content = run->plan->task != NULL || (run->ledger == NULL && run->path_count > 1),
        .takes_rejected = true,
        .takes_past = true,
        .x12 = &run->plan->x12,
        .parse = {.edit_fields = cg_edit_fields,
                  .settle_claim = cg_claim_settle,
                  .edit_credentials = cg_edit_credentials,
                  .rules = &run->plan->rules,
                  .libcsv_only = run->plan->libcsv_only},
        .begun = run->plan->task != NULL ? run->plan->task->begun : NULL,
        .rules_of_inputs = run->plan->rules_of_inputs,
        .takes_bom = run->plan->allow_empty,
        .empty_mend = run->plan->allow_empty
                          ? NULL
                          : "fetch it again, or take it as a file of no records with "
                            "--allow-empty",
        /* While a read waits for a silent pipe, no batch can tell it that a disk is full. */
        .given_up = &run->stop,
    };
    run->reader = cg_reader_new(&plan);
    return run->reader != NULL;
}

static bool make_state(struct cg_run *run) {
    cg_vain_take_backs_init(&run->vain);
    if (run->plan->task == NULL) {
        run->history = cg_history_new(run->ledger != NULL ? cg_ledger_recall : NULL, run->ledger);
    }
    return make_reader(run) && (run->history != NULL || run->plan->task != NULL) &&
           cg_untested_init(&run->untested, run->plan->rules.policy) &&
           cg_tally_init(&run->tally, run->plan->rules.policy);
}

void cg_run_confine(struct cg_run *run) {
    if (run->plan->sandbox != NULL) {
        cg_sandbox_enter(run->plan->sandbox, &run->facts.sandbox);
    }
}

static enum cg_status make_run(struct cg_run *run, struct cg_error *err) {
    if (!copy_paths(run)) {
        return cg_error_no_memory(err);
    }
    if (run->plan->ledger != NULL) {
        const enum cg_status status = cg_run_open_ledger(run, err);
        if (status != CG_OK) {
            return status;
        }
    } else {
        cg_run_confine(run);
    }
    if (!make_batches(run) || !make_state(run)) {
        return cg_error_set(err, CG_INTERNAL, "out of memory; try fewer --threads");
    }
    if (run->ledger != NULL && cg_ledger_lend_numbers(run->ledger, run->history, err) != CG_OK) {
        return err->status;
    }
    if (run->path_count == 0) {
        return CG_OK;
    }
    const enum cg_status status = cg_outputs_open(&run->outputs, &run->plan->output, err);
    return status == CG_CANNOT_CREATE ? cg_run_tell_whose_folder(run, err) : status;
}

enum cg_status cg_run_new(const struct cg_run_plan *plan, struct cg_run **out,
                          struct cg_error *err) {
    struct cg_run *run = calloc(1, sizeof *run);
    if (run == NULL) {
        return cg_error_no_memory(err);
    }
    run->plan = plan;
    const enum cg_status status = make_run(run, err);
    if (status != CG_OK) {
        cg_run_free(run);
        return status;
    }
    *out = run;
    return CG_OK;
}

void cg_run_free(struct cg_run *run) {
    if (run == NULL) {
        return;
    }
    cg_outputs_close(&run->outputs);
    cg_run_free_ack(run);
    cg_ledger_close(run->ledger);
    cg_content_hash_fini(&run->content);
    cg_reader_free(run->reader);
    cg_history_free(run->history);
    cg_vain_take_backs_fini(&run->vain);
    cg_tally_fini(&run->tally);
    cg_untested_fini(&run->untested);
    cg_known_inputs_fini(&run->known);
    free(run->ledger_inputs);
    free(run->inputs);
    free(run->paths);
    free_batches(run);
    free(run);
}

static void tick(void *context) {
    struct cg_run *run = context;
    cg_progress_update(&run->progress, cg_reader_bytes_read(run->reader));
}

static enum cg_status run_belt(struct cg_run *run, struct cg_error *err) {
    const struct cg_belt_plan belt = {.stations = cg_run_stations,
                                      .station_count = CG_RUN_STATIONS,
                                      .batches = run->batches,
                                      .depth = run->depth,
                                      .threads = run->plan->threads,
                                      .context = run,
                                      .tick = run->plan->show_progress ? tick : NULL,
                                      .trace = run->plan->trace,
                                      .times = run->times};
    if (run->ledger != NULL) {
        run->ahead = cg_ledger_ahead_new(run->ledger, run->plan->threads, run->depth);
    }
    cg_progress_start(&run->progress, "claims", cg_reader_bytes_total(run->reader),
                      run->plan->show_progress);
    const enum cg_status status = cg_belt_run(&belt, err);
    cg_progress_end(&run->progress);
    cg_ledger_ahead_free(run->ahead);
    run->ahead = NULL;
    if (status == CG_OK && run->error.status != CG_OK) {
        *err = run->error;
        return run->error.status;
    }
    return status;
}

/*
 * Conservation: every physical line is a header, skipped, or a record; every record was accepted
 * before or decided one way; every decision became a row. The three are counted at different
 * stations. A multiline record may span lines: there records alone are compared.
 */
static enum cg_status check_balance(const struct cg_run *run, struct cg_error *err) {
    const struct cg_tally *tally = &run->tally;
    const uint64_t skipped = tally->empty_lines + tally->decoration + tally->repeated_headers +
                             tally->skipped_lines + tally->trailers + tally->further_rows;
    const uint64_t lines =
        run->header_lines + tally->claims.records + tally->past.records + skipped;
    const struct cg_binding *binding = cg_reader_binding(run->reader);
    const bool lines_match = binding->is_x12 ? cg_run_x12_balances(run)
                                             : binding->multiline || lines == run->physical_lines;
    if (lines_match && tally->records == tally->accepted + tally->rejected &&
        tally->claims.records == tally->claims.accepted + tally->claims.rejected &&
        run->accepted_rows == tally->claims.accepted &&
        run->rejected_rows == tally->rejected + tally->cutback &&
        tally->units_submitted == tally->units_accepted + tally->units_rejected) {
        return CG_OK;
    }
    return cg_error_set(
        err, CG_INTERNAL,
        "the books do not balance, so nothing was published: %llu lines read, %llu header, %llu "
        "skipped, %llu accepted (%llu written), %llu rejected (%llu written); please report this",
        (unsigned long long)run->physical_lines, (unsigned long long)run->header_lines,
        (unsigned long long)skipped, (unsigned long long)tally->accepted,
        (unsigned long long)run->accepted_rows, (unsigned long long)tally->rejected,
        (unsigned long long)run->rejected_rows);
}

static enum cg_status write_page(struct cg_run *run, const struct cg_buffer *report,
                                 struct cg_output_facts *file, struct cg_error *err) {
    struct cg_page page;
    enum cg_status status = cg_report_make_html(&page, report, run->ledger, err);
    if (status == CG_OK) {
        status = cg_output_put(&run->outputs.page, &page.text, file, err);
    }
    cg_page_fini(&page);
    return status;
}

static enum cg_status write_report(struct cg_run *run, struct cg_run_reports *files,
                                   struct cg_error *err) {
    struct cg_page report;
    cg_page_open(&report, CG_PAGE_JSON);
    cg_report_put_run(&report, &run->facts);
    enum cg_status status = cg_page_close(&report, CG_OK, err);
    if (status == CG_OK) {
        status = cg_output_put(&run->outputs.report, &report.text, &files->report, err);
    }
    if (status == CG_OK && run->outputs.page.sink != NULL) {
        status = write_page(run, &report.text, &files->page, err);
    }
    cg_page_fini(&report);
    return status;
}

static enum cg_status publish(struct cg_run *run, uint64_t started_ms, struct cg_error *err) {
    struct cg_run_facts *facts = &run->facts;
    struct cg_run_reports files = {.page.file = NULL};
    if (cg_reader_check_inputs(run->reader, err) != CG_OK) {
        return err->status;
    }
    enum cg_status status = cg_outputs_finish(&run->outputs, facts, err);
    facts->wall_ms = cg_clock_ms(CLOCK_MONOTONIC) - started_ms;
    if (status != CG_OK || run->plan->task != NULL) {
        return status;
    }
    if (write_report(run, &files, err) != CG_OK) {
        return err->status;
    }
    return run->ledger != NULL ? cg_run_commit(run, &files, err)
                               : cg_outputs_publish(&run->outputs, err);
}

static void note_vain_take_back(void *context, uint32_t source_no, uint64_t line) {
    struct cg_run *run = context;
    cg_notices_add(&run->facts.notices, CG_NOTICE_VAIN_TAKE_BACK, run->paths[source_no], line);
}

/* An audit decides the past itself, under its own roster. */
static enum cg_status compare_persons(struct cg_run *run, struct cg_error *err) {
    struct cg_run_facts *facts = &run->facts;
    return run->ledger == NULL || run->plan->before_run != 0
               ? CG_OK
               : cg_persons_compare(run->ledger, run->plan->rules.roster,
                                    &facts->notices.of[CG_NOTICE_OTHER_PERSON],
                                    &facts->other_person_run, err);
}

/* *known: the ledger has the content of every input already. */
static enum cg_status decide_all(struct cg_run *run, bool *known, struct cg_error *err) {
    *known = run->path_count == 0;
    if (*known) {
        return CG_OK;
    }
    enum cg_status status = run_belt(run, err);
    if (status != CG_OK) {
        return status;
    }
    if (run->plan->task != NULL) {
        return check_balance(run, err);
    }
    uint64_t vain;
    status = cg_vain_take_backs_end(&run->vain, run->history, note_vain_take_back, run, &vain, err);
    if (status != CG_OK) {
        return status;
    }
    run->facts.notices.of[CG_NOTICE_VAIN_TAKE_BACK].records = vain;
    if (compare_persons(run, err) != CG_OK) {
        return err->status;
    }
    status = check_balance(run, err);
    return status == CG_OK ? cg_run_find_known_stream(run, known, err) : status;
}

enum cg_status cg_run_execute(struct cg_run *run, struct cg_error *err) {
    const uint64_t started_ms = cg_clock_ms(CLOCK_MONOTONIC);
    bool known;
    run->facts.started_unix = cg_clock_ms(CLOCK_REALTIME) / 1000;
    cg_reader_warn_of_names(run->reader);
    if (decide_all(run, &known, err) != CG_OK) {
        return err->status;
    }
    cg_reader_warn_of_cut_lines(run->reader);
    cg_run_fill_facts(run, cg_clock_ms(CLOCK_MONOTONIC) - started_ms);
    run->facts.outcome = known ? CG_ALL_KNOWN : CG_PUBLISHED;
    if (cg_run_check(&run->plan->checks, run->ledger, &run->facts, err) != CG_OK ||
        run->facts.outcome != CG_PUBLISHED) {
        return err->status;
    }
    if (run->plan->dry_run) {
        run->facts.outcome = CG_ONLY_COUNTED;
        return CG_OK;
    }
    return publish(run, started_ms, err);
}

const struct cg_binding *cg_run_binding(const struct cg_run *run) {
    return cg_reader_is_bound(run->reader) ? cg_reader_binding(run->reader) : NULL;
}

const struct cg_run_facts *cg_run_facts_of(const struct cg_run *run) {
    return &run->facts;
}

const uint8_t *cg_run_content_sha256(const struct cg_run *run, uint32_t input) {
    return run->ledger_inputs[input].content_sha256;
}
