/*
 * Fifteen files that readers of gzip take wrongly, each given to a run: it takes the whole content
 * or refuses the file and publishes nothing.
 */
#include "support/scene.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CLAIMS "fixtures/quickstart/claims.csv"

enum { ROOM = 1 << 16, GOOD = 0, REFUSED = 65 };

/* The quickstart's claims as one member and as two, cut in the middle of a line. */
struct packed {
    struct scene scene;
    char *text;
    size_t text_len;
    char *one;
    size_t one_len;
    char *first;
    size_t first_len;
    char *second;
    size_t second_len;
};

static void pack(struct packed *packed) {
    scene_make(&packed->scene);
    packed->text = run_read_file(CLAIMS, &packed->text_len);
    const size_t half = packed->text_len / 2;
    const char *one = scene_gzip(&packed->scene, "one", packed->text, packed->text_len);
    const char *first = scene_gzip(&packed->scene, "first", packed->text, half);
    const char *second =
        scene_gzip(&packed->scene, "second", packed->text + half, packed->text_len - half);
    packed->one = run_read_file(one, &packed->one_len);
    packed->first = run_read_file(first, &packed->first_len);
    packed->second = run_read_file(second, &packed->second_len);
}

static void unpack(struct packed *packed) {
    free(packed->text);
    free(packed->one);
    free(packed->first);
    free(packed->second);
    scene_remove(&packed->scene);
}

enum base { NONE, TEXT, ONE, TWO };

struct fixture {
    const char *name;
    enum base base;
    int cut;     /* bytes left off at the end; below 0: that many bytes are all that is left */
    int flip_at; /* the byte whose lowest bit is flipped, from the end; 0: none */
    const char *after;
    size_t after_len;
    int exit_code;
};

static const struct fixture fixtures[] = {
    {"cut in the middle", ONE, -300, 0, "", 0, REFUSED},
    {"last 4 bytes missing", ONE, 4, 0, "", 0, REFUSED},
    {"last 8 bytes missing", ONE, 8, 0, "", 0, REFUSED},
    {"second member cut", TWO, 20, 0, "", 0, REFUSED},
    {"header alone", ONE, -10, 0, "", 0, REFUSED},
    {"two bytes of a header", ONE, -2, 0, "", 0, REFUSED},
    {"bit flipped in the data", ONE, 0, 200, "", 0, REFUSED},
    {"wrong check sum", ONE, 0, 8, "", 0, REFUSED},
    {"wrong length", ONE, 0, 4, "", 0, REFUSED},
    {"garbage at the end", ONE, 0, 0, "garbage", 7, REFUSED},
    {"zeros at the end", ONE, 0, 0, "\0\0\0\0\0\0\0\0", 8, GOOD},
    {"plain text named .gz", TEXT, 0, 0, "", 0, GOOD},
    {"one stray byte", NONE, 0, 0, "\x1f", 1, REFUSED},
    {"empty", NONE, 0, 0, "", 0, REFUSED},
    {"two members", TWO, 0, 0, "", 0, GOOD},
};

static size_t make(const struct packed *packed, const struct fixture *fixture, char *out) {
    size_t len = 0;
    if (fixture->base == TEXT) {
        len = packed->text_len;
        memcpy(out, packed->text, len);
    } else if (fixture->base == ONE) {
        len = packed->one_len;
        memcpy(out, packed->one, len);
    } else if (fixture->base == TWO) {
        len = packed->first_len + packed->second_len;
        memcpy(out, packed->first, packed->first_len);
        memcpy(out + packed->first_len, packed->second, packed->second_len);
    }
    len = fixture->cut < 0 ? (size_t)-fixture->cut : len - (size_t)fixture->cut;
    if (fixture->flip_at > 0) {
        out[len - (size_t)fixture->flip_at] ^= 1;
    }
    memcpy(out + len, fixture->after, fixture->after_len);
    return len + fixture->after_len;
}

Test(gzip_fixtures, are_taken_whole_or_refused, .timeout = 60) {
    struct packed packed;
    static char bytes[ROOM];
    cr_assert_eq(sizeof fixtures / sizeof fixtures[0], 15);
    pack(&packed);
    for (size_t i = 0; i < sizeof fixtures / sizeof fixtures[0]; i++) {
        struct run run;
        const struct fixture *fixture = &fixtures[i];
        const size_t len = make(&packed, fixture, bytes);
        const char *path = scene_file(&packed.scene, "claims.csv.gz", bytes, len);
        const char *out = scene_path(&packed.scene, "out-%zu", i);
        scene_validate((const char *[]){path, "--out", out, NULL}, NULL, &run);
        cr_expect(run.exit_code == fixture->exit_code, "%s: exit %d: %s", fixture->name,
                  run.exit_code, run.err);
        cr_expect(scene_exists(out) == (run.exit_code == GOOD), "%s", fixture->name);
        if (run.exit_code == GOOD) {
            scene_expect_quickstart(out);
        }
        run_fini(&run);
    }
    unpack(&packed);
}
