#include "elements.h"

#include "claimgate/x12/syntax.h"

bool cg_x12_next_segment(const struct cg_x12_marks *marks, struct cg_text *rest,
                         struct cg_text *segment, uint32_t *name) {
    uint32_t newlines = 0;
    const uint32_t start = cg_x12_skip(*rest, marks, false, &newlines);
    const char *at = rest->ptr + start;
    const uint32_t len = rest->len - start;
    if (len == 0) {
        return false;
    }
    const char *end = memchr(at, marks->terminator, len);
    *segment = (struct cg_text){at, end == NULL ? len : (uint32_t)(end - at)};
    *name = cg_x12_name_of(*segment, marks->element);
    const uint32_t taken = segment->len + (end != NULL);
    *rest = (struct cg_text){at + taken, len - taken};
    return true;
}

static struct cg_text join(struct cg_x12_walk *walk, struct cg_text segment) {
    char *joined = cg_arena_alloc(&walk->batch->scratch, segment.len);
    uint32_t len = 0;
    if (joined == NULL) {
        walk->out_of_memory = true;
        return (struct cg_text){"", 0};
    }
    for (uint32_t i = 0; i < segment.len; i++) {
        if (segment.ptr[i] != '\n' && segment.ptr[i] != '\r') {
            joined[len++] = segment.ptr[i];
        }
    }
    return (struct cg_text){joined, len};
}

void cg_x12_read_views(struct cg_x12_walk *walk, struct cg_text segment, uint32_t wanted,
                       struct cg_x12_views *out) {
    const char element = walk->marks.element;
    if (walk->is_wrapped) {
        segment = join(walk, segment);
    }
    const char *start = segment.ptr;
    const char *stop = segment.ptr + segment.len;
    uint32_t count = 0;
    for (const char *at = start; count < wanted; at++) {
        if (at == stop || *at == element) {
            out->at[count++] = (struct cg_text){start, (uint32_t)(at - start)};
            start = at + 1;
            if (at == stop) {
                break;
            }
        }
    }
    out->count = count;
}

static struct cg_text up_to(struct cg_text text, char mark) {
    const char *end = memchr(text.ptr, mark, text.len);
    return (struct cg_text){text.ptr, end == NULL ? text.len : (uint32_t)(end - text.ptr)};
}

struct cg_text cg_x12_first(const struct cg_x12_walk *walk, struct cg_text element) {
    const char repetition = walk->marks.repetition;
    return repetition == '\0' || element.len == 0 ? element
                                                  : cg_text_trim(up_to(element, repetition));
}

struct cg_text cg_x12_component(const struct cg_x12_walk *walk, struct cg_text element,
                                uint32_t component_no) {
    struct cg_text rest = cg_x12_first(walk, element);
    for (; component_no > 1 && rest.len > 0; component_no--) {
        const uint32_t passed = up_to(rest, walk->marks.component).len;
        const uint32_t behind = passed + (passed < rest.len);
        rest = (struct cg_text){rest.ptr + behind, rest.len - behind};
    }
    return rest.len == 0 ? rest : cg_text_trim(up_to(rest, walk->marks.component));
}
