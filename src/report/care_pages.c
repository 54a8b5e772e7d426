#include "claimgate/report/care_pages.h"

#include <inttypes.h>

/* One period of a member, as people call it. */
static const char *period_name(const struct cg_cap *cap, uint64_t count) {
    switch (cap->period) {
    case CG_PERIOD_DAY:
        return cg_plural(count, "member-day", "member-days");
    case CG_PERIOD_MONTH:
        return cg_plural(count, "member-month", "member-months");
    case CG_PERIOD_YEAR:
        return cg_plural(count, "member-year", "member-years");
    case CG_PERIOD_ROLLING_MONTHS:
        return cg_plural(count, "window of a member's months", "windows of members' months");
    case CG_PERIOD_LIFETIME:
        break;
    }
    return cg_plural(count, "member", "members");
}

static void put_over(struct cg_page *page, const struct cg_import_facts *facts) {
    for (uint32_t i = 0; i < facts->version->cap_count; i++) {
        if (facts->over[i] != 0) {
            cg_page_say(page, "  %" PRIu64 " %s over the cap %s of %" PRIu32 " units by now\n",
                        facts->over[i], period_name(&facts->version->caps[i], facts->over[i]),
                        facts->version->caps[i].id, facts->version->caps[i].limit_units);
        }
    }
}

void cg_page_import(struct cg_page *page, const struct cg_import_facts *facts) {
    if (facts->run_no == 0) {
        return;
    }
    cg_page_say(page, "Run %" PRId64 ": %" PRIu64 " %s taken in as paid, %" PRIu64 " %s.\n",
                facts->run_no, facts->lines, cg_plural(facts->lines, "line", "lines"), facts->units,
                cg_plural(facts->units, "unit", "units"));
    cg_page_say(page,
                "  %" PRIu64 " %s, %" PRIu64 " out of scope, %" PRIu64 " already in the ledger\n",
                facts->records, cg_plural(facts->records, "record", "records"), facts->out_of_scope,
                facts->repeated);
    put_over(page, facts);
}

void cg_page_release(struct cg_page *page, const struct cg_release_facts *facts) {
    if (facts->run_no == 0) {
        return;
    }
    cg_page_say(page, "Run %" PRId64 ": %" PRIu64 " accepted %s freed, named in %" PRIu64 " %s.\n",
                facts->run_no, facts->lines, cg_plural(facts->lines, "line", "lines"), facts->rows,
                cg_plural(facts->rows, "row", "rows"));
    if (facts->not_found > 0) {
        cg_page_say(page, "  %" PRIu64 " %s no line that stands\n", facts->not_found,
                    cg_plural(facts->not_found, "row names", "rows name"));
    }
}

void cg_page_alias(struct cg_page *page, const struct cg_alias_facts *facts) {
    const uint64_t kept = facts->rows - facts->unknown_members;
    if (facts->run_no == 0) {
        return;
    }
    cg_page_say(page, "Run %" PRId64 ": %" PRIu64 " %s of the payer kept.\n", facts->run_no, kept,
                cg_plural(kept, "claim number", "claim numbers"));
    if (facts->unknown_members > 0) {
        cg_page_say(page, "  %" PRIu64 " %s a member whom the ledger does not know\n",
                    facts->unknown_members,
                    cg_plural(facts->unknown_members, "row names", "rows name"));
    }
    if (facts->unseen.records > 0) {
        cg_page_say(
            page,
            "  %" PRIu64 " %s a claim that the ledger has never seen, first line %" PRIu64 "\n",
            facts->unseen.records, cg_plural(facts->unseen.records, "row names", "rows name"),
            facts->unseen.first[0].line);
    }
}

void cg_page_withdraw(struct cg_page *page, int64_t run_no) {
    cg_page_say(page,
                "Run %" PRId64 " is taken back; its files can be taken in again. Its outputs, if "
                "it has\nany, stay where they are: keep them from being used.\n",
                run_no);
}

void cg_page_create(struct cg_page *page, const char *path, uint32_t parts, const char *policy_id) {
    cg_page_say(page,
                "%s: a ledger set of %" PRIu32 " %s for nights under policy %s alone; name it as "
                "--ledger.\n",
                path, parts, cg_plural(parts, "part", "parts"), policy_id);
}

void cg_page_recover(struct cg_page *page, uint32_t runs) {
    if (runs == 0) {
        cg_page_say(page, "No run was cut off; nothing to do.\n");
    }
}

void cg_redo_page_open(struct cg_redo_page *redone, struct cg_page *page, bool is_csv) {
    static const struct cg_answer_column columns[] = {
        {"run", "run", CG_ANSWER_NUMBER},
        {"redone_as", "redone as", CG_ANSWER_NUMBER},
        {"lines_to_pay", "lines to pay", CG_ANSWER_NUMBER},
        {"units_to_pay", "units", CG_ANSWER_NUMBER},
        {"lines_to_recover", "lines to recover", CG_ANSWER_NUMBER},
        {"units_to_recover", "units", CG_ANSWER_NUMBER},
        {"changed_take_backs", "other take-backs", CG_ANSWER_NUMBER},
        {"folder", "now in", CG_ANSWER_TEXT},
        {"old_folder", "not to be used any more", CG_ANSWER_TEXT},
    };
    /* Two paths would make a row wider than a terminal: for people they stand below it. */
    const uint32_t all = sizeof columns / sizeof columns[0];
    redone->has_notes = !is_csv && page->json == NULL;
    cg_answer_open(&redone->answer, page, is_csv, "nights", columns,
                   redone->has_notes ? all - 2 : all);
}

void cg_redo_page_night(void *redone, const struct cg_redo_night *night) {
    struct cg_redo_page *told = redone;
    struct cg_answer *answer = &told->answer;
    cg_answer_number(answer, night->old_run);
    cg_answer_number(answer, night->new_run);
    cg_answer_number(answer, (int64_t)night->lines_to_pay);
    cg_answer_number(answer, (int64_t)night->units_to_pay);
    cg_answer_number(answer, (int64_t)night->lines_to_recover);
    cg_answer_number(answer, (int64_t)night->units_to_recover);
    cg_answer_number(answer, (int64_t)night->changed_take_backs);
    if (!told->has_notes) {
        cg_answer_text(answer, night->folder);
        cg_answer_text(answer, night->old_folder);
        return;
    }
    if (night->folder != NULL) {
        cg_page_table_note(&answer->table, "now in %s", night->folder);
    }
    cg_page_table_note(&answer->table, "not to be used %s: %s",
                       night->folder != NULL ? "any more" : "any more then", night->old_folder);
}

void cg_redo_page_close(struct cg_redo_page *redone) {
    cg_answer_close(&redone->answer);
}
