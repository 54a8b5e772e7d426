#include "commands.h"

#include "claimgate/base/log.h"
#include "claimgate/rules/reason.h"
#include "cli/commands.h"
#include "cli/program.h"
#include "support/tree.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { KEPT_MAX = 64 };

#define RULES "--roster in/roster --as-of 2025-06-30 "
#define NIGHT "validate in/claims-02.csv " RULES "--threads 0 --no-sandbox "
#define PLAIN "validate in/claims-01.csv " RULES "--threads 0 --no-sandbox "
#define X12                                                                                        \
    "validate x12/claims.837 --roster x12/roster --as-of 2025-06-30 --threads 0 --no-sandbox "
#define CUTBACK RULES "--policy cutback.json --threads 0 --no-sandbox "
#define AUDIT   "audit in/claims-01.csv in/claims-02.csv " RULES "--threads 0 --no-sandbox "

const struct command_world everything = {
    .script =
        "rules='" RULES "--quiet'; " COMMAND_FEEDS ""
        "$0 validate in/claims-01.csv $rules --out n1 --ledger one; cp one l; "
        "$0 validate in/claims-02.csv $rules --out n2 --ledger l; "
        "$0 ledger create set --parts 2 2>/dev/null >&2; "
        "$0 policy show ms | sed 's/\"over_cap\": \"reject\"/\"over_cap\": \"cutback\"/' > "
        "cutback.json; "
        "$0 validate in/claims-01.csv $rules --policy cutback.json --out cut; "
        "for i in 1 2 3 4; do { head -n 1 in/claims-02.csv; sed -n $((i * 12 - 10)),$((i * 12 + "
        "1))p "
        "in/claims-02.csv; } > g$i.csv; done; tail -n +2 g1.csv >> g4.csv; cp g4.csv g5.csv; "
        "for i in 1 2 3; do $0 validate g$i.csv $rules --out h$i --ledger g; done; rm -r h?; "
        "{ cat in/claims-01.csv; tail -n 1 in/claims-02.csv; } > more.csv; "
        "$0 validate x12/claims.837 --roster x12/roster --as-of 2025-06-30 --quiet --out "
        "x12-decided; "
        "{ head -n 1 in/claims-01.csv; sed s/^C/P/ in/claims-02.csv | tail -n 8; } > paid.csv; "
        "printf 'claim_id\\nC000000001\\nC000000003\\n' > denied.csv; "
        "printf 'claim_id,payer_claim_id\\nC000000001,PAY1\\n' > alias.csv; ",

    .commands = {
        {PLAIN "--out out", COMMAND_WRITES},
        {PLAIN "--out out --html --with-decisions --read-back", COMMAND_WRITES},
        {PLAIN "--accepted a.csv.gz --rejected r.csv --decisions d.csv --report r.json --trace t "
               "--metrics m.prom",
         COMMAND_KEEPS},
        {PLAIN "--out n1 --overwrite --json", COMMAND_KEEPS},
        {PLAIN "--dry-run --layout tuva --multiline", COMMAND_READS},
        {NIGHT "--out out --ledger one --check-ledger", COMMAND_KEEPS},
        {NIGHT "--out out --ledger set", COMMAND_KEEPS},
        {PLAIN "--out out --ledger l", COMMAND_WRITES}, /* a known input */
        {X12 "--out out --ack", COMMAND_WRITES},
        {X12 "--out out --lines", COMMAND_WRITES},
        {"check --member M10000001 --date 2023-07-18 --units 9 --rendering-npi "
         "1098394608 " RULES "--ledger l --no-sandbox",
         COMMAND_READS},
        {"check --member M10000001 --date 2023-07-18 --units 9 --rendering-npi "
         "1098394608 " RULES "--ledger l --no-sandbox --json",
         COMMAND_READS},
        {"check - " RULES "--ledger l --no-sandbox <in/claims-01.csv", COMMAND_READS},
        {"usage M10000001 --date 2023-07-18 --ledger l", COMMAND_READS},
        {"usage M10000001 --date 2023-07-18 --ledger l --json", COMMAND_READS},
        {"explain C000000009 --ledger l", COMMAND_READS},
        {"explain C000000009 --ledger l --json", COMMAND_READS},
        {"reconsider --ledger l", COMMAND_READS},
        {"reconsider --ledger l --json", COMMAND_READS},
        {AUDIT "--decided n1 --decided n2 --out out --html", COMMAND_WRITES},
        {AUDIT "--ledger l --all --out out --html", COMMAND_WRITES},
        {"audit in/claims-01.csv " CUTBACK "--decided cut --out out", COMMAND_WRITES},
        {"audit more.csv " CUTBACK "--decided cut --out out", COMMAND_WRITES}, /* by key */
        {"audit x12/claims.837 --roster x12/roster --threads 0 --no-sandbox --decided x12-decided "
         "--out out",
         COMMAND_WRITES},
        /* Another policy than that of three nights, lines of one of them, and a file twice. */
        {"validate g4.csv g5.csv " CUTBACK "--ledger g --out out", COMMAND_KEEPS},
        {"ledger redo --from 1 --ledger l --inputs in --roster in/roster --threads 0",
         COMMAND_CHANGES},
        {"audit in/claims-02.csv " RULES
         "--threads 0 --no-sandbox --ledger l --run 2 --out out --json",
         COMMAND_WRITES},
        {"ledger create new --parts 2", COMMAND_WRITES},
        {"ledger runs --ledger l", COMMAND_READS},
        {"ledger runs --ledger l --json", COMMAND_READS},
        {"ledger runs --ledger l --last 1 --oneline", COMMAND_READS},
        {"ledger show 2 --ledger l", COMMAND_READS},
        {"ledger show 2 --ledger l --json", COMMAND_READS},
        {"ledger verify --ledger l", COMMAND_READS},
        {"ledger verify --ledger set", COMMAND_READS},
        {"ledger recover --ledger l", COMMAND_CHANGES},
        {"ledger withdraw 2 --ledger l", COMMAND_CHANGES},
        {"ledger redo --from 1 --ledger l --inputs in --roster in/roster --threads 0 --dry-run "
         "--json",
         COMMAND_WRITES},
        {"ledger import paid.csv --ledger l --as-of 2025-06-30 --no-sandbox", COMMAND_CHANGES},
        {"ledger release denied.csv --ledger l --as-of 2025-06-30", COMMAND_CHANGES},
        {"ledger alias alias.csv --ledger l --as-of 2025-06-30", COMMAND_CHANGES},
        {"ledger export --table decision --ledger l", COMMAND_READS},
        {"ledger export --snapshot copy --ledger l", COMMAND_WRITES},
        {"policy list", COMMAND_READS},
        {"policy list --json", COMMAND_READS},
        {"policy show ms-full", COMMAND_READS},
        {"policy check ms-full", COMMAND_READS},
        {"policy diff ms la", COMMAND_READS},
        {"policy diff ms la --json", COMMAND_READS},
        {"roster check in/roster", COMMAND_READS},
        {"roster check in/roster --json", COMMAND_READS},
        {"roster expiring in/roster --within 3650 --ledger l", COMMAND_READS},
        {"roster expiring in/roster --within 3650 --json", COMMAND_READS},
        {"provider 1098394608 --roster in/roster --ledger l", COMMAND_READS},
        {"provider 1098394608 --roster in/roster --ledger l --json", COMMAND_READS},
        {"members --date 2023-07-18 --near 1 --ledger l", COMMAND_READS},
        {"members --date 2023-07-18 --ledger l --csv", COMMAND_READS},
        {"report n1/report.json --ledger l", COMMAND_READS},
        {"layout list", COMMAND_READS},
        {"layout show tuva", COMMAND_READS},
        {"layout check tuva --sample in/claims-01.csv", COMMAND_READS},
        {"layout check tuva --sample in/claims-01.csv --json", COMMAND_READS},
        {"layout check x12-837p --sample x12/claims.837", COMMAND_READS},
        {NULL, COMMAND_READS},
    }};

