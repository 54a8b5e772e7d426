/*
 * The tables inside a roster, as the edits of credentials read them.
 *
 * Every roster file becomes one table of rows that begin with a cg_span: a key (mostly an
 * NPI) and the days the row holds, both ends in. Rows of one key stand side by side, sorted
 * by their first day, and an open-addressing table leads from the key to its group; so a
 * question costs one look into the slots and one at the group.
 *
 * Words (credential types, certifications, credentials of supervisors) are numbered while loading,
 * and what each means under each version of the policy is worked out once, as a cg_word_role.
 */
#ifndef CLAIMGATE_RULES_ROSTER_TABLES_H
#define CLAIMGATE_RULES_ROSTER_TABLES_H

#include "claimgate/base/arena.h"
#include "claimgate/base/array.h"
#include "claimgate/base/hash.h"
#include "claimgate/base/hash_table.h"
#include "claimgate/base/text.h"
#include "claimgate/rules/credential_status.h"
#include "claimgate/rules/roster.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    CG_ROSTER_WORDS_MAX = 65535, /* different types, certifications and credentials */
    CG_MILLI_NONE = -1,          /* a score or FTE that the row leaves blank */
};

/* --- Spans grouped by key --- */

struct cg_span {
    uint64_t key; /* never 0 */
    int32_t first_day;
    int32_t last_day; /* CG_DAY_OPEN: no end */
};

static inline bool cg_span_holds(const struct cg_span *span, int32_t day) {
    return span->first_day <= day && day <= span->last_day;
}

struct cg_span_slot {
    uint64_t key; /* 0: empty */
    uint32_t first;
    uint32_t count;
};

struct cg_span_table {
    struct cg_array rows; /* each starts with its cg_span */
    size_t key_count;     /* after _index: different keys */
    uint64_t seed;
    uint64_t mask;
    struct cg_span_slot *slots;
};

/* The rows of one key, sorted by first day. */
struct cg_span_group {
    const char *rows;
    size_t stride;
    size_t count;
};

static inline const struct cg_span *cg_span_at(struct cg_span_group group, size_t index) {
    return (const struct cg_span *)(const void *)(group.rows + index * group.stride);
}

/* Where the search for a key begins. The seed keeps a prepared roster from colliding on purpose. */
static inline uint64_t cg_span_table_place(const struct cg_span_table *table, uint64_t key) {
    uint64_t product = cg_hash_spread(key ^ table->seed);
    return (product >> 32 ^ product) & table->mask;
}

static inline struct cg_span_group cg_span_table_find(const struct cg_span_table *table,
                                                      uint64_t key) {
    struct cg_span_group group = {NULL, table->rows.item_bytes, 0};
    if (table->slots == NULL) {
        return group;
    }
    uint64_t place = cg_span_table_place(table, key);
    while (table->slots[place].key != 0) {
        const struct cg_span_slot *slot = &table->slots[place];
        if (slot->key == key) {
            group.rows = cg_array_at(&table->rows, slot->first);
            group.count = slot->count;
            return group;
        }
        place = (place + 1) & table->mask;
    }
    return group;
}

/* --- Words by number --- */

struct cg_word {
    struct cg_text key;     /* what is compared */
    struct cg_text written; /* as first seen, NUL behind it */
    uint64_t type_rows;     /* rows of credentials.csv with this type */
};

struct cg_words {
    struct cg_arena arena;
    struct cg_array list; /* of struct cg_word; word 1 is the first */
    struct cg_hash_table table;
    uint64_t seed;
};

static inline struct cg_word *cg_words_at(const struct cg_words *words, uint32_t number) {
    return cg_array_at(&words->list, number - 1);
}

/* --- Rows. Where their order can show, they have no padding: ties are sorted by a row's bytes. ---
 */

