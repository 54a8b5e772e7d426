#include "generate/generate.h"

#include "claimgate/base/date.h"
#include "claimgate/io/files.h"

#include "support/run.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_LIMIT = 64 << 20, ELEMENTS_MAX = 40, LINES = 6000, ISA_BYTES = 106 };

/* What a walk over a file has found, and where it is. */
struct walk {
    long interchanges, groups, transactions, subscribers, claims, services;
    long claims_of_lines[5];
    long claims_under_one_subscriber; /* the most */
    long takes_back, names_original, other_payers, dependents, line_renderings;
    long segments, level, level_of[3]; /* of the open transaction */
    long groups_open, transactions_open, claims_open, lines_open;
    long charge, charged; /* cents that the claim says, and that its lines do */
    char numbers[3][16];  /* of ISA, GS and ST */
    char claim_id[32];
    struct cg_buffer lines; /* "C000000001,1" each on a line */
    struct cg_buffer ids;   /* of claims */
};

static long cents_of(const char *text) {
    char *end;
    long cents = strtol(text, &end, 10) * 100;
    if (*end == '.') {
        cents += (end[1] - '0') * 10 + (end[2] != '\0' ? end[2] - '0' : 0);
    }
    return cents;
}

static void end_claim(struct walk *walk) {
    if (walk->lines_open > 0) {
        cr_assert(walk->lines_open <= 4);
        walk->claims_of_lines[walk->lines_open]++;
        cr_assert_eq(walk->charge, walk->charged, "claim %s", walk->claim_id);
    }
    walk->lines_open = walk->charged = 0;
}

static void on_level(struct walk *walk, char *const *e) {
    const long code = strtol(e[3], NULL, 10); /* 20, 22 or 23 */
    const long kind = code == 20 ? 0 : code - 21;
    cr_assert_eq(strtol(e[1], NULL, 10), ++walk->level);
    if (kind > 0) {
        cr_assert_eq(strtol(e[2], NULL, 10), walk->level_of[kind - 1]);
        cr_assert(walk->level_of[kind - 1] > 0);
    }
    walk->level_of[kind] = walk->level;
    walk->subscribers += kind == 1;
    walk->dependents += kind == 2;
    walk->claims_open = 0;
}

static void on_claim_segment(struct walk *walk, char *const *e) {
    if (strcmp(e[0], "CLM") == 0) {
        const char frequency = e[5][strlen(e[5]) - 1];
        walk->charge = cents_of(e[2]);
        walk->claims++;
        walk->claims_open++;
        walk->takes_back += frequency != '1';
        snprintf(walk->claim_id, sizeof walk->claim_id, "%s", e[1]);
        cr_assert(cg_buffer_printf(&walk->ids, "%s\n", e[1]));
        if (walk->claims_open > walk->claims_under_one_subscriber) {
            walk->claims_under_one_subscriber = walk->claims_open;
        }
    } else if (strcmp(e[0], "LX") == 0) {
        cr_assert(cg_buffer_printf(&walk->lines, "%s,%s\n", walk->claim_id, e[1]));
        walk->services++;
        walk->lines_open++;
    } else if (strcmp(e[0], "SV1") == 0) {
        walk->charged += cents_of(e[2]);
    } else if (strcmp(e[0], "REF") == 0 && strcmp(e[1], "F8") == 0) {
        walk->names_original++;
    } else if (strcmp(e[0], "OI") == 0) {
        walk->other_payers++;
    } else if (strcmp(e[0], "NM1") == 0 && strcmp(e[1], "82") == 0) {
        walk->line_renderings += walk->lines_open > 0;
    }
}

