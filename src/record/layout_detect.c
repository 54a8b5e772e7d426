/*
 * Headers against one another: which built-in layout one fits, and whether a second input has the
 * first one's columns.
 */
#include "header_columns.h"
#include "layout_private.h"

#include "claimgate/base/log.h"
#include "claimgate/base/phrase.h"

#include <string.h>

/* Two needed columns by their names; less may be chance. */
enum { TELLING_COUNT = 7, ABSENT_BYTES = 800 };

struct best {
    const char *name;
    int count;    /* of the needed fields, that are found */
    bool is_only; /* no other has as many */
};

/* tuva goes before its equals. */
static enum cg_status compare(const char *name, struct cg_text header, struct best *best,
                              struct cg_error *err) {
    struct cg_layout *layout = NULL;
    const enum cg_status status = cg_layout_load(name, &layout, NULL, err);
    if (status == CG_OK) {
        const int count = cg_layout_fitness(layout, header);
        if (count > best->count) {
            *best = (struct best){name, count, true};
        } else if (count == best->count) {
            best->is_only = false;
        }
    }
    cg_layout_free(layout);
    return status;
}

enum cg_status cg_layout_detect(struct cg_text header_line, const char **name,
                                struct cg_error *err) {
    struct best best = {"tuva", 0, false};
    for (size_t i = 0; cg_layout_files.names[i] != NULL; i++) {
        if (compare(cg_layout_files.names[i], header_line, &best, err) != CG_OK) {
            return err->status;
        }
    }
    *name = best.is_only && best.count >= TELLING_COUNT ? best.name : "tuva";
    return best.count < CG_FITNESS_NO_MEMORY ? CG_OK : cg_error_no_memory(err);
}

/* A first line that names no column of the layout may be a claim. */
static bool names_a_column(const struct cg_binding *binding, struct cg_text header) {
    struct cg_binding other;
    struct cg_error ignored = CG_ERROR_INIT;
    bool found = false;
    if (binding->layout == NULL ||
        cg_layout_find(binding->layout, header, &other, &ignored) != CG_OK) {
        return false;
    }
    for (int i = 0; i < CG_FIELD_COUNT; i++) {
        found = found || other.fields[i].column >= 0;
    }
    return found;
}

static const char *show_name(const struct cg_header_columns *columns, uint32_t index,
                             char out[CG_COLUMN_SHOWN_BYTES]) {
    if (index >= columns->count) {
        return "nothing";
    }
    cg_column_show(cg_header_columns_name(columns, index), out);
    return out;
}

static enum cg_status compare_columns(const struct cg_header_columns *ours,
                                      const struct cg_header_columns *theirs, bool shown,
                                      struct cg_error *err) {
    static const char mend[] = "all inputs of one run must have the same columns in the same "
                               "order: run them apart, or bring the columns in line";
    char own[CG_COLUMN_SHOWN_BYTES];
    char other[CG_COLUMN_SHOWN_BYTES];
    uint32_t i = 0;
    while (
        i < ours->count && i < theirs->count &&
        cg_text_equal_nocase(cg_header_columns_name(ours, i), cg_header_columns_name(theirs, i))) {
        i++;
    }
    if (i == ours->count && i == theirs->count) {
        return CG_OK;
    }
    if (!shown) {
        return cg_error_set(
            err, CG_BAD_DATA,
            "the header is not that of the first input, and is not shown, for one of "
            "the two may be a claim (--show-phi shows it); %s",
            mend);
    }
    return cg_error_set(err, CG_BAD_DATA,
                        "the header is not that of the first input: column %u is %s here and %s "
                        "there; %s",
                        (unsigned)i + 1, show_name(theirs, i, other), show_name(ours, i, own),
                        mend);
}

enum cg_status cg_binding_check_header(const struct cg_binding *binding, struct cg_text header,
                                       struct cg_error *err) {
    const struct cg_text own = {binding->header, binding->header_len};
    struct cg_header_columns ours = {NULL, 0};
    struct cg_header_columns theirs = {NULL, 0};
    if (cg_text_equal(own, header)) {
        return CG_OK;
    }
    enum cg_status status = cg_header_columns_read(own, binding->delimiter, &ours, err);
    if (status == CG_OK) {
        status = cg_header_columns_read(header, binding->delimiter, &theirs, err);
    }
    if (status == CG_OK) {
        const bool shown = cg_log_shows_phi() ||
                           (names_a_column(binding, header) && cg_header_columns_may_show(&ours) &&
                            cg_header_columns_may_show(&theirs));
        status = compare_columns(&ours, &theirs, shown, err);
    }
    cg_header_columns_free(&ours);
    cg_header_columns_free(&theirs);
    return status;
}

static void warn_of(const struct cg_column_note *note, const char *file) {
    const unsigned position = (unsigned)note->column + 1;
    switch (note->kind) {
    case CG_COLUMN_IS_READ:
        cg_log_note("%s: column %u, %s, is read as %s", file, position, note->name, note->wanted);
        break;
    case CG_COLUMN_IS_SHARED:
        cg_log_warning("%s: column %u, %s, is read as %s and as %s, which cannot be the same: name "
                       "the column of each in the layout",
                       file, position, note->name, note->read_as, note->wanted);
        break;
    case CG_COLUMN_IS_NEAR:
        cg_log_warning("%s: column %u, %s, is not read, and there is no column %s: if it is "
                       "meant to be that, rename it or name it in a copy of the layout",
                       file, position, note->name, note->wanted);
        break;
    case CG_COLUMN_IS_BESIDE:
        cg_log_warning("%s: column %u, %s, is not read, for another one is named %s exactly: where "
                       "they differ, make sure that the right one is read, and rename the other",
                       file, position, note->name, note->wanted);
        break;
    case CG_COLUMN_TELLS_ROWS:
        cg_log_warning("%s: column %u, %s, is not read: if it tells which rows were denied, "
                       "reversed or deleted, leave them out with \"only\" in a copy of the "
                       "layout, for as it is they use units",
                       file, position, note->name);
        break;
    case CG_COLUMN_SAYS_ROWS:
        cg_log_warning("%s: column %u, %s, is not read, though some of its values are words for "
                       "what was voided, denied or deleted: if it tells such rows, leave them out "
                       "with \"only\" in a copy of the layout, for as it is they use units",
                       file, position, note->name);
        break;
    }
}

/* Those of a built-in layout may well be absent, also where it was copied; somebody has put the
 * others there. */
static void note_absent(const struct cg_binding *binding, const char *file) {
    char names[ABSENT_BYTES];
    struct cg_phrase say = cg_phrase_start(names, sizeof names);
    bool any = false;
    for (enum cg_field i = 0; i < CG_FIELD_COUNT; i++) {
        const char *wanted = binding->layout->fields[i].column;
        if (wanted != NULL && strcmp(wanted, cg_field_name(i)) != 0 &&
            !cg_field_is_bound(&binding->fields[i])) {
            cg_say(&say, "%s%s for %s", any ? ", " : "", wanted, cg_field_name(i));
            any = true;
        }
    }
    if (any) {
        cg_log_note("%s: columns that the layout names are not in the header, so that their fields "
                    "are blank: %s",
                    file, names);
    }
}

void cg_binding_warn(const struct cg_binding *binding, const char *file) {
    if (!binding->layout->is_builtin) {
        note_absent(binding, file);
    }
    for (uint32_t i = 0; i < binding->note_count; i++) {
        warn_of(&binding->notes[i], file);
    }
}