struct cg_credential { /* key: npi */
    struct cg_span span;
    int32_t training_day; /* CG_DAY_NONE: blank */
    int32_t birth_day;    /* CG_DAY_NONE: blank */
    int32_t exam_milli;   /* CG_MILLI_NONE: blank */
    uint16_t type;        /* number of its word */
    uint8_t status;       /* enum cg_credential_status */
    uint8_t unused;
};

static inline bool cg_credential_grants(const struct cg_credential *credential) {
    return credential->status <= CG_CREDENTIAL_LIMITED;
}

static inline bool cg_credential_blocks(const struct cg_credential *credential) {
    return credential->status >= CG_CREDENTIAL_SUSPENDED;
}

/* Hours reported in time for one year. The span is the year they count for, the year after. */
struct cg_education { /* key: npi */
    struct cg_span span;
    int64_t hours_milli;
    int64_t ethics_milli;
};

struct cg_employment { /* key: npi */
    struct cg_span span;
    uint64_t agency_npi;
};

struct cg_certification { /* key: agency_npi */
    struct cg_span span;
    uint64_t word;
};

struct cg_supervision { /* key: npi */
    struct cg_span span;
    int64_t fte_milli;            /* CG_MILLI_NONE: blank */
    int64_t supervisor_fte_milli; /* CG_MILLI_NONE: blank */
    int32_t supervisor_training_day;
    uint32_t supervisor; /* number of the id */
    uint64_t word;       /* the supervisor's credential */
};

/* What all people of one supervisor add up to, from change to change: no two spans of one
 * supervisor share a day. */
struct cg_workload { /* key: supervisor */
    struct cg_span span;
    int64_t fte_milli;
    int64_t unknown_rows; /* rows whose fte is blank */
};

struct cg_authorization { /* key: hash of number and member; both are compared */
    struct cg_span span;
    uint64_t procedure; /* 0: any */
    struct cg_text number;
    struct cg_text member_id;
};

struct cg_membership { /* key: hash of the member id, which is compared */
    struct cg_span span;
    struct cg_text member_id;
    struct cg_key person;
    uint64_t line; /* of members.csv */
};

/* What a word means under one version of the policy. */
struct cg_word_role {
    uint8_t type_slot; /* position in version->types, or CG_TYPE_NOT_ACCEPTED */
    bool certifies;    /* an accepted certification of an agency */
    bool supervises;   /* an accepted credential of a supervisor */
    int min_age;       /* years; of an accepted type */
    int max_age;       /* INT_MAX: none */
};
#define CG_TYPE_NOT_ACCEPTED UINT8_MAX

/* Further demands of one version, as bit sets of enum cg_reason. */
struct cg_demands {
    uint64_t rejects;
    uint64_t warns;
};

enum { CG_PROVIDER_TABLES_MAX = 4 };

struct cg_roster {
    struct cg_span_table credentials;
    struct cg_span_table education;
    struct cg_span_table employment;
    struct cg_span_table certifications;
    struct cg_span_table supervision;
    struct cg_span_table workloads;
    struct cg_span_table authorizations;
    struct cg_span_table members;
    const struct cg_span_table *provider_tables[CG_PROVIDER_TABLES_MAX];
    uint32_t provider_table_count; /* those keyed by the provider that have many rows */
    struct cg_words words;
    struct cg_words supervisors; /* supervisor_id, compared exactly */
    struct cg_arena texts;       /* authorization numbers, ids of members and persons */
    struct cg_word_role *roles;  /* [version][word], where word 0 is none */
    struct cg_demands *demands;  /* [version] */
    uint32_t *unnamed_types;     /* numbers of words that no version accepts as a type */
    uint32_t unnamed_type_count;
    uint32_t version_count;
    struct cg_roster_file_facts files[CG_ROSTER_FILE_COUNT + 1]; /* and the layout */
    uint32_t file_count;
};

static inline const struct cg_word_role *cg_roster_roles(const struct cg_roster *roster,
                                                         uint32_t version_index) {
    return roster->roles + (size_t)version_index * (roster->words.list.count + 1);
}

#endif
