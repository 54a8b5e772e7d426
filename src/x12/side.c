#include "claimgate/x12/side.h"
#include "claimgate/base/assert.h"

#include "claimgate/x12/syntax.h"

#include "claimgate/base/assert.h"
#include "claimgate/base/phrase.h"

/* One batch on its way to one side. */
struct pass {
    struct cg_x12_side *side;
    struct cg_batch *batch;
    const struct cg_x12_node *open[CG_X12_LEVELS]; /* the headers that are */
    struct cg_array *out;
    bool failed;
};

/* --- bytes --- */

static void put(struct pass *pass, struct cg_text bytes) {
    if (pass->out == NULL || bytes.len == 0) {
        return;
    }
    if (pass->out->count > 0) {
        struct cg_text *last = cg_array_at(pass->out, pass->out->count - 1);
        if (last->ptr + last->len == bytes.ptr) {
            last->len += bytes.len;
            return;
        }
    }
    struct cg_text *next = cg_array_add(pass->out);
    pass->failed = pass->failed || next == NULL;
    if (next != NULL) {
        *next = bytes;
    }
}

static void put_copy(struct pass *pass, struct cg_text bytes) {
    if (pass->out == NULL) {
        return;
    }
    const char *kept = cg_arena_copy(&pass->batch->scratch, bytes.ptr, bytes.len);
    pass->failed = pass->failed || kept == NULL;
    if (kept != NULL) {
        put(pass, (struct cg_text){kept, bytes.len});
    }
}

static uint32_t up_to(struct cg_text text, char mark) {
    const char *end = memchr(text.ptr, mark, text.len);
    return end == NULL ? text.len : (uint32_t)(end - text.ptr);
}

/* What is left of a node of which the first elements have been put out. */
struct rest {
    const struct cg_x12_node *node;
    struct cg_text text; /* begins with the name or behind a separator */
};

static struct cg_text take(struct rest *rest, uint32_t len) {
    const struct cg_text taken = {rest->text.ptr, len};
    rest->text = (struct cg_text){rest->text.ptr + len, rest->text.len - len};
    return taken;
}

/* The element that the rest begins with, and the separator behind it. */
static void put_element(struct pass *pass, struct rest *rest) {
    put(pass, take(rest, up_to(rest->text, rest->node->marks.element) + 1));
}

/* The same with a number in place of the element, which is there. */
static void put_number(struct pass *pass, struct rest *rest, uint64_t number) {
    char digits[CG_DIGITS_BYTES];
    const struct cg_x12_marks *marks = &rest->node->marks;
    const uint32_t segment = up_to(rest->text, marks->terminator);
    put_copy(pass, cg_phrase_digits(number, digits));
    (void)take(rest, up_to((struct cg_text){rest->text.ptr, segment}, marks->element));
}

/* --- headers --- */

/* A second file's byte order mark and leading blanks would stand in the middle of this one. */
static void put_isa(struct pass *pass, const struct cg_x12_node *node) {
    struct cg_x12_side *side = pass->side;
    struct cg_text bytes = node->bytes;
    const char *isa = memchr(bytes.ptr, 'I', bytes.len);
    if (side->has_begun && isa != NULL) {
        bytes.len -= (uint32_t)(isa - bytes.ptr);
        bytes.ptr = isa;
    }
    if (side->terminator != '\0') {
        put_copy(pass, (struct cg_text){&side->terminator, 1});
        side->terminator = '\0';
    }
    put(pass, bytes);
}

static void put_loop(struct pass *pass, const struct cg_x12_node *node) {
    const struct cg_x12_side_header *headers = pass->side->headers;
    const uint32_t hl_no = headers[node->kind].hl_no;
    const struct cg_x12_node *parent = pass->open[node->kind - 1];
    /* A lenient envelope lets a loop hang where it stands, whatever it says; a broken one says on
     * what is wrong with it. */
    const bool follows =
        node->kind > CG_X12_BILLING && parent != NULL && parent->hl_no != 0 && !node->is_broken;
    const uint32_t parent_no = follows ? headers[node->kind - 1].hl_no : node->hl_parent;
    struct rest rest = {node, node->bytes};
    if (hl_no != node->hl_no || parent_no != node->hl_parent) {
        put_element(pass, &rest);
        put_number(pass, &rest, hl_no);
    }
    if (parent_no != node->hl_parent) {
        put(pass, take(&rest, 1));
        put_number(pass, &rest, parent_no);
    }
    put(pass, rest.text);
}

