#include "claimgate/x12/syntax.h"

#include "claimgate/record/field.h"

#include <stdlib.h>

enum {
    NODES_MAX = 1 << 20, /* more than a batch has bytes for */
    LINES_MAX = 1 << 20,
    STRETCHES_MAX = 1 << 23,
    PACKED_MAX_BYTES = 64 << 20,
};

struct cg_x12_batch *cg_x12_batch_new(void) {
    struct cg_x12_batch *x12 = calloc(1, sizeof *x12);
    if (x12 != NULL) {
        cg_array_init(&x12->nodes, sizeof(struct cg_x12_node), NODES_MAX);
        cg_array_init(&x12->lines, sizeof(struct cg_x12_line), LINES_MAX);
        cg_array_init(&x12->rejected_text, sizeof(struct cg_text), STRETCHES_MAX);
        cg_buffer_init(&x12->rejected, PACKED_MAX_BYTES);
    }
    return x12;
}

void cg_x12_batch_clear(struct cg_x12_batch *x12) {
    x12->nodes.count = 0;
    x12->lines.count = 0;
    x12->rejected_text.count = 0;
    cg_buffer_clear(&x12->rejected);
    x12->carried = 0;
    x12->passed_records = 0;
    x12->rejected_claims = 0;
}

void cg_x12_batch_free(struct cg_x12_batch *x12) {
    if (x12 != NULL) {
        cg_array_fini(&x12->nodes);
        cg_array_fini(&x12->lines);
        cg_array_fini(&x12->rejected_text);
        cg_buffer_fini(&x12->rejected);
        free(x12);
    }
}

const struct cg_x12_line *cg_x12_line_of(const struct cg_batch *batch, const struct cg_line *line) {
    return batch->x12 == NULL || batch->x12->nodes.count == 0
               ? NULL
               : cg_array_at(&batch->x12->lines, line->values_no);
}

static bool is_line_end(char byte) {
    return byte == '\n' || byte == '\r';
}

static bool is_white(char byte) {
    return byte == ' ' || byte == '\t' || is_line_end(byte);
}

/* What may part elements or segments. */
static bool may_part(char byte) {
    return (unsigned char)byte < 0x80 && byte != ' ' && byte != '\0' &&
           !(byte >= '0' && byte <= '9') && !((byte | 0x20) >= 'a' && (byte | 0x20) <= 'z');
}

/* --- the start of a file --- */

static const char byte_order_mark[] = "\xef\xbb\xbf";

/* How many of the wanted bytes stand at `at`; fewer than all where the text ends first. */
static uint32_t agreeing(struct cg_text text, uint32_t at, const char *wanted, uint32_t len) {
    uint32_t same = 0;
    while (same < len && at + same < text.len && text.ptr[at + same] == wanted[same]) {
        same++;
    }
    return same;
}

bool cg_x12_begins(struct cg_text text, bool at_end, bool *decided) {
    const uint32_t mark = agreeing(text, 0, byte_order_mark, 3);
    uint32_t at = mark == 3 ? 3 : 0;
    while (at < text.len && is_white(text.ptr[at])) {
        at++;
    }
    const uint32_t same = agreeing(text, at, "ISA", 3);
    const uint32_t behind = at + same;
    const bool may_become = behind == text.len || (mark > 0 && mark < 3 && mark == text.len);
    *decided = at_end || !may_become;
    /* A column may be named so; no separator of X12 is a comma. */
    return same == 3 && (behind == text.len ||
                         (may_part(text.ptr[behind]) && strchr(",_\"", text.ptr[behind]) == NULL));
}

uint32_t cg_x12_skip(struct cg_text text, const struct cg_x12_marks *marks, bool between,
                     uint32_t *newlines) {
    uint32_t at = 0;
    while (at < text.len) {
        const char byte = text.ptr[at];
        if (between && agreeing(text, at, byte_order_mark, 3) == 3) {
            at += 2;
        } else if (!is_white(byte) && byte != marks->terminator &&
                   !(between && (byte == '\0' || byte == '\x1a'))) {
            break;
        }
        *newlines += is_line_end(byte);
        at++;
    }
    return at;
}

