#include "code_meant.h"

#include "claimgate/record/field.h"
#include "claimgate/record/shapes.h"
#include "claimgate/rules/procedure_code.h"
#include "claimgate/rules/reason.h"

int cg_code_in_another_column(const struct cg_policy *policy, struct cg_text value) {
    const bool begins_with_letter = value.len > 0 && (value.ptr[0] | 0x20) >= 'a';
    return begins_with_letter ? cg_policy_procedure(policy, cg_field_procedure(value)) : -1;
}

/* A description, such as "Peer support": more letters than any code has. */
static bool is_words(struct cg_text cell) {
    uint32_t letters = 0;
    for (uint32_t i = 0; i < cell.len; i++) {
        const char small = (char)(cell.ptr[i] | 0x20);
        letters += small >= 'a' && small <= 'z';
    }
    return letters > 5 && !cg_shape_is_null_mark(cell);
}

/* Of a record with quotes the columns that were kept; of any other all that the header has. */
static int find_elsewhere(const struct cg_policy *policy, struct cg_values *values) {
    int procedure_no = -1;
    if (values->texts != NULL) {
        return -1; /* in X12 every value has its one place */
    }
    const uint32_t columns =
        values->ends == NULL ? cg_csv_kept_count(values->csv) : values->binding->column_count;
    for (uint32_t i = 0; i < columns && procedure_no < 0; i++) {
        procedure_no = cg_code_in_another_column(
            policy, values->ends == NULL ? cg_csv_field(values->csv, i).value
                                         : cg_text_trim(cg_values_slice(values, i)));
    }
    return procedure_no;
}

/* X12 names the list that a code is of; these have codes of their own, spelled as ours may be. The
 * cell holds a code of ours, and so five letters at least. */
static bool is_of_other_list(const struct cg_values *values, struct cg_text cell) {
    static const char *const lists[] = {"ER", "IV", "WK"};
    bool found = false;
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        found = found || memcmp(cell.ptr, lists[i], 2) == 0;
    }
    const bool is_longer_word =
        found && ((cell.ptr[2] >= '0' && cell.ptr[2] <= '9') || (cell.ptr[2] | 0x20) >= 'a');
    return values->texts != NULL && found && !is_longer_word;
}

/* Hardly any record comes here, so that the field edits, which inline all they call, leave it out.
 */
__attribute__((noinline)) struct cg_code_meant
cg_code_meant_by(const struct cg_policy *policy, struct cg_values *values, struct cg_text cell) {
    const struct cg_code_found found = cell.len > 0 ? cg_policy_find_code(policy, cell)
                                                    : (struct cg_code_found){CG_CODE_OTHER, -1};
    const uint64_t near = cg_reason_bit(CG_REASON_PROCEDURE_CODE_NEAR);
    if (found.likeness != CG_CODE_OTHER) {
        const bool held = found.likeness == CG_CODE_HELD && !is_of_other_list(values, cell);
        return (struct cg_code_meant){found.procedure_no,
                                      held ? cg_reason_bit(CG_REASON_PROCEDURE_CODE_INVALID) : near,
                                      false};
    }
    const int elsewhere = find_elsewhere(policy, values);
    return (struct cg_code_meant){elsewhere, elsewhere < 0 ? 0 : near,
                                  elsewhere < 0 && is_words(cell)};
}
