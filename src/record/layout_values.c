/*
 * Values that a layout puts in the place of those in a file: one that the field does not know would
 * have every such line rejected.
 */
#include "layout_private.h"

#include "claimgate/json/json.h"
#include "claimgate/record/field.h"

enum { LINE_NUMBER_MAX = 9999 };

static bool is_frequency(struct cg_text value) {
    return value.len == 1 && strchr("178", value.ptr[0]) != NULL;
}

/* What the field takes beside a blank, for a person; NULL: the value is one of these. */
static const char *what_it_takes(const struct cg_layout *layout, enum cg_field field,
                                 struct cg_text value) {
    uint64_t number;
    switch (field) {
    case CG_FIELD_CLAIM_FREQUENCY_CODE:
        return is_frequency(value) ? NULL : "1, 7 or 8";
    case CG_FIELD_RENDERING_NPI:
    case CG_FIELD_BILLING_NPI:
        return cg_field_test_npi(value) != 0 ? NULL : "an NPI with its check digit";
    case CG_FIELD_HCPCS_MODIFIER_1:
    case CG_FIELD_HCPCS_MODIFIER_2:
    case CG_FIELD_HCPCS_MODIFIER_3:
    case CG_FIELD_HCPCS_MODIFIER_4:
    case CG_FIELD_HCPCS_MODIFIER_5:
        return cg_field_modifier(value) != 0 ? NULL : "two letters or digits";
    case CG_FIELD_CLAIM_LINE_NUMBER:
        return layout->has_line_ids || cg_field_whole(value, LINE_NUMBER_MAX, &number)
                   ? NULL
                   : "a number from 1 to 9999";
    case CG_FIELD_CLAIM_LINE_START_DATE:
    case CG_FIELD_CLAIM_LINE_END_DATE:
    case CG_FIELD_RECEIVED_DATE:
    case CG_FIELD_BIRTH_DATE:
        return cg_date_parse(value.ptr, value.len, layout->fields[field].date_format) != CG_DAY_NONE
                   ? NULL
                   : "a real date in the date_format of the field";
    default:
        return NULL;
    }
}

static void check(const struct cg_layout *layout, enum cg_field field, struct cg_text value,
                  const struct cg_json_doc *doc, const struct cg_json *node,
                  struct cg_problems *problems) {
    const struct cg_text trimmed = cg_text_trim(value);
    const char *wanted = trimmed.len > 0 ? what_it_takes(layout, field, trimmed) : NULL;
    if (wanted != NULL) {
        cg_json_problem(doc, node, problems,
                        "\"%s\" is no %s: write %s, or \"\" for a blank; every line with it would "
                        "be rejected",
                        value.ptr, cg_field_name(field), wanted);
    }
}

void cg_layout_check_values(const struct cg_layout *layout, const struct cg_json_doc *doc,
                            struct cg_problems *problems) {
    const struct cg_json *fields = cg_json_member(cg_json_root(doc), "fields");
    for (enum cg_field i = 0; i < CG_FIELD_COUNT; i++) {
        const struct cg_layout_source *source = &layout->fields[i];
        const struct cg_json *node = cg_json_member(fields, cg_field_name(i));
        const struct cg_json *map = cg_json_member(node, "map");
        for (size_t pair = 0; pair < source->map_count; pair++) {
            const char *from = NULL;
            check(layout, i, source->map[pair].to, doc, cg_json_member_at(map, pair, &from),
                  problems);
        }
        if (source->fixed != NULL && source->map_count == 0) {
            check(layout, i, cg_text_of(source->fixed), doc, cg_json_member(node, "fixed"),
                  problems);
        }
    }
}