/* True for a segment of an envelope. */
static bool on_envelope(struct walk *walk, char *const *e) {
    static const char *const IDS[] = {"ISA", "GS", "ST", "SE", "GE", "IEA"};
    static const int CONTROL[] = {13, 6, 2, 2, 2, 2};
    size_t at = 0;
    while (at < 6 && strcmp(e[0], IDS[at]) != 0) {
        at++;
    }
    if (at == 6) {
        return false;
    }
    if (at < 3) {
        long *const counts[] = {&walk->interchanges, &walk->groups, &walk->transactions};
        ++*counts[at];
        walk->groups_open = at == 0 ? 0 : walk->groups_open + (at == 1);
        walk->transactions_open = at <= 1 ? 0 : walk->transactions_open + 1;
        walk->segments = walk->level = 0;
        memset(walk->level_of, 0, sizeof walk->level_of);
        snprintf(walk->numbers[at], sizeof walk->numbers[at], "%s", e[CONTROL[at]]);
    } else {
        const long held[] = {walk->segments + 1, walk->transactions_open, walk->groups_open};
        cr_assert_str_eq(walk->numbers[5 - at], e[CONTROL[at]]);
        cr_assert_eq(strtol(e[1], NULL, 10), held[at - 3], "%s*%s", e[0], e[1]);
    }
    return true;
}

static void on_segment(struct walk *walk, char *text, char element) {
    char *e[ELEMENTS_MAX] = {text};
    size_t count = 1;
    for (char *at = text; *at != '\0'; at++) {
        if (*at == element) {
            *at = '\0';
            cr_assert(count < ELEMENTS_MAX);
            e[count++] = at + 1;
        }
    }
    const bool ends_claim =
        strcmp(e[0], "CLM") == 0 || strcmp(e[0], "HL") == 0 || strcmp(e[0], "SE") == 0;
    if (ends_claim) {
        end_claim(walk);
    }
    if (!on_envelope(walk, e)) {
        if (strcmp(e[0], "HL") == 0) {
            on_level(walk, e);
        }
        on_claim_segment(walk, e);
    }
    walk->segments++;
}

static void walk_file(struct walk *walk, char *bytes, size_t len) {
    char element = '*', terminator = '~';
    for (size_t at = 0; at < len;) {
        if (memcmp(bytes + at, "ISA", 3) == 0) {
            element = bytes[at + 3];
            terminator = bytes[at + ISA_BYTES - 1];
        }
        char *end = memchr(bytes + at, terminator, len - at);
        cr_assert(end != NULL);
        *end = '\0';
        on_segment(walk, bytes + at, element);
        at = (size_t)(end - bytes) + 1;
        while (at < len && (bytes[at] == '\n' || bytes[at] == '\r')) {
            at++;
        }
    }
}

static struct cg_buffer read_file(const char *dir, const char *name) {
    char path[2 * RUN_PATH_BYTES];
    struct cg_buffer out;
    struct cg_error err = CG_ERROR_INIT;
    snprintf(path, sizeof path, "%s/%s", dir, name);
    cg_buffer_init(&out, FILE_LIMIT);
    cr_assert(cg_file_read(path, &out, &err) == CG_OK, "%s", err.text);
    return out;
}

/* The claims and lines of a history, as a walk lists them. */
static struct cg_buffer lines_of_history(const char *dir) {
    struct cg_buffer out, history = read_file(dir, "history.csv");
    cg_buffer_init(&out, FILE_LIMIT);
    cr_assert(cg_buffer_append(&history, "", 1));
    for (const char *row = strchr(history.data, '\n') + 1; *row != '\0';) {
        const size_t claim = strcspn(row, ",");
        const size_t both = claim + 1 + strcspn(row + claim + 1, ",");
        cr_assert(cg_buffer_printf(&out, "%.*s\n", (int)both, row));
        row = strchr(row, '\n') + 1;
    }
    cg_buffer_fini(&history);
    return out;
}

/* The first column of the rows of claims. */
static struct cg_buffer ids_of_claim_rows(const char *dir) {
    struct cg_buffer out, rows = read_file(dir, "claim-rows.csv");
    cg_buffer_init(&out, FILE_LIMIT);
    cr_assert(cg_buffer_append(&rows, "", 1));
    for (const char *row = strchr(rows.data, '\n') + 1; *row != '\0'; row = strchr(row, '\n') + 1) {
        cr_assert(cg_buffer_printf(&out, "%.*s\n", (int)strcspn(row, ","), row));
    }
    cg_buffer_fini(&rows);
    return out;
}

