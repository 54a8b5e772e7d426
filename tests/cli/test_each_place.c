/*
 * Every command where memory is short, a call of the file system fails, or a step of a ledger does,
 * at each place that asks for it: it says so, leaves no trace, holds nothing, and does its work
 * when it is called again.
 */
#define POINTS_DEPTH 10 /* half of them lead from the call to points.h */

#include "claimgate/base/fault.h"
#include "support/commands.h"
#include "support/outage.h"
#include "support/spared_sqlite.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct scene scene;

#ifdef CG_SANITIZED
/* The program, which runs in the test's own process, lets nobody look into it: leaks are looked for
 * from outside. */
const char *__asan_default_options(void);
const char *__asan_default_options(void) {
    return "detect_leaks=0";
}
#endif

TestSuite(each_place, .init = leave_sqlite_its_memory, .timeout = 600);

static bool is_of_memory, is_of_step;
static uint32_t point; /* which fails; 0: all are listed */
static bool has_failed;
static int next_before, next_after;

#ifdef CG_FAULTS
/* In place of the program's own, which are set off by their names. */
int cg_fault(const char *name) {
    return is_of_step && strcmp(name, "pool.take") != 0 && points_meet() ? EIO : 0;
}
#endif

/* The lowest descriptor that is free: those below it are in use. */
static int next_descriptor(void) {
    const int fd = dup(STDIN_FILENO);
    cr_assert_geq(fd, 0);
    cr_assert_eq(close(fd), 0);
    return fd;
}

static void begin(void) {
    next_before = next_descriptor();
    if (point == 0) {
        points_list();
    } else {
        /* Of memory, every other time all that is asked for afterwards fails, too. */
        points_fail_at(point, is_of_memory && point % 2 != 0 && point != UINT32_MAX);
    }
}

static void end(void) {
    has_failed = points_end();
    next_after = next_descriptor();
}

/* What a command makes of the world where nothing fails. */
struct outcome {
    struct command_end end;
    char *before, *after; /* the names */
};

static void take(const struct command *command, struct command_end *end_of, char **left) {
    commands_run(command, begin, end, end_of);
    *left = commands_names(false);
    cr_expect_eq(next_after, next_before, "%s, point %u: a descriptor is lost: %s", command->words,
                 point, end_of->err.text);
}

static void drop(struct command_end *end_of, char *left) {
    free(end_of->printed);
    free(left);
}

static bool is_told(const struct command_end *found) {
    if (is_of_memory) {
        return found->status == CG_INTERNAL && strstr(found->err.text, "memory") != NULL;
    }
    /* SQLite has words of its own. */
    return strstr(found->err.text, strerror(EIO)) != NULL ||
           strstr(found->err.text, "disk I/O error") != NULL;
}

/* The first line that is not the same. */
static char *difference(const char *found, const char *wanted) {
    size_t line = 0;
    for (size_t i = 0; found[i] == wanted[i] && found[i] != '\0'; i++) {
        line = found[i] == '\n' ? i + 1 : line;
    }
    return strndup(found + line, strcspn(found + line, "\n"));
}

static void expect_names(const struct command *command, const struct command_end *found,
                         const char *left, const char *wanted) {
    char *first = difference(left, wanted);
    cr_expect(strcmp(left, wanted) == 0, "%s, point %u: %s leaves %s", command->words, point,
              found->err.text, first);
    free(first);
}

static void expect_done(const struct command *command, const struct command_end *found,
                        const struct outcome *wanted, const char *left) {
    cr_expect(found->status == CG_OK && found->exit_code == wanted->end.exit_code,
              "%s, point %u: exit %d: %s", command->words, point, found->exit_code,
              found->err.text);
    expect_names(command, found, left, wanted->after);
}

/* Clearing up takes no memory. */
static void expect_no_temporary(const struct command *command) {
    char *all = commands_names(true);
    cr_expect(!is_of_memory || command->kind == COMMAND_KEEPS || strstr(all, ".claimgate-") == NULL,
              "%s, point %u", command->words, point);
    free(all);
}