/* --- ISA --- */

static uint32_t past_line_ends(struct cg_text text, uint32_t at) {
    while (at < text.len && is_line_end(text.ptr[at])) {
        at++;
    }
    return at;
}

/* Elements are counted, for real files have some that are too short, or wrap the line. */
struct isa {
    uint32_t component_at;
    char repetition;
};

static bool find_isa(struct cg_text text, char element, struct isa *out) {
    uint32_t seen = 0;
    uint32_t length = 0;
    for (uint32_t at = 3; at < text.len && at < CG_X12_HEAD_BYTES; at++) {
        const char byte = text.ptr[at];
        if (is_line_end(byte)) {
            continue;
        }
        if (seen == CG_X12_ISA_ELEMENTS - 1) {
            out->component_at = at;
            return true;
        }
        const bool parts = byte == element;
        length = parts ? 0 : length + 1;
        seen += parts;
        if (seen == 11 && length == 1) {
            out->repetition = byte;
        }
    }
    return false;
}

/* A line end behind ISA16 is the terminator, unless another one follows it: then the line was
 * wrapped just there. */
static uint32_t find_terminator(struct cg_text text, uint32_t at) {
    const uint32_t past = past_line_ends(text, at);
    return past < text.len && past > at && may_part(text.ptr[past]) ? past : at;
}

static enum cg_status check_marks(const struct cg_x12_marks *marks, struct cg_error *err) {
    const char all[] = {marks->element, marks->component, marks->terminator, marks->repetition};
    const size_t count = marks->repetition != '\0' ? sizeof all : sizeof all - 1;
    for (size_t i = 0; i < count; i++) {
        if (!may_part(all[i])) {
            return cg_error_set(err, CG_BAD_DATA,
                                "a separator of this ISA is a letter, a digit, a blank or no ASCII "
                                "character (byte 0x%02x); is the ISA whole?",
                                (unsigned)(unsigned char)all[i]);
        }
        if (memchr(all, all[i], i) != NULL) {
            return cg_error_set(err, CG_BAD_DATA,
                                "two separators of this ISA are the same character (byte 0x%02x), "
                                "so that its segments cannot be told apart",
                                (unsigned)(unsigned char)all[i]);
        }
    }
    return CG_OK;
}

/* Whoever reads the ISA again would take a part of it for the whole. */
static enum cg_status check_ends_once(struct cg_text isa, const struct cg_x12_marks *marks,
                                      struct cg_error *err) {
    return is_line_end(marks->terminator) || memchr(isa.ptr, marks->terminator, isa.len) == NULL
               ? CG_OK
               : cg_error_set(err, CG_BAD_DATA,
                              "the character behind ISA16, which ends each segment, stands within "
                              "this ISA too (byte 0x%02x); is the ISA whole?",
                              (unsigned)(unsigned char)marks->terminator);
}

enum cg_status cg_x12_read_isa(struct cg_text text, bool at_end, struct cg_x12_marks *marks,
                               uint32_t *len_bytes, struct cg_error *err) {
    struct isa isa = {.repetition = '\0'};
    *len_bytes = 0;
    if (text.len < 4 && !at_end) {
        return CG_OK;
    }
    if (text.len < 4 || !find_isa(text, text.ptr[3], &isa)) {
        return !at_end && text.len < CG_X12_HEAD_BYTES
                   ? CG_OK
                   : cg_error_set(err, CG_BAD_DATA,
                                  "this ISA is too short: it has fewer than 16 elements");
    }
    const uint32_t behind = isa.component_at + 1;
    const uint32_t past = past_line_ends(text, behind);
    if (past == text.len && !at_end) {
        return CG_OK;
    }
    if (behind == text.len) {
        return cg_error_set(err, CG_BAD_DATA, "the file ends inside its ISA; fetch it again");
    }
    const uint32_t end = find_terminator(text, behind);
    const bool repeats = isa.repetition != 'U' && may_part(isa.repetition);
    *marks = (struct cg_x12_marks){.element = text.ptr[3],
                                   .repetition = repeats ? isa.repetition : '\0',
                                   .component = text.ptr[isa.component_at],
                                   .terminator = text.ptr[end]};
    *len_bytes = end;
    const enum cg_status status = check_marks(marks, err);
    return status == CG_OK ? check_ends_once((struct cg_text){text.ptr, end}, marks, err) : status;
}

