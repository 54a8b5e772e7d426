/*
 * The rows of the roster's files. What stands here and in schemas/<file>.schema.json is the same; a
 * test holds them together.
 *
 * A blank in an optional column is never a bad row: it is data that the payer does not have, and
 * the demand that asks for it is not met. A value that is there must be good, whether the policy
 * asks for it or not.
 */
#include "claimgate/base/date.h"
#include "claimgate/base/utf8.h"
#include "claimgate/record/field.h"
#include "claimgate/record/shapes.h"
#include "roster_layout.h"
#include "roster_private.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { SHOWN_VALUE_BYTES = 48 };

/* A value as a message shows it: cut short, and nothing that a terminal would act on. */
static const char *shown(struct cg_text value, char out[SHOWN_VALUE_BYTES]) {
    (void)cg_utf8_show_text(out, SHOWN_VALUE_BYTES, value);
    return out;
}

/* Always false, so that a reader can end with it. `rule` goes on after the value: what is wrong
 * with it and the mend. */
static bool refuse(const struct cg_roster_reading *reading, const struct cg_table_row *row,
                   uint32_t column, const char *rule) {
    char value[SHOWN_VALUE_BYTES];
    cg_roster_note_refused(reading, row, column);
    const char *name = reading->columns[column].name;
    if (row->values[column].len == 0) {
        cg_problems_add(reading->problems, reading->path, row->line, row->byte_columns[column],
                        "%s is blank; every row needs it", name);
    } else {
        cg_problems_add(reading->problems, reading->path, row->line, row->byte_columns[column],
                        "%s \"%s\" %s", name, shown(row->values[column], value), rule);
    }
    return false;
}

static bool read_npi(const struct cg_roster_reading *reading, const struct cg_table_row *row,
                     uint32_t column, uint64_t *npi) {
    *npi = cg_policy_npi(reading->policy, row->values[column]);
    return *npi != 0 || refuse(reading, row, column,
                               "is no NPI: 10 digits, the first 1 or 2, with a good check digit "
                               "(Luhn over 80840 and the number)");
}

/* A date where there is one; `blank` where the value is blank. */
static bool read_date(const struct cg_roster_reading *reading, const struct cg_table_row *row,
                      uint32_t column, int32_t blank, int32_t *day) {
    struct cg_text text = row->values[column];
    *day = text.len == 0 ? blank : cg_date_parse(text.ptr, text.len, reading->layout->date_format);
    if (text.len == 0 || *day != CG_DAY_NONE) {
        return true;
    }
    char rule[160];
    snprintf(rule, sizeof rule, "is no real date from 1900 to 2199; write %s, or %s in layout.json",
             reading->layout->date_text,
             cg_shape_is_null_mark(text) ? "name it under \"blank\"" : "say its \"date_format\"");
    return refuse(reading, row, column, rule);
}

/* Registries write the end of what has none as a day far ahead. */
static bool read_end_date(const struct cg_roster_reading *reading, const struct cg_table_row *row,
                          uint32_t column, int32_t *day) {
    const struct cg_text text = row->values[column];
    if (cg_date_is_beyond(text.ptr, text.len, reading->layout->date_format)) {
        *day = CG_DAY_OPEN;
        return true;
    }
    return read_date(reading, row, column, CG_DAY_OPEN, day);
}

/* effective_date and, in the column after it, end_date. */
static bool read_span(const struct cg_roster_reading *reading, const struct cg_table_row *row,
                      uint32_t column, struct cg_span *span) {
    bool good = read_date(reading, row, column, CG_DAY_NONE, &span->first_day);
    if (row->values[column].len == 0) {
        good = refuse(reading, row, column, "");
    }
    good &= read_end_date(reading, row, column + 1, &span->last_day);
    if (good && span->last_day < span->first_day) {
        char value[SHOWN_VALUE_BYTES]; /* nothing is wrong with the way it is written */
        cg_problems_add(reading->problems, reading->path, row->line, row->byte_columns[column + 1],
                        "%s \"%s\" is before effective_date; correct one of the two, or leave it "
                        "blank",
                        reading->columns[column + 1].name, shown(row->values[column + 1], value));
        good = false;
    }
    return good;
}

/* A decimal from 0 to `max_milli` in thousandths; CG_MILLI_NONE where it is blank. */
static bool read_milli(const struct cg_roster_reading *reading, const struct cg_table_row *row,
                       uint32_t column, int64_t max_milli, int64_t *milli) {
    struct cg_text text = row->values[column];
    *milli = CG_MILLI_NONE;
    if (text.len == 0) {
        return true;
    }
    if (cg_field_decimal(text, 3, milli) && *milli >= 0 && *milli <= max_milli) {
        return true;
    }
    char rule[96];
    snprintf(rule, sizeof rule, "is no number from 0 to %" PRId64 " with at most three decimals",
             max_milli / 1000);
    return refuse(reading, row, column, rule);
}

