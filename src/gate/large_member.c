/*
 * Duplicates: three tables count the lines that stand under a key: claim and line number; service;
 * service and claim. A service stands under another claim when more of it stand in all than under
 * this one. A fourth table, by claim, leads to the claim's last line, and each line names the one
 * before it. A claim is only ever taken back whole, so its chain then simply ends. The first line
 * with a key keeps the key's count, and its record is what the key is compared with: a record
 * therefore stays where it is even when its line has been taken back.
 *
 * Caps: one calendar for each set of procedures that some cap counts, made when such a cap is first
 * tested. Cost: about a microsecond a line, and 24 bytes for it and 8 for each new key, with slack.
 */
#include "large_member.h"

#include "calendar.h"
#include "claimgate/base/array.h"
#include "claimgate/base/assert.h"
#include "claimgate/base/hash_table.h"

#include <stdlib.h>
#include <string.h>

enum key_kind {
    KEY_LINE,
    KEY_SERVICE,
    KEY_CLAIM_SERVICE,
    KEY_CLAIM,
    KEY_KINDS,
};

#define TAKEN_BACK UINT32_MAX

/* Lines are named by their position plus 1, so that 0 is none. */
struct large_line {
    uint32_t ref;
    uint32_t before; /* the claim's line before it; 0: none; or TAKEN_BACK */
    /* Of the keys that this line was the first to have: the lines that stand; for KEY_CLAIM the
     * claim's last line. */
    uint32_t values[KEY_KINDS];
};

static const uint32_t lines_max = UINT32_MAX / 2;

/* What a cap counts, and how much of it on which day. */
struct account {
    struct account *next;
    bool counts_all;
    uint8_t counts[256];
    struct cg_calendar *calendar;
};

struct cg_large_member {
    struct cg_large_member *next;
    struct cg_array lines; /* of struct large_line, in the order of acceptance */
    struct cg_hash_table tables[KEY_KINDS];
    struct account *accounts;
};

struct cg_large_member *cg_large_member_new(struct cg_line_store *store) {
    struct cg_large_member *large = calloc(1, sizeof *large);
    if (large != NULL) {
        cg_array_init(&large->lines, sizeof(struct large_line), lines_max);
        large->next = store->large_members;
        store->large_members = large;
    }
    return large;
}

static void free_large(struct cg_large_member *large) {
    for (int kind = 0; kind < KEY_KINDS; kind++) {
        cg_hash_table_fini(&large->tables[kind]);
    }
    for (struct account *next, *account = large->accounts; account != NULL; account = next) {
        next = account->next;
        cg_calendar_free(account->calendar);
        free(account);
    }
    cg_array_fini(&large->lines);
    free(large);
}

void cg_large_member_free_all(struct cg_line_store *store) {
    while (store->large_members != NULL) {
        struct cg_large_member *large = store->large_members;
        store->large_members = large->next;
        free_large(large);
    }
}

static struct large_line *line_at(const struct cg_large_member *large, uint32_t position) {
    return cg_array_at(&large->lines, position);
}

static const struct cg_service *service_at(const struct cg_line_store *store,
                                           const struct cg_large_member *large, uint32_t position) {
    return cg_pool_at(&store->pool, line_at(large, position)->ref);
}

static uint64_t key_hash(const struct cg_line_store *store, enum key_kind kind,
                         const struct cg_service *service, uint64_t claim_hash) {
    switch (kind) {
    case KEY_LINE:
        return claim_hash + cg_hash_spread(service->line_number);
    case KEY_SERVICE:
        return cg_service_hash(service, store->seed);
    case KEY_CLAIM_SERVICE:
        return cg_hash_spread(claim_hash) + cg_service_hash(service, store->seed);
    case KEY_CLAIM:
    case KEY_KINDS:
        break;
    }
    return claim_hash;
}

