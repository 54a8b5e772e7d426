#include "telling_values.h"

#include "column_words.h"

#include "claimgate/base/hash.h"
#include "claimgate/record/batch.h"
#include "claimgate/record/csv.h"

#include <stdlib.h>
#include <string.h>

enum {
    RECORDS_LOOKED_AT = 4096,
    DIFFERENT_MAX = 12, /* values of a column; one with more says something else */
    VALUE_MAX_BYTES = 40,
    VALUE_MAX_WORDS = 3,
};

const struct cg_telling_values cg_values_that_take_back = {
    .words = "void voids voided reversal reversed reverse delete deleted deletion cancel canceled "
             "cancelled cancellation denied deny denial reject rejected rejection retract "
             "retracted retraction suspended suspend pended superseded backout recouped recoupment "
             "takeback duplicate withdrawn replaced unpaid",
    .alone = "rev del"};

const struct cg_telling_values cg_values_that_end = {
    .words = "suspended suspension revoked revocation surrendered inactive lapsed expired "
             "terminated deceased died retired delete deleted withdrawn sanctioned excluded "
             "debarred restricted probation probationary resigned cancel canceled cancelled denied "
             "rejected void voided closed separated deactivated disenrolled",
    .alone = "susp term del"};

struct column {
    uint64_t seen[DIFFERENT_MAX]; /* hashes of values */
    uint32_t different;
    bool tells;
};

struct look {
    const struct cg_telling_values *telling;
    bool *wanted;
    struct column *columns;
    uint32_t column_count;
    struct cg_csv *csv;
};

static bool is_letter(char byte) {
    return (byte | 0x20) >= 'a' && (byte | 0x20) <= 'z';
}

static bool tells(const struct cg_telling_values *telling, struct cg_text value) {
    uint32_t words = 0;
    uint32_t start = 0;
    bool found = false;
    for (uint32_t i = 0; i <= value.len; i++) {
        if (i == value.len || !is_letter(value.ptr[i])) {
            const struct cg_text word = {value.ptr + start, i - start};
            found = found || cg_column_word_is_in(word, telling->words);
            words += word.len > 0;
            start = i + 1;
        }
    }
    return (found && words <= VALUE_MAX_WORDS) || cg_column_word_is_in(value, telling->alone);
}

/* False: it has too many different values. */
static bool take_value(const struct look *look, struct column *column, struct cg_text value) {
    if (value.len == 0) {
        return true;
    }
    if (value.len > VALUE_MAX_BYTES) {
        return false;
    }
    const uint64_t hash = cg_hash64(value.ptr, value.len, 0);
    for (uint32_t i = 0; i < column->different; i++) {
        if (column->seen[i] == hash) {
            return true;
        }
    }
    if (column->different == DIFFERENT_MAX) {
        return false;
    }
    column->seen[column->different++] = hash;
    column->tells = column->tells || tells(look->telling, value);
    return true;
}

static void take_record(const struct look *look, struct cg_text record) {
    if (cg_csv_read(look->csv, record) != CG_WELL_FORMED ||
        cg_csv_field_count(look->csv) != look->column_count) {
        return;
    }
    for (uint32_t i = 0; i < look->column_count; i++) {
        look->wanted[i] = look->wanted[i] &&
                          take_value(look, &look->columns[i], cg_csv_field(look->csv, i).value);
    }
}

static void take_records(const struct look *look, struct cg_text rest) {
    for (uint32_t i = 0; i < RECORDS_LOOKED_AT && rest.len > 0; i++) {
        uint32_t len = 0;
        while (len < rest.len && rest.ptr[len] != '\n' && rest.ptr[len] != '\r') {
            len++;
        }
        if (len <= CG_RECORD_MAX_BYTES) {
            take_record(look, (struct cg_text){rest.ptr, len});
        }
        len += len < rest.len;
        rest = (struct cg_text){rest.ptr + len, rest.len - len};
    }
    for (uint32_t i = 0; i < look->column_count; i++) {
        look->wanted[i] = look->wanted[i] && look->columns[i].tells;
    }
}

enum cg_status cg_telling_values_find(const struct cg_telling_values *telling, struct cg_text head,
                                      char delimiter, bool *columns, uint32_t column_count,
                                      struct cg_error *err) {
    struct look look = {.telling = telling, .wanted = columns, .column_count = column_count};
    look.columns = calloc(column_count, sizeof *look.columns);
    look.csv = cg_csv_new(delimiter, column_count + 1);
    const bool good = look.columns != NULL && look.csv != NULL;
    if (good) {
        take_records(&look, head);
    }
    cg_csv_free(look.csv);
    free(look.columns);
    return good ? CG_OK : cg_error_no_memory(err);
}