/* The same where a blank is a bad row. */
static bool read_needed_milli(const struct cg_roster_reading *reading,
                              const struct cg_table_row *row, uint32_t column, int64_t max_milli,
                              int64_t *milli) {
    return read_milli(reading, row, column, max_milli, milli) &&
           (*milli != CG_MILLI_NONE || refuse(reading, row, column, ""));
}

/* A credential type, certification or credential of a supervisor. `id` is 0 when memory is out. */
static bool read_word(struct cg_roster_reading *reading, const struct cg_table_row *row,
                      uint32_t column, uint32_t *id) {
    char folded[CG_ROSTER_WORD_BYTES];
    struct cg_text written = row->values[column];
    struct cg_text key = {folded, cg_field_fold(written, folded, sizeof folded)};
    *id = 1;
    if (key.len == 0 || !cg_field_is_clean(written)) {
        return refuse(reading, row, column, "is no word of at most 256 bytes of UTF-8 text");
    }
    *id = cg_words_intern(&reading->roster->words, key, written);
    return *id <= CG_ROSTER_WORDS_MAX ||
           refuse(reading, row, column, "is one word too many; a roster may use 65,535 of them");
}

/* 1 to 64 bytes that are compared exactly. Not shown: numbers of authorizations and members. */
static bool is_id(struct cg_text text) {
    return text.len > 0 && text.len <= CG_ID_MAX_BYTES && cg_field_is_clean(text) &&
           !cg_field_is_exponent(text);
}

static const char unseen_id_rule[] = "must have 1 to 64 bytes of text, and be no number with an "
                                     "exponent";

static bool refuse_unseen(const struct cg_roster_reading *reading, const struct cg_table_row *row,
                          uint32_t column, const char *rule) {
    cg_roster_note_refused(reading, row, column);
    cg_problems_add(reading->problems, reading->path, row->line, row->byte_columns[column], "%s %s",
                    reading->columns[column].name, rule);
    return false;
}

static bool read_status(const struct cg_roster_reading *reading, const struct cg_table_row *row,
                        uint32_t column, uint8_t *status) {
    const struct cg_text text = row->values[column];
    if (cg_credential_status_of(text, &reading->layout->status_words,
                                cg_policy_status_words(reading->policy), status)) {
        return true;
    }
    char value[SHOWN_VALUE_BYTES];
    const char *near = cg_credential_status_hint(shown(text, value));
    char rule[320];
    snprintf(rule, sizeof rule,
             "is no status; use current, limited, inactive, lapsed, pending, suspended, "
             "surrendered or revoked, or say what it means in layout.json or the policy's "
             "credential.status_words%s%s%s",
             near == NULL ? "" : " (did you mean \"", near == NULL ? "" : near,
             near == NULL ? "" : "\"?)");
    return refuse(reading, row, column, rule);
}

static bool add_credential(void *context, const struct cg_table_row *row) {
    struct cg_roster_reading *reading = context;
    struct cg_credential credential = {.exam_milli = CG_MILLI_NONE};
    uint32_t type = 0;
    int64_t exam = CG_MILLI_NONE;
    bool good = read_npi(reading, row, 0, &credential.span.key);
    good &= read_word(reading, row, 1, &type);
    good &= read_status(reading, row, 2, &credential.status);
    good &= read_span(reading, row, 3, &credential.span);
    good &= read_date(reading, row, 5, CG_DAY_NONE, &credential.training_day);
    good &= read_milli(reading, row, 6, CG_ROSTER_SCORE_MAX_MILLI, &exam);
    good &= read_date(reading, row, 7, CG_DAY_NONE, &credential.birth_day);
    if (type == 0 || !good) {
        return type != 0;
    }
    credential.type = (uint16_t)type;
    credential.exam_milli = (int32_t)exam;
    cg_words_at(&reading->roster->words, type)->type_rows++;
    return cg_span_table_add(&reading->roster->credentials, &credential);
}