/* Its standard output goes into a file without a name, its input comes from `from`. */
struct streams {
    int in, out, made;
};

static struct streams redirect(const char *from) {
    (void)fflush(stdout);
    struct streams streams = {.in = dup(STDIN_FILENO),
                              .out = dup(STDOUT_FILENO),
                              .made = memfd_create("printed", MFD_CLOEXEC)};
    const int in = open(from, O_RDONLY | O_CLOEXEC);
    cr_assert(in >= 0 && dup2(in, STDIN_FILENO) == STDIN_FILENO, "%s", from);
    cr_assert(dup2(streams.made, STDOUT_FILENO) == STDOUT_FILENO);
    cr_assert_eq(close(in), 0);
    __fpurge(stdin); /* of another command's */
    clearerr(stdin);
    return streams;
}

static void take_back(const struct streams *streams, struct command_end *out) {
    (void)fflush(stdout);
    const off_t len = lseek(streams->made, 0, SEEK_END);
    cr_assert(len >= 0);
    out->len = (size_t)len;
    out->printed = calloc(1, out->len + 1);
    cr_assert_not_null(out->printed);
    cr_assert_eq(pread(streams->made, out->printed, out->len, 0), len);
    cr_assert(dup2(streams->in, STDIN_FILENO) == STDIN_FILENO);
    cr_assert(dup2(streams->out, STDOUT_FILENO) == STDOUT_FILENO);
    cr_assert_eq(close(streams->in) + close(streams->out) + close(streams->made), 0);
}

