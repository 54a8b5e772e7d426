#include "header_names.h"

#include "header_columns.h"
#include "layout_private.h"

#include "claimgate/base/arena.h"
#include "claimgate/base/buffer.h"
#include "claimgate/base/hash.h"
#include "claimgate/base/hash_table.h"
#include "claimgate/base/log.h"
#include "claimgate/base/phrase.h"
#include "claimgate/base/utf8.h"

#include <stdio.h>
#include <stdlib.h>

/*
 * Names are the same by their letters and digits alone, letter case ignored: whoever writes another
 * header may write "Claim ID" where the first one has claim_id.
 */
enum {
    FOLDED_MAX_BYTES = 128, /* a longer name is found by its first letters */
    NAMES_MAX_BYTES = 8 << 20,
    NAME_SHOWN_BYTES = 48,
    DIFFERENCES_SHOWN = 3,
};

struct name {
    struct cg_text text;
    struct cg_text folded; /* len 0: a column without a name */
    bool is_needed;
};

struct cg_header_names {
    struct cg_arena arena;          /* of all texts */
    struct cg_hash_table by_folded; /* column + 1, of two with the same name the first */
    struct name *names;
    uint32_t count;
    bool has_digit;  /* a name begins with one */
    bool has_value;  /* one does not look like a name: a claim may be stuck to the header */
    bool first[256]; /* bytes that the folded names begin with */
};

/* A small letter, a digit or a byte above ASCII; '\0' for what is left out. */
static char fold_byte(char byte) {
    const bool is_small = byte >= 'a' && byte <= 'z';
    return byte >= 'A' && byte <= 'Z'                            ? (char)(byte - 'A' + 'a')
           : is_small || cg_is_digit(byte) || (byte & 0x80) != 0 ? byte
                                                                 : '\0';
}

static struct cg_text fold(struct cg_text text, char out[FOLDED_MAX_BYTES]) {
    uint32_t len = 0;
    for (uint32_t i = 0; i < text.len && len < FOLDED_MAX_BYTES; i++) {
        const char byte = fold_byte(text.ptr[i]);
        if (byte != '\0') {
            out[len++] = byte;
        }
    }
    return (struct cg_text){out, len};
}

static bool same_name(const void *context, uint32_t ref, const void *key) {
    const struct cg_header_names *names = context;
    return cg_text_equal(names->names[ref - 1].folded, *(const struct cg_text *)key);
}

/* Most values are told from names by their first byte. */
static bool begins_like_none(const struct cg_header_names *names, struct cg_text text) {
    const char first = text.len > 0 ? fold_byte(text.ptr[0]) : '\0';
    return first != '\0' && !names->first[(unsigned char)first];
}

/* The column of this name; -1: none. */
static int64_t find(const struct cg_header_names *names, struct cg_text text) {
    char room[FOLDED_MAX_BYTES];
    if (begins_like_none(names, text)) {
        return -1;
    }
    const struct cg_text folded = fold(text, room);
    if (folded.len == 0) {
        return -1;
    }
    const uint64_t hash = cg_hash64(folded.ptr, folded.len, 0);
    return (int64_t)cg_hash_table_find(&names->by_folded, hash, same_name, names, &folded) - 1;
}

static bool keep(struct cg_header_names *names, struct cg_text from, struct cg_text *to) {
    *to = (struct cg_text){cg_arena_copy(&names->arena, from.ptr, from.len), from.len};
    return to->ptr != NULL;
}

static bool add(struct cg_header_names *names, struct cg_text text) {
    char room[FOLDED_MAX_BYTES];
    struct name *name = &names->names[names->count];
    if (!keep(names, text, &name->text) || !keep(names, fold(text, room), &name->folded)) {
        return false;
    }
    names->has_digit = names->has_digit || (text.len > 0 && cg_is_digit(text.ptr[0]));
    names->has_value = names->has_value || !cg_column_looks_like_a_name(text);
    const bool is_new = name->folded.len > 0 && find(names, text) < 0;
    names->count++;
    names->first[(unsigned char)name->folded.ptr[0]] = true;
    const uint64_t hash = cg_hash64(name->folded.ptr, name->folded.len, 0);
    return !is_new || cg_hash_table_add(&names->by_folded, hash, names->count);
}

struct cg_header_names *cg_header_names_new(const struct cg_csv *csv, uint32_t count) {
    struct cg_header_names *names = calloc(1, sizeof *names);
    if (names == NULL) {
        return NULL;
    }
    cg_arena_init(&names->arena, NAMES_MAX_BYTES);
    names->names = calloc(count, sizeof *names->names);
    bool good = names->names != NULL;
    for (uint32_t i = 0; i < count && good; i++) {
        good = add(names, cg_csv_field(csv, i).value);
    }
    if (!good) {
        cg_header_names_free(names);
        return NULL;
    }
    return names;
}