static void write_header(struct pass *pass, int level) {
    struct cg_x12_side *side = pass->side;
    const struct cg_x12_node *node = pass->open[level];
    CG_ASSERT(node != NULL); /* what is open and not written has been met in this pass */
    if (level == CG_X12_ISA) {
        put_isa(pass, node);
    } else if (level >= CG_X12_BILLING) {
        put_loop(pass, node);
    } else {
        put(pass, node->bytes);
    }
    side->segments = level == CG_X12_ST ? node->segments : side->segments + node->segments;
    side->headers[level].is_written = true;
    side->has_begun = true;
}

static void write_headers(struct pass *pass, int deepest) {
    for (int level = 0; level <= deepest; level++) {
        const struct cg_x12_side_header *header = &pass->side->headers[level];
        if (header->is_open && !header->is_written) {
            write_header(pass, level);
        }
    }
}

/* From the deepest up, for what has no claim is written with all that stands above it. */
static void close_headers(struct pass *pass, int from_level) {
    struct cg_x12_side *side = pass->side;
    for (int level = CG_X12_LEVELS - 1; level >= from_level; level--) {
        struct cg_x12_side_header *header = &side->headers[level];
        if (header->is_open && !header->is_written) {
            if (side->is_accepted && !header->has_claims) {
                write_headers(pass, level);
            } else {
                side->hl_left_out += level >= CG_X12_BILLING;
            }
        }
        if (level > from_level) {
            *header = (struct cg_x12_side_header){.is_open = false};
        }
    }
}

static void open_header(struct pass *pass, const struct cg_x12_node *node) {
    struct cg_x12_side *side = pass->side;
    const int level = node->kind;
    close_headers(pass, level);
    if (level == CG_X12_ISA) {
        side->groups = 0;
    } else if (level == CG_X12_GS) {
        side->transactions = 0;
    } else if (level == CG_X12_ST) {
        side->hl_left_out = 0;
    }
    const uint32_t left_out = side->hl_left_out < node->hl_no ? side->hl_left_out : 0;
    side->headers[level] =
        (struct cg_x12_side_header){.is_open = true, .hl_no = node->hl_no - left_out};
    pass->open[level] = node;
}

/* --- what follows headers --- */

static bool is_taken(const struct pass *pass, const struct cg_x12_node *node) {
    const struct cg_record *record = cg_batch_record(pass->batch, node->record_no);
    const bool is_rejected =
        record->line_index != CG_NO_LINE &&
        cg_batch_line(pass->batch, record->line_index)->decision == CG_REJECTED;
    return is_rejected != pass->side->is_accepted;
}

static void note_claim(struct pass *pass, int deepest) {
    for (int level = 0; level <= deepest; level++) {
        pass->side->headers[level].has_claims = true;
    }
}

static void take_claim(struct pass *pass, const struct cg_x12_node *node) {
    struct cg_x12_side *side = pass->side;
    note_claim(pass, CG_X12_LEVELS - 1);
    if (!is_taken(pass, node)) {
        return;
    }
    write_headers(pass, CG_X12_LEVELS - 1);
    put(pass, node->bytes);
    side->segments += node->segments;
    side->claims++;
    side->claim_segments += node->segments;
}

static void read_header(const struct cg_x12_node *header, struct cg_x12_elements *out) {
    const char *name = memchr(header->bytes.ptr,
                              header->kind == CG_X12_ISA  ? 'I'
                              : header->kind == CG_X12_GS ? 'G'
                                                          : 'S',
                              header->bytes.len);
    const uint32_t lead = name == NULL ? 0 : (uint32_t)(name - header->bytes.ptr);
    struct cg_text segment = {header->bytes.ptr + lead, header->bytes.len - lead};
    segment.len = up_to(segment, header->marks.terminator);
    cg_x12_read_elements(segment, &header->marks, out);
}