/* Hours of a year count for the year after it, and only when they were reported by its last day. */
static bool add_education(void *context, const struct cg_table_row *row) {
    struct cg_roster_reading *reading = context;
    struct cg_education education = {.hours_milli = 0};
    uint64_t year = 0;
    int32_t reported_day = CG_DAY_NONE;
    bool good = read_npi(reading, row, 0, &education.span.key);
    if (!cg_field_integer(row->values[1], 2199, &year) || year < 1900) {
        good = refuse(reading, row, 1, "is no year from 1900 to 2199; write YYYY");
    }
    good &= read_needed_milli(reading, row, 2, CG_ROSTER_HOURS_MAX_MILLI, &education.hours_milli);
    good &= read_needed_milli(reading, row, 3, CG_ROSTER_HOURS_MAX_MILLI, &education.ethics_milli);
    good &= read_date(reading, row, 4, CG_DAY_NONE, &reported_day);
    int next_year = (int)year + 1;
    education.span.first_day = cg_date_from_civil((struct cg_civil){next_year, 1, 1});
    education.span.last_day = cg_date_from_civil((struct cg_civil){next_year, 12, 31});
    if (!good || reported_day == CG_DAY_NONE || reported_day >= education.span.first_day) {
        return true;
    }
    return cg_span_table_add(&reading->roster->education, &education);
}

static bool add_employment(void *context, const struct cg_table_row *row) {
    struct cg_roster_reading *reading = context;
    struct cg_employment employment = {.agency_npi = 0};
    bool good = read_npi(reading, row, 0, &employment.span.key);
    good &= read_npi(reading, row, 1, &employment.agency_npi);
    good &= read_span(reading, row, 2, &employment.span);
    return !good || cg_span_table_add(&reading->roster->employment, &employment);
}

static bool add_certification(void *context, const struct cg_table_row *row) {
    struct cg_roster_reading *reading = context;
    struct cg_certification certification = {.word = 0};
    uint32_t word = 0;
    bool good = read_npi(reading, row, 0, &certification.span.key);
    good &= read_word(reading, row, 1, &word);
    good &= read_span(reading, row, 2, &certification.span);
    certification.word = word;
    if (word == 0 || !good) {
        return word != 0;
    }
    return cg_span_table_add(&reading->roster->certifications, &certification);
}

static bool add_supervision(void *context, const struct cg_table_row *row) {
    struct cg_roster_reading *reading = context;
    struct cg_supervision supervision = {.word = 0};
    uint32_t word = 0;
    bool good = read_npi(reading, row, 0, &supervision.span.key);
    if (!is_id(row->values[1])) {
        good = refuse(reading, row, 1,
                      "is no id of at most 64 bytes of UTF-8 text without an exponent");
    }
    good &= read_span(reading, row, 2, &supervision.span);
    good &= read_word(reading, row, 4, &word);
    good &= read_date(reading, row, 5, CG_DAY_NONE, &supervision.supervisor_training_day);
    good &= read_milli(reading, row, 6, CG_ROSTER_FTE_MAX_MILLI, &supervision.fte_milli);
    good &= read_milli(reading, row, 7, CG_ROSTER_FTE_MAX_MILLI, &supervision.supervisor_fte_milli);
    if (word == 0 || !good) {
        return word != 0;
    }
    supervision.word = word;
    supervision.supervisor =
        cg_words_intern(&reading->roster->supervisors, row->values[1], row->values[1]);
    return supervision.supervisor != 0 &&
           cg_span_table_add(&reading->roster->supervision, &supervision);
}

static bool keep_text(struct cg_roster *roster, struct cg_text text, struct cg_text *out) {
    *out = (struct cg_text){cg_arena_copy(&roster->texts, text.ptr, text.len), text.len};
    return out->ptr != NULL;
}

static bool add_authorization(void *context, const struct cg_table_row *row) {
    struct cg_roster_reading *reading = context;
    struct cg_authorization authorization = {.procedure = 0};
    struct cg_text number = row->values[0];
    struct cg_text member_id = row->values[1];
    struct cg_text code = row->values[2];
    bool good = is_id(number) || refuse_unseen(reading, row, 0, unseen_id_rule);
    good &= is_id(member_id) || refuse_unseen(reading, row, 1, unseen_id_rule);
    authorization.procedure = cg_field_procedure(code);
    if (code.len != 0 && authorization.procedure == 0) {
        good = refuse(reading, row, 2, "is no code of 5 characters; leave it blank for any code");
    }
    good &= read_span(reading, row, 3, &authorization.span);
    authorization.span.key = cg_authorization_key(number, member_id);
    if (!good) {
        return true;
    }
    return keep_text(reading->roster, number, &authorization.number) &&
           keep_text(reading->roster, member_id, &authorization.member_id) &&
           cg_span_table_add(&reading->roster->authorizations, &authorization);
}