void cg_header_names_free(struct cg_header_names *names) {
    if (names != NULL) {
        cg_hash_table_fini(&names->by_folded);
        cg_arena_fini(&names->arena);
        free(names->names);
        free(names);
    }
}

void cg_header_names_need(struct cg_header_names *names, uint32_t column) {
    names->names[column].is_needed = true;
}

struct cg_header_names *cg_header_names_bound(const struct cg_csv *csv, uint32_t count,
                                              const struct cg_binding *binding) {
    struct cg_header_names *names = cg_header_names_new(csv, count);
    for (int i = 0; names != NULL && i < CG_FIELD_COUNT; i++) {
        const struct cg_field_source *source = &binding->fields[i];
        if (cg_field_is_needed((enum cg_field)i) && source->column >= 0) {
            cg_header_names_need(names, (uint32_t)source->column);
        }
        if (cg_field_is_needed((enum cg_field)i) && source->fallback_column >= 0) {
            cg_header_names_need(names, (uint32_t)source->fallback_column);
        }
    }
    return names;
}

static bool name_columns(const struct cg_layout *layout, struct cg_buffer *line) {
    bool good = true;
    for (int i = 0; i < CG_FIELD_COUNT; i++) {
        const struct cg_layout_source *source = &layout->fields[i];
        const char *const own[] = {source->column, source->fallback};
        for (size_t j = 0; j < 2 + source->also_count && good; j++) {
            const char *name = j < 2 ? own[j] : source->also_named[j - 2];
            good = name == NULL ||
                   (cg_buffer_append_text(line, name) && cg_buffer_append_text(line, ","));
        }
    }
    return good;
}

/* As a header line that has all of them. */
static bool name_all_columns(struct cg_buffer *line) {
    bool good = true;
    for (size_t i = 0; cg_layout_files.names[i] != NULL && good; i++) {
        struct cg_error ignored = CG_ERROR_INIT;
        struct cg_layout *layout = NULL;
        good = cg_layout_load(cg_layout_files.names[i], &layout, NULL, &ignored) == CG_OK &&
               name_columns(layout, line);
        cg_layout_free(layout);
    }
    return good;
}

struct cg_header_names *cg_header_names_builtin(void) {
    struct cg_buffer line;
    struct cg_csv *csv = cg_csv_new(',', CG_COLUMNS_MAX);
    struct cg_header_names *names = NULL;
    cg_buffer_init(&line, CG_RECORD_MAX_BYTES);
    if (csv != NULL && name_all_columns(&line) &&
        cg_csv_read(csv, (struct cg_text){line.data, (uint32_t)line.len_bytes}) == CG_WELL_FORMED) {
        names = cg_header_names_new(csv, cg_csv_kept_count(csv));
    }
    cg_buffer_fini(&line);
    cg_csv_free(csv);
    return names;
}

bool cg_header_names_have_no_digit(const struct cg_header_names *names) {
    return !names->has_digit;
}

struct cg_text cg_record_field(const struct cg_record_fields *fields, uint32_t index) {
    struct cg_text text = {"", 0};
    if (fields->ends != NULL) {
        const uint32_t start = fields->ends[(int64_t)index - 1] + 1;
        text = (struct cg_text){fields->text + start, fields->ends[index] - start};
    } else if (index < cg_csv_kept_count(fields->csv)) {
        text = cg_csv_field(fields->csv, index).value;
    }
    text = cg_text_trim(text);
    /* Behind a BOM a quote opens nothing, and stays. */
    if (text.len >= 2 && text.ptr[0] == '"' && text.ptr[text.len - 1] == '"') {
        text = cg_text_trim((struct cg_text){text.ptr + 1, text.len - 2});
    }
    return text;
}

static bool is_same_name(const struct name *name, struct cg_text field) {
    char room[FOLDED_MAX_BYTES];
    return cg_text_equal_nocase(field, name->text) ||
           (name->folded.len > 0 && cg_text_equal(fold(field, room), name->folded));
}

static bool is_same(const struct cg_header_names *names, const struct cg_record_fields *fields) {
    bool same =
        fields->count == names->count && !begins_like_none(names, cg_record_field(fields, 0));
    for (uint32_t i = 0; same && i < names->count; i++) {
        same = is_same_name(&names->names[i], cg_record_field(fields, i));
    }
    return same;
}

/* Of the fields that are not blank at least half are names, and two of them needed ones. Given up
 * as soon as that can no longer be. */
static bool is_like(const struct cg_header_names *names, const struct cg_record_fields *fields,
                    uint32_t from, uint32_t to) {
    uint32_t met = 0;
    uint32_t others = 0;
    int64_t needed[2] = {-1, -1};
    for (uint32_t i = from; i < to && others * 2 <= to - from; i++) {
        const struct cg_text field = cg_record_field(fields, i);
        const int64_t column = find(names, field);
        met += column >= 0;
        others += column < 0 && field.len > 0;
        if (column >= 0 && names->names[column].is_needed && column != needed[0]) {
            needed[needed[0] >= 0] = column;
        }
    }
    return met >= others && needed[1] >= 0;
}

