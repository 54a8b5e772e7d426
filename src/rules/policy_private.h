/*
 * What a policy is made of. Shared by policy.c, which answers questions, and the two
 * files that read one: policy_load.c (versions and caps) and policy_demands.c (demands
 * on the provider).
 */
#ifndef CLAIMGATE_RULES_POLICY_PRIVATE_H
#define CLAIMGATE_RULES_POLICY_PRIVATE_H

#include "claimgate/base/arena.h"
#include "claimgate/json/json.h"
#include "claimgate/rules/policy.h"

enum { CG_PROCEDURE_SLOTS = 512 }; /* a power of two, at most half of them full */

struct cg_policy {
    struct cg_arena arena; /* everything below that is behind a pointer */
    const char *id;
    const char *title;
    const char *text;
    size_t text_bytes;
    uint8_t sha256[CG_SHA256_BYTES];
    struct cg_policy_version *versions;
    uint32_t version_count;
    bool member_crosswalk;
    bool test_npis;
    struct cg_status_words status_words; /* of all versions */

    uint64_t procedures[CG_PROCEDURES_MAX]; /* by procedure_no */
    uint32_t procedure_count;
    bool somewhere_roster_only[CG_PROCEDURES_MAX];
    bool somewhere_outright[CG_PROCEDURES_MAX];

    /* The same codes by hash, for the one question asked of every record of a file. */
    uint64_t slot_codes[CG_PROCEDURE_SLOTS]; /* 0: free */
    uint8_t slot_numbers[CG_PROCEDURE_SLOTS];
};

/* A policy while it is read. */
struct cg_policy_loading {
    struct cg_policy *policy;
    const struct cg_json_doc *doc;
    struct cg_problems *problems;
    bool no_memory;

    /* Of the version at hand: its lists are sound, so that what they do not name is no name. */
    bool procedures_known;
    bool types_known;
};

/* The slot of a code, or the free one where it belongs. */
uint32_t cg_policy_slot(const struct cg_policy *policy, uint64_t procedure);

/* Memory of the policy; NULL and loading->no_memory when there is none. */
void *cg_policy_alloc(struct cg_policy_loading *loading, size_t count, size_t item_bytes);
const char *cg_policy_keep(struct cg_policy_loading *loading, const char *text); /* never NULL */

enum cg_severity cg_policy_severity(const struct cg_json *severity);

/* Read a version's `credential`. */
void cg_policy_load_credential(struct cg_policy_loading *loading, const struct cg_json *credential,
                               struct cg_policy_version *version);

#endif
