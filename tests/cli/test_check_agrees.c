/*
 * A check and a run never disagree: generated claims of every kind, each line asked of the ledger
 * by `check -` before `validate` decides it on the same ledger.
 */
#include "support/scene.h"

#include <criterion/criterion.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIELDS_MAX = 48, FIELD_BYTES = 128, MEMBERS_MAX = 4096, ROUNDS_MAX = 256 };

/* `claimgate check` as of the date of scene_validate; `more` is closed by NULL. */
static void ask(const char *const more[], const char *input, struct run *run) {
    const char *argv[RUN_ARGS_MAX] = {run_claimgate(), "check", "--as-of", "2025-06-30"};
    for (size_t i = 0; more[i] != NULL; i++) {
        argv[4 + i] = more[i];
    }
    run_program(argv, input, run);
}

/* A claim file taken apart into rounds: the nth line of each member stands in the nth. A decision
 * depends on earlier lines of the same member alone, so that a round's lines may all be asked of
 * the ledger as it is after the round before. */
struct rounds {
    const char *header;
    size_t header_len;
    char *text[ROUNDS_MAX];
    size_t len[ROUNDS_MAX];
    size_t count;
};

static char members[MEMBERS_MAX][FIELD_BYTES];
static size_t rounds_of[MEMBERS_MAX];
static size_t member_count;

static size_t next_round(const char *member) {
    size_t i = 0;
    while (i < member_count && strcmp(members[i], member) != 0) {
        i++;
    }
    cr_assert(i < MEMBERS_MAX, "too many members");
    if (i == member_count) {
        snprintf(members[i], FIELD_BYTES, "%s", member);
        rounds_of[member_count++] = 0;
    }
    cr_assert(rounds_of[i] < ROUNDS_MAX, "too many lines of one member");
    return rounds_of[i]++;
}

/* Fields without quotes; returns how many there are. */
static size_t split(const char *line, size_t len, char fields[FIELDS_MAX][FIELD_BYTES]) {
    size_t count = 0;
    const char *end = line + len;
    for (const char *at = line; at <= end && count < FIELDS_MAX; count++) {
        const char *comma = memchr(at, ',', (size_t)(end - at));
        size_t field_len = (size_t)((comma != NULL ? comma : end) - at);
        snprintf(fields[count], FIELD_BYTES, "%.*s", (int)field_len, at);
        at += field_len + 1;
    }
    return count;
}

static size_t find_name(char fields[FIELDS_MAX][FIELD_BYTES], size_t count, const char *name) {
    size_t i = 0;
    while (i < count && strcmp(fields[i], name) != 0) {
        i++;
    }
    cr_assert(i < count, "no column %s", name);
    return i;
}

static size_t line_len(const char *at, const char *end) {
    const char *newline = memchr(at, '\n', (size_t)(end - at));
    return newline != NULL ? (size_t)(newline - at) + 1 : (size_t)(end - at);
}

static void take_apart(const char *text, size_t len, struct rounds *rounds) {
    static char fields[FIELDS_MAX][FIELD_BYTES];
    const char *end = text + len;
    memset(rounds, 0, sizeof *rounds);
    rounds->header = text;
    rounds->header_len = line_len(text, end);
    size_t columns = split(text, rounds->header_len - 1, fields);
    size_t member = find_name(fields, columns, "member_id");
    for (const char *at = text + rounds->header_len; at < end;) {
        size_t bytes = line_len(at, end);
        size_t count = split(at, bytes - 1, fields);
        size_t round = count > member ? next_round(fields[member]) : 0;
        char **to = &rounds->text[round];
        if (*to == NULL) {
            *to = malloc(len);
            cr_assert(*to != NULL, "out of memory");
            memcpy(*to, text, rounds->header_len);
            rounds->len[round] = rounds->header_len;
        }
        memcpy(*to + rounds->len[round], at, bytes);
        rounds->len[round] += bytes;
        rounds->count = round >= rounds->count ? round + 1 : rounds->count;
        at += bytes;
    }
}

/* What a run decided of each line, in the words of `check -` less the accepted units of what was
 * accepted whole: reasons by source line. */
struct decided {
    char reasons[512];
    bool rejected;
    bool cutback;
};

static void read_rejected(const char *rows, size_t len, size_t columns, struct decided *decided,
                          size_t lines) {
    static char fields[FIELDS_MAX][FIELD_BYTES];
    const char *end = rows + len;
    for (const char *at = rows + line_len(rows, end); at < end; at += line_len(at, end)) {
        split(at, line_len(at, end) - 1, fields);
        size_t line = strtoul(fields[1], NULL, 10);
        cr_assert(line < lines, "source line %zu of %zu", line, lines);
        snprintf(decided[line].reasons, sizeof decided[line].reasons, "%s",
                 fields[2 + columns + 1]);
        decided[line].rejected = true;
        const char *available = fields[2 + columns + 8];
        decided[line].cutback = available[0] != '\0' && strcmp(available, "0") != 0;
    }
}

/* Source line, decision, accepted units, reasons. */
static void split_answer(const char *at, char fields[4][512]) {
    for (size_t i = 0; i < 4; i++) {
        const size_t len = strcspn(at, "\t\n");
        snprintf(fields[i], 512, "%.*s", (int)len, at);
        at += len + (at[len] == '\t');
    }
}