/* --- an interchange behind something else --- */

static bool begins_with(struct cg_text text, const char *small_letters) {
    uint32_t same = 0;
    while (same < text.len && small_letters[same] != '\0' &&
           (text.ptr[same] | 0x20) == small_letters[same]) {
        same++;
    }
    return small_letters[same] == '\0';
}

/* The text begins with ISA. */
static bool is_interchange(struct cg_text text) {
    struct cg_error ignored = CG_ERROR_INIT;
    struct cg_x12_marks marks;
    uint32_t len = 0;
    uint32_t newlines = 0;
    if (cg_x12_read_isa(text, true, &marks, &len, &ignored) != CG_OK) {
        return false;
    }
    const struct cg_text rest = {text.ptr + len, text.len - len};
    const uint32_t gs = cg_x12_skip(rest, &marks, false, &newlines);
    return begins_with((struct cg_text){rest.ptr + gs, rest.len - gs}, "gs");
}

uint32_t cg_x12_find(struct cg_text text) {
    for (uint32_t at = 0; at < text.len && at < CG_X12_SEGMENT_MAX_BYTES; at++) {
        const struct cg_text rest = {text.ptr + at, text.len - at};
        if ((*rest.ptr | 0x20) == 'i' && begins_with(rest, "isa") && is_interchange(rest)) {
            return at;
        }
    }
    return text.len;
}

/* --- segments --- */

uint32_t cg_x12_name_of(struct cg_text segment, char element) {
    uint32_t name = 0;
    uint32_t shift = 32;
    for (uint32_t at = 0; at < segment.len && shift > 0 && segment.ptr[at] != element; at++) {
        if (!is_line_end(segment.ptr[at])) {
            shift -= 8;
            name |= (uint32_t)(unsigned char)segment.ptr[at] << shift;
        }
    }
    return name;
}

bool cg_x12_name_is_odd(uint32_t name) {
    uint32_t letters = 0;
    while (letters < 4 && cg_x12_may_name((char)(name >> 24))) {
        name <<= 8;
        letters++;
    }
    return letters < 2 || letters > 3 || name != 0;
}

void cg_x12_read_elements(struct cg_text segment, const struct cg_x12_marks *marks,
                          struct cg_x12_elements *out) {
    uint32_t len = 0;
    uint32_t start = 0;
    out->count = 0;
    for (uint32_t at = 0; at <= segment.len && out->count < CG_X12_ELEMENTS_MAX; at++) {
        const bool ends = at == segment.len || len == sizeof out->bytes;
        if (ends || segment.ptr[at] == marks->element) {
            const struct cg_text element = {out->bytes + start, len - start};
            out->at[out->count++] = cg_text_trim(element);
            start = len;
            if (ends) {
                return;
            }
        } else if (!is_line_end(segment.ptr[at])) {
            out->bytes[len++] = segment.ptr[at];
        }
    }
}

/* The elements are views into their own bytes, which move. */
void cg_x12_copy_elements(struct cg_x12_elements *to, const struct cg_x12_elements *from) {
    memcpy(to->bytes, from->bytes, sizeof to->bytes);
    to->count = from->count;
    for (uint32_t i = 0; i < from->count; i++) {
        to->at[i] = (struct cg_text){to->bytes + (from->at[i].ptr - from->bytes), from->at[i].len};
    }
}

struct cg_text cg_x12_element(const struct cg_x12_elements *elements, uint32_t element_no) {
    return element_no < elements->count ? elements->at[element_no] : (struct cg_text){"", 0};
}

uint32_t cg_x12_number(struct cg_text text) {
    uint64_t number = 0;
    return cg_field_integer(text, 999999999, &number) ? (uint32_t)number : 0;
}
