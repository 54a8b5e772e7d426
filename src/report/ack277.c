#include "claimgate/report/ack277.h"

#include "ack_private.h"

#include "claimgate/io/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    HELD_BYTES = 1 << 20, /* of waiting claims, before they go to the spool */
    HELD_LIMIT_BYTES = 8 << 20,
};

static struct cg_text of(const struct cg_x12_elements *elements, uint32_t element_no) {
    return cg_x12_element(elements, element_no);
}

bool cg_ack277_is_payer_id(const char *text) {
    static const char *const kinds[] = {"46:", "FI:", "PI:", "XV:"};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strncmp(text, kinds[i], 3) == 0) {
            return text[3] != '\0' && strpbrk(text + 3, "*:^~\r\n") == NULL;
        }
    }
    return false;
}

struct cg_ack277 *cg_ack277_new(const struct cg_ack277_plan *plan) {
    struct cg_ack277 *ack = calloc(1, sizeof *ack);
    if (ack != NULL) {
        ack->plan = *plan;
        ack->spool = -1;
        cg_buffer_init(&ack->head.bytes, HELD_LIMIT_BYTES);
        cg_buffer_init(&ack->claims.bytes, HELD_LIMIT_BYTES);
    }
    return ack;
}

void cg_ack277_free(struct cg_ack277 *ack) {
    if (ack != NULL) {
        if (ack->spool >= 0) {
            (void)close(ack->spool);
        }
        cg_buffer_fini(&ack->head.bytes);
        cg_buffer_fini(&ack->claims.bytes);
        free(ack);
    }
}

/* --- the spool --- */

static enum cg_status spool_claims(struct cg_ack277 *ack, struct cg_error *err) {
    if (ack->claims.bytes.len_bytes < HELD_BYTES) {
        return CG_OK;
    }
    if (ack->spool < 0 && cg_file_open_nameless(ack->plan.spool_dir, &ack->spool, err) != CG_OK) {
        return err->status;
    }
    const enum cg_status status =
        cg_file_write_all(ack->spool, "the temporary file of the acknowledgment",
                          ack->claims.bytes.data, ack->claims.bytes.len_bytes, err);
    ack->spooled_bytes += ack->claims.bytes.len_bytes;
    cg_buffer_clear(&ack->claims.bytes);
    return status;
}

static enum cg_status put_spooled(struct cg_ack277 *ack, struct cg_error *err) {
    char bytes[65536];
    if (ack->spooled_bytes == 0) {
        return CG_OK;
    }
    for (uint64_t at = 0; at < ack->spooled_bytes;) {
        const uint64_t rest = ack->spooled_bytes - at;
        const size_t wanted = rest < sizeof bytes ? (size_t)rest : sizeof bytes;
        const ssize_t got = pread(ack->spool, bytes, wanted, (off_t)at);
        if (got <= 0) {
            return cg_error_set_errno(err, CG_IO, got < 0 ? errno : EIO,
                                      "the temporary file of the acknowledgment cannot be read");
        }
        const enum cg_status status = ack->plan.put(ack->plan.context, bytes, (size_t)got, err);
        if (status != CG_OK) {
            return status;
        }
        at += (uint64_t)got;
    }
    ack->spooled_bytes = 0;
    return ftruncate(ack->spool, 0) == 0 && lseek(ack->spool, 0, SEEK_SET) == 0
               ? CG_OK
               : cg_error_set_errno(err, CG_IO, errno,
                                    "the temporary file of the acknowledgment cannot be emptied");
}

static enum cg_status put_text(struct cg_ack277 *ack, struct cg_ack_text *text,
                               struct cg_error *err) {
    if (text->failed) {
        return cg_error_set(err, CG_INTERNAL, "out of memory while writing the acknowledgment");
    }
    const enum cg_status status =
        text->bytes.len_bytes == 0
            ? CG_OK
            : ack->plan.put(ack->plan.context, text->bytes.data, text->bytes.len_bytes, err);
    cg_buffer_clear(&text->bytes);
    return status;
}

/* --- what opens and closes --- */

static void open_transaction(struct cg_ack277 *ack) {
    ack->is_open[CG_ACK_TRANSACTION] = true;
    ack->claims.segments = 0;
    ack->hl_no = 2;
    ack->billing_hl_no = 0;
    ack->accepted = (struct cg_ack_totals){0};
    ack->rejected = (struct cg_ack_totals){0};
}

static enum cg_status close_transaction(struct cg_ack277 *ack, struct cg_error *err) {
    struct cg_ack_text *text = &ack->head;
    if (!ack->is_open[CG_ACK_INTERCHANGE]) {
        cg_ack_put_isa(ack);
    }
    if (!ack->is_open[CG_ACK_GROUP]) {
        cg_ack_put_gs(ack);
    }
    text->segments = 0;
    cg_ack_put_head(ack);
    const uint64_t segments = text->segments + ack->claims.segments + 1;
    cg_ack_begin(&ack->claims, "SE");
    cg_ack_put_number(&ack->claims, segments);
    cg_ack_put(&ack->claims, of(&ack->question.st, 2));
    cg_ack_end(&ack->claims);
    ack->is_open[CG_ACK_TRANSACTION] = false;
    ack->transactions++;
    if (put_text(ack, text, err) != CG_OK || put_spooled(ack, err) != CG_OK) {
        return err->status;
    }
    return put_text(ack, &ack->claims, err);
}

static enum cg_status close_one(struct cg_ack277 *ack, int level, struct cg_error *err) {
    const bool is_group = level == CG_ACK_GROUP;
    const struct cg_x12_elements *header = is_group ? &ack->question.gs : &ack->question.isa;
    if (!ack->is_open[level]) {
        return CG_OK;
    }
    cg_ack_begin(&ack->head, is_group ? "GE" : "IEA");
    cg_ack_put_number(&ack->head, is_group ? ack->transactions : ack->groups);
    cg_ack_put(&ack->head, of(header, is_group ? 6 : 13));
    cg_ack_end(&ack->head);
    ack->is_open[level] = false;
    ack->groups += is_group;
    return put_text(ack, &ack->head, err);
}

static void take_header(struct cg_ack277 *ack, const struct cg_x12_node *node) {
    cg_ack_question_take(&ack->question, node);
    if (node->kind == CG_X12_ST) {
        open_transaction(ack);
    } else if (node->kind == CG_X12_BILLING) {
        ack->billing_hl_no = 0;
    }
}

enum cg_status cg_ack277_take(struct cg_ack277 *ack, const struct cg_batch *batch,
                              struct cg_error *err) {
    const struct cg_x12_batch *x12 = batch->x12;
    enum cg_status status = CG_OK;
    for (uint32_t i = x12->carried; i < x12->nodes.count && status == CG_OK; i++) {
        const struct cg_x12_node *node = cg_x12_node_at(x12, i);
        if (node->kind < CG_X12_LEVELS) {
            take_header(ack, node);
        } else if (node->kind == CG_X12_CLAIM) {
            cg_ack_put_claim(ack, batch, node);
            status = spool_claims(ack, err);
        } else if (node->kind == CG_X12_SE) {
            status = close_transaction(ack, err);
        } else if (node->kind == CG_X12_GE) {
            status = close_one(ack, CG_ACK_GROUP, err);
        } else if (node->kind == CG_X12_IEA) {
            status = close_one(ack, CG_ACK_INTERCHANGE, err);
        }
    }
    return status;
}
