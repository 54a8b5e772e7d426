#include "cli/options.h"

#include "claimgate/base/date.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

struct settings {
    bool quiet;
    const char *out;
    const char *word;
    struct cg_text_list modifiers;
    int64_t threads;
    int32_t as_of_day;
    int64_t rate_milli;
};

static const struct cg_option table[] = {
    {"quiet", NULL, CG_OPTION_FLAG, offsetof(struct settings, quiet), "", 0, 0, NULL, false},
    {"out", "DIR", CG_OPTION_PATH, offsetof(struct settings, out), "", 0, 0, "TRY_OUT", false},
    {"word", "WORD", CG_OPTION_TEXT, offsetof(struct settings, word), "", 0, 0, NULL, false},
    {"modifier", "HQ", CG_OPTION_LIST, offsetof(struct settings, modifiers), "", 0, 0, NULL, false},
    {"threads", "N", CG_OPTION_INTEGER, offsetof(struct settings, threads), "", 0, 64, NULL, false},
    {"as-of", "DATE", CG_OPTION_DATE, offsetof(struct settings, as_of_day), "", 0, 0, NULL, false},
    {"rate", "PCT", CG_OPTION_PERCENT, offsetof(struct settings, rate_milli), "", 0, 0, NULL,
     false},
    CG_TAKES_NO_MORE,
};

static const struct cg_command command = {
    .name = "try",
    .arguments = "FILE...",
    .options = {table, NULL, sizeof(struct settings)},
    .args = {0, 3},
};

enum { WORDS_MAX = 40 };

/* The words of `text`, split at blanks, as a command line. */
static enum cg_status parse(const char *text, struct settings *settings, struct cg_invocation *call,
                            struct cg_error *err) {
    static char copy[512];
    static char *words[WORDS_MAX];
    char *rest = NULL;
    int count = 0;
    cr_assert_lt(strlen(text), sizeof copy);
    memcpy(copy, text, strlen(text) + 1);
    memset(settings, 0, sizeof *settings);
    *err = (struct cg_error)CG_ERROR_INIT;
    for (char *word = strtok_r(copy, " ", &rest); word != NULL && count < WORDS_MAX - 1;
         word = strtok_r(NULL, " ", &rest)) {
        words[count++] = word;
    }
    words[count] = NULL;
    return cg_options_parse(&command, count, words, settings, call, err);
}

Test(options, every_kind_reaches_its_place_and_arguments_keep_their_order) {
    struct settings s;
    struct cg_invocation call;
    struct cg_error err;
    cr_assert_eq(parse("a.csv --out=D --quiet --modifier HQ b.csv --modifier HE --threads 7 "
                       "--as-of 2024-02-29 --rate 2.5 -- --c.csv",
                       &s, &call, &err),
                 CG_OK, "%s", err.text);
    cr_expect(s.quiet);
    cr_expect_str_eq(s.out, "D");
    cr_expect_eq(s.modifiers.count, 2);
    cr_expect_str_eq(s.modifiers.items[1], "HE");
    cr_expect_eq(s.threads, 7);
    cr_expect_eq(s.as_of_day, cg_date_parse("2024-02-29", 10, CG_DATE_ISO));
    cr_expect_eq(s.rate_milli, 2500);
    cr_expect_eq(call.arg_count, 3);
    cr_expect_str_eq(call.args[0], "a.csv");
    cr_expect_str_eq(call.args[1], "b.csv");
    cr_expect_str_eq(call.args[2], "--c.csv");
}

Test(options, a_lone_dash_is_an_argument) {
    struct settings s;
    struct cg_invocation call;
    struct cg_error err;
    cr_assert_eq(parse("-", &s, &call, &err), CG_OK);
    cr_expect_str_eq(call.args[0], "-");
}

