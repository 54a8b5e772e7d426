#include "list_file.h"

#include "claimgate/base/hash.h"
#include "claimgate/base/seen.h"
#include "claimgate/ledger/ledger_query.h"

enum { COLUMN_CLAIM, COLUMN_PAYER, COLUMN_MEMBER, COLUMNS };

enum { ROWS_MAX = 1 << 20 }; /* of those beyond is not told what their claims and numbers are */

/* A row whose claim is still to be found in the ledger. */
struct named_claim {
    uint64_t hash;
    uint64_t line;
};

struct alias {
    struct cg_list_file list;
    struct cg_alias_facts *facts;
    struct cg_seen numbers; /* with whose they are */
    struct cg_seen claims;  /* that the list names */
    struct cg_seen found;   /* of these the ledger has */
    struct cg_array named;  /* of struct named_claim */
};

static uint64_t hash_of(struct cg_text id, uint64_t seed) {
    return cg_hash64(id.ptr, id.len, seed);
}

/* No row stands twice, so that a number which comes again is another claim's. */
static enum cg_status note_row(struct alias *alias, const struct cg_table_row *row,
                               struct cg_error *err) {
    const uint64_t seed = hash_of(row->values[COLUMN_MEMBER], cg_hash_run_seed());
    const uint64_t claim = hash_of(row->values[COLUMN_CLAIM], cg_hash_run_seed());
    if (cg_seen_note(&alias->numbers, hash_of(row->values[COLUMN_PAYER], seed))) {
        cg_notice_add(&alias->list.told.shared, alias->list.list->file, row->line);
    }
    (void)cg_seen_note(&alias->claims, claim);
    if (alias->named.count == ROWS_MAX) {
        return CG_OK;
    }
    struct named_claim *named = cg_array_add(&alias->named);
    if (named == NULL) {
        return cg_error_no_memory(err);
    }
    *named = (struct named_claim){claim, row->line};
    return CG_OK;
}

static enum cg_status find_claim(void *context, struct cg_text claim_id, struct cg_error *err) {
    struct alias *alias = context;
    const uint64_t hash = hash_of(claim_id, cg_hash_run_seed());
    (void)err;
    if (cg_seen_has(&alias->claims, hash)) {
        (void)cg_seen_note(&alias->found, hash);
    }
    return CG_OK;
}

/* The ledger's claims are gone through once: they stand run by run, so that looking each up would
 * take longer than that in any list worth the name. */
static enum cg_status find_unseen(void *context, struct cg_ledger *ledger, struct cg_error *err) {
    struct alias *alias = context;
    if (cg_ledger_visit_claim_ids(ledger, find_claim, alias, err) != CG_OK) {
        return err->status;
    }
    for (uint32_t i = 0; i < alias->named.count; i++) {
        const struct named_claim *named = cg_array_at(&alias->named, i);
        if (!cg_seen_has(&alias->found, named->hash)) {
            cg_notice_add(&alias->facts->unseen, alias->list.list->file, named->line);
        }
    }
    return CG_OK;
}

static bool check_id(const struct alias *alias, const struct cg_table_row *row, int column,
                     const char *text) {
    return cg_list_file_check(&alias->list, row, column, cg_list_file_is_id(row->values[column]),
                              text);
}

static enum cg_status take_row(void *context, struct cg_ledger *ledger,
                               const struct cg_table_row *row, struct cg_error *err) {
    struct alias *alias = context;
    const struct cg_text member = row->values[COLUMN_MEMBER];
    bool known = true;
    if (!check_id(alias, row, COLUMN_CLAIM, "claim_id " CG_LIST_ID_RULE) ||
        !check_id(alias, row, COLUMN_PAYER, "payer_claim_id " CG_LIST_ID_RULE) ||
        (member.len > 0 && !check_id(alias, row, COLUMN_MEMBER,
                                     "member_id, where it is not blank, " CG_LIST_ID_RULE))) {
        return CG_OK;
    }
    const struct cg_ledger_alias wanted = {.claim_id = row->values[COLUMN_CLAIM],
                                           .payer_claim_id = row->values[COLUMN_PAYER],
                                           .member_id = member};
    const enum cg_status status = cg_ledger_add_alias(ledger, &wanted, &known, err);
    alias->facts->unknown_members += !known;
    return status == CG_OK ? note_row(alias, row, err) : status;
}

enum cg_status cg_alias_run(const struct cg_claim_list *list, struct cg_alias_facts *facts,
                            struct cg_problems *problems, struct cg_error *err) {
    struct cg_table_column columns[COLUMNS] = {
        [COLUMN_CLAIM] = {.name = "claim_id", .needed = true},
        [COLUMN_PAYER] = {.name = "payer_claim_id", .needed = true},
        [COLUMN_MEMBER] = {.name = "member_id"},
    };
    struct alias alias = {.facts = facts,
                          .numbers.limit = ROWS_MAX,
                          .claims.limit = ROWS_MAX,
                          .found.limit = ROWS_MAX};
    cg_array_init(&alias.named, sizeof(struct named_claim), ROWS_MAX);
    alias.list =
        (struct cg_list_file){.list = list,
                              .kind = "alias",
                              .begin = cg_ledger_begin_alias,
                              .columns = columns,
                              .column_count = COLUMNS,
                              .without_members = "a number is taken for that of any member's claim",
                              .with_each_row = "is taken in",
                              .row = take_row,
                              .end = find_unseen,
                              .context = &alias,
                              .problems = problems};
    *facts = (struct cg_alias_facts){0};
    const enum cg_status status = cg_list_file_run(&alias.list, &facts->run_no, &facts->rows, err);
    cg_seen_fini(&alias.numbers);
    cg_seen_fini(&alias.claims);
    cg_seen_fini(&alias.found);
    cg_array_fini(&alias.named);
    return status;
}