void commands_run(const struct command *command, void (*before)(void), void (*after)(void),
                  struct command_end *out) {
    char words[1024];
    char *argv[RUN_ARGS_MAX] = {NULL};
    int argc = 0, named = 0;
    const char *from = "/dev/null";
    *out = (struct command_end){.err = CG_ERROR_INIT};
    snprintf(words, sizeof words, "%s", command->words);
    for (char *word = strtok(words, " "); word != NULL; word = strtok(NULL, " ")) {
        cr_assert(argc < RUN_ARGS_MAX - 1);
        if (word[0] == '<') {
            from = word + 1;
        } else {
            argv[argc++] = word;
        }
    }
    const struct cg_command *found = cg_command_find(argc, argv, &named);
    cr_assert_not_null(found, "%s", command->words);
    const struct streams streams = redirect(from);
    cg_log_init((struct cg_log_options){0});
    before();
    out->status = cg_program_run(found, argc - named, argv + named, &out->exit_code, &out->err);
    after();
    take_back(&streams, out);
}

static bool ends_in(const char *name, const char *end) {
    const size_t len = strlen(name), end_len = strlen(end);
    return len > end_len && strcmp(name + len - end_len, end) == 0;
}

static int is_of_the_world(const struct dirent *entry) {
    const char *name = entry->d_name;
    return !ends_in(name, "-lock") && !ends_in(name, "-shm") && !ends_in(name, ".prom") &&
           strcmp(name, ".") != 0 && strcmp(name, "..") != 0 &&
           strcmp(name, "nights") != 0; /* a night that is taken back keeps its number */
}

static void add_file(const char *path, bool with_times, FILE *to) {
    struct stat about;
    cr_assert_eq(lstat(path, &about), 0);
    const bool is_journal = ends_in(path, "-wal");
    if (with_times && !S_ISDIR(about.st_mode) && (!is_journal || about.st_size > 0)) {
        fprintf(to, "%s %ld %ld.%ld\n", path, (long)about.st_size, (long)about.st_mtim.tv_sec,
                about.st_mtim.tv_nsec);
    } else if (!is_journal) {
        fprintf(to, "%s\n", path);
    }
}

/* What may be left, or has a name that tells the time. */
static bool is_temporary(const char *folder, const char *name) {
    static const char *const names[] = {"*.claimgate-*", "*.dry-*", "*.redo-*",
                                        ".new-*",        ".plan-*", "night.json"};
    bool found = ends_in(folder, "/_attempt") || ends_in(folder, "/merged");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        found = found || fnmatch(names[i], name, 0) == 0;
    }
    return found;
}

