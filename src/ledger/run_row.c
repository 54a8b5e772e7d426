/*
 * The row of a run, and its rows in the small tables.
 */
#include "private.h"

#include <stdio.h>
#include <sys/stat.h>

const char *cg_ledger_kind_name(enum cg_run_kind kind) {
    switch (kind) {
    case CG_RUN_VALIDATE:
        return "validate";
    case CG_RUN_IMPORT:
        return "import";
    case CG_RUN_RELEASE:
        return "release";
    case CG_RUN_WITHDRAW:
        return "withdraw";
    case CG_RUN_ALIAS:
        return "alias";
    }
    return "";
}

#define INSERT_ROW(ledger, sql, cells, err)                                                        \
    cg_ledger_do(ledger, &(const struct cg_query){sql, cells, sizeof(cells) / sizeof((cells)[0])}, \
                 err)

static struct cg_cell run_cell(const struct cg_ledger *ledger) {
    return cg_cell_integer(ledger->run.run_no);
}

/* "07-01": where the yearly cap of the newest version that has one begins. */
static const char *benefit_year_start(const struct cg_policy *policy, char out[8]) {
    snprintf(out, 8, "01-01");
    for (uint32_t v = 0; v < cg_policy_version_count(policy); v++) {
        const struct cg_policy_version *version = cg_policy_version(policy, v);
        for (uint32_t i = 0; i < version->cap_count; i++) {
            const struct cg_cap *cap = &version->caps[i];
            if (cap->period == CG_PERIOD_YEAR) {
                snprintf(out, 8, "%02u-%02u", (unsigned)cap->year_start_month % 100,
                         (unsigned)cap->year_start_day % 100);
            }
        }
    }
    return out;
}

/* The number of the policy's text, written where it is new. */
static enum cg_status write_policy(struct cg_ledger *ledger, int64_t *policy_no,
                                   struct cg_error *err) {
    size_t len;
    char year_start[8];
    const char *text = cg_policy_text(ledger->policy, &len);
    const struct cg_cell cells[] = {cg_cell_hash(cg_policy_sha256(ledger->policy)),
                                    cg_cell_string(cg_policy_id(ledger->policy)),
                                    cg_cell_text((struct cg_text){text, (uint32_t)len}),
                                    cg_cell_string(benefit_year_start(ledger->policy, year_start))};
    const struct cg_query find = {"SELECT policy_no FROM policy WHERE sha256 = ?1", cells, 1};
    enum cg_status status = cg_ledger_each(ledger, &find, cg_ledger_take_integer, policy_no, err);
    if (status != CG_OK || *policy_no != 0) {
        return status;
    }
    status = INSERT_ROW(ledger,
                        "INSERT INTO policy SELECT coalesce(max(policy_no), 0) + 1, ?2, ?1, ?3, ?4 "
                        "FROM policy",
                        cells, err);
    return status == CG_OK ? cg_ledger_each(ledger, &find, cg_ledger_take_integer, policy_no, err)
                           : status;
}