static void expect_failure(const struct command *command, const struct command_end *found,
                           const struct outcome *wanted, const char *left) {
    cr_expect(has_failed && is_told(found), "%s, point %u: %d: %s", command->words, point,
              (int)found->status, found->err.text);
    expect_no_temporary(command);
    /* What it did could not be printed, but is done. */
    const bool is_done = strcmp(left, wanted->after) == 0;
    if (command->kind < COMMAND_CHANGES && !is_done) {
        expect_names(command, found, left, wanted->before);
    }
}

static void expect_done_again(const struct command *command, const struct outcome *wanted) {
    struct command_end found;
    char *left;
    const uint32_t failed = point;
    point = UINT32_MAX; /* which is never met */
    take(command, &found, &left);
    point = failed;
    expect_done(command, &found, wanted, left);
    drop(&found, left);
}

static void fail_at(const struct command *command, const struct outcome *wanted) {
    struct command_end found;
    char *left;
    take(command, &found, &left);
    if (found.status == CG_OK) {
        expect_done(command, &found, wanted, left);
    } else {
        expect_failure(command, &found, wanted, left);
        if (command->kind == COMMAND_KEEPS) {
            expect_done_again(command, wanted);
        }
    }
    drop(&found, left);
    if (command->kind != COMMAND_READS) {
        commands_put_back();
    }
}

static void fail_each(const struct command *command) {
    struct outcome wanted = {.before = commands_names(false)};
    point = 0;
    take(command, &wanted.end, &wanted.after);
    cr_assert_eq(wanted.end.status, CG_OK, "%s: %s", command->words, wanted.end.err.text);
    commands_put_back();
    for (uint32_t i = 0; i < points.new_count; i++) {
        point = points.new_points[i];
        fail_at(command, &wanted);
    }
    free(wanted.before);
    drop(&wanted.end, wanted.after);
}

static void fail_all_on(const struct command_world *world) {
    commands_begin(&scene, world);
    for (const struct command *command = world->commands; command->words != NULL; command++) {
        /* The library that writes workbooks does not survive a lack of memory. */
        if (!is_of_memory || strstr(command->words, "--xlsx") == NULL) {
            fail_each(command);
        }
    }
    commands_end(&scene);
    cr_log_info("%u places", points.way_count);
    cr_assert(points.way_count > 200 && points.way_count < POINTS_MAX);
}

static void fail_memory_on(const struct command_world *world) {
    is_of_memory = true;
    outage_is_over = true;
    shortage_also = points_meet;
    fail_all_on(world);
}

Test(each_place, of_memory_fails_and_is_told) {
    fail_memory_on(&everything);
}

Test(each_place, of_a_file_fails_and_is_told) {
    fail_all_on(&everything);
}

Test(each_place, of_memory_for_a_step_fails_and_is_told) {
    fail_memory_on(&runs_in_parts);
}

Test(each_place, of_a_file_of_a_step_fails_and_is_told) {
    fail_all_on(&runs_in_parts);
}

Test(each_place, of_memory_for_an_answer_or_a_list_fails_and_is_told) {
    fail_memory_on(&answers_and_lists);
}

Test(each_place, of_a_file_of_an_answer_or_a_list_fails_and_is_told) {
    fail_all_on(&answers_and_lists);
}

#ifdef CG_FAULTS

static void fail_steps_on(const struct command_world *world) {
    is_of_step = true;
    outage_is_over = true;
    fail_all_on(world);
}

Test(each_place, of_a_ledger_fails_and_is_told) {
    fail_steps_on(&everything);
}

Test(each_place, of_a_set_in_parts_fails_and_is_told) {
    fail_steps_on(&runs_in_parts);
}

Test(each_place, of_a_ledger_that_answers_fails_and_is_told) {
    fail_steps_on(&answers_and_lists);
}

#endif