static void add_names(const char *folder, bool in_full, FILE *to) {
    struct dirent **entries = NULL;
    char path[RUN_PATH_BYTES];
    const int count = scandir(folder, &entries, is_of_the_world, alphasort);
    cr_assert(count >= 0, "%s", folder);
    for (int i = 0; i < count; i++) {
        const bool is_shown = in_full || !is_temporary(folder, entries[i]->d_name);
        run_join(path, folder, entries[i]->d_name);
        if (is_shown) {
            add_file(path, in_full, to);
        }
        if (is_shown && entries[i]->d_type == DT_DIR) {
            add_names(path, in_full, to);
        }
        free(entries[i]);
    }
    free(entries);
}

char *commands_names(bool in_full) {
    char *text = NULL;
    size_t len = 0;
    FILE *to = open_memstream(&text, &len);
    cr_assert_not_null(to);
    add_names(".", in_full, to);
    cr_assert_eq(fclose(to), 0);
    return text;
}

/* What is there of a file or folder of the world. The caller frees. */
static char *state_of(const char *name) {
    struct stat about;
    char *text = NULL;
    size_t len = 0;
    FILE *to = open_memstream(&text, &len);
    cr_assert_not_null(to);
    if (lstat(name, &about) == 0) {
        add_file(name, true, to);
        if (S_ISDIR(about.st_mode)) {
            add_names(name, true, to);
        }
    }
    cr_assert_eq(fclose(to), 0);
    return text;
}

/* --- putting back --- */

/* What each name of the world is, as it was made. */
static struct { char *name, *state; } kept[KEPT_MAX];
static size_t kept_count;

static void keep_all(void) {
    struct dirent **entries = NULL;
    const int count = scandir(".", &entries, is_of_the_world, alphasort);
    cr_assert(count >= 0 && count <= KEPT_MAX);
    for (int i = 0; i < count; i++) {
        kept[kept_count].name = strdup(entries[i]->d_name);
        kept[kept_count++].state = state_of(entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
}

static void forget_kept(void) {
    for (; kept_count > 0; kept_count--) {
        free(kept[kept_count - 1].name);
        free(kept[kept_count - 1].state);
    }
}

static bool is_kept(const char *name) {
    size_t i = 0;
    while (i < kept_count && strcmp(kept[i].name, name) != 0) {
        i++;
    }
    return i < kept_count;
}

void commands_put_back(void) {
    struct dirent **entries = NULL;
    char path[RUN_PATH_BYTES];
    const int count = scandir(".", &entries, is_of_the_world, alphasort);
    cr_assert(count >= 0);
    for (int i = 0; i < count; i++) {
        if (!is_kept(entries[i]->d_name)) {
            tree_remove(entries[i]->d_name);
        }
        free(entries[i]);
    }
    free(entries);
    for (size_t i = 0; i < kept_count; i++) {
        char *now = state_of(kept[i].name);
        if (strcmp(now, kept[i].state) != 0) {
            run_join(path, "../kept", kept[i].name);
            tree_remove(kept[i].name);
            tree_copy(path, kept[i].name);
        }
        free(now);
    }
}

void commands_begin(struct scene *scene, const struct command_world *world) {
    struct run run;
    char program[PATH_MAX], generator[PATH_MAX];
    scene_make(scene);
    cr_assert(realpath(run_claimgate(), program) != NULL);
    cr_assert(realpath(run_generator(), generator) != NULL);
    cr_assert_eq(chdir(scene->dir), 0);
    cr_assert_eq(mkdir("w", 0700), 0);
    cr_assert_eq(chdir("w"), 0);
    const char *const argv[] = {"bash", "-ec", world->script, program, generator, NULL};
    run_program(argv, NULL, &run);
    cr_assert_eq(run.exit_code, 0, "%s", run.err);
    run_fini(&run);
    cr_assert_eq(system("cp -a ../w ../kept"), 0);
    keep_all();
    struct cg_error err = CG_ERROR_INIT;
    cr_assert_eq(cg_reason_init(&err), CG_OK, "%s", err.text);
    /* What a command tells is looked at where it is, and would be much here. */
    const int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    cr_assert(null >= 0 && dup2(null, STDERR_FILENO) == STDERR_FILENO);
    cr_assert_eq(close(null), 0);
}

void commands_end(struct scene *scene) {
    forget_kept();
    cr_assert_eq(chdir("/"), 0);
    scene_remove(scene);
}