/* Generate, and walk over every file of it. The caller frees the lists. */
static void make_and_walk(const char *const more[], struct walk *walk, struct cg_buffer *of_history,
                          struct cg_buffer *of_claim_rows) {
    static const char *const NAMES[] = {"claims-01.837", "claims-02.837"};
    char dir[RUN_PATH_BYTES], out[RUN_PATH_BYTES + 8], lines[16];
    struct run run;
    run_make_dir(dir);
    snprintf(out, sizeof out, "%s/out", dir);
    snprintf(lines, sizeof lines, "%d", LINES);
    const char *argv[RUN_ARGS_MAX] = {run_generator(), "--quiet",  "--out",   out, "--layout",
                                      "x12-837p",      "--plain",  "--files", "2", "--lines",
                                      lines,           "--history"};
    for (size_t i = 0; more[i] != NULL; i++) {
        argv[12 + i] = more[i];
    }
    run_program(argv, NULL, &run);
    cr_assert(run.exit_code == 0, "%s", run.err);
    run_fini(&run);
    memset(walk, 0, sizeof *walk);
    cg_buffer_init(&walk->lines, FILE_LIMIT);
    cg_buffer_init(&walk->ids, FILE_LIMIT);
    for (size_t i = 0; i < 2; i++) {
        struct cg_buffer file = read_file(out, NAMES[i]);
        walk_file(walk, file.data, file.len_bytes);
        cg_buffer_fini(&file);
    }
    *of_history = lines_of_history(out);
    *of_claim_rows = ids_of_claim_rows(out);
    run_remove_dir(dir);
}

/* The walk itself holds counts, control numbers, levels and charges. */
Test(generate_x12, a_file_without_mistakes_is_whole_and_holds_what_its_csv_files_hold) {
    struct walk walk;
    struct cg_buffer history, claim_rows;
    make_and_walk((const char *const[]){"--errors", "0", "--dependents", "10", NULL}, &walk,
                  &history, &claim_rows);
    cr_assert_eq(walk.lines.len_bytes, history.len_bytes);
    cr_assert(memcmp(walk.lines.data, history.data, history.len_bytes) == 0);
    cr_assert_eq(walk.ids.len_bytes, claim_rows.len_bytes);
    cr_assert(memcmp(walk.ids.data, claim_rows.data, claim_rows.len_bytes) == 0);
    cr_expect(walk.services > LINES && walk.services < LINES + LINES / 10);
    cr_expect(walk.interchanges > 2 && walk.groups > walk.interchanges);
    cr_expect(walk.transactions > walk.groups);
    for (int lines = 1; lines <= 4; lines++) {
        cr_expect(walk.claims_of_lines[lines] > walk.claims / 20, "of %d lines", lines);
    }
    cr_expect(walk.claims_under_one_subscriber > 2);
    cr_expect(walk.dependents > walk.subscribers / 20);
    cr_expect(walk.takes_back > LINES / 66 && walk.takes_back < LINES / 33);
    cr_expect(walk.names_original == walk.takes_back + walk.other_payers);
    cr_expect(walk.other_payers > walk.claims / 20);
    cr_expect(walk.line_renderings > walk.services / 20);
    cg_buffer_fini(&walk.lines);
    cg_buffer_fini(&walk.ids);
    cg_buffer_fini(&claim_rows);
    cg_buffer_fini(&history);
}

Test(generate_x12, subscribers_are_their_own_patients_unless_asked_otherwise) {
    struct walk walk;
    struct cg_buffer history, claim_rows;
    make_and_walk((const char *const[]){"--errors", "0", NULL}, &walk, &history, &claim_rows);
    cr_assert(walk.dependents == 0 && walk.subscribers > 0);
    cg_buffer_fini(&walk.lines);
    cg_buffer_fini(&walk.ids);
    cg_buffer_fini(&claim_rows);
    cg_buffer_fini(&history);
}