static size_t compare_round(const char *answers, const struct decided *decided, size_t lines,
                            bool cutback, size_t round) {
    static char fields[4][512];
    size_t count = 0;
    for (const char *at = answers; *at != '\0'; at += strcspn(at, "\n") + 1) {
        split_answer(at, fields);
        const size_t asked = strtoul(fields[0], NULL, 10);
        const char *word = fields[1], *reasons = fields[3];
        cr_assert(asked < lines, "an answer to line %zu", asked);
        const struct decided *then = &decided[asked];
        const bool part = then->rejected && cutback && then->cutback;
        const char *decision = part ? "cutback" : then->rejected ? "rejected" : "accepted";
        cr_expect(strcmp(word, decision) == 0 ||
                      (!then->rejected && strcmp(word, "out_of_scope") == 0),
                  "round %zu line %zu: check says %s (%s), validate %s (%s)", round, asked, word,
                  reasons, decision, then->reasons);
        cr_expect(strcmp(reasons, then->reasons) == 0,
                  "round %zu line %zu: check says %s, validate %s", round, asked, reasons,
                  then->reasons);
        count++;
    }
    return count;
}

/* Ask every line of the round, then run it, and compare. */
static size_t play_round(struct scene *scene, const struct rounds *rounds, size_t round,
                         const char *policy) {
    static char fields[FIELDS_MAX][FIELD_BYTES];
    char name[32], ledger[RUN_PATH_BYTES + 16], roster[RUN_PATH_BYTES + 16];
    char in[RUN_PATH_BYTES + 48], out[RUN_PATH_BYTES + 48];
    struct run asked, ran;
    size_t rows_len = 0;
    snprintf(name, sizeof name, "round-%zu", round);
    snprintf(in, sizeof in, "%s/%s.csv", scene->dir, name);
    snprintf(out, sizeof out, "%s/%s", scene->dir, name);
    snprintf(ledger, sizeof ledger, "%s/ledger", scene->dir);
    snprintf(roster, sizeof roster, "%s/in/roster", scene->dir);
    run_write_file(in, rounds->text[round], rounds->len[round]);
    const char *first[] = {"-", "--roster", roster, "--policy", policy, NULL};
    const char *later[] = {"-", "--roster", roster, "--policy", policy, "--ledger", ledger, NULL};
    ask(round == 0 ? first : later, in, &asked);
    cr_assert(asked.exit_code <= 1, "%s", asked.err);
    scene_validate((const char *[]){in, "--roster", roster, "--policy", policy, "--ledger", ledger,
                                    "--out", out, NULL},
                   NULL, &ran);
    cr_assert(ran.exit_code == 0, "%s", ran.err);
    char *rows = scene_read(out, "rejected.csv.gz", &rows_len);
    size_t lines = 2;
    for (size_t i = 0; i < rounds->len[round]; i++) {
        lines += rounds->text[round][i] == '\n';
    }
    struct decided *decided = calloc(lines, sizeof *decided);
    cr_assert(decided != NULL);
    size_t columns = split(rounds->header, rounds->header_len - 1, fields);
    read_rejected(rows, rows_len, columns, decided, lines);
    size_t compared =
        compare_round(asked.out, decided, lines, strstr(policy, "cutback") != NULL, round);
    free(decided);
    free(rows);
    run_fini(&asked);
    run_fini(&ran);
    return compared;
}

static size_t play(const char *policy_file, const char *policy_shape) {
    struct scene scene;
    struct rounds rounds;
    size_t len = 0;
    size_t compared = 0;
    char policy[RUN_PATH_BYTES + 32];
    scene_make(&scene);
    scene_generate(&scene, "in",
                   (const char *[]){"--plain",
                                    "--lines",
                                    "3000",
                                    "--members",
                                    "500",
                                    "--months",
                                    "12",
                                    "--start-month",
                                    "2024-01",
                                    "--policy-shape",
                                    policy_shape,
                                    "--voids",
                                    "2",
                                    "--replacements",
                                    "2",
                                    "--error",
                                    "over_yearly_cap=4",
                                    "--error",
                                    "over_daily_cap=4",
                                    NULL});
    snprintf(policy, sizeof policy, "%s", policy_shape);
    if (policy_file != NULL) {
        snprintf(policy, sizeof policy, "%s/cutback.json", scene.dir);
        run_write_file(policy, policy_file, strlen(policy_file));
    }
    char *text = run_read_file(scene_path(&scene, "in/claims.csv"), &len);
    member_count = 0;
    take_apart(text, len, &rounds);
    for (size_t round = 0; round < rounds.count; round++) {
        compared += play_round(&scene, &rounds, round, policy);
        free(rounds.text[round]);
    }
    free(text);
    scene_remove(&scene);
    return compared;
}

Test(check_agrees, with_a_run_on_thousands_of_lines, .timeout = 300) {
    cr_expect_eq(play(NULL, "ms"), 3000);
}

Test(check_agrees, with_a_run_on_every_demand, .timeout = 300) {
    cr_expect_eq(play(NULL, "ms-full"), 3000);
}

Test(check_agrees, with_a_run_that_cuts_back, .timeout = 300) {
    static const char reject[] = "\"over_cap\": \"reject\"", cutback[] = "\"over_cap\":\"cutback\"";
    size_t len = 0;
    char *policy = run_read_file("schemas/policies/ms.json", &len);
    char *at = strstr(policy, reject);
    cr_assert(at != NULL && sizeof cutback <= sizeof reject);
    memset(at, ' ', sizeof reject - 1);
    memcpy(at, cutback, sizeof cutback - 1);
    cr_expect_eq(play(policy, "ms"), 3000);
    free(policy);
}