static bool key_equal(enum key_kind kind, const struct cg_service *a, const struct cg_service *b) {
    switch (kind) {
    case KEY_LINE:
        return a->line_number == b->line_number && cg_key_equal(&a->claim, &b->claim);
    case KEY_SERVICE:
        return cg_service_same(a, b);
    case KEY_CLAIM_SERVICE:
        return cg_service_same(a, b) && cg_key_equal(&a->claim, &b->claim);
    case KEY_CLAIM:
    case KEY_KINDS:
        break;
    }
    return cg_key_equal(&a->claim, &b->claim);
}

struct look {
    const struct cg_line_store *store;
    const struct cg_large_member *large;
    enum key_kind kind;
};

static bool same_key(const void *context, uint32_t line, const void *service) {
    const struct look *look = context;
    return key_equal(look->kind, service_at(look->store, look->large, line - 1), service);
}

/* Where the value of the service's key stands; NULL: no line has had the key. */
static uint32_t *find_value(const struct cg_line_store *store, const struct cg_large_member *large,
                            enum key_kind kind, const struct cg_service *service,
                            uint64_t claim_hash) {
    const struct look look = {store, large, kind};
    const uint32_t line = cg_hash_table_find(
        &large->tables[kind], key_hash(store, kind, service, claim_hash), same_key, &look, service);
    return line != 0 ? &line_at(large, line - 1)->values[kind] : NULL;
}

static uint32_t value_of(const struct cg_line_store *store, const struct cg_large_member *large,
                         enum key_kind kind, const struct cg_service *service,
                         uint64_t claim_hash) {
    const uint32_t *value = find_value(store, large, kind, service, claim_hash);
    return value != NULL ? *value : 0;
}

/* The value of a key of the line at `position`, which is 0 when the line is the first to have it.
 * NULL: no memory. */
static uint32_t *claim_value(const struct cg_line_store *store, struct cg_large_member *large,
                             enum key_kind kind, uint32_t position, uint64_t claim_hash) {
    const struct cg_service *service = service_at(store, large, position);
    uint32_t *value = find_value(store, large, kind, service, claim_hash);
    if (value != NULL) {
        return value;
    }
    const uint64_t hash = key_hash(store, kind, service, claim_hash);
    return cg_hash_table_add(&large->tables[kind], hash, position + 1)
               ? &line_at(large, position)->values[kind]
               : NULL;
}

static bool account_counts(const struct account *account, const struct cg_service *service) {
    return !service->exempt && (account->counts_all || account->counts[service->procedure_no]);
}

static bool add_units(struct account *account, const struct cg_service *service) {
    struct cg_spread spread = cg_service_spread(service);
    return !account_counts(account, service) || cg_calendar_add(account->calendar, &spread);
}

static bool add_to_accounts(const struct cg_large_member *large, const struct cg_service *service) {
    bool good = true;
    for (struct account *account = large->accounts; account != NULL; account = account->next) {
        good = good && add_units(account, service);
    }
    return good;
}

bool cg_large_member_add(const struct cg_line_store *store, struct cg_large_member *large,
                         uint32_t ref, uint64_t claim_hash) {
    const uint32_t position = large->lines.count;
    struct large_line *line = cg_array_add(&large->lines);
    if (line == NULL) {
        return false;
    }
    *line = (struct large_line){.ref = ref};
    for (int kind = 0; kind < KEY_CLAIM; kind++) {
        uint32_t *standing = claim_value(store, large, (enum key_kind)kind, position, claim_hash);
        if (standing == NULL) {
            return false;
        }
        (*standing)++;
    }
    uint32_t *last = claim_value(store, large, KEY_CLAIM, position, claim_hash);
    if (last == NULL) {
        return false;
    }
    line->before = *last;
    *last = position + 1;
    return add_to_accounts(large, service_at(store, large, position));
}

bool cg_large_member_has_claim(const struct cg_line_store *store,
                               const struct cg_large_member *large, const struct cg_key *claim) {
    const struct cg_service wanted = {.claim = *claim};
    return value_of(store, large, KEY_CLAIM, &wanted, cg_key_hash(claim, store->seed)) > 0;
}

