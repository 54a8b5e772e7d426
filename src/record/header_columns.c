#include "header_columns.h"

#include "claimgate/base/date.h"
#include "claimgate/base/log.h"
#include "claimgate/base/utf8.h"

#include <stdio.h>

enum cg_status cg_header_columns_read(struct cg_text header, char delimiter,
                                      struct cg_header_columns *out, struct cg_error *err) {
    out->csv = cg_csv_new(delimiter, CG_COLUMNS_MAX);
    if (out->csv == NULL) {
        return cg_error_no_memory(err);
    }
    enum cg_malformed fault = cg_csv_read(out->csv, header);
    out->count = cg_csv_field_count(out->csv);
    if (fault == CG_WELL_FORMED && out->count <= CG_COLUMNS_MAX) {
        return CG_OK;
    }
    cg_header_columns_free(out);
    if (fault == CG_WELL_FORMED) {
        return cg_error_set(err, CG_BAD_DATA, "the header names more than %d columns",
                            CG_COLUMNS_MAX);
    }
    return cg_error_set(err, CG_BAD_DATA, "the header %s; the first line must name the columns",
                        fault == CG_NUL_BYTE         ? "holds a NUL byte"
                        : fault == CG_UNCLOSED_QUOTE ? "has a quote that is not closed on its line"
                                                     : "has a quote where none may stand (no blank "
                                                       "between a quote and the delimiter; a quote "
                                                       "in a quoted name twice)");
}

void cg_header_columns_free(struct cg_header_columns *columns) {
    cg_csv_free(columns->csv);
    *columns = (struct cg_header_columns){NULL, 0};
}

struct cg_text cg_header_columns_name(const struct cg_header_columns *columns, uint32_t index) {
    return cg_csv_field(columns->csv, index).value;
}

/* --- finding --- */

/* The next letter of a name without what people leave out or put in between its words; '\0' at its
 * end. */
static char next_letter(struct cg_text *name) {
    while (name->len > 0) {
        const uint32_t blank = cg_text_blank_bytes(*name);
        const uint32_t step = blank > 0 ? blank : 1;
        const char letter = cg_small_letter(name->ptr[0]);
        name->ptr += step;
        name->len -= step;
        if (blank == 0 && letter != '_' && letter != '-') {
            return letter;
        }
    }
    return '\0';
}

bool cg_column_is_loosely(struct cg_text name, struct cg_text wanted) {
    char letter;
    do {
        letter = next_letter(&name);
        if (letter != next_letter(&wanted)) {
            return false;
        }
    } while (letter != '\0');
    return true;
}

static int32_t find_exact(const struct cg_header_columns *columns, struct cg_text wanted,
                          bool *twice) {
    int32_t found = -1;
    *twice = false;
    for (uint32_t i = 0; i < columns->count; i++) {
        if (cg_text_equal_nocase(cg_header_columns_name(columns, i), wanted)) {
            *twice = *twice || found >= 0;
            found = found < 0 ? (int32_t)i : found;
        }
    }
    return found;
}

/* Two that differ in what is not looked at may be two columns: then neither is meant for sure. */
static int32_t find_loose(const struct cg_header_columns *columns, struct cg_text wanted) {
    struct cg_text rest = wanted;
    int32_t found = -1;
    if (next_letter(&rest) == '\0') {
        return -1;
    }
    for (uint32_t i = 0; i < columns->count; i++) {
        if (cg_column_is_loosely(cg_header_columns_name(columns, i), wanted)) {
            if (found >= 0) {
                return -1;
            }
            found = (int32_t)i;
        }
    }
    return found;
}

int32_t cg_header_columns_find(const struct cg_header_columns *columns, const char *name,
                               enum cg_column_match *match) {
    *match = CG_COLUMN_NONE;
    if (name == NULL) {
        return -1;
    }
    const struct cg_text wanted = cg_text_trim(cg_text_of(name));
    bool twice;
    int32_t found = find_exact(columns, wanted, &twice);
    if (found >= 0) {
        *match = twice ? CG_COLUMN_TWICE : CG_COLUMN_EXACT;
        return found;
    }
    found = find_loose(columns, wanted);
    *match = found >= 0 ? CG_COLUMN_LOOSE : CG_COLUMN_NONE;
    return found;
}

bool cg_header_columns_hold(const struct cg_header_columns *columns, const char *wanted) {
    const struct cg_text part = cg_text_of(wanted == NULL ? "" : wanted);
    bool found = false;
    for (uint32_t i = 0; part.len > 0 && i < columns->count; i++) {
        const struct cg_text name = cg_header_columns_name(columns, i);
        if (name.len > part.len) {
            const struct cg_text start = {name.ptr, part.len};
            const struct cg_text end = {name.ptr + name.len - part.len, part.len};
            found = found || cg_text_equal_nocase(start, part) || cg_text_equal_nocase(end, part);
        }
    }
    return found;
}

/* --- showing --- */

bool cg_column_looks_like_a_name(struct cg_text name) {
    enum { NUMBER_DIGITS = 4 };
    uint32_t digits = 0;
    for (uint32_t i = 0; i < name.len; i++) {
        const bool is_digit = name.ptr[i] >= '0' && name.ptr[i] <= '9';
        digits = is_digit ? digits + 1 : 0;
        if (digits == NUMBER_DIGITS || (is_digit && i == 0)) {
            return false;
        }
    }
    return true;
}

static bool is_a_date(struct cg_text value) {
    static const enum cg_date_format formats[] = {CG_DATE_ISO_TIME, CG_DATE_COMPACT, CG_DATE_MDY,
                                                  CG_DATE_US_DASH, CG_DATE_DMONY};
    bool found = false;
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        found = found || cg_date_parse(value.ptr, value.len, formats[i]) != CG_DAY_NONE;
    }
    return found;
}

bool cg_header_columns_have_a_claim(const struct cg_header_columns *columns) {
    enum { VALUES_OF_A_CLAIM = 3 };
    uint32_t values = 0;
    uint32_t dates = 0;
    for (uint32_t i = 0; i < columns->count; i++) {
        const struct cg_text name = cg_header_columns_name(columns, i);
        values += !cg_column_looks_like_a_name(name);
        dates += is_a_date(name);
    }
    return values >= VALUES_OF_A_CLAIM && dates > 0;
}

bool cg_header_columns_may_show(const struct cg_header_columns *columns) {
    bool are_names = true;
    for (uint32_t i = 0; i < columns->count; i++) {
        are_names = are_names && cg_column_looks_like_a_name(cg_header_columns_name(columns, i));
    }
    return are_names || cg_log_shows_phi();
}

void cg_column_show(struct cg_text name, char out[CG_COLUMN_SHOWN_BYTES]) {
    (void)cg_utf8_show_text(out, CG_COLUMN_SHOWN_BYTES, name);
}

void cg_header_columns_list(const struct cg_header_columns *columns, char *out, size_t out_bytes) {
    enum { ROOM_FOR_REST = 24 };
    char name[CG_COLUMN_SHOWN_BYTES];
    size_t used = 0;
    out[0] = '\0';
    for (uint32_t i = 0; i < columns->count; i++) {
        cg_column_show(cg_header_columns_name(columns, i), name);
        if (used + strlen(name) + 2 + ROOM_FOR_REST > out_bytes) {
            snprintf(out + used, out_bytes - used, " and %u more", (unsigned)(columns->count - i));
            return;
        }
        used += (size_t)snprintf(out + used, out_bytes - used, "%s%s", i == 0 ? "" : ", ", name);
    }
}
