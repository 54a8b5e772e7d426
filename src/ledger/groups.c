/*
 * What a run adds to `past` or `recent`, member by member, and to `claim_block`, claim by claim:
 * entries wait in two sorters and come out packed.
 */
#include "claims.h"
#include "past.h"
#include "rows.h"

#include "claimgate/base/assert.h"

#include <stdlib.h>
#include <string.h>

enum {
    RECENT_BLOCK_BYTES = CG_PACKED_BYTES(2),
    CLAIM_BLOCK_BYTES = CG_PACKED_BYTES(1),
    GROUP_MAX_BYTES = 2 * CG_VARINT_MAX_BYTES + CG_PACK_GROUP_BYTES + CG_PACK_ENTRY_MAX_BYTES,
};

struct cg_groups {
    bool direct;
    int64_t run_no;
    struct cg_sorter *members; /* entries that stand for themselves, under their member's number */
    struct cg_sorter *claims;  /* line numbers under their claim's id */
    bool members_are_done;
    struct cg_buffer entry;
    struct cg_buffer group; /* of the member at hand */
    struct cg_packer packer;
    int64_t member_no;       /* 0: none yet */
    struct cg_buffer packed; /* a part of `past`, or a block */
    int64_t part;
    int64_t first_member; /* of the block */
    struct cg_packer last_claim;
    char first_claim[CG_ID_MAX_BYTES];
    uint32_t first_claim_len;
    cg_put_row_fn put;
    void *put_context;
};

/* So that nothing that is packed lacks room. */
static bool reserve(struct cg_buffer *buffer, size_t bytes) {
    cg_buffer_init(buffer, bytes);
    return cg_buffer_reserve(buffer, bytes);
}

struct cg_groups *cg_groups_new(const struct cg_ledger *ledger, bool direct) {
    struct cg_groups *groups = calloc(1, sizeof *groups);
    if (groups == NULL) {
        return NULL;
    }
    groups->direct = direct;
    groups->run_no = ledger->run.run_no;
    groups->members = cg_sorter_new(ledger->dir, ledger->pack_bytes / 2);
    groups->claims = cg_sorter_new(ledger->dir, ledger->pack_bytes / 2);
    bool good = reserve(&groups->entry, CG_PACK_ENTRY_MAX_BYTES);
    good &= reserve(&groups->group, CG_PACK_GROUP_BYTES + CG_PACK_ENTRY_MAX_BYTES);
    good &= reserve(&groups->packed, CG_PAST_PART_BYTES + GROUP_MAX_BYTES);
    if (!good || groups->members == NULL || groups->claims == NULL) {
        cg_groups_free(groups);
        return NULL;
    }
    return groups;
}

void cg_groups_free(struct cg_groups *groups) {
    if (groups != NULL) {
        cg_sorter_free(groups->members);
        cg_sorter_free(groups->claims);
        cg_buffer_fini(&groups->entry);
        cg_buffer_fini(&groups->group);
        cg_buffer_fini(&groups->packed);
        free(groups);
    }
}

static void pack(struct cg_buffer *out, struct cg_packer *packer,
                 const struct cg_packed_entry *entry) {
    const bool packed = cg_pack_entry(out, packer, entry);
    CG_ASSERT(packed);
    (void)packed;
}

static enum cg_status add_entry(struct cg_groups *groups, int64_t member_no,
                                const struct cg_packed_entry *entry, struct cg_error *err) {
    char key[8];
    struct cg_packer alone = {0};
    cg_sorter_put_number(key, (uint64_t)member_no);
    cg_buffer_clear(&groups->entry);
    pack(&groups->entry, &alone, entry);
    return cg_sorter_add(groups->members, (struct cg_text){key, sizeof key},
                         (struct cg_text){groups->entry.data, (uint32_t)groups->entry.len_bytes},
                         err);
}

enum cg_status cg_groups_add_line(struct cg_groups *groups, const struct cg_cell *cells,
                                  int64_t line_no, const uint32_t numbers[2],
                                  struct cg_error *err) {
    struct cg_packed_entry entries[2];
    const int64_t member_no = cells[CG_LINE_MEMBER].integer;
    const uint32_t count =
        member_no == 0 ? 0 : cg_entries_of_line(cells, line_no, numbers[0], numbers[1], entries);
    for (uint32_t i = 0; i < count; i++) {
        if (add_entry(groups, member_no, &entries[i], err) != CG_OK) {
            return err->status;
        }
    }
    const struct cg_text claim = cells[CG_LINE_CLAIM].bytes;
    const struct cg_text payload = {(const char *)&line_no, sizeof line_no};
    return claim.len == 0 ? CG_OK : cg_sorter_add(groups->claims, claim, payload, err);
}

enum cg_status cg_groups_add_take_back(struct cg_groups *groups, const struct cg_cell *cells,
                                       int64_t before_line, struct cg_error *err) {
    const struct cg_packed_entry entry = cg_entry_of_take_back(cells, before_line);
    return add_entry(groups, cells[CG_TAKE_MEMBER].integer, &entry, err);
}