static enum cg_status write_inputs(struct cg_ledger *ledger, const struct cg_ledger_commit *commit,
                                   struct cg_error *err) {
    enum cg_status status = CG_OK;
    for (uint32_t i = 0; status == CG_OK && i < commit->input_count; i++) {
        const struct cg_ledger_input *input = &commit->inputs[i];
        const struct cg_cell cells[] = {
            run_cell(ledger),
            cg_cell_integer((int64_t)i + 1),
            cg_cell_string(input->file),
            cg_cell_unsigned(input->bytes),
            cg_cell_unsigned(input->records),
            cg_cell_hash(input->sha256),
            cg_cell_hash(input->content_sha256),
            cg_cell_hash(input->head_sha256),
        };
        status = INSERT_ROW(ledger, "INSERT INTO input VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                            cells, err);
    }
    return status;
}

static enum cg_status write_outputs(struct cg_ledger *ledger, const struct cg_ledger_commit *commit,
                                    struct cg_error *err) {
    enum cg_status status = CG_OK;
    for (uint32_t i = 0; status == CG_OK && i < commit->output_count; i++) {
        const struct cg_ledger_output *output = &commit->outputs[i];
        const struct cg_cell cells[] = {
            run_cell(ledger),
            cg_cell_string(output->file),
            cg_cell_unsigned(output->bytes),
            cg_cell_unsigned(output->records),
            cg_cell_hash(output->sha256),
            cg_cell_xxh128(output->content_xxh128),
        };
        status =
            INSERT_ROW(ledger, "INSERT INTO output VALUES (?1, ?2, ?3, ?4, ?5, ?6)", cells, err);
    }
    return status;
}

static enum cg_status write_roster(struct cg_ledger *ledger, struct cg_error *err) {
    const struct cg_roster *roster = ledger->run.roster;
    const uint32_t count = roster == NULL ? 0 : cg_roster_file_count(roster);
    enum cg_status status = CG_OK;
    for (uint32_t i = 0; status == CG_OK && i < count; i++) {
        const struct cg_roster_file_facts *file = cg_roster_file(roster, i);
        const struct cg_cell cells[] = {run_cell(ledger), cg_cell_string(file->path),
                                        cg_cell_unsigned(file->rows), cg_cell_hash(file->sha256)};
        status = INSERT_ROW(ledger, "INSERT INTO roster_file VALUES (?1, ?2, ?3, ?4)", cells, err);
    }
    return status;
}

static enum cg_status write_reasons(struct cg_ledger *ledger, const struct cg_tally *tally,
                                    struct cg_error *err) {
    struct cg_tally_entry entry;
    enum cg_status status = CG_OK;
    for (uint32_t i = 0; status == CG_OK && tally != NULL && cg_tally_reason_at(tally, i, &entry);
         i++) {
        const struct cg_cell cells[] = {run_cell(ledger), cg_cell_string(entry.name),
                                        cg_cell_unsigned(entry.count.lines),
                                        cg_cell_unsigned(entry.count.units)};
        status = INSERT_ROW(ledger, "INSERT INTO run_reason VALUES (?1, ?2, ?3, ?4)", cells, err);
    }
    return status;
}

static enum cg_status write_counts(struct cg_ledger *ledger, const struct cg_tally *tally,
                                   struct cg_error *err) {
    struct cg_tally_entry entry;
    enum cg_status status = CG_OK;
    for (uint32_t i = 0; status == CG_OK && tally != NULL && cg_tally_other_at(tally, i, &entry);
         i++) {
        const struct cg_cell cells[] = {run_cell(ledger), cg_cell_string(entry.name),
                                        cg_cell_unsigned(entry.count.lines)};
        status = INSERT_ROW(ledger, "INSERT INTO run_count VALUES (?1, ?2, ?3)", cells, err);
    }
    return status;
}

int64_t cg_ledger_parent_inode(const struct cg_staging *staging) {
    struct stat facts;
    return staging != NULL && fstatat(cg_staging_dir_fd(staging), "..", &facts, 0) == 0
               ? (int64_t)facts.st_ino
               : 0;
}

/* Where the run's outputs wait: a part's are those of its night, and come with it. */
static const char *staging_path(const struct cg_ledger *ledger, const struct cg_staging *staging) {
    const bool waits_for_night = ledger->of_night != NULL && ledger->run.kind == CG_RUN_VALIDATE;
    return staging != NULL   ? cg_staging_path(staging)
           : waits_for_night ? ledger->of_night->work
                             : NULL;
}

static struct cg_cell providers(const struct cg_roster *roster) {
    return roster == NULL ? cg_cell_null() : cg_cell_unsigned(cg_roster_providers(roster).all);
}

static enum cg_status write_run_row(struct cg_ledger *ledger, const struct cg_ledger_commit *commit,
                                    int64_t policy_no, const uint8_t rows_sha256[CG_SHA256_BYTES],
                                    struct cg_error *err) {
    static const struct cg_tally nothing;
    const struct cg_ledger_run *run = &ledger->run;
    const struct cg_tally *tally = commit->tally == NULL ? &nothing : commit->tally;
    const struct cg_staging *staging = commit->staging;
    const struct cg_cell cells[] = {
        run_cell(ledger),
        cg_cell_string(cg_ledger_kind_name(run->kind)),
        cg_cell_string(run->started_at),
        cg_cell_string(CG_VERSION),
        cg_cell_integer(run->as_of_day),
        cg_cell_optional(policy_no, 0),
        cg_cell_optional(run->withdraws, 0),
        cg_cell_string(staging_path(ledger, staging)),
        cg_cell_string(staging == NULL ? NULL : cg_staging_final_path(staging)),
        cg_cell_optional(cg_ledger_parent_inode(staging), 0),
#define CELL(name) cg_cell_unsigned(tally->name),
        CG_TALLY_KEPT(CELL)
#undef CELL
            cg_cell_hash(rows_sha256),
        cg_cell_integer(CG_LEDGER_FORM),
        cg_cell_integer(run->last_line),
        cg_cell_string(commit->layout),
        providers(run->roster),
    };
    /* The hash follows, in the same transaction, once all it covers is there. */
    return INSERT_ROW(ledger,
                      "INSERT INTO run VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, "
                      "?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, "
                      "coalesce((SELECT hash FROM run WHERE run_no = ?1 - 1), zeroblob(32)), "
                      "zeroblob(32), ?26, ?27, ?28, ?29)",
                      cells, err);
}

enum cg_status cg_ledger_write_run(struct cg_ledger *ledger, const struct cg_ledger_commit *commit,
                                   const uint8_t rows_sha256[CG_SHA256_BYTES],
                                   struct cg_error *err) {
    int64_t policy_no = 0;
    uint8_t hash[CG_SHA256_BYTES];
    bool found;
    enum cg_status status = ledger->policy == NULL ? CG_OK : write_policy(ledger, &policy_no, err);
    if (status == CG_OK) {
        status = write_run_row(ledger, commit, policy_no, rows_sha256, err);
    }
    if (status == CG_OK) {
        status = write_inputs(ledger, commit, err);
    }
    if (status == CG_OK) {
        status = write_outputs(ledger, commit, err);
    }
    if (status == CG_OK) {
        status = write_roster(ledger, err);
    }
    if (status == CG_OK) {
        status = write_reasons(ledger, commit->tally, err);
    }
    if (status == CG_OK) {
        status = write_counts(ledger, commit->tally, err);
    }
    if (status == CG_OK) {
        status = cg_ledger_chain_hash(ledger, ledger->run.run_no, hash, &found, err);
    }
    if (status == CG_OK) {
        const struct cg_cell cells[] = {run_cell(ledger), cg_cell_hash(hash)};
        status = INSERT_ROW(ledger, "UPDATE run SET hash = ?2 WHERE run_no = ?1", cells, err);
    }
    return status;
}
