/*
 * Duplicates: three tables count the lines that stand under a key: claim and line number; service;
 * service and claim. A service stands under another claim when more of it stand in all than under
 * this one. A fourth table, by claim, leads to the claim's last line, and each line names the one
 * before it. A claim is only ever taken back whole, so its chain then simply ends. A slot holds the
 * position of one line that has the key, by which the key itself is compared: a record therefore
 * stays where it is even when its line has been taken back.
 *
 * Caps: one calendar for each set of procedures that some cap counts, made when such a cap is first
 * tested. Cost: about a microsecond a line, and 8 bytes for it and 8 for each new key, with slack.
 */
#include "large_member.h"

#include "calendar.h"

#include <stdlib.h>
#include <string.h>

enum key_kind {
    KEY_LINE,
    KEY_SERVICE,
    KEY_CLAIM_SERVICE,
    KEY_CLAIM,
    KEY_KINDS,
};

struct slot {
    uint32_t line;  /* position of a line with this key, plus 1; 0: empty */
    uint32_t value; /* lines that stand; for KEY_CLAIM the position of the last, plus 1 */
};

struct key_table {
    struct slot *slots;
    uint32_t mask; /* slots are a power of two; 0: none yet */
    uint32_t used;
};

enum { FIRST_SLOTS = 256, FIRST_LINES = 256 };
#define TAKEN_BACK UINT32_MAX

struct large_line {
    uint32_t ref;
    uint32_t before; /* position of the claim's line before it, plus 1; 0: none; or TAKEN_BACK */
};

/* What a cap counts, and how much of it on which day. */
struct account {
    struct account *next;
    bool counts_all;
    uint8_t counts[256];
    struct cg_calendar *calendar;
};

struct cg_large_member {
    struct cg_large_member *next;
    struct large_line *lines; /* in the order of acceptance */
    uint32_t count;
    uint32_t capacity;
    struct key_table tables[KEY_KINDS];
    struct account *accounts;
};

struct cg_large_member *cg_large_member_new(struct cg_line_store *store) {
    struct cg_large_member *large = calloc(1, sizeof *large);
    if (large != NULL) {
        large->next = store->large_members;
        store->large_members = large;
    }
    return large;
}

static void free_large(struct cg_large_member *large) {
    for (int kind = 0; kind < KEY_KINDS; kind++) {
        free(large->tables[kind].slots);
    }
    for (struct account *next, *account = large->accounts; account != NULL; account = next) {
        next = account->next;
        cg_calendar_free(account->calendar);
        free(account);
    }
    free(large->lines);
    free(large);
}

void cg_large_member_free_all(struct cg_line_store *store) {
    while (store->large_members != NULL) {
        struct cg_large_member *large = store->large_members;
        store->large_members = large->next;
        free_large(large);
    }
}

static const struct cg_service *service_at(const struct cg_line_store *store,
                                           const struct cg_large_member *large, uint32_t position) {
    return cg_pool_at(&store->pool, large->lines[position].ref);
}

