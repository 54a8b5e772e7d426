/*
 * Layouts: how a file's columns map to the fields of a service line.
 *
 * A layout is JSON (schemas/layout.schema.json), one of those built in or a file by
 * path. Bound to a header it becomes a plan that the parse station follows.
 *
 * Ownership  _free frees. A binding points into its layout and must go first.
 * Threads    Constant after loading; shared by all threads.
 */
#ifndef CLAIMGATE_RECORD_LAYOUT_H
#define CLAIMGATE_RECORD_LAYOUT_H

#include "claimgate/base/date.h"
#include "claimgate/base/error.h"
#include "claimgate/base/problems.h"
#include "claimgate/base/text.h"
#include "claimgate/base/time_zone.h"
#include "claimgate/io/named_file.h"
#include "claimgate/record/line.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CG_FIELD_TABLE(X)                                                                          \
    X(CLAIM_ID, claim_id)                                                                          \
    X(CLAIM_LINE_NUMBER, claim_line_number)                                                        \
    X(MEMBER_ID, member_id)                                                                        \
    X(CLAIM_LINE_START_DATE, claim_line_start_date)                                                \
    X(CLAIM_LINE_END_DATE, claim_line_end_date)                                                    \
    X(PLACE_OF_SERVICE_CODE, place_of_service_code)                                                \
    X(HCPCS_CODE, hcpcs_code)                                                                      \
    X(HCPCS_MODIFIER_1, hcpcs_modifier_1)                                                          \
    X(HCPCS_MODIFIER_2, hcpcs_modifier_2)                                                          \
    X(HCPCS_MODIFIER_3, hcpcs_modifier_3)                                                          \
    X(HCPCS_MODIFIER_4, hcpcs_modifier_4)                                                          \
    X(HCPCS_MODIFIER_5, hcpcs_modifier_5)                                                          \
    X(SERVICE_UNIT_QUANTITY, service_unit_quantity)                                                \
    X(RENDERING_NPI, rendering_npi)                                                                \
    X(BILLING_NPI, billing_npi)                                                                    \
    X(CHARGE_AMOUNT, charge_amount)                                                                \
    X(DIAGNOSIS_CODE_1, diagnosis_code_1)                                                          \
    X(CLAIM_FREQUENCY_CODE, claim_frequency_code)                                                  \
    X(ORIGINAL_CLAIM_ID, original_claim_id)                                                        \
    X(RECEIVED_DATE, received_date)                                                                \
    X(AUTHORIZATION_NUMBER, authorization_number)                                                  \
    X(BIRTH_DATE, birth_date)

enum cg_field {
#define CG_FIELD_ENUM(name, text) CG_FIELD_##name,
    CG_FIELD_TABLE(CG_FIELD_ENUM)
#undef CG_FIELD_ENUM
        CG_FIELD_COUNT,
};

enum {
    CG_COLUMNS_MAX = 4096,      /* of a claim file; a header with more is CG_BAD_DATA */
    CG_COLUMN_SHOWN_BYTES = 96, /* of a column's name in a message */
    CG_COLUMN_NOTES_MAX = 16,
    CG_SPANS_MAX = 64, /* of a record of fixed length */
    CG_ONLY_MAX = 16,  /* rules of a layout that leave rows out */
};

const char *cg_field_name(enum cg_field field);
/* True when a file without it is no claim file. */
bool cg_field_is_needed(enum cg_field field);

struct cg_layout;

/* Where a value stands in a record of fixed length. */
struct cg_byte_span {
    uint32_t start; /* from 0 */
    uint32_t len;
};
/* As far as the record reaches. */
struct cg_text cg_byte_span_of(const struct cg_byte_span *span, struct cg_text record);

/* A built-in layout's name, or else a path. CG_BAD_CONFIG, problems with line and column;
 * CG_BAD_CONFIG with the names there are when it is neither. `problems` may be NULL: err tells of
 * the first. */
cg_must_use enum cg_status cg_layout_load(const char *name_or_path, struct cg_layout **out,
                                          struct cg_problems *problems, struct cg_error *err);