/* As it stands where it is right, else with the count of what was written and the number of its
 * header, which only a lenient envelope lets differ. */
static void put_trailer(struct pass *pass, const struct cg_x12_node *node, struct cg_text segment,
                        uint64_t count) {
    const int level = CG_X12_ST - (node->kind - CG_X12_SE);
    const uint32_t control_no = level == CG_X12_ST ? 2 : level == CG_X12_GS ? 6 : 13;
    const char element = node->marks.element;
    struct cg_x12_elements trailer;
    struct cg_x12_elements header;
    char digits[CG_DIGITS_BYTES];
    cg_x12_read_elements(segment, &node->marks, &trailer);
    read_header(pass->open[level], &header);
    const struct cg_text control = cg_x12_element(&header, control_no);
    if (cg_x12_number(cg_x12_element(&trailer, 1)) == count &&
        cg_text_equal(cg_x12_element(&trailer, 2), control)) {
        put(pass, segment);
        return;
    }
    put_copy(pass, trailer.at[0]);
    put_copy(pass, (struct cg_text){&element, 1});
    put_copy(pass, cg_phrase_digits(count, digits));
    put_copy(pass, (struct cg_text){&element, 1});
    put_copy(pass, control);
}

/* What the header of the same level began ends, with the count of what was written. */
static void take_trailer(struct pass *pass, const struct cg_x12_node *node) {
    struct cg_x12_side *side = pass->side;
    const int level = CG_X12_ST - (node->kind - CG_X12_SE);
    close_headers(pass, level);
    const bool is_written = side->headers[level].is_written;
    side->headers[level] = (struct cg_x12_side_header){.is_open = false};
    if (!is_written) {
        return;
    }
    const struct cg_text segment = {node->bytes.ptr, up_to(node->bytes, node->marks.terminator)};
    put_trailer(pass, node, segment,
                level == CG_X12_ST   ? side->segments + 1
                : level == CG_X12_GS ? side->transactions
                                     : side->groups);
    put(pass, (struct cg_text){segment.ptr + segment.len, node->bytes.len - segment.len});
    side->transactions += level == CG_X12_ST;
    side->groups += level == CG_X12_GS;
    if (level == CG_X12_ISA && segment.len == node->bytes.len) {
        side->terminator = node->marks.terminator;
    }
}

static void take_passed(struct pass *pass, const struct cg_x12_node *node) {
    if (pass->side->is_accepted) {
        write_headers(pass, CG_X12_GS);
        put(pass, node->bytes);
        pass->side->transactions += node->begins_pass;
    }
    note_claim(pass, CG_X12_GS);
}

bool cg_x12_side_pass(struct cg_x12_side *side, struct cg_batch *batch, struct cg_array *out) {
    struct pass pass = {.side = side, .batch = batch, .out = out};
    for (uint32_t i = 0; i < batch->x12->nodes.count; i++) {
        const struct cg_x12_node *node = cg_x12_node_at(batch->x12, i);
        switch ((enum cg_x12_kind)node->kind) {
        case CG_X12_ISA:
        case CG_X12_GS:
        case CG_X12_ST:
        case CG_X12_BILLING:
        case CG_X12_SUBSCRIBER:
        case CG_X12_PATIENT:
            if (i < batch->x12->carried) {
                pass.open[node->kind] = node;
            } else {
                open_header(&pass, node);
            }
            break;
        case CG_X12_CLAIM:
            take_claim(&pass, node);
            break;
        case CG_X12_SE:
        case CG_X12_GE:
        case CG_X12_IEA:
            take_trailer(&pass, node);
            break;
        case CG_X12_PASSED:
            take_passed(&pass, node);
            break;
        case CG_X12_DROPPED:
            break;
        }
    }
    return !pass.failed;
}
