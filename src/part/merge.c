/*
 * `part merge`: what all tasks have counted and written, in one folder.
 */
#include "merging.h"

#include "attempt.h"

#include "claimgate/base/fault.h"
#include "claimgate/base/log.h"
#include "claimgate/base/stop.h"
#include "claimgate/io/files.h"
#include "claimgate/io/sink.h"
#include "claimgate/io/staging.h"
#include "claimgate/report/page.h"
#include "claimgate/report/report_html.h"
#include "claimgate/report/run_report.h"
#include "claimgate/run/persons.h"
#include "claimgate/run/run.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { WAITS_MAX = 600, WAIT_MS = 100 };

/* In the published folder; --overwrite deletes a folder that holds nothing else. */
static const char *const folder_files[] = {"accepted.csv.gz",
                                           "rejected.csv.gz",
                                           "report.json",
                                           "decisions.csv.gz",
                                           "accepted.x12.gz",
                                           "rejected.x12.gz",
                                           "ack.277ca.x12.gz",
                                           "report.html",
                                           "accepted/",
                                           "rejected/",
                                           "decisions/",
                                           "rejected_x12/",
                                           "ack/",
                                           NULL};

/* --- whether it was published before --- */

/* RUN/merged/HASH stands for a report that was on its way to be published, and for how. */
static const char *mark_path(const struct cg_merging *merging, const struct cg_buffer *report,
                             char out[CG_PART_PATH_BYTES]) {
    uint8_t sha256[CG_SHA256_BYTES];
    char hex[CG_SHA256_HEX_BYTES];
    cg_sha256_of(report->data, report->len_bytes, sha256);
    return cg_part_path(merging->part, out, "merged/%s-%s", cg_sha256_hex(sha256, hex),
                        merging->merge->one_file ? "files" : "pieces");
}

static enum cg_status mark(const struct cg_merging *merging, const struct cg_buffer *report,
                           struct cg_error *err) {
    char path[CG_PART_PATH_BYTES];
    if (mkdir(cg_part_path(merging->part, path, "merged"), 0700) != 0 && errno != EEXIST) {
        return cg_error_set_errno(err, CG_CANNOT_CREATE, errno, "%s: cannot be made", path);
    }
    const int fd = open(mark_path(merging, report, path), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) {
        return cg_error_set_errno(err, CG_CANNOT_CREATE, errno, "%s: cannot be made", path);
    }
    const enum cg_status status = cg_file_sync(fd, path, err);
    (void)close(fd);
    const int fault = cg_fault("part.before_publish");
    return status == CG_OK && fault != 0 ? cg_error_set_errno(err, CG_IO, fault, "%s", path)
                                         : status;
}

static bool is_published(const struct cg_merging *merging) {
    enum { LIMIT_BYTES = 64 << 20 };
    char path[CG_PART_PATH_BYTES];
    struct cg_error ignored = CG_ERROR_INIT;
    struct cg_buffer report;
    bool found = false;
    cg_buffer_init(&report, LIMIT_BYTES);
    (void)snprintf(path, sizeof path, "%s/report.json", merging->merge->out);
    if (cg_file_read(path, &report, &ignored) == CG_OK) {
        found = access(mark_path(merging, &report, path), F_OK) == 0;
    }
    if (merging->merge->with_page) {
        (void)snprintf(path, sizeof path, "%s/report.html", merging->merge->out);
        found = found && access(path, F_OK) == 0;
    }
    cg_buffer_fini(&report);
    return found;
}

/* --- the folder --- */

/* For the ledger set: a file of the folder. */
static void note_file(struct cg_merging *merging, const struct cg_output_facts *facts) {
    merging->files[merging->file_count++] = cg_run_kept_output(facts);
}

static void note_output(struct cg_merging *merging, const struct cg_output_facts *facts) {
    if (facts->pieces != NULL) {
        for (uint32_t i = 0; i < facts->piece_count; i++) {
            note_file(merging, &facts->pieces[i]);
        }
    } else if (facts->file != NULL) {
        note_file(merging, facts);
    }
}

static void note_text(struct cg_merging *merging, const char *name, const struct cg_buffer *text) {
    struct cg_output_facts facts = {.file = name, .bytes = text->len_bytes};
    struct cg_xxh128 *content = cg_xxh128_new();
    cg_sha256_of(text->data, text->len_bytes, facts.sha256);
    if (content != NULL) {
        cg_xxh128_update(content, text->data, text->len_bytes);
        cg_xxh128_peek(content, facts.content_xxh128);
    }
    cg_xxh128_free(content);
    note_file(merging, &facts);
}

static enum cg_status write_text(struct cg_merging *merging, const struct cg_join_target *target,
                                 const char *name, const struct cg_buffer *text,
                                 struct cg_error *err) {
    struct cg_sink *sink = NULL;
    if (cg_join_create(target, name, &sink, err) != CG_OK) {
        return err->status;
    }
    note_text(merging, name, text);
    return cg_sink_end(sink, cg_sink_write(sink, text->data, text->len_bytes, err), err);
}

