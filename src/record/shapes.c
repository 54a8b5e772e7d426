#include "claimgate/record/shapes.h"

#include "shape_tests.h"

#include "claimgate/base/builtin.h"
#include "claimgate/base/log.h"
#include "claimgate/base/phrase.h"
#include "claimgate/x12/places.h"

#include <inttypes.h>
#include <string.h>

_Static_assert((int)CG_FIELD_COUNT < (int)CG_SHAPE_COLUMNS,
               "a column for each field, and one for records");

enum {
    WHOLE_RECORD = CG_SHAPE_COLUMNS - 1, /* the column under which malformed records are counted */
    COLUMNS_NAMED = 4,                   /* in one remark */
    MARK_MAX_BYTES = 7,                  /* the longest word of a MARK below */
    ANYTHING = ~0U >> 1,
    NUMBERS = CG_HOLDS_UNITS | CG_HOLDS_NUMBER | CG_HOLDS_LINE_NUMBER | CG_HOLDS_NPI,
};

struct shape {
    uint32_t kinds; /* of columns in whose values it is looked for; 0: whole records */
    bool (*value_has)(struct cg_text value, const char *word);
    bool (*record_has)(const struct cg_broken *broken);
    const char *word; /* what the test is asked for */
    const char *seen; /* goes on after the columns' names; of a record a sentence of its own */
    const char *key;  /* what a layout says to take such files; NULL: no layout can */
    const char *mend; /* else */
};

#define MARK_IN(kinds, mark, key_text, of)                                                         \
    {                                                                                              \
        kinds, cg_shape_is_mark, NULL, mark, mark " stands where there is no " of,                 \
            "\"blank\": [\"" key_text "\"]", NULL                                                  \
    }
#define MARK(mark, key_text) MARK_IN(ANYTHING, mark, key_text, "value")
/* What stands for no date, or for an end that is open. */
#define NO_DATE(mark) MARK_IN(CG_HOLDS_DATE, mark, mark, "date")
/* Where a layout knows the format, its name is the key; the mend is for those that none knows. */
#define DATE(format)                                                                               \
    {                                                                                              \
        CG_HOLDS_DATE, cg_shape_is_date, NULL, format, "written " format,                          \
            "\"date_format\": \"" format "\"",                                                     \
            "have the program that writes the file write dates as YYYY-MM-DD"                      \
    }
#define VALUE(kinds, test, word, seen, key, mend)                                                  \
    { kinds, test, NULL, word, seen, key, mend }
#define RECORD(test, seen, key, mend)                                                              \
    { 0, NULL, test, NULL, seen, key, mend }

