#include "claimgate/x12/parse.h"

#include "claimgate/record/claim_record.h"
#include "claimgate/x12/syntax.h"
#include "elements.h"
#include "walk.h"

#include "claimgate/x12/values.h"

#include <stdlib.h>

enum { X12_COLUMNS = CG_FIELD_COUNT + 2, EDITED_AT_ONCE = 128 };

#define COLUMN_NAME(name, text) #text ","
static const char header[] = CG_FIELD_TABLE(COLUMN_NAME) "x12_st,x12_line_control";

bool cg_x12_bind(const struct cg_x12_options *options, struct cg_binding *out) {
    static const enum cg_field dates[] = {CG_FIELD_CLAIM_LINE_START_DATE,
                                          CG_FIELD_CLAIM_LINE_END_DATE, CG_FIELD_RECEIVED_DATE,
                                          CG_FIELD_BIRTH_DATE};
    *out = (struct cg_binding){.column_count = X12_COLUMNS,
                               .last_column = X12_COLUMNS - 1,
                               .delimiter = ',',
                               .is_x12 = true,
                               .holds_claims = !options->decides_lines,
                               .can_take_back = true};
    for (int i = 0; i < CG_FIELD_COUNT; i++) {
        out->fields[i] = (struct cg_field_source){.column = i, .fallback_column = -1};
    }
    for (size_t i = 0; i < sizeof dates / sizeof dates[0]; i++) {
        out->date_formats[dates[i]] = CG_DATE_COMPACT;
    }
    out->header = malloc(sizeof header);
    if (out->header == NULL) {
        return false;
    }
    memcpy(out->header, header, sizeof header);
    out->header_len = sizeof header - 1;
    return true;
}

struct parser {
    const struct cg_parse_plan *plan;
    const struct cg_x12_options *options;
    struct cg_batch *batch;
    struct cg_values values;
    struct cg_values_memos memos;
    uint32_t take_backs;   /* of the record, see claim_record.h */
    uint32_t edited_lines; /* those that edit_credentials has had */
};

static struct cg_record *add_record(struct parser *parser, const struct cg_x12_node *node,
                                    enum cg_malformed fault) {
    struct cg_batch *batch = parser->batch;
    struct cg_record *record = cg_array_add(&batch->records);
    if (record != NULL) {
        *record = (struct cg_record){.offset = (uint32_t)(node->bytes.ptr - batch->text.ptr),
                                     .len_bytes = node->bytes.len,
                                     .line_delta = node->segment_delta,
                                     .line_index = batch->lines.count,
                                     .malformed = (uint8_t)fault};
    }
    return record;
}

static bool add_malformed(struct cg_batch *batch, enum cg_malformed fault) {
    struct cg_line *line = cg_batch_add_line(batch);
    if (line != NULL) {
        line->record_no = batch->records.count - 1;
        cg_line_mark_malformed(line, fault);
    }
    return line != NULL;
}

static bool add_line(struct parser *parser, const struct cg_x12_line *x12,
                     enum cg_malformed fault) {
    if (fault != CG_WELL_FORMED) {
        return add_malformed(parser->batch, fault);
    }
    parser->values.texts = x12->values;
    return cg_claim_record_add(parser->plan, parser->batch, &parser->values, false,
                               &parser->take_backs) != NULL;
}

static void edit_credentials(struct parser *parser) {
    struct cg_batch *batch = parser->batch;
    struct cg_line *lines = batch->lines.items;
    const uint32_t first = parser->edited_lines;
    if (parser->plan->edit_credentials != NULL && batch->lines.count > first) {
        parser->plan->edit_credentials(parser->plan->rules, lines + first,
                                       batch->lines.count - first);
    }
    parser->edited_lines = batch->lines.count;
}

static void end_record(struct parser *parser) {
    struct cg_batch *batch = parser->batch;
    cg_claim_record_end(parser->plan, batch, parser->take_backs);
    parser->take_backs = 0;
    if (batch->lines.count - parser->edited_lines >= EDITED_AT_ONCE) {
        edit_credentials(parser);
    }
}