void cg_layout_free(struct cg_layout *layout);
const char *cg_layout_name(const struct cg_layout *layout);
const char *cg_layout_title(const struct cg_layout *layout);
/* Lines that a record may have; 0: it is one. */
uint32_t cg_layout_line_count(const struct cg_layout *layout);
char cg_layout_delimiter(const struct cg_layout *layout);

/* Those that are built in, in alphabetical order. */
extern const struct cg_named_files cg_layout_files;

/* The built-in layout that alone fits this header line; "tuva" when several do. When none does, the
 * one that lacks least, with another delimiter if need be: its errors of binding are then what the
 * user sees. A layout that has its own words for a missing column fits without it, so that those
 * words are seen. CG_INTERNAL without memory. */
cg_must_use enum cg_status cg_layout_detect(struct cg_text header_line, const char **name,
                                            struct cg_error *err);

struct cg_header_names;

/* What a layout says of whole lines. Texts are the layout's. */
struct cg_layout_lines {
    uint32_t skip;                     /* lines at the start of each input */
    struct cg_text header_starts_with; /* and all lines up to one that starts so; len 0: none */
    const char *own_header;  /* stands for the header of a file without one; NULL: files have one */
    struct cg_text trailer;  /* a record that starts so is none; len 0: none */
    bool trailing_delimiter; /* a record may end in a delimiter too many */
    bool short_records;      /* and lack blank fields at its end */
};
struct cg_layout_lines cg_layout_lines(const struct cg_layout *layout);

/* Where one field's value comes from. */
struct cg_field_source {
    int32_t column;          /* position in the file; -1: none */
    int32_t fallback_column; /* looked at where the first is absent or blank; -1: none. Only a
                              * date of service has one without a first: see values.c */
    const char *fixed;       /* value where no column is found; NULL: none */
    bool is_mapped;          /* cg_layout_map has a map for it */
    uint8_t decimals;        /* digits behind a point that is not written */
};

static inline bool cg_field_is_bound(const struct cg_field_source *source) {
    return source->column >= 0 || source->fallback_column >= 0 || source->fixed != NULL;
}

/* What a person should look at in a header that fits. */
enum cg_column_note_kind {
    CG_COLUMN_IS_READ,   /* under a name that is not quite the layout's */
    CG_COLUMN_IS_SHARED, /* it is read as two fields that cannot be the same */
    CG_COLUMN_IS_NEAR,   /* from here on it is not read, though its name is near that of a field for
                          * which there is no column; */
    CG_COLUMN_IS_BESIDE, /* though it has the name of a field but for blanks, '_' and '-', beside
                          * the column that has it exactly; */
    CG_COLUMN_TELLS_ROWS, /* and its name tells rows that were denied or reversed; */
    CG_COLUMN_SAYS_ROWS,  /* and what stands in it does, in the first records of the first input */
};
struct cg_column_note {
    enum cg_column_note_kind kind;
    uint32_t column;     /* position in the file, from 0 */
    const char *wanted;  /* the name that the layout has for the field's column; of a shared column
                          * the other field's; of one that tells rows the layout's key that leaves
                          * them out */
    const char *read_as; /* of a shared column the first field's name; else NULL */
    char name[CG_COLUMN_SHOWN_BYTES]; /* as a message may have it */
};
static inline bool cg_column_note_is_unread(const struct cg_column_note *note) {
    return note->kind >= CG_COLUMN_IS_NEAR;
}

/* A rule that a row must meet; one that does not passes to accepted untested. */
struct cg_layout_only;
struct cg_only_column {
    int32_t column;
    const struct cg_layout_only *rule;
};

#define CG_POSITION_INPUT "cg_input"
#define CG_POSITION_LINE  "cg_line"
#define CG_PAST_COLUMN    "cg_past"