/* The first shape that a value or record has is told; those after it are for what is left. */
static const struct shape shapes[] = {
    RECORD(cg_shape_has_nul, "the records hold NUL bytes", NULL,
           "have the file written as UTF-8, or take them out: tr -d '\\000' < FILE"),
    RECORD(cg_shape_has_backslash_quotes,
           "quotes inside quoted values have a backslash before them", NULL,
           "have the program that writes the file write a quote inside a quoted value twice"),
    RECORD(cg_shape_is_broken_by_line_end, "line ends stand inside quoted values", NULL,
           "give --multiline, or say \"multiline\": true in the layout"),
    RECORD(cg_shape_has_blank_before_quote, "blanks stand before the quote that opens a value",
           NULL, "have the program that writes the file put no blank behind a delimiter"),
    RECORD(cg_shape_has_broken_quoting, "quotes inside quoted values are not written twice", NULL,
           "have the program that writes the file write a quote inside a quoted value twice"),
    RECORD(cg_shape_ends_in_delimiters,
           "the lines end in a delimiter that the header does not have",
           "\"trailing_delimiter\": true", NULL),
    RECORD(cg_shape_is_all_quoted, "each line as a whole stands in quotes", NULL,
           "have the program that writes the file put quotes around values alone"),
    RECORD(cg_shape_has_other_delimiter, "the lines have another delimiter than the header", NULL,
           "have the program that writes the file write both with the same delimiter"),
    RECORD(cg_shape_is_short, "the lines have fewer fields than the header",
           "\"short_records\": true", NULL),
    RECORD(cg_shape_has_too_many, "the lines have more fields than the header", NULL,
           "have the program that writes the file put quotes around values that hold the "
           "delimiter, and a name in the header over each column"),

    VALUE(ANYTHING, cg_shape_begins, "=", "written as a formula of a spreadsheet", NULL,
          "have the program that writes the file write values without =\"...\" around them"),
    MARK("NULL", "NULL"),
    MARK("(null)", "(null)"),
    MARK("\\N", "\\\\N"),
    MARK("~", "~"),
    MARK("NaN", "NaN"),
    MARK("NaT", "NaT"),
    MARK("None", "None"),
    MARK("NA", "NA"),
    MARK("<NA>", "<NA>"),
    MARK("N/A", "N/A"),
    MARK("#N/A", "#N/A"),
    MARK("#REF!", "#REF!"),
    MARK("#VALUE!", "#VALUE!"),
    MARK("#NAME?", "#NAME?"),
    MARK("#DIV/0!", "#DIV/0!"),
    MARK("#NUM!", "#NUM!"),
    MARK("#NULL!", "#NULL!"),
    MARK("nil", "nil"),
    MARK(".", "."),
    MARK("-", "-"),
    MARK("--", "--"),
    MARK("?", "?"),
    MARK("unknown", "unknown"),
    VALUE(ANYTHING, cg_shape_is_hashes, NULL,
          "the hashes of a spreadsheet's column that is too narrow", NULL,
          "make the column wider before the file is written"),
    VALUE(NUMBERS | CG_HOLDS_ID | CG_HOLDS_DATE, cg_shape_is_exponent, NULL,
          "a number with an exponent", NULL,
          "have the program that writes the file write all digits (in a spreadsheet, make the "
          "column text before the file is opened); those that are lost cannot be had back from it"),
    VALUE(ANYTHING, cg_shape_is_no_utf8, NULL, "not UTF-8 (is it Latin-1?)", NULL,
          "convert it: iconv -f ISO-8859-1 -t UTF-8 FILE"),
    VALUE(ANYTHING, cg_shape_begins, "'", "begins with an apostrophe", NULL,
          "have the program that writes the file write values without apostrophes"),
    DATE("YYYY-MM-DD"),
    DATE("YYYYMMDD"),
    DATE("MM/DD/YYYY"),
    DATE("M/D/YYYY"),
    DATE("MM-DD-YYYY"),
    DATE("M-D-YYYY"),
    DATE("DD-MON-YYYY"),
    DATE("DD-MON-YY"),
    DATE("DDMONYYYY"),
    VALUE(CG_HOLDS_DATE, cg_shape_is_date, "YYYY-MM-DD~", "a date with a time of day",
          "\"date_format\": \"YYYY-MM-DDTHH:MM:SS\"",
          "have the program that writes the file write dates as YYYY-MM-DD"),
    DATE("YYYY/MM/DD"),
    DATE("DD/MM/YYYY"),
    DATE("D/M/YYYY"),
    DATE("DD.MM.YYYY"),
    DATE("D.M.YYYY"),
    DATE("DD-MM-YYYY"),
    DATE("MM/DD/YY"),
    DATE("M/D/YY"),
    DATE("MMDDYYYY"),
    DATE("MON D, YYYY"),
    DATE("MON D YYYY"),
    DATE("YYYY-M-D"),
    DATE("YY-MM-DD"),
    NO_DATE("0000-00-00"),
    NO_DATE("00000000"),
    NO_DATE("00/00/0000"),
    NO_DATE("9999-12-31"),
    NO_DATE("99991231"),
    NO_DATE("12/31/9999"),
    VALUE(CG_HOLDS_DATE, cg_shape_is_date, "YYYYMMDD~", "a date with something behind it", NULL,
          "have the program that writes the file write dates as YYYY-MM-DD"),
    VALUE(CG_HOLDS_DATE, cg_shape_is_ordinal_day, NULL, "written YYYYDDD, by the day of the year",
          NULL, "have the program that writes the file write dates as YYYY-MM-DD"),
    VALUE(CG_HOLDS_DATE, cg_shape_is_date, "M/D/YYYY~", "M/D/YYYY with a time of day", NULL,
          "have the program that writes the file write dates as YYYY-MM-DD"),
    VALUE(CG_HOLDS_DATE, cg_shape_is_day_serial, NULL, "a spreadsheet's count of days", NULL,
          "format the column as a date, YYYY-MM-DD, before the file is written"),
    VALUE(CG_HOLDS_DATE, cg_shape_is_unix_time, NULL, "a count of seconds since 1970", NULL,
          "have the program that writes the file write dates as YYYY-MM-DD"),
    VALUE(NUMBERS, cg_shape_is_decimal_comma, NULL, "has a comma before its decimals", NULL,
          "have the program that writes the file write whole numbers"),
    VALUE(NUMBERS, cg_shape_is_grouped, NULL, "has its digits in groups", NULL,
          "have the program that writes the file write digits alone"),
    VALUE(CG_HOLDS_UNITS, cg_shape_is_signed, "-", "negative", "\"negative_units\": \"void\"",
          NULL),
    VALUE(NUMBERS, cg_shape_is_signed, "+", "has a plus sign", NULL,
          "have the program that writes the file write digits alone"),
    VALUE(NUMBERS, cg_shape_is_fraction, NULL, "no whole number", NULL,
          "have whole units written, or name the column of the units in the layout: are these "
          "hours?"),
    VALUE(NUMBERS, cg_shape_has_words, NULL, "has letters behind its digits", NULL,
          "have the program that writes the file write digits alone"),
    VALUE(CG_HOLDS_NPI, cg_shape_is_ten_digits, "12", "has wrong check digits", NULL,
          "name the column of the NPIs in the layout: are these numbers masked or made up?"),
    VALUE(CG_HOLDS_NPI, cg_shape_is_ten_digits, "03456789", "has first digits that no NPI has",
          NULL,
          "name the column of the NPIs in the layout; for made-up providers of test data say "
          "\"test_npis\": true in the policy"),
    VALUE(CG_HOLDS_NPI, cg_shape_is_other_number, NULL, "holds numbers that are no NPIs", NULL,
          "name the column of the NPIs in the layout"),
    VALUE(CG_HOLDS_LINE_NUMBER, cg_shape_is_any, NULL, "no number of a line",
          "\"as\": \"id\" under claim_line_number",
          "leave claim_line_number out of the layout: lines are then told apart by what they say"),
    VALUE(CG_HOLDS_FREQUENCY, cg_shape_is_any, NULL, "holds other codes than 1, 7 and 8",
          "what each code means, under \"map\" of claim_frequency_code,", NULL),
    VALUE(CG_HOLDS_MODIFIER, cg_shape_is_any, NULL, "holds something else than one modifier", NULL,
          "have each modifier written into a column of its own"),
    VALUE(CG_HOLDS_PROCEDURE, cg_shape_is_any, NULL,
          "holds a procedure code together with something else", NULL,
          "have the code written alone, and modifiers into columns of their own"),
    VALUE(CG_HOLDS_WORD, cg_shape_is_any, NULL, "words that are not known",
          "what each means under \"status_words\"", NULL),
    VALUE(CG_HOLDS_ID, cg_shape_has_controls, NULL, "holds control characters", NULL,
          "have the program that writes the file leave them out"),
    VALUE(CG_HOLDS_ID, cg_shape_is_too_long, NULL, "longer than 64 bytes", NULL,
          "name the column of the ids in the layout"),
    VALUE(ANYTHING, cg_shape_is_blank, NULL, "blank", NULL,
          "name the column that has the values in the layout"),
    VALUE(CG_HOLDS_UNITS | CG_HOLDS_NPI, cg_shape_is_any, NULL,
          "holds something else than digits alone", NULL,
          "name the column that has the numbers in the layout, or have the program that writes the "
          "file write digits alone"),
};