static bool is_like_name(struct cg_text field) {
    const char first = field.len > 0 ? fold_byte(field.ptr[0]) : '\0';
    bool has_digit = false;
    bool joins = false;
    for (uint32_t i = 0; i < field.len; i++) {
        has_digit = has_digit || cg_is_digit(field.ptr[i]);
        joins = joins || field.ptr[i] == '_';
    }
    return first >= 'a' && first <= 'z' && (joins || !has_digit);
}

bool cg_header_names_may_be(const struct cg_record_fields *fields) {
    uint32_t names = 0;
    uint32_t others = 0;
    for (uint32_t i = 0; i < fields->count && others * 2 <= fields->count; i++) {
        const struct cg_text field = cg_record_field(fields, i);
        const bool is_name = is_like_name(field);
        names += is_name;
        others += !is_name && field.len > 0;
    }
    return names > 0 && names >= others;
}

bool cg_header_names_have(const struct cg_header_names *names,
                          const struct cg_record_fields *fields) {
    enum { MET_MIN = 3 }; /* a word or two may be a name of some layout by chance */
    uint32_t met = 0;
    uint32_t others = 0;
    for (uint32_t i = 0; i < fields->count && others * 2 <= fields->count; i++) {
        const struct cg_text field = cg_record_field(fields, i);
        const bool is_met = find(names, field) >= 0;
        met += is_met;
        others += !is_met && field.len > 0;
    }
    return met >= MET_MIN && met >= others;
}

enum cg_header_kind cg_header_names_look(const struct cg_header_names *names,
                                         const struct cg_record_fields *fields) {
    if (is_same(names, fields)) {
        return CG_REPEATED_HEADER;
    }
    if (fields->count > names->count && !is_like(names, fields, 0, names->count - 1) &&
        is_like(names, fields, names->count, fields->count)) {
        return CG_STUCK_HEADER;
    }
    return is_like(names, fields, 0, fields->count) ? CG_OTHER_HEADER : CG_NO_HEADER;
}

/* The last names of the header stand at the record's end, with nothing but quotes, delimiters and
 * blanks between them. */
bool cg_header_names_end(const struct cg_header_names *names, struct cg_text record) {
    uint32_t end = record.len;
    for (uint32_t i = names->count; i-- > 0;) {
        const struct cg_text name = names->names[i].text;
        while (end > 0 && name.len > 0 && record.ptr[end - 1] != name.ptr[name.len - 1] &&
               strchr("\"' \t,|;^~", record.ptr[end - 1]) != NULL) {
            end--;
        }
        if (end < name.len ||
            !cg_text_equal_nocase((struct cg_text){record.ptr + end - name.len, name.len}, name)) {
            return false;
        }
        end -= name.len;
    }
    return end > 0;
}

/* A name of the header is shown; anything else might be a value of a claim. */
static void show(const struct cg_header_names *names, struct cg_text field,
                 char out[NAME_SHOWN_BYTES]) {
    const int64_t column = find(names, field);
    if (column >= 0) {
        (void)cg_utf8_show(out, NAME_SHOWN_BYTES, names->names[column].text.ptr);
    } else {
        snprintf(out, NAME_SHOWN_BYTES, "%s", field.len == 0 ? "blank" : "another name");
    }
}

void cg_header_names_differ(const struct cg_header_names *names,
                            const struct cg_record_fields *fields,
                            char out[CG_HEADER_DIFFERENCE_BYTES]) {
    struct cg_phrase say = cg_phrase_start(out, CG_HEADER_DIFFERENCE_BYTES);
    const uint32_t both = names->count < fields->count ? names->count : fields->count;
    uint32_t differ = 0;
    for (uint32_t i = 0; i < both; i++) {
        char ours[NAME_SHOWN_BYTES];
        char theirs[NAME_SHOWN_BYTES];
        const struct cg_text field = cg_record_field(fields, i);
        if (is_same_name(&names->names[i], field) || ++differ > DIFFERENCES_SHOWN) {
            continue;
        }
        cg_say(&say, "%scolumn %u", differ == 1 ? "" : ", ", i + 1);
        if (names->has_value && !cg_log_shows_phi()) {
            cg_say(&say, " is another");
            continue;
        }
        (void)cg_utf8_show(ours, sizeof ours, names->names[i].text.ptr);
        show(names, field, theirs);
        cg_say(&say, " is %s where the first header has %s", theirs, ours);
    }
    if (differ > DIFFERENCES_SHOWN) {
        cg_say(&say, ", and %u more differ", differ - DIFFERENCES_SHOWN);
    }
    if (names->count != fields->count) {
        cg_say(&say, "%sit has %u column%s where the first header has %u", differ == 0 ? "" : "; ",
               fields->count, fields->count == 1 ? "" : "s", names->count);
    }
}
