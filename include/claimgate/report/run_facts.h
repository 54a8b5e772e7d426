/*
 * Facts of a run: what the report says, and what the ledger keeps of it.
 *
 * Plain data, filled by the run. Texts are owned by whoever filled them and outlive the report.
 */
#ifndef CLAIMGATE_REPORT_RUN_FACTS_H
#define CLAIMGATE_REPORT_RUN_FACTS_H

#include "claimgate/base/hash.h"
#include "claimgate/gate/history.h"
#include "claimgate/gate/tally.h"
#include "claimgate/io/sandbox.h"
#include "claimgate/record/reader.h"
#include "claimgate/record/shapes.h"
#include "claimgate/report/guard.h"
#include "claimgate/report/notices.h"
#include "claimgate/report/station_times.h"
#include "claimgate/rules/policy.h"
#include "claimgate/rules/roster.h"

#include <stdbool.h>
#include <stdint.h>

/* What a run writes of lines. */
enum cg_output_kind {
    CG_OUTPUT_ACCEPTED,
    CG_OUTPUT_REJECTED,
    CG_OUTPUT_DECISIONS,
    CG_OUTPUT_REJECTED_X12,
    CG_OUTPUT_ACK,
    CG_OUTPUT_KINDS,
};
/* As report.json calls them, and folders of pieces. */
extern const char *const cg_output_names[CG_OUTPUT_KINDS];

struct cg_output_facts {
    const char *file; /* as it is named in the report; NULL: not written */
    uint64_t bytes;
    uint64_t records; /* the header left out */
    uint8_t sha256[CG_SHA256_BYTES];
    uint8_t content_xxh128[CG_XXH128_BYTES]; /* decompressed */
    /* `file` is a folder: its files, whose contents one after another are the output, and the
     * hashes are theirs; NULL: it is a file. */
    const struct cg_output_facts *pieces;
    uint32_t piece_count;
};

/* How many of the members that the run met have used which share of a cap longer than a day. */
struct cg_cap_use {
    const struct cg_cap *cap;
    int32_t first_day; /* the period that holds the last day of service accepted */
    int32_t last_day;
    uint64_t members[CG_USE_SHARES];
};

/* An input that was left out, because its content is known. */
struct cg_known_input {
    const char *file;
    int64_t run_no; /* 0: an earlier input of this run has it */
    char *folder;   /* of that run's outputs; NULL: none */
};

/* What came of a run that did not fail. */
enum cg_outcome {
    CG_PUBLISHED,
    CG_TRIPPED,      /* over the reject rate: nothing was published */
    CG_GUARDED,      /* the guard stopped it: nothing was published */
    CG_ALL_KNOWN,    /* the ledger has every input already: nothing was published */
    CG_ONLY_COUNTED, /* a dry run */
};

struct cg_run_facts {
    enum cg_outcome outcome;
    const char *out; /* the folder of the outputs; NULL: single files */
    int32_t as_of_day;
    const struct cg_policy *policy;
    const struct cg_roster *roster;
    const char *layout;
    bool layout_detected;
    const struct cg_column_note *column_notes;
    uint32_t column_note_count;
    const struct cg_only_column *only;
    uint32_t only_count;
    const struct cg_reader_input *inputs;
    uint32_t input_count;
    const struct cg_known_input *known_inputs;
    uint32_t known_input_count;
    struct cg_output_facts outputs[CG_OUTPUT_KINDS];
    bool is_x12;
    const struct cg_tally *tally;
    bool holds_claims; /* the claims of the tally are claims, and not single lines */
    struct cg_notices notices;
    int64_t other_person_run; /* the first whose lines are told of by CG_NOTICE_OTHER_PERSON */
    const struct cg_shape_counts *shapes; /* what the remarks are made of */
    struct cg_remarks remarks;            /* what most records have wrong in the same way */
    struct cg_cap_use cap_use[CG_CAPS_MAX];
    uint32_t cap_use_count;
    struct cg_guard guard; /* what is out of the ordinary, against the ledger's runs */
    int64_t run_id;        /* 0: no ledger */

    uint64_t started_unix; /* seconds */
    uint64_t wall_ms;
    uint32_t threads;
    const char *codec;
    struct cg_sandbox_facts sandbox;
    const struct cg_station_times *times;
    uint32_t station_count;
};

#endif
