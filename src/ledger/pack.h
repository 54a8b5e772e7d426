/*
 * What the gate recalls of a member, as bytes: entries in the order of arrival, group by group, one
 * group (or, where it would be long, several) for each run in which the member had a line.
 *
 * Entries of a group lean on each other: line numbers and days are told by difference, a claim id
 * by what it does not share with the one before. But an entry begins with its length and with what
 * the gate asks most members' lines for, so that most entries are only skimmed. `past` holds groups
 * behind their run, `recent` behind their member, both with their length. The bytes follow from the
 * rows of `line` and `take_back` alone, so that `ledger verify` can make them again.
 */
#ifndef CLAIMGATE_LEDGER_PACK_H
#define CLAIMGATE_LEDGER_PACK_H

#include "private.h"

enum {
    CG_PACK_ENTRY_MAX_BYTES = 512,
    CG_PACK_GROUP_BYTES = 48 << 10, /* a longer group is ended and another begun */
    CG_PACK_REASONS_MAX_BYTES = 127,
};

enum cg_entry_kind {
    CG_ENTRY_LINE,      /* accepted or cut back, and no void: it uses units */
    CG_ENTRY_TAKE_BACK, /* frees lines before it */
    CG_ENTRY_OTHER,     /* decided and used nothing, or (beside its line) what a cap cut off */
};

struct cg_packed_entry {
    enum cg_entry_kind kind;
    int64_t line_no;                  /* of a take-back: of the line that it stands before */
    struct cg_text claim_id;          /* of a take-back; len 0: a release */
    struct cg_text original_claim_id; /* of a take-back, and of a line that replaces */
    struct cg_text named;             /* of a take-back: what stood for it; len 0: the same */
    uint32_t line_number;             /* 0: none; of a take-back: every line */
    uint8_t frequency;                /* of a take-back */
    bool exempt;
    bool split;
    bool replaces;
    uint16_t tag;        /* of a line, or of what a take-back frees: cg_outline_tag */
    uint8_t service_tag; /* of a line: cg_outline_service_tag */
    int32_t start_day;
    int32_t end_day;
    uint32_t service_no;
    uint32_t provider_no;
    uint16_t units;
    uint16_t accepted_units;
    uint8_t tested; /* bit i: cap i of the version was tested */
    bool over_cap;  /* of CG_ENTRY_OTHER: with what follows, start_day and tested */
    int32_t cap_day;
    struct cg_text reasons;
};

/* Where a group stands, for writing as for reading. Zeroed it stands at the beginning. */
struct cg_packer {
    int64_t line_no;
    uint32_t claim_len;
    char claim[CG_ID_MAX_BYTES];
};

/* The entries of a row, at most two. Ids that are too long for one are cut. */
uint32_t cg_entries_of_line(const struct cg_cell *cells, int64_t line_no, uint32_t service_no,
                            uint32_t provider_no, struct cg_packed_entry out[2]);
struct cg_packed_entry cg_entry_of_take_back(const struct cg_cell *cells, int64_t before_line);

/* False: no memory. */
cg_must_use bool cg_pack_entry(struct cg_buffer *out, struct cg_packer *packer,
                               const struct cg_packed_entry *entry);
/* Take the next entry off `packed`; false at the end or when the bytes are broken (*broken). Its
 * texts live until the next call. */
bool cg_unpack_entry(struct cg_text *packed, struct cg_packer *packer, struct cg_packed_entry *out,
                     bool *broken);

/* What an outline of the gate's needs of an entry, without reading the rest of it. */
struct cg_skimmed_entry {
    enum cg_entry_kind kind;
    bool has_outline;          /* of a line: it fits one */
    struct cg_outline outline; /* but for the procedure; of a take-back: only the tag */
    uint32_t service_no;
};
/* Any entry; cg_skim_entry in pack_form.h is as cg_unpack_entry, many times as fast. */
bool cg_skim_unusual(struct cg_text *packed, struct cg_skimmed_entry *out, bool *broken);

/* A group behind its head: a run, or a member. */
cg_must_use bool cg_put_group(struct cg_buffer *out, int64_t head, struct cg_text entries);
bool cg_next_unusual_group(struct cg_text *groups, int64_t *head, struct cg_text *entries,
                           bool *broken);
/* Inline, for a group is mostly a line or two behind two numbers of a byte. */
static inline bool cg_next_group(struct cg_text *groups, int64_t *head, struct cg_text *entries,
                                 bool *broken) {
    const uint8_t *at = (const uint8_t *)groups->ptr;
    if (groups->len < 2 || (at[0] | at[1]) >= 0x80 || at[1] > groups->len - 2) {
        return cg_next_unusual_group(groups, head, entries, broken);
    }
    *broken = false;
    *head = at[0];
    *entries = (struct cg_text){groups->ptr + 2, at[1]};
    groups->ptr += 2 + at[1];
    groups->len -= 2U + at[1];
    return true;
}

/* An id by what it does not share with `last`, which it becomes. At most CG_ID_MAX_BYTES + 3. */
size_t cg_put_shared_id(uint8_t *out, struct cg_packer *last, struct cg_text id);
/* Bytes used; 0 when they are broken. The id is then in `last`. */
size_t cg_get_shared_id(const uint8_t *bytes, size_t len, struct cg_packer *last);

#endif
