/*
 * Spot checks through the program: what a person reads, what a script reads, and that a check and
 * a run never disagree.
 */
#include "../support/scene.h"

#include "claimgate/json.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define CLAIMS "fixtures/quickstart/claims.csv"
#define ROSTER "fixtures/quickstart/roster"
#define AS_OF  "2025-06-30"

enum { FIELDS_MAX = 48, FIELD_BYTES = 128, MEMBERS_MAX = 4096, ROUNDS_MAX = 256 };

/* `claimgate check` as of the usual date; `more` is closed by NULL. */
static void check(const char *const more[], const char *input, struct run *run) {
    const char *argv[RUN_ARGS_MAX] = {run_claimgate(), "check", "--as-of", AS_OF};
    for (size_t i = 0; more[i] != NULL; i++) {
        cr_assert(i + 5 < RUN_ARGS_MAX, "too many arguments");
        argv[4 + i] = more[i];
    }
    run_program(argv, input, run);
}

#define WITH_ROSTER(...)                                                                           \
    { "--roster", ROSTER, __VA_ARGS__ }
#define ASK(...) ((const char *[]){"--roster", ROSTER, __VA_ARGS__, NULL})

/* --- what people read --- */

Test(check, says_decision_reasons_and_caps) {
    static const struct {
        const char *args[RUN_ARGS_MAX];
        int exit_code;
        const char *says[4];
    } cases[] = {
        {WITH_ROSTER("--member", "M1", "--date", "2025-01-06", "--units", "4", "--rendering-npi",
                     "1000000004"),
         0,
         {"accepted: 4 units of H0038 on 2025-01-06\n", "cap daily: day 2025-01-06\n",
          "limit 200, used 0, asked 4, left before this line 200",
          "benefit year 2024-07-01 to 2025-06-30"}},
        {WITH_ROSTER("--member", "M1", "--date", "2025-01-06", "--units", "7.0", "--rendering-npi",
                     "1000000004", "--modifier", "HE", "--modifier", "HQ"),
         1,
         {"rejected: 7 units", "reason daily_cap: CO 119 N362\n",
          "0 of 6 units were already used on 2025-01-06"}},
        {WITH_ROSTER("--member", "M1", "--date", "2025-02-31", "--units", "4.5", "--rendering-npi",
                     "12"),
         1,
         {"reason service_date_invalid: CO 16 M52\n", "reason units_invalid: CO 16 M53\n",
          "reason rendering_npi_invalid: CO 207 N290\n"}},
        {WITH_ROSTER("--member", "M1", "--date", "2025-01-06", "--units", "4", "--rendering-npi",
                     ""),
         1,
         {"reason rendering_npi_missing"}},
        {WITH_ROSTER("--member", "a\nb", "--date", "2025-01-06", "--units", "4", "--rendering-npi",
                     "1000000004"),
         1,
         {"reason member_id_invalid"}},
        {WITH_ROSTER("--member", "\"M,1", "--date", "2025-01-06", "--units", "4", "--rendering-npi",
                     "1000000004"),
         0,
         {"accepted: 4 units"}},
        {WITH_ROSTER("--member", "M1", "--date", "2025-01-06", "--units", "4", "--rendering-npi",
                     "1000000004", "--procedure", "99213"),
         0,
         {"out of scope: policy ms does not test this line"}},
        {WITH_ROSTER("--member", "M1", "--date", "2025-02-03", "--units", "4", "--rendering-npi",
                     "1000000012"),
         1,
         {"reason credential_suspended: CO B7 N570\n", "cap yearly"}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct run run;
        check(cases[i].args, NULL, &run);
        cr_expect(run.exit_code == cases[i].exit_code, "case %zu: exit %d: %s", i, run.exit_code,
                  run.err);
        for (size_t j = 0; j < 4 && cases[i].says[j] != NULL; j++) {
            cr_expect(strstr(run.out, cases[i].says[j]) != NULL, "case %zu: no \"%s\" in:\n%s", i,
                      cases[i].says[j], run.out);
        }
        run_fini(&run);
    }
}

Test(check, fits_80_columns_and_names_no_member) {
    struct run run;
    check(ASK("--member", "MEMBER-77", "--date", "2025-02-03", "--units", "9", "--rendering-npi",
              "1000000012", "--end-date", "2025-02-01", "--received", "2023-01-01"),
          NULL, &run);
    for (const char *at = run.out; *at != '\0'; at += strcspn(at, "\n"), at += *at == '\n') {
        cr_expect(strcspn(at, "\n") <= 80, "too wide: %.*s", (int)strcspn(at, "\n"), at);
    }
    cr_expect(strstr(run.out, "MEMBER-77") == NULL, "the member is named: %s", run.out);
    run_fini(&run);
}

Test(check, refuses_half_a_question) {
    static const struct {
        const char *args[RUN_ARGS_MAX];
        const char *says;
    } cases[] = {
        {WITH_ROSTER("--member", "M1", "--date", "2025-01-06", "--units", "4"),
         "--rendering-npi NPI is"},
        {WITH_ROSTER("--date", "2025-01-06"), "--member ID is missing"},
        {WITH_ROSTER("-", "--member", "M1"), "leave the options out"},
        {WITH_ROSTER("claims.csv"), "check - < claims.csv"},
        {WITH_ROSTER("--member", "M1", "--date", "2025-01-06", "--units", "4", "--rendering-npi",
                     "1000000004", "--layout", "tuva"),
         "--layout is for the lines"},
        {WITH_ROSTER("--member", "M1", "--date", "2025-01-06", "--units", "4", "--rendering-npi",
                     "1000000004", "--modifier", "A1", "--modifier", "A2", "--modifier", "A3",
                     "--modifier", "A4", "--modifier", "A5", "--modifier", "A6"),
         "at most 5 times"},
        {{"-"}, "--roster DIR is missing"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct run run;
        check(cases[i].args, NULL, &run);
        cr_expect(run.exit_code == 64, "case %zu: exit %d: %s", i, run.exit_code, run.err);
        cr_expect(strstr(run.err, cases[i].says) != NULL, "case %zu: %s", i, run.err);
        run_fini(&run);
    }
}

/* --- lines on standard input --- */

Test(check, lines_do_not_count_for_each_other) {
    struct run run;
    check(ASK("-"), CLAIMS, &run);
    cr_expect(run.exit_code == 1);
    /* Line 16 repeats a line that stands above it; asked by itself it is new. */
    cr_expect(strstr(run.out, "16\taccepted\t4\t\n") != NULL, "%s", run.out);
    cr_expect(strstr(run.out, "5\tout_of_scope\t0\t\n") != NULL, "%s", run.out);
    cr_expect(strstr(run.out, "12\trejected\t0\tunits_invalid;rendering_npi_invalid\n") != NULL);
    cr_expect(strstr(run.out, "17\trejected\t0\tmalformed_record\n") != NULL);
    run_fini(&run);
}

Test(check, json_lines_are_one_document_each) {
    struct run run;
    size_t count = 0;
    check(ASK("-", "--json"), CLAIMS, &run);
    for (const char *at = run.out; *at != '\0'; count++) {
        struct cg_problems problems;
        size_t len = strcspn(at, "\n");
        cg_problems_init(&problems);
        struct cg_json_doc *doc = cg_json_load("answer", at, len, NULL, &problems);
        cr_assert(doc != NULL, "no JSON: %.*s", (int)len, at);
        cr_expect(cg_json_string(cg_json_member(cg_json_root(doc), "decision"))[0] != '\0');
        cg_json_free(doc);
        cg_problems_fini(&problems);
        at += len + (at[len] == '\n');
    }
    cr_expect(count == 20, "%zu answers", count);
    run_fini(&run);
}

Test(check, bad_input_is_said_with_its_exit_code) {
    struct scene scene;
    static const char no_column[] = "claim_id,member_id\n1,2\n";
    static const char gzip[] = "\x1F\x8B\x08";
    const struct {
        const char *bytes;
        size_t len;
        const char *says;
    } cases[] = {
        {"", 0, "there is no header line"},
        {no_column, sizeof no_column - 1, "columns missing"},
        {gzip, sizeof gzip - 1, "zcat"},
    };
    scene_make(&scene);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct run run;
        check(ASK("-"), scene_file(&scene, "in", cases[i].bytes, cases[i].len), &run);
        cr_expect(run.exit_code == 65, "case %zu: exit %d: %s", i, run.exit_code, run.err);
        cr_expect(strstr(run.err, cases[i].says) != NULL, "case %zu: %s", i, run.err);
        run_fini(&run);
    }
    struct run run;
    check(ASK("-", "--ledger", scene_path(&scene, "none.db")), CLAIMS, &run);
    cr_expect(run.exit_code == 66, "exit %d: %s", run.exit_code, run.err);
    run_fini(&run);
    scene_remove(&scene);
}

/* A person, or a program, that waits for each answer before it asks again. */
Test(check, answers_a_line_before_the_next_one_comes, .timeout = 60) {
    static const char header[] = "claim_id,member_id,claim_line_start_date,hcpcs_code,"
                                 "service_unit_quantity,rendering_npi\n";
    static const char question[] = "C1,M1,2025-01-06,H0038,4,1000000004\n";
    struct scene scene;
    int to[2], from[2], status = 0;
    char answer[64] = "";
    scene_make(&scene);
    cr_assert(pipe2(to, O_CLOEXEC) == 0 && pipe2(from, O_CLOEXEC) == 0);
    const char *argv[] = {run_claimgate(), "check",   "-",   "--roster",
                          ROSTER,          "--as-of", AS_OF, NULL};
    pid_t pid = scene_start(argv, to[0], from[1], scene_path(&scene, "err"));
    cr_assert(write(to[1], header, sizeof header - 1) == sizeof header - 1);
    for (int line = 2; line < 5; line++) {
        char expected[32];
        int len = snprintf(expected, sizeof expected, "%d\taccepted\t4\t\n", line);
        cr_assert(write(to[1], question, sizeof question - 1) == sizeof question - 1);
        ssize_t got = read(from[0], answer, sizeof answer - 1);
        cr_expect(got == len && memcmp(answer, expected, (size_t)len) == 0, "got %.*s", (int)got,
                  answer);
    }
    /* A signal ends the wait for more. */
    cr_assert(kill(pid, SIGINT) == 0 && waitpid(pid, &status, 0) == pid);
    cr_expect(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT);
    for (int i = 0; i < 2; i++) {
        close(to[i]);
        close(from[i]);
    }
    scene_remove(&scene);
}

/* --- a check and a run never disagree --- */

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
    check(round == 0 ? first : later, in, &asked);
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

Test(check, agrees_with_a_run_on_thousands_of_lines, .timeout = 300) {
    cr_expect_eq(play(NULL, "ms"), 3000);
}

Test(check, agrees_with_a_run_on_every_demand, .timeout = 300) {
    cr_expect_eq(play(NULL, "ms-full"), 3000);
}

Test(check, agrees_with_a_run_that_cuts_back, .timeout = 300) {
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