Test(options, every_slip_is_a_usage_error_that_names_the_mend) {
    static const struct {
        const char *words;
        const char *says;
    } cases[] = {
        {"--thread 2", "did you mean --threads?"},
        {"--zzzzzz", "see `claimgate help try`"},
        {"--threads", "--threads needs a value"},
        {"--threads 65", "from 0 to 64"},
        {"--threads -1", "from 0 to 64"},
        {"--threads 2x", "from 0 to 64"},
        {"--threads 99999999999999999999", "from 0 to 64"},
        {"--quiet=yes", "--quiet takes no value"},
        {"--out=", "--out is given an empty name"},
        {"--out --quiet", "--out needs a value: --out=DIR"},
        {"--as-of 2023-02-29", "YYYY-MM-DD"},
        {"--as-of 02/28/2023", "YYYY-MM-DD"},
        {"--rate 101", "percentage from 0 to 100"},
        {"--rate -1", "percentage from 0 to 100"},
        {"--rate 1.2345", "percentage from 0 to 100"},
        {"--rate 1./", "percentage from 0 to 100"},
        {"--rate 1.:", "percentage from 0 to 100"},
        {"--rate 100.001", "percentage from 0 to 100"},
        {"--rate /", "percentage from 0 to 100"},
        {"--rate x", "percentage from 0 to 100"},
        {"--rate 99999999999999999999", "percentage from 0 to 100"},
        {"-x", "options have two dashes"},
        {"a b c d", "too many arguments"},
        {"--threads 1 a --threads 1", "--threads is given twice"},
        {"--quiet --quiet", "--quiet is given twice"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct settings s;
        struct cg_invocation call;
        struct cg_error err;
        cr_expect_eq(parse(cases[i].words, &s, &call, &err), CG_USAGE, "%s", cases[i].words);
        cr_expect_not_null(strstr(err.text, cases[i].says), "%s: %s", cases[i].words, err.text);
    }
}

Test(options, a_variable_stands_for_an_absent_option_alone) {
    struct settings s;
    struct cg_invocation call;
    struct cg_error err;
    cr_assert_eq(setenv("TRY_OUT", "from here", 1), 0);
    cr_assert_eq(parse("a", &s, &call, &err), CG_OK);
    cr_expect_str_eq(s.out, "from here");
    cr_expect_str_eq(cg_invocation_variable(&call, "out"), "TRY_OUT");
    cr_assert_eq(parse("--out D", &s, &call, &err), CG_OK);
    cr_expect_str_eq(s.out, "D");
    cr_expect_null(cg_invocation_variable(&call, "out"));
    cr_assert_eq(setenv("TRY_OUT", "", 1), 0);
    cr_assert_eq(parse("a", &s, &call, &err), CG_OK);
    cr_expect_null(s.out, "an empty variable is no name");
}

Test(options, an_empty_argument_is_told_and_names_no_file) {
    struct settings s;
    struct cg_invocation call;
    struct cg_error err = CG_ERROR_INIT;
    char empty[] = "";
    char *words[] = {empty, NULL};
    cr_expect_eq(cg_options_parse(&command, 1, words, &s, &call, &err), CG_USAGE);
    cr_expect_not_null(strstr(err.text, "an argument is empty"), "%s", err.text);
}

Test(options, a_text_may_be_empty_or_begin_with_dashes) {
    struct settings s;
    struct cg_invocation call;
    struct cg_error err;
    cr_assert_eq(parse("--word=", &s, &call, &err), CG_OK, "%s", err.text);
    cr_expect_str_eq(s.word, "");
    cr_assert_eq(parse("--word=--x", &s, &call, &err), CG_OK, "%s", err.text);
    cr_expect_str_eq(s.word, "--x");
}

Test(options, percentages_are_exact_thousandths) {
    static const struct {
        const char *words;
        int64_t milli;
    } cases[] = {{"--rate 0", 0}, {"--rate 0.001", 1}, {"--rate 100", 100000}, {"--rate 5%", 5000}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct settings s;
        struct cg_invocation call;
        struct cg_error err;
        cr_expect_eq(parse(cases[i].words, &s, &call, &err), CG_OK, "%s", cases[i].words);
        cr_expect_eq(s.rate_milli, cases[i].milli);
    }
}

Test(options, what_is_needed_may_come_from_a_variable_and_two_forms_exclude_each_other) {
    struct options {
        const char *ledger;
        bool json;
        bool csv;
    } o;
    static const struct cg_option rows[] = {
        CG_NEEDS_LEDGER(ledger),
        CG_TAKES_JSON(json, ""),
        CG_TAKES_CSV(csv),
        CG_TAKES_NO_MORE,
    };
    static const struct cg_command asking = {.name = "ask", .options = {rows, NULL, sizeof o}};
    static const struct {
        const char *words[3];
        const char *variable;
        const char *slip; /* NULL: none */
    } cases[] = {
        {{"--json"}, NULL, "--ledger FILE is missing"},
        {{"--json"}, "", "--ledger FILE is missing"},
        {{"--json"}, "a.ledger", NULL},
        {{"--csv", "--ledger=a.ledger"}, NULL, NULL},
        {{"--csv", "--ledger=a.ledger", "--json"}, NULL, "two forms of one answer"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *words[4] = {NULL};
        struct cg_invocation call;
        struct cg_error err = CG_ERROR_INIT;
        int count = 0;
        for (; count < 3 && cases[i].words[count] != NULL; count++) {
            words[count] = (char *)cases[i].words[count];
        }
        (void)unsetenv("CLAIMGATE_LEDGER");
        if (cases[i].variable != NULL) {
            setenv("CLAIMGATE_LEDGER", cases[i].variable, 1);
        }
        memset(&o, 0, sizeof o);
        cr_expect_eq(cg_options_parse(&asking, count, words, &o, &call, &err),
                     cases[i].slip == NULL ? CG_OK : CG_USAGE, "%zu: %s", i, err.text);
        cr_expect(cases[i].slip == NULL || strstr(err.text, cases[i].slip) != NULL, "%zu: %s", i,
                  err.text);
    }
}