static bool add_membership(void *context, const struct cg_table_row *row) {
    struct cg_roster_reading *reading = context;
    struct cg_membership membership = {.line = row->line};
    struct cg_text person = row->values[1];
    bool good = is_id(row->values[0]) || refuse_unseen(reading, row, 0, unseen_id_rule);
    good &= is_id(person) || refuse_unseen(reading, row, 1, unseen_id_rule);
    good &= read_span(reading, row, 2, &membership.span);
    if (!good) {
        return true;
    }
    membership.span.key = cg_membership_key(row->values[0]);
    const bool kept = keep_text(reading->roster, row->values[0], &membership.member_id) &&
                      keep_text(reading->roster, person, &person);
    membership.person = cg_key_of(person);
    return kept && cg_span_table_add(&reading->roster->members, &membership);
}

struct file_shape {
    struct cg_table_column columns[CG_ROSTER_COLUMNS_MAX]; /* closed by one without a name */
    bool (*add_row)(void *reading, const struct cg_table_row *row);
};

static const struct file_shape SHAPES[CG_ROSTER_FILE_COUNT] = {
    [CG_ROSTER_CREDENTIALS] = {{{.name = "npi", .needed = true},
                                {.name = "credential_type", .needed = true},
                                {.name = "status", .needed = true},
                                {.name = "effective_date", .needed = true},
                                {.name = "end_date", .needed = true},
                                {.name = "training_completed_date"},
                                {.name = "exam_score"},
                                {.name = "birth_date"}},
                               add_credential},
    [CG_ROSTER_CONTINUING_EDUCATION] = {{{.name = "npi", .needed = true},
                                         {.name = "year", .needed = true},
                                         {.name = "hours", .needed = true},
                                         {.name = "ethics_hours", .needed = true},
                                         {.name = "reported_date", .needed = true}},
                                        add_education},
    [CG_ROSTER_EMPLOYMENT] = {{{.name = "npi", .needed = true},
                               {.name = "agency_npi", .needed = true},
                               {.name = "effective_date", .needed = true},
                               {.name = "end_date", .needed = true}},
                              add_employment},
    [CG_ROSTER_AGENCIES] = {{{.name = "agency_npi", .needed = true},
                             {.name = "certification", .needed = true},
                             {.name = "effective_date", .needed = true},
                             {.name = "end_date", .needed = true}},
                            add_certification},
    [CG_ROSTER_SUPERVISION] = {{{.name = "npi", .needed = true},
                                {.name = "supervisor_id", .needed = true},
                                {.name = "effective_date", .needed = true},
                                {.name = "end_date", .needed = true},
                                {.name = "supervisor_credential", .needed = true},
                                {.name = "supervisor_training_date"},
                                {.name = "fte"},
                                {.name = "supervisor_fte"}},
                               add_supervision},
    [CG_ROSTER_AUTHORIZATIONS] = {{{.name = "authorization_number", .needed = true},
                                   {.name = "member_id", .needed = true},
                                   {.name = "hcpcs_code", .needed = true},
                                   {.name = "effective_date", .needed = true},
                                   {.name = "end_date", .needed = true}},
                                  add_authorization},
    [CG_ROSTER_MEMBERS] = {{{.name = "member_id", .needed = true},
                            {.name = "person_id", .needed = true},
                            {.name = "effective_date", .needed = true},
                            {.name = "end_date", .needed = true}},
                           add_membership},
};

const char *cg_roster_field_name(enum cg_roster_file file, uint32_t column) {
    return SHAPES[file].columns[column].name;
}

enum cg_status cg_roster_read_file(enum cg_roster_file file, struct cg_roster_reading *reading,
                                   struct cg_roster_file_facts *facts, struct cg_error *err) {
    memcpy(reading->columns, SHAPES[file].columns, sizeof reading->columns);
    reading->file = file;
    uint32_t column_count = 0;
    while (column_count < CG_ROSTER_COLUMNS_MAX && reading->columns[column_count].name != NULL) {
        const char *own_name = reading->layout->columns[file][column_count];
        if (own_name != NULL) {
            reading->columns[column_count].name = own_name;
        }
        column_count++;
    }
    struct cg_table_plan plan = {
        .file = reading->path,
        .columns = reading->columns,
        .column_count = column_count,
        .row = SHAPES[file].add_row,
        .context = reading,
        .blanks = reading->layout->blanks,
        .blank_count = reading->layout->blank_count,
        .shapes = reading->shapes,
        .ends_by = cg_roster_file_ends_by(file),
        .mend = "; rename the columns, or give their names under \"columns\" in layout.json",
        .shows_header = file != CG_ROSTER_AUTHORIZATIONS && file != CG_ROSTER_MEMBERS,
    };
    struct cg_table_facts table = {.rows = 0};
    enum cg_status status = cg_table_read(&plan, &table, reading->problems, err);
    cg_roster_warn_of_shapes(reading, table.records);
    facts->rows = table.rows;
    memcpy(facts->sha256, table.sha256, sizeof facts->sha256);
    return status;
}