static enum cg_status write_page(struct cg_merging *merging, const struct cg_join_target *target,
                                 const struct cg_buffer *report, struct cg_error *err) {
    struct cg_page page;
    enum cg_status status = cg_report_make_html(&page, report, merging->ledger, err);
    if (status == CG_OK) {
        status = write_text(merging, target, "report.html", &page.text, err);
    }
    cg_page_fini(&page);
    return status;
}

static enum cg_status fill_folder(struct cg_merging *merging, int dir_fd, struct cg_page *report,
                                  struct cg_error *err) {
    struct cg_run_facts *facts = &merging->facts;
    merging->file_count = 0;
    const struct cg_join_target target = {.part = merging->part,
                                          .dir_fd = dir_fd,
                                          .group = merging->merge->group,
                                          .one_file = merging->merge->one_file,
                                          .read_back = merging->merge->read_back};
    for (int i = 0; i < CG_OUTPUT_KINDS; i++) {
        if (cg_join_write(&target, &merging->joins[i], &facts->outputs[i], err) != CG_OK) {
            return err->status;
        }
        note_output(merging, &facts->outputs[i]);
    }
    facts->wall_ms = cg_clock_ms(CLOCK_MONOTONIC) - merging->started_ms;
    cg_report_put_run(report, facts);
    if (cg_page_close(report, CG_OK, err) != CG_OK ||
        write_text(merging, &target, "report.json", &report->text, err) != CG_OK) {
        return err->status;
    }
    return merging->merge->with_page ? write_page(merging, &target, &report->text, err) : CG_OK;
}

/* With a ledger set the rename is the commit of all its parts. */
static enum cg_status make_real(struct cg_merging *merging, struct cg_staging *staging, bool *kept,
                                struct cg_error *err) {
    if (merging->set == NULL) {
        return cg_staging_publish(staging, err);
    }
    const struct cg_ledger_night_end end = {
        .staging = staging, .outputs = merging->files, .output_count = merging->file_count};
    return cg_ledger_night_publish(merging->set, &merging->part->plan.night, &end, kept, err);
}

static enum cg_status fill_and_publish(struct cg_merging *merging, struct cg_staging *staging,
                                       bool *kept, struct cg_error *err) {
    struct cg_page report;
    cg_page_open(&report, CG_PAGE_JSON);
    enum cg_status status = fill_folder(merging, cg_staging_dir_fd(staging), &report, err);
    if (status == CG_OK) {
        status = cg_staging_sync(staging, err);
    }
    if (status == CG_OK) {
        status = mark(merging, &report.text, err);
    }
    cg_page_fini(&report);
    return status == CG_OK ? make_real(merging, staging, kept, err) : status;
}

static enum cg_status publish(struct cg_merging *merging, struct cg_error *err) {
    const struct cg_staging_plan plan = {.final_path = merging->merge->out,
                                         .overwrite = merging->merge->overwrite,
                                         .file_names = folder_files,
                                         .group = merging->merge->group};
    struct cg_staging *staging = NULL;
    bool kept = false;
    enum cg_status status = cg_staging_open(&plan, &staging, err);
    if (status == CG_OK) {
        status = fill_and_publish(merging, staging, &kept, err);
        cg_staging_close(staging, kept);
    }
    return status;
}

/* Of two merges at once the second finds the folder of the first. */
static enum cg_status publish_once(struct cg_merging *merging, struct cg_error *err) {
    for (int waits = 0;; waits++) {
        if (is_published(merging)) {
            cg_log_note("%s has been published already; nothing is to be done",
                        merging->merge->out);
            return CG_OK;
        }
        struct cg_error failed = CG_ERROR_INIT;
        const enum cg_status status = publish(merging, &failed);
        const bool may_be_there = status == CG_CANNOT_CREATE && is_published(merging);
        if (status != CG_OK && !may_be_there && (status != CG_BUSY || waits == WAITS_MAX)) {
            *err = failed;
            return status;
        }
        if (status == CG_OK) {
            return CG_OK;
        }
        const struct timespec pause = {.tv_nsec = WAIT_MS * 1000000L};
        (void)nanosleep(&pause, NULL);
        if (cg_stop_check(err) != CG_OK) {
            return err->status;
        }
    }
}

/* --- the step --- */

/* Another merge may be at work on the set. */
static enum cg_status finish_night(struct cg_merging *merging, enum cg_night_state *state,
                                   struct cg_error *err) {
    const struct timespec pause = {.tv_nsec = WAIT_MS * 1000000L};
    for (int waits = 0;; waits++) {
        struct cg_error failed = CG_ERROR_INIT;
        const enum cg_status status =
            cg_ledger_night_finish(merging->set, &merging->part->plan.night, state, &failed);
        if (status != CG_BUSY || waits == WAITS_MAX) {
            *err = failed;
            return status;
        }
        (void)nanosleep(&pause, NULL);
        if (cg_stop_check(err) != CG_OK) {
            return err->status;
        }
    }
}

/* A night that is over has been published: *is_over. Of one that was cut off while it was, the rest
 * is done first. */