enum { SHAPES = sizeof shapes / sizeof shapes[0] };
_Static_assert((int)SHAPES <= (int)CG_SHAPES_MAX, "a count for each shape");

static __attribute__((noinline)) bool is_mark_of_table(struct cg_text value) {
    for (size_t i = 0; i < SHAPES; i++) {
        if (shapes[i].kinds == ANYTHING && shapes[i].value_has == cg_shape_is_mark &&
            cg_shape_is_mark(value, shapes[i].word)) {
            return true;
        }
    }
    return cg_shape_is_hashes(value, NULL);
}

/* Asked of every id; most are longer, or begin with a digit. */
bool cg_shape_is_null_mark(struct cg_text value) {
    const char first = value.len > 0 ? value.ptr[0] : '0';
    return (value.len <= MARK_MAX_BYTES || first == '#') && (first < '0' || first > '9') &&
           is_mark_of_table(value);
}

/* --- counting --- */

static void count(struct cg_shape_counts *counts, uint64_t record, size_t shape, uint32_t column) {
    if (counts->last_record != record + 1) {
        counts->last_record = record + 1;
        memset(counts->last_shapes, 0, sizeof counts->last_shapes);
    }
    counts->records[shape] += counts->last_shapes[shape] == 0;
    counts->last_shapes[shape] = 1;
    counts->values[shape][column]++;
}