/* The claim's lines are the last ones of batch->x12. Where each is a record, those that pass leave
 * no line, and the values of the others move up. */
static bool take_claim(struct parser *parser, const struct cg_x12_walk *walk,
                       struct cg_x12_node *node) {
    struct cg_batch *batch = parser->batch;
    const bool apart = parser->options->decides_lines;
    struct cg_x12_line *values = (struct cg_x12_line *)batch->x12->lines.items + batch->lines.count;
    node->record_no = batch->records.count;
    for (uint32_t i = 0; i < walk->lines; i++) {
        if ((apart || i == 0) && !add_record(parser, node, walk->fault)) {
            return false;
        }
        struct cg_x12_line *place = cg_array_at(&batch->x12->lines, batch->lines.count);
        *place = values[i];
        if (!add_line(parser, place, walk->fault)) {
            return false;
        }
        cg_batch_line(batch, batch->lines.count - 1)->values_no = batch->lines.count - 1;
        if (apart || i == walk->lines - 1) {
            end_record(parser);
        }
    }
    batch->x12->lines.count = batch->lines.count;
    return true;
}

/* The claims of a transaction of another kind are counted, and nothing else. */
static bool take_passed(struct parser *parser, const struct cg_x12_node *node) {
    struct cg_batch *batch = parser->batch;
    struct cg_x12_node claim = *node;
    struct cg_text rest = node->bytes;
    struct cg_text segment;
    uint32_t name;
    uint32_t segments = 0;
    for (; cg_x12_next_segment(&node->marks, &rest, &segment, &name); segments++) {
        if (name != CG_X12_NAME_CLM) {
            continue;
        }
        claim.bytes = segment;
        claim.segment_delta = node->segment_delta + segments;
        struct cg_record *record = add_record(parser, &claim, CG_WELL_FORMED);
        if (record == NULL) {
            return false;
        }
        record->line_index = CG_NO_LINE;
        record->line_count = 1;
        batch->passed_lines++;
        batch->x12->passed_records++;
    }
    return true;
}

static bool take_nodes(struct parser *parser, struct cg_x12_walk *walk) {
    struct cg_x12_batch *x12 = parser->batch->x12;
    bool good = true;
    for (uint32_t i = 0; i < x12->nodes.count && good; i++) {
        struct cg_x12_node *node = cg_x12_node_at(x12, i);
        good = cg_x12_walk_node(walk, node);
        if (good && node->kind == CG_X12_CLAIM) {
            good = take_claim(parser, walk, node);
        } else if (good && node->kind == CG_X12_PASSED) {
            good = take_passed(parser, node);
        }
    }
    return good;
}

static void init_values(struct cg_values *values, const struct cg_binding *binding,
                        struct cg_arena *scratch) {
    cg_values_init(values, binding, NULL, scratch);
    for (int i = 0; i < CG_FIELD_COUNT; i++) {
        values->columns[i] = i == CG_FIELD_HCPCS_MODIFIER_5 ? CG_VALUE_ABSENT : CG_VALUE_DERIVED;
    }
    values->modifiers_end = CG_FIELD_HCPCS_MODIFIER_5;
}

bool cg_x12_values(const struct cg_binding *binding, const struct cg_batch *batch,
                   const struct cg_line *line, struct cg_values *out) {
    const bool is_known = line != NULL && line->malformed == CG_WELL_FORMED;
    init_values(out, binding, NULL);
    out->texts = is_known ? cg_x12_line_of(batch, line)->values : NULL;
    return is_known;
}

enum cg_status cg_x12_parse(const struct cg_parse_plan *plan, const struct cg_x12_options *options,
                            struct cg_batch *batch) {
    struct parser parser = {.plan = plan, .options = options, .batch = batch};
    struct cg_x12_walk walk;
    init_values(&parser.values, plan->binding, &batch->scratch);
    parser.values.memos = &parser.memos;
    cg_x12_walk_start(&walk, options, batch);
    batch->holds_claims = plan->binding->holds_claims;
    if (!take_nodes(&parser, &walk)) {
        return cg_error_no_memory(&batch->error);
    }
    edit_credentials(&parser);
    return CG_OK;
}