struct cg_binding {
    const struct cg_layout *layout;
    /* Where a record is a claim: one for each line that it may have, from line 1 on, which differ
     * in `fields`. NULL: a record is a line, or its reader has no use for them. */
    struct cg_binding *of_lines;
    uint32_t line_count;
    uint32_t column_count; /* fields that every record must have */
    uint32_t last_column;  /* the last one that any field needs */
    char delimiter;
    bool multiline;
    bool is_headless;                 /* `header` says what no line of the file does */
    const struct cg_byte_span *spans; /* of a record of fixed length, for each of its columns */
    uint32_t span_count;              /* 0: records have delimiters */
    int32_t kind_column;              /* a record is a line where this column has the */
    struct cg_text kind_value;        /* value; len 0: all are */
    bool holds_claims;  /* a record may have several lines, which are accepted or rejected whole */
    bool is_x12;        /* there are no columns, but in the rejected file */
    bool can_take_back; /* the layout has a place for original_claim_id, whatever the file has */
    struct cg_field_source fields[CG_FIELD_COUNT];
    bool has_blanks;          /* the layout has ways to write a blank */
    bool negative_units_void; /* units below zero reverse what their claim stands with */
    enum cg_date_format date_formats[CG_FIELD_COUNT];
    bool has_time_zone;
    bool sessions;        /* an end within 24 hours is on the day of the start */
    bool lines_from_zero; /* the number of the first line is 0; they are kept as one more */
    bool has_line_ids;    /* a line is told by an id, not a number */
    struct cg_time_zone time_zone;
    /* Columns by which a line says where it stood before it was handed on, both or neither. */
    bool has_positions;
    int32_t position_input;
    int32_t position_line;
    bool has_past; /* a column tells lines that were accepted before */
    int32_t past_column;
    struct cg_only_column only[CG_ONLY_MAX];
    uint32_t only_count;
    struct cg_column_note notes[CG_COLUMN_NOTES_MAX]; /* the first ones */
    uint32_t note_count;
    char *header; /* the header's own bytes without BOM and line end */
    uint32_t header_len;
    struct cg_layout_lines lines;
    struct cg_header_names
        *names; /* to know a header among the records; NULL: none is looked for */
};

/* Where the values of one line stand in its record. */
static inline const struct cg_binding *cg_binding_of_line(const struct cg_binding *binding,
                                                          const struct cg_line *line) {
    return binding->of_lines != NULL && line->line_number != CG_LINE_NUMBER_NONE
               ? &binding->of_lines[line->line_number - 1]
               : binding;
}

/* Whether a record is of the kind that holds service lines, where the binding tells kinds apart. */
bool cg_binding_is_kind(const struct cg_binding *binding, struct cg_text record);

/* Find the layout's columns in a header line (BOM and line end left out): by their names exactly
 * (letter case and blanks around them ignored), else by the only one that is the same but for
 * blanks, '_', '-' and what cannot be seen. CG_BAD_DATA with the names that are missing, the header
 * seen, the closest name where one is near, and the delimiter where another would fit; CG_BAD_DATA
 * for a field's name that stands twice. */
cg_must_use enum cg_status cg_layout_bind(const struct cg_layout *layout, struct cg_text header,
                                          bool force_multiline, struct cg_binding *out,
                                          struct cg_error *err);
void cg_binding_fini(struct cg_binding *binding);
/* Say on standard error what the notes say; `file` is the input that the header stands in. */
void cg_binding_warn(const struct cg_binding *binding, const char *file);

/* The same search, where a needed column may be missing: then its field has no source. Fills
 * fields and notes alone. For those who write layouts. */
cg_must_use enum cg_status cg_layout_find(const struct cg_layout *layout, struct cg_text header,
                                          struct cg_binding *out, struct cg_error *err);

/* A second input's header must name the same columns in the same order. CG_BAD_DATA with the first
 * column that differs. */
cg_must_use enum cg_status cg_binding_check_header(const struct cg_binding *binding,
                                                   struct cg_text header, struct cg_error *err);

/* The layout's value map for a field (letter case ignored): the mapped value, else the text. */
struct cg_text cg_layout_map(const struct cg_layout *layout, enum cg_field field,
                             struct cg_text value);

/* True where the file writes a blank so ("blank" of the layout, letter case ignored). */
bool cg_layout_is_blank(const struct cg_layout *layout, struct cg_text value);

/* True when the value of the rule's column meets the rule. */
bool cg_only_holds(const struct cg_layout_only *rule, struct cg_text value);
/* "CLM_STUS_CD not in 26, 87" */
const char *cg_only_text(const struct cg_layout_only *rule);

#endif