void cg_shapes_note_value(struct cg_shape_counts *counts, uint64_t record, enum cg_shape_kind kind,
                          uint32_t column, struct cg_text value) {
    counts->noted++;
    for (size_t i = 0; i < SHAPES; i++) {
        if ((shapes[i].kinds & kind) != 0 && shapes[i].value_has(value, shapes[i].word)) {
            count(counts, record, i, column);
        }
    }
}

void cg_shapes_note_malformed(struct cg_shape_counts *counts, const struct cg_binding *binding,
                              const struct cg_batch *batch, uint32_t record_no) {
    const struct cg_record *record = cg_batch_record(batch, record_no);
    const struct cg_broken broken = {.binding = binding,
                                     .batch = batch,
                                     .record_no = record_no,
                                     .text = cg_batch_record_text(batch, record_no),
                                     .fields = record->field_count,
                                     .fault = (enum cg_malformed)record->malformed};
    counts->noted++;
    for (size_t i = 0; i < SHAPES; i++) {
        if (shapes[i].kinds == 0 && shapes[i].record_has(&broken)) {
            count(counts, record_no, i, WHOLE_RECORD);
            return;
        }
    }
}

void cg_shapes_merge(struct cg_shape_counts *into, const struct cg_shape_counts *from) {
    if (from->noted == 0) {
        return;
    }
    into->noted += from->noted;
    for (size_t i = 0; i < SHAPES; i++) {
        into->records[i] += from->records[i];
        for (uint32_t column = 0; column < CG_SHAPE_COLUMNS; column++) {
            into->values[i][column] += from->values[i][column];
        }
    }
}

/* --- remarks --- */

/* Columns of a shape that are worth a name: a tenth of its records have it there. */
static uint32_t columns_of(const struct cg_shape_counts *counts, size_t shape) {
    uint32_t columns = 0;
    for (uint32_t i = 0; i < CG_SHAPE_COLUMNS; i++) {
        if ((uint64_t)counts->values[shape][i] * 10 >= counts->records[shape]) {
            columns |= 1U << i;
        }
    }
    return columns;
}

static void say_columns(struct cg_phrase *say, uint32_t columns, const char *const *names) {
    uint32_t named = 0;
    for (uint32_t rest = columns; rest != 0 && named < COLUMNS_NAMED; rest &= rest - 1) {
        cg_say(say, "%s%s", named++ == 0 ? "" : ", ", names[__builtin_ctz(rest)]);
    }
    const uint32_t all = (uint32_t)__builtin_popcount(columns);
    if (all > named) {
        cg_say(say, " and %u more", all - named);
    }
    cg_say(say, ": ");
}

/* The next word in quotes from `at` on, quotes included; len 0: none. */
static struct cg_text quoted_word(const char *at) {
    const char *start = strchr(at, '"');
    const char *end = start == NULL ? NULL : strchr(start + 1, '"');
    return end == NULL ? (struct cg_text){"", 0}
                       : (struct cg_text){start, (uint32_t)(end - start) + 1};
}

/* Whether such a layout has the key is for its schema to say: rosters' have few of those of claims.
 * Of a date the format must stand there too. */