enum cg_status cg_groups_finish(struct cg_groups *groups, struct cg_error *err) {
    const enum cg_status status = cg_sorter_finish(groups->members, err);
    return status == CG_OK ? cg_sorter_finish(groups->claims, err) : status;
}

static struct cg_cell blob_of(const struct cg_buffer *buffer) {
    return (struct cg_cell){.kind = CG_CELL_BLOB,
                            .bytes = {buffer->data, (uint32_t)buffer->len_bytes}};
}

/* What is packed, as a row of `past` or of `recent`. */
static void put_packed(struct cg_groups *groups) {
    if (groups->packed.len_bytes == 0) {
        return;
    }
    const struct cg_cell past[CG_PAST_CELLS] = {
        cg_cell_integer(groups->member_no * CG_PAST_PARTS + groups->part++),
        blob_of(&groups->packed),
    };
    const struct cg_cell recent[CG_RECENT_CELLS] = {
        cg_cell_integer(groups->first_member),
        cg_cell_integer(groups->member_no),
        blob_of(&groups->packed),
    };
    if (groups->direct) {
        groups->put(groups->put_context, CG_ROW_PAST, past, CG_PAST_CELLS);
    } else {
        groups->put(groups->put_context, CG_ROW_RECENT, recent, CG_RECENT_CELLS);
    }
    cg_buffer_clear(&groups->packed);
}

/* The group at hand is complete. */
static void end_group(struct cg_groups *groups) {
    const size_t most = groups->direct ? CG_PAST_PART_BYTES : RECENT_BLOCK_BYTES;
    const struct cg_text entries = {groups->group.data, (uint32_t)groups->group.len_bytes};
    if (entries.len == 0) {
        return;
    }
    if (groups->packed.len_bytes == 0) {
        groups->first_member = groups->member_no;
    }
    groups->packer = (struct cg_packer){0};
    const int64_t head = groups->direct ? groups->run_no : groups->member_no;
    const bool packed = cg_put_group(&groups->packed, head, entries);
    CG_ASSERT(packed);
    (void)packed;
    cg_buffer_clear(&groups->group);
    if (groups->packed.len_bytes >= most) {
        put_packed(groups);
    }
}

static void turn_to_member(struct cg_groups *groups, int64_t member_no) {
    const bool is_next = groups->member_no != member_no;
    if (is_next || groups->group.len_bytes >= CG_PACK_GROUP_BYTES) {
        end_group(groups);
    }
    if (is_next && groups->direct) {
        put_packed(groups);
    }
    if (is_next) {
        groups->member_no = member_no;
        groups->part = 0;
    }
}

/* False: it is no entry. */
static bool pack_again(struct cg_groups *groups, struct cg_text key, struct cg_text payload) {
    struct cg_packer alone = {0};
    struct cg_packed_entry entry;
    bool broken;
    if (!cg_unpack_entry(&payload, &alone, &entry, &broken)) {
        return false;
    }
    turn_to_member(groups, (int64_t)cg_sorter_number(key.ptr));
    pack(&groups->group, &groups->packer, &entry);
    return true;
}

static void end_claims(struct cg_groups *groups) {
    const struct cg_cell cells[CG_CLAIM_CELLS] = {
        cg_cell_text((struct cg_text){groups->first_claim, groups->first_claim_len}),
        blob_of(&groups->packed),
    };
    if (groups->packed.len_bytes > 0) {
        groups->put(groups->put_context, CG_ROW_CLAIM, cells, CG_CLAIM_CELLS);
    }
    groups->last_claim = (struct cg_packer){0};
    cg_buffer_clear(&groups->packed);
}

/* False: it is no claim's line. */
static bool pack_claim(struct cg_groups *groups, struct cg_text claim, struct cg_text payload) {
    int64_t line_no;
    if ((claim.len > CG_ID_MAX_BYTES) | (payload.len != sizeof line_no)) {
        return false;
    }
    memcpy(&line_no, payload.ptr, sizeof line_no);
    if (groups->packed.len_bytes >= CLAIM_BLOCK_BYTES) {
        end_claims(groups);
    }
    if (groups->packed.len_bytes == 0) {
        memcpy(groups->first_claim, claim.ptr, claim.len);
        groups->first_claim_len = claim.len;
    }
    return cg_claim_put(&groups->packed, &groups->last_claim, claim, line_no);
}

enum cg_status cg_groups_step(struct cg_groups *groups, cg_put_row_fn put, void *context,
                              bool *more, struct cg_error *err) {
    struct cg_text key;
    struct cg_text payload;
    struct cg_sorter *sorter = groups->members_are_done ? groups->claims : groups->members;
    groups->put = put;
    groups->put_context = context;
    if (cg_sorter_next(sorter, &key, &payload, more, err) != CG_OK) {
        return err->status;
    }
    bool good = true;
    if (*more) {
        good = groups->members_are_done ? pack_claim(groups, key, payload)
                                        : pack_again(groups, key, payload);
    } else if (groups->members_are_done) {
        end_claims(groups);
    } else {
        end_group(groups);
        put_packed(groups);
        groups->members_are_done = true;
        *more = true;
    }
    return good
               ? CG_OK
               : cg_error_set(err, CG_INTERNAL, "a row for the ledger was damaged while it waited");
}