static uint64_t key_hash(const struct cg_line_store *store, enum key_kind kind,
                         const struct cg_service *service, uint64_t claim_hash) {
    const uint64_t odd = UINT64_C(0x9E3779B97F4A7C15); /* 2^64 over the golden ratio: spreads */
    switch (kind) {
    case KEY_LINE:
        return claim_hash + service->line_number * odd;
    case KEY_SERVICE:
        return cg_service_hash(service, store->seed);
    case KEY_CLAIM_SERVICE:
        return claim_hash * odd + cg_service_hash(service, store->seed);
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

/* The slot of the service's key, or the empty one where it would go. NULL in an empty table. */
static struct slot *find_slot(const struct cg_line_store *store,
                              const struct cg_large_member *large, enum key_kind kind,
                              const struct cg_service *service, uint64_t claim_hash) {
    const struct key_table *table = &large->tables[kind];
    if (table->slots == NULL) {
        return NULL;
    }
    uint64_t hash = key_hash(store, kind, service, claim_hash);
    for (uint32_t i = (uint32_t)(hash >> 32) & table->mask;; i = (i + 1) & table->mask) {
        struct slot *slot = &table->slots[i];
        if (slot->line == 0 || key_equal(kind, service_at(store, large, slot->line - 1), service)) {
            return slot;
        }
    }
}

static uint32_t value_of(const struct cg_line_store *store, const struct cg_large_member *large,
                         enum key_kind kind, const struct cg_service *service,
                         uint64_t claim_hash) {
    const struct slot *slot = find_slot(store, large, kind, service, claim_hash);
    return slot != NULL ? slot->value : 0;
}

/* Put every slot in its place in a table of twice the size. */
static bool grow_table(const struct cg_line_store *store, struct cg_large_member *large,
                       enum key_kind kind) {
    struct key_table *table = &large->tables[kind];
    struct key_table old = *table;
    size_t old_slots = old.slots == NULL ? 0 : (size_t)old.mask + 1;
    size_t slots = old_slots == 0 ? FIRST_SLOTS : old_slots * 2;
    table->slots = slots <= (size_t)UINT32_MAX / 2 ? calloc(slots, sizeof *table->slots) : NULL;
    if (table->slots == NULL) {
        table->slots = old.slots;
        return false;
    }
    table->mask = (uint32_t)(slots - 1);
    for (size_t i = 0; i < old_slots; i++) {
        if (old.slots[i].line != 0) {
            const struct cg_service *service = service_at(store, large, old.slots[i].line - 1);
            uint64_t claim_hash = cg_key_hash(&service->claim, store->seed);
            *find_slot(store, large, kind, service, claim_hash) = old.slots[i];
        }
    }
    free(old.slots);
    return true;
}

/* The slot of the key of the line at `position`, made where there is none. NULL: no memory. */
static struct slot *claim_slot(const struct cg_line_store *store, struct cg_large_member *large,
                               enum key_kind kind, uint32_t position, uint64_t claim_hash) {
    struct key_table *table = &large->tables[kind];
    size_t slots = table->slots == NULL ? 0 : (size_t)table->mask + 1;
    if (table->used >= slots - slots / 4 && !grow_table(store, large, kind)) {
        return NULL;
    }
    struct slot *slot =
        find_slot(store, large, kind, service_at(store, large, position), claim_hash);
    if (slot->line == 0) {
        slot->line = position + 1;
        table->used++;
    }
    return slot;
}

static bool reserve_line(struct cg_large_member *large) {
    if (large->count < large->capacity) {
        return true;
    }
    size_t capacity = large->capacity == 0 ? FIRST_LINES : (size_t)large->capacity * 3 / 2;
    if (capacity >= UINT32_MAX / 2) {
        return false;
    }
    struct large_line *lines = realloc(large->lines, capacity * sizeof *lines);
    if (lines == NULL) {
        return false;
    }
    large->lines = lines;
    large->capacity = (uint32_t)capacity;
    return true;
}

static bool account_counts(const struct account *account, const struct cg_service *service) {
    return !service->exempt && (account->counts_all || account->counts[service->procedure_no]);
}

static bool add_units(struct account *account, const struct cg_service *service) {
    struct cg_spread spread = cg_service_spread(service);
    return !account_counts(account, service) || cg_calendar_add(account->calendar, &spread);
}

bool cg_large_member_add(const struct cg_line_store *store, struct cg_large_member *large,
                         uint32_t ref, uint64_t claim_hash) {
    if (!reserve_line(large)) {
        return false;
    }
    uint32_t position = large->count++;
    large->lines[position] = (struct large_line){.ref = ref};
    for (int kind = 0; kind < KEY_CLAIM; kind++) {
        struct slot *slot = claim_slot(store, large, (enum key_kind)kind, position, claim_hash);
        if (slot == NULL) {
            return false;
        }
        slot->value++;
    }
    struct slot *chain = claim_slot(store, large, KEY_CLAIM, position, claim_hash);
    if (chain == NULL) {
        return false;
    }
    large->lines[position].before = chain->value;
    chain->value = position + 1;
    for (struct account *account = large->accounts; account != NULL; account = account->next) {
        if (!add_units(account, service_at(store, large, position))) {
            return false;
        }
    }
    return true;
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

/* Count the line at `position` no more. Its keys have their slots, so nothing can fail. */
static void forget_line(const struct cg_line_store *store, struct cg_large_member *large,
                        uint32_t position) {
    const struct cg_service *service = service_at(store, large, position);
    uint64_t claim_hash = cg_key_hash(&service->claim, store->seed);
    for (int kind = 0; kind < KEY_CLAIM; kind++) {
        find_slot(store, large, (enum key_kind)kind, service, claim_hash)->value--;
    }
    struct cg_spread spread = cg_service_spread(service);
    for (struct account *account = large->accounts; account != NULL; account = account->next) {
        if (account_counts(account, service)) {
            cg_calendar_subtract(account->calendar, &spread);
        }
    }
    large->lines[position].before = TAKEN_BACK;
}

/* The chain begins at the claim's last line; `fn` is to see them in the order of acceptance. */
static uint32_t reverse_chain(struct cg_large_member *large, uint32_t last) {
    uint32_t behind = 0;
    while (last != 0) {
        uint32_t before = large->lines[last - 1].before;
        large->lines[last - 1].before = behind;
        behind = last;
        last = before;
    }
    return behind;
}

uint32_t cg_large_member_take_out(const struct cg_line_store *store, struct cg_large_member *large,
                                  const struct cg_key *claim, cg_service_fn fn, void *context) {
    struct cg_service wanted = {.claim = *claim};
    uint64_t claim_hash = cg_key_hash(claim, store->seed);
    struct slot *chain = find_slot(store, large, KEY_CLAIM, &wanted, claim_hash);
    if (chain == NULL) {
        return 0;
    }
    uint32_t taken = 0;
    for (uint32_t next, line = reverse_chain(large, chain->value); line != 0; line = next) {
        next = large->lines[line - 1].before;
        fn(context, service_at(store, large, line - 1));
        forget_line(store, large, line - 1);
        taken++;
    }
    chain->value = 0;
    return taken;
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
    account->next = large->accounts;
    large->accounts = account; /* freed with the large member, whatever happens below */
    account->counts_all = cap->counts_all;
    memcpy(account->counts, cap->counts, sizeof account->counts);
    account->calendar = cg_calendar_new();
    bool ok = account->calendar != NULL;
    for (uint32_t i = 0; ok && i < large->count; i++) {
        ok =
            large->lines[i].before == TAKEN_BACK || add_units(account, service_at(store, large, i));
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
    for (uint32_t i = 0; i < large->count; i++) {
        const struct cg_service *service = service_at(store, large, i);
        if (large->lines[i].before != TAKEN_BACK && cg_service_counts(service, cap)) {
            struct cg_spread spread = cg_service_spread(service);
            sum += cg_spread_within(&spread, first_day, last_day);
        }
    }
    return sum;
}

void cg_large_member_daily_units(const struct cg_large_member *large, const struct cg_cap *cap,
                                 int32_t first_day, int32_t last_day, uint64_t *out) {
    const struct account *account = find_account(large, cap);
    if (account != NULL) {
        cg_calendar_daily(account->calendar, first_day, last_day, out);
    } else {
        memset(out, 0, (size_t)(last_day - first_day + 1) * sizeof *out);
    }
}

void cg_large_member_visit(const struct cg_line_store *store, const struct cg_large_member *large,
                           cg_service_fn fn, void *context) {
    for (uint32_t i = 0; i < large->count; i++) {
        if (large->lines[i].before != TAKEN_BACK) {
            fn(context, service_at(store, large, i));
        }
    }
}