static bool has_key(const struct shape *shape, enum cg_shapes_for whom) {
    const struct cg_builtin *schema = cg_builtin_find(
        whom == CG_SHAPES_FOR_ROSTER ? "roster_layout.schema.json" : "layout.schema.json");
    const struct cg_text key = quoted_word(shape->key == NULL ? "" : shape->key);
    if (key.len == 0 || memmem(schema->bytes, schema->len_bytes, key.ptr, key.len) == NULL) {
        return false;
    }
    const struct cg_text format = quoted_word(key.ptr + key.len);
    return shape->value_has != cg_shape_is_date ||
           memmem(schema->bytes, schema->len_bytes, format.ptr, format.len) != NULL;
}

static const char correct_them[] = "have the program that writes the file write them otherwise";

/* X12 has no layout: its sender finds the place by the words of the guide. */
static void say_place_in_x12(struct cg_phrase *mend, enum cg_field field) {
    cg_say(mend, "ask the sender: it is read from %s", cg_x12_place_of(field));
    if (field == CG_FIELD_MEMBER_ID) {
        cg_say(mend, "; patients who are not the subscriber (HL03 23) have one with --dependents "
                     "joined");
    }
}

static void fill(const struct shape *shape, uint32_t columns, const char *const *names,
                 enum cg_shapes_for whom, struct cg_remark *out) {
    struct cg_phrase text = cg_phrase_start(out->text, sizeof out->text);
    struct cg_phrase mend = cg_phrase_start(out->mend, sizeof out->mend);
    if (shape->kinds != 0) {
        say_columns(&text, columns, names);
    }
    cg_say(&text, "%s", shape->seen);
    if (whom == CG_SHAPES_FOR_X12) {
        say_place_in_x12(&mend, (enum cg_field)__builtin_ctz(columns));
    } else if (has_key(shape, whom)) {
        const char *place = whom == CG_SHAPES_FOR_ROSTER ? "the roster's layout.json"
                            : shape->kinds == CG_HOLDS_DATE
                                ? "the layout, of the file or of these fields alone"
                                : "the layout";
        cg_say(&mend, "say %s in %s%s", shape->key, place,
               whom == CG_SHAPES_FOR_CLAIMS ? " (`claimgate layout show` prints one to begin with)"
                                            : "");
    } else {
        cg_say(&mend, "%s", shape->mend != NULL ? shape->mend : correct_them);
    }
}

void cg_shapes_remarks(const struct cg_shape_counts *counts, uint64_t of,
                       const char *const *columns, enum cg_shapes_for whom,
                       struct cg_remarks *out) {
    uint32_t told = 0; /* columns of which one thing has been said */
    out->count = 0;
    for (size_t i = 0; i < SHAPES && out->count < CG_REMARKS_MAX; i++) {
        const uint64_t records = counts->records[i];
        const uint32_t here = columns_of(counts, i);
        if (records == 0 || records * 10 < of * 9 || (here & ~told) == 0) {
            continue;
        }
        struct cg_remark *remark = &out->list[out->count++];
        *remark = (struct cg_remark){.records = records, .of = of};
        fill(&shapes[i], here & ~told, columns, whom, remark);
        told |= here;
    }
}

void cg_shapes_remarks_of_claims(const struct cg_shape_counts *counts, uint64_t of, bool is_x12,
                                 struct cg_remarks *out) {
    const char *names[CG_SHAPE_COLUMNS] = {NULL};
    for (enum cg_field field = 0; field < CG_FIELD_COUNT; field++) {
        names[field] = cg_field_name(field);
    }
    cg_shapes_remarks(counts, of, names, is_x12 ? CG_SHAPES_FOR_X12 : CG_SHAPES_FOR_CLAIMS, out);
}

void cg_remarks_warn(const struct cg_remarks *remarks, const char *file) {
    for (uint32_t i = 0; i < remarks->count; i++) {
        const struct cg_remark *remark = &remarks->list[i];
        cg_log_warning("%s%s%" PRIu64 " of %" PRIu64 " records have one fault: %s; %s",
                       file == NULL ? "" : file, file == NULL ? "" : ": ", remark->records,
                       remark->of, remark->text, remark->mend);
    }
}