static enum cg_status open_night(struct cg_merging *merging, bool *is_over, struct cg_error *err) {
    const struct cg_part_plan *plan = &merging->part->plan;
    enum cg_night_state state = CG_NIGHT_OPEN;
    *is_over = false;
    merging->facts.run_id = plan->night.run_no;
    if (plan->night.run_no == 0) {
        return CG_OK;
    }
    if (cg_ledger_set_open(plan->ledgers, &merging->set, err) != CG_OK ||
        finish_night(merging, &state, err) != CG_OK) {
        return err->status;
    }
    *is_over = state == CG_NIGHT_OVER;
    if (*is_over) {
        cg_log_note("night %lld of %s is over; nothing is to be done",
                    (long long)plan->night.run_no, plan->ledgers);
    }
    if (*is_over && !is_published(merging)) {
        merging->facts.outcome = CG_ALL_KNOWN; /* the night's folder is another one */
    }
    if (*is_over && access(merging->merge->out, F_OK) != 0) {
        cg_log_warning("%s is not made: `claimgate ledger runs` names the folder of night %lld",
                       merging->merge->out, (long long)plan->night.run_no);
    }
    const bool asks = merging->merge->with_page || merging->merge->checks.guard != CG_GUARD_OFF ||
                      cg_policy_has_crosswalk(merging->part->rules.policy);
    return asks && !*is_over ? cg_ledger_open_reader(plan->ledgers, &merging->ledger, err) : CG_OK;
}

/* What is published is kept in no part. */
static enum cg_status take_night_back(struct cg_merging *merging, struct cg_error *err) {
    struct cg_part *part = merging->part;
    if (merging->set == NULL) {
        return CG_OK;
    }
    cg_log_note("night %lld of %s is taken back in all parts", (long long)part->plan.night.run_no,
                part->plan.ledgers);
    part->is_given_up = true;
    return cg_plan_undo_night(part, part->plan.ledgers, err);
}

static enum cg_status check_and_publish(struct cg_merging *merging, struct cg_error *err) {
    struct cg_run_facts *facts = &merging->facts;
    struct cg_error ignored = CG_ERROR_INIT; /* the first failure is the one to tell */
    if (merging->ledger != NULL && cg_persons_compare(merging->ledger, merging->part->rules.roster,
                                                      &facts->notices.of[CG_NOTICE_OTHER_PERSON],
                                                      &facts->other_person_run, err) != CG_OK) {
        return err->status;
    }
    const enum cg_status status =
        cg_run_check(&merging->merge->checks, merging->ledger, facts, err);
    switch (facts->outcome) {
    case CG_PUBLISHED:
        return status == CG_OK ? publish_once(merging, err) : status;
    case CG_TRIPPED:
    case CG_GUARDED:
        return take_night_back(merging, status == CG_OK ? err : &ignored) == CG_OK ? status
                                                                                   : err->status;
    case CG_ALL_KNOWN:
    case CG_ONLY_COUNTED:
        return status;
    }
    return status;
}

static void confine(struct cg_merging *merging) {
    char plan_file[CG_PART_PATH_BYTES];
    char set_file[CG_PART_PATH_BYTES];
    const struct cg_part_options *o = &merging->part->plan.options;
    const struct cg_sandbox_plan plan = {
        .off = o->no_sandbox,
        .reads = {o->layout},
        .writes = {cg_part_path(merging->part, plan_file, "plan.json"), merging->merge->out,
                   merging->merge->metrics, cg_part_set_file(merging->part, set_file)}};
    cg_sandbox_enter(&plan, &merging->facts.sandbox);
}

static enum cg_status merge_all(struct cg_merging *merging, struct cg_error *err) {
    const struct cg_part_plan *plan = &merging->part->plan;
    bool is_over;
    merging->facts.outcome =
        plan->ledgers != NULL && plan->night.run_no == 0 ? CG_ALL_KNOWN : CG_PUBLISHED;
    merging->started_ms = cg_clock_ms(CLOCK_MONOTONIC);
    merging->facts.started_unix = cg_clock_ms(CLOCK_REALTIME) / 1000;
    confine(merging);
    if (cg_merging_sum(merging, err) != CG_OK || open_night(merging, &is_over, err) != CG_OK) {
        return err->status;
    }
    if (!is_over && check_and_publish(merging, err) != CG_OK) {
        return err->status;
    }
    cg_attempts_sweep(merging->part);
    cg_reader_tell_repeated(merging->inputs, merging->part->plan.input_count);
    merging->merge->tell(merging->merge->context, &merging->facts);
    return CG_OK;
}

enum cg_status cg_part_merge(struct cg_part *part, const struct cg_part_merge *merge,
                             struct cg_error *err) {
    struct cg_merging *merging = calloc(1, sizeof *merging);
    if (merging == NULL) {
        return cg_error_no_memory(err);
    }
    merging->part = part;
    merging->merge = merge;
    const enum cg_status status = merge_all(merging, err);
    cg_merging_fini(merging);
    free(merging);
    return status;
}