bool cg_large_member_has_line(const struct cg_line_store *store,
                              const struct cg_large_member *large, const struct cg_service *line,
                              uint64_t claim_hash) {
    return value_of(store, large, KEY_LINE, line, claim_hash) > 0;
}

bool cg_large_member_has_service(const struct cg_line_store *store,
                                 const struct cg_large_member *large, const struct cg_service *line,
                                 uint64_t claim_hash, enum cg_which_claim which) {
    uint32_t same_claim = value_of(store, large, KEY_CLAIM_SERVICE, line, claim_hash);
    switch (which) {
    case CG_SAME_CLAIM:
        return same_claim > 0;
    case CG_OTHER_CLAIM:
        break;
    }
    return value_of(store, large, KEY_SERVICE, line, claim_hash) > same_claim;
}

/* Count the line at `position` no more. Its keys are all known, so nothing can fail. */
static void forget_line(const struct cg_line_store *store, struct cg_large_member *large,
                        uint32_t position) {
    const struct cg_service *service = service_at(store, large, position);
    uint64_t claim_hash = cg_key_hash(&service->claim, store->seed);
    for (int kind = 0; kind < KEY_CLAIM; kind++) {
        (*find_value(store, large, (enum key_kind)kind, service, claim_hash))--;
    }
    struct cg_spread spread = cg_service_spread(service);
    for (struct account *account = large->accounts; account != NULL; account = account->next) {
        if (account_counts(account, service)) {
            cg_calendar_subtract(account->calendar, &spread);
        }
    }
}

/* The chain begins at the claim's last line; `fn` is to see them in the order of acceptance. */
static uint32_t reverse_chain(struct cg_large_member *large, uint32_t last) {
    uint32_t behind = 0;
    while (last != 0) {
        struct large_line *line = line_at(large, last - 1);
        const uint32_t before = line->before;
        line->before = behind;
        behind = last;
        last = before;
    }
    return behind;
}

bool cg_large_member_take_out(struct cg_line_store *store, struct cg_member_history *history,
                              const struct cg_claim_lines *lines, cg_service_fn fn, void *context) {
    struct cg_large_member *large = history->large;
    struct cg_service wanted = {.claim = lines->claim};
    uint64_t claim_hash = cg_key_hash(&lines->claim, store->seed);
    uint32_t *last = find_value(store, large, KEY_CLAIM, &wanted, claim_hash);
    if (last == NULL) {
        return true;
    }
    uint32_t kept = 0; /* the last of those that stay, which are chained anew */
    for (uint32_t next, line = reverse_chain(large, *last); line != 0; line = next) {
        const uint32_t position = line - 1;
        next = line_at(large, position)->before;
        if (!cg_claim_lines_hold(lines, service_at(store, large, position))) {
            line_at(large, position)->before = kept;
            kept = line;
            continue;
        }
        const struct cg_claim_step step = {history, line_at(large, position)->ref, position, true};
        if (store->claim_is_open && !cg_line_store_note(store, step)) {
            return false;
        }
        fn(context, service_at(store, large, position));
        forget_line(store, large, position);
        line_at(large, position)->before = TAKEN_BACK;
    }
    *last = kept;
    return true;
}

/* Exactly as if the line had not been added: it was the last, so that no later one shares a key
 * that it was the first to have. */
void cg_large_member_take_last(const struct cg_line_store *store, struct cg_large_member *large) {
    const uint32_t position = large->lines.count - 1;
    const struct cg_service *service = service_at(store, large, position);
    const uint64_t claim_hash = cg_key_hash(&service->claim, store->seed);
    struct large_line *line = line_at(large, position);
    forget_line(store, large, position);
    *find_value(store, large, KEY_CLAIM, service, claim_hash) = line->before;
    for (int kind = 0; kind < KEY_KINDS; kind++) {
        const uint64_t hash = key_hash(store, (enum key_kind)kind, service, claim_hash);
        if (find_value(store, large, (enum key_kind)kind, service, claim_hash) ==
            &line->values[kind]) {
            cg_hash_table_remove(&large->tables[kind], hash, position + 1);
        }
    }
    large->lines.count--;
}

/* Into the claim's chain, which leads from the last line to the first. */
static void chain_again(struct cg_large_member *large, uint32_t *last, uint32_t position) {
    while (*last > position + 1) {
        last = &line_at(large, *last - 1)->before;
    }
    line_at(large, position)->before = *last;
    *last = position + 1;
}

bool cg_large_member_put_back(const struct cg_line_store *store, struct cg_large_member *large,
                              uint32_t position) {
    const struct cg_service *service = service_at(store, large, position);
    const uint64_t claim_hash = cg_key_hash(&service->claim, store->seed);
    for (int kind = 0; kind < KEY_CLAIM; kind++) {
        (*find_value(store, large, (enum key_kind)kind, service, claim_hash))++;
    }
    chain_again(large, find_value(store, large, KEY_CLAIM, service, claim_hash), position);
    return add_to_accounts(large, service);
}

static struct account *find_account(const struct cg_large_member *large, const struct cg_cap *cap) {
    struct account *account = large->accounts;
    while (account != NULL &&
           !(account->counts_all == cap->counts_all &&
             (cap->counts_all || memcmp(account->counts, cap->counts, sizeof cap->counts) == 0))) {
        account = account->next;
    }
    return account;
}

bool cg_large_member_prepare(const struct cg_line_store *store, struct cg_large_member *large,
                             const struct cg_cap *cap) {
    if (find_account(large, cap) != NULL) {
        return true;
    }
    struct account *account = calloc(1, sizeof *account);
    if (account == NULL) {
        return false;
    }
    *account = (struct account){.next = large->accounts, .counts_all = cap->counts_all};
    large->accounts = account; /* freed with the large member, whatever happens below */
    memcpy(account->counts, cap->counts, sizeof account->counts);
    account->calendar = cg_calendar_new();
    bool ok = account->calendar != NULL;
    for (uint32_t i = 0; ok && i < large->lines.count; i++) {
        ok = line_at(large, i)->before == TAKEN_BACK ||
             add_units(account, service_at(store, large, i));
    }
    return ok;
}

/* Without an account (`usage` may ask for any cap) the lines themselves are summed. */
uint64_t cg_large_member_units(const struct cg_line_store *store,
                               const struct cg_large_member *large, const struct cg_cap *cap,
                               int32_t first_day, int32_t last_day) {
    const struct account *account = find_account(large, cap);
    if (account != NULL) {
        return cg_calendar_sum(account->calendar, first_day, last_day);
    }
    uint64_t sum = 0;
    for (uint32_t i = 0; i < large->lines.count; i++) {
        const struct cg_service *service = service_at(store, large, i);
        if (line_at(large, i)->before != TAKEN_BACK && cg_service_counts(service, cap)) {
            struct cg_spread spread = cg_service_spread(service);
            sum += cg_spread_within(&spread, first_day, last_day);
        }
    }
    return sum;
}

void cg_large_member_daily_units(const struct cg_large_member *large, const struct cg_cap *cap,
                                 int32_t first_day, int32_t last_day, uint64_t *out) {
    const struct account *account = find_account(large, cap);
    CG_ASSERT(account != NULL); /* the cap was prepared */
    cg_calendar_daily(account->calendar, first_day, last_day, out);
}

void cg_large_member_visit(const struct cg_line_store *store, const struct cg_large_member *large,
                           cg_service_fn fn, void *context) {
    for (uint32_t i = 0; i < large->lines.count; i++) {
        if (line_at(large, i)->before != TAKEN_BACK) {
            fn(context, service_at(store, large, i));
        }
    }
}
