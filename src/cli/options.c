#include "options.h"

#include "claimgate/base/assert.h"
#include "claimgate/base/date.h"
#include "claimgate/base/nearest.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OPTIONS_MAX = 64, HELP_COLUMN = 28, HELP_WIDTH = 79 };

const struct cg_option cg_options_none[] = {CG_TAKES_NO_MORE};

static const struct cg_option *find_named(const struct cg_command *command, const char *name,
                                          size_t len) {
    for (const struct cg_option *option = command->options.table; option->name != NULL; option++) {
        if (strlen(option->name) == len && memcmp(option->name, name, len) == 0) {
            return option;
        }
    }
    return NULL;
}

/* A ledger set is named by --ledger, as one ledger is; --ledgers says the same. */
static const struct cg_option *find_option(const struct cg_command *command, const char *name,
                                           size_t len) {
    static const char plural[] = "ledgers";
    const struct cg_option *option = find_named(command, name, len);
    return option == NULL && len == sizeof plural - 1 && memcmp(name, plural, len) == 0
               ? find_named(command, plural, len - 1)
               : option;
}

static enum cg_status unknown_option(const struct cg_command *command, const char *given,
                                     size_t len, struct cg_error *err) {
    const char *names[OPTIONS_MAX];
    char word[64];
    size_t count = 0;
    for (const struct cg_option *option = command->options.table;
         option->name != NULL && count < OPTIONS_MAX; option++) {
        names[count++] = option->name;
    }
    snprintf(word, sizeof word, "%.*s", (int)(len < sizeof word ? len : sizeof word - 1), given);
    const char *nearest = cg_nearest_word(word, names, count);
    if (nearest != NULL) {
        return cg_error_set(err, CG_USAGE, "unknown option --%s; did you mean --%s?", word,
                            nearest);
    }
    return cg_error_set(err, CG_USAGE, "unknown option --%s; see `claimgate help %s`", word,
                        command->name);
}

/* Decimal digits with up to three places as thousandths; no floats for what decides an exit code.
 */
static bool parse_percent(const char *text, int64_t *out) {
    char *end = NULL;
    errno = 0;
    if (*text < '0' || *text > '9') {
        return false;
    }
    unsigned long whole = strtoul(text, &end, 10);
    int64_t milli = 0;
    if (errno != 0 || whole > 100) {
        return false;
    }
    if (*end == '.') {
        int64_t place = 100;
        for (end++; *end >= '0' && *end <= '9' && place > 0; end++, place /= 10) {
            milli += (*end - '0') * place;
        }
    }
    if (*end == '%') {
        end++;
    }
    *out = (int64_t)whole * 1000 + milli;
    return *end == '\0' && *out <= 100000;
}

static enum cg_status store_integer(const struct cg_option *option, const char *value, int64_t *out,
                                    struct cg_error *err) {
    char *end = NULL;
    errno = 0;
    long long number = strtoll(value, &end, 10);
    if (errno != 0 || end == value || *end != '\0' || number < option->min ||
        number > option->max) {
        return cg_error_set(err, CG_USAGE,
                            "--%s takes a whole number from %lld to %lld, not \"%s\"", option->name,
                            (long long)option->min, (long long)option->max, value);
    }
    *out = number;
    return CG_OK;
}

static enum cg_status store_value(const struct cg_option *option, const char *value, void *target,
                                  struct cg_error *err) {
    switch (option->kind) {
    case CG_OPTION_FLAG:
        *(bool *)target = true;
        return CG_OK;
    case CG_OPTION_TEXT:
        *(const char **)target = value;
        return CG_OK;
    case CG_OPTION_PATH:
        if (value[0] == '\0') {
            return cg_error_set(err, CG_USAGE,
                                "--%s is given an empty name; is a variable of the shell unset?",
                                option->name);
        }
        *(const char **)target = value;
        return CG_OK;
    case CG_OPTION_LIST: {
        struct cg_text_list *list = target;
        if (value[0] == '\0') {
            return cg_error_set(err, CG_USAGE,
                                "--%s is given an empty name; is a variable of the shell unset?",
                                option->name);
        }
        if (list->count == CG_TEXT_LIST_MAX) {
            return cg_error_set(err, CG_USAGE, "--%s may be given at most %d times", option->name,
                                CG_TEXT_LIST_MAX);
        }
        list->items[list->count++] = value;
        return CG_OK;
    }
    case CG_OPTION_INTEGER:
        return store_integer(option, value, target, err);
    case CG_OPTION_DATE:
        *(int32_t *)target = cg_date_parse(value, strlen(value), CG_DATE_ISO);
        if (*(int32_t *)target == CG_DAY_NONE) {
            return cg_error_set(err, CG_USAGE, "--%s takes a date as YYYY-MM-DD, not \"%s\"",
                                option->name, value);
        }
        return CG_OK;
    case CG_OPTION_PERCENT:
        if (!parse_percent(value, target)) {
            return cg_error_set(err, CG_USAGE, "--%s takes a percentage from 0 to 100, not \"%s\"",
                                option->name, value);
        }
        return CG_OK;
    }
    return cg_error_set(err, CG_INTERNAL, "--%s has no kind", option->name);
}

/* Where the values go, and which options have been given: one bit a row of the table. */
struct target {
    void *options;
    uint64_t given;
};

static uint64_t bit_of(const struct cg_command *command, const struct cg_option *option) {
    return option == NULL ? 0 : UINT64_C(1) << (option - command->options.table);
}

/* One "--name" or "--name=value"; *next is the argument behind it, consumed where it is the value.
 */
static enum cg_status parse_option(const struct cg_command *command, const char *word, char ***next,
                                   struct target *to, struct cg_error *err) {
    const char *equals = strchr(word, '=');
    const size_t len = equals != NULL ? (size_t)(equals - word) : strlen(word);
    const struct cg_option *option = find_option(command, word, len);
    if (option == NULL) {
        return unknown_option(command, word, len, err);
    }
    const uint64_t bit = bit_of(command, option);
    if (option->kind != CG_OPTION_LIST && (to->given & bit) != 0) {
        return cg_error_set(err, CG_USAGE, "--%s is given twice; leave one of the two out",
                            option->name);
    }
    to->given |= bit;
    const char *value = equals != NULL ? equals + 1 : NULL;
    if (option->kind == CG_OPTION_FLAG && value != NULL) {
        return cg_error_set(err, CG_USAGE, "--%s takes no value", option->name);
    }
    if (option->kind != CG_OPTION_FLAG && value == NULL) {
        /* A value that looks like an option is nearly always the next one, its own left out. */
        if (**next == NULL || strncmp(**next, "--", 2) == 0) {
            return cg_error_set(err, CG_USAGE, "--%s needs a value: --%s=%s", option->name,
                                option->name, option->argument);
        }
        value = *(*next)++;
    }
    return store_value(option, value, (char *)to->options + option->offset, err);
}

/* What must be given, and what must not be given together. */
static enum cg_status check_given(const struct cg_command *command, const struct target *to,
                                  struct cg_error *err) {
    const uint64_t forms = bit_of(command, find_named(command, "json", 4)) |
                           bit_of(command, find_named(command, "csv", 3));
    for (const struct cg_option *option = command->options.table; option->name != NULL; option++) {
        if (option->is_needed && (to->given & bit_of(command, option)) == 0) {
            cg_error_set(err, CG_USAGE, "--%s %s is missing", option->name, option->argument);
        }
    }
    if ((to->given & forms) == forms && (forms & (forms - 1)) != 0) {
        cg_error_set(err, CG_USAGE, "--json and --csv are two forms of one answer; leave one out");
    }
    return err->status;
}

/* A variable that is set to nothing is not set. */
static void take_variables(const struct cg_command *command, struct target *to,
                           struct cg_invocation *out) {
    size_t count = 0;
    for (const struct cg_option *option = command->options.table; option->name != NULL; option++) {
        const char *value = option->variable != NULL ? getenv(option->variable) : NULL;
        const uint64_t bit = bit_of(command, option);
        if (value != NULL && value[0] != '\0' && (to->given & bit) == 0 &&
            count + 1 < CG_VARIABLES_MAX) {
            to->given |= bit;
            memcpy((char *)to->options + option->offset, &value, sizeof value);
            out->from_environment[count++] = option;
        }
    }
}

const char *cg_invocation_variable(const struct cg_invocation *call, const char *option_name) {
    for (size_t i = 0; call->from_environment[i] != NULL; i++) {
        if (strcmp(call->from_environment[i]->name, option_name) == 0) {
            return call->from_environment[i]->variable;
        }
    }
    return NULL;
}

enum cg_status cg_options_parse(const struct cg_command *command, int argc, char **argv,
                                void *options, struct cg_invocation *out, struct cg_error *err) {
    struct target to = {.options = options};
    /* The first slip is told (error.h). What is right behind it is taken all the same: a failed
     * run, too, writes its --metrics. */
    char **next = argv;
    size_t count = 0;
    bool only_args = false;
    /* Arguments are gathered at the front of argv: `count` never overtakes `next`. */
    while (next < argv + argc) {
        char *word = *next++;
        CG_ASSERT(word != NULL); /* the NULL of argv stands behind its last word */
        if (!only_args && strcmp(word, "--") == 0) {
            only_args = true;
        } else if (!only_args && strncmp(word, "--", 2) == 0) {
            parse_option(command, word + 2, &next, &to, err);
        } else if (!only_args && word[0] == '-' && word[1] != '\0') {
            cg_error_set(err, CG_USAGE,
                         "unknown option %s; options have two dashes, and a file of that name is "
                         "./%s",
                         word, word);
        } else if (word[0] == '\0') {
            cg_error_set(err, CG_USAGE, "an argument is empty; is a variable of the shell unset?");
        } else {
            argv[count++] = word;
        }
    }
    if (count < command->args.least || count > command->args.most) {
        cg_error_set(err, CG_USAGE, "%s; usage: claimgate %s %s",
                     count < command->args.least ? "an argument is missing"
                                                 : "there are too many arguments",
                     command->name, command->arguments);
    }
    *out = (struct cg_invocation){.options = options, .args = argv, .arg_count = count};
    take_variables(command, &to, out);
    return check_given(command, &to, err);
}

void cg_options_print_wrapped(const char *text, int column, int indent) {
    while (*text != '\0') {
        const int word = (int)strcspn(text, " \n");
        if (column > indent && column + 1 + word > HELP_WIDTH) {
            printf("\n%*s", indent, "");
            column = indent;
        } else if (column > indent) {
            putchar(' ');
            column++;
        }
        printf("%.*s", word, text);
        column += word;
        text += word;
        if (strncmp(text, "\n\n", 2) == 0) {
            printf("\n\n%*s", indent, "");
            column = indent;
        }
        text += strspn(text, " \n");
    }
    putchar('\n');
}

static void print_option(const struct cg_option *option) {
    int column = printf("  --%s", option->name);
    column += option->argument != NULL ? printf(" %s", option->argument) : 0;
    if (column > HELP_COLUMN - 2) {
        putchar('\n');
        column = 0;
    }
    printf("%*s", HELP_COLUMN - column, "");
    cg_options_print_wrapped(option->help, HELP_COLUMN, HELP_COLUMN);
}

void cg_options_print_help(const struct cg_command *command) {
    cg_options_print_wrapped(command->summary, 0, 0);
    const int column =
        printf("\nusage: %s%s", command->stands_alone ? "" : "claimgate ", command->name) - 1;
    putchar(' ');
    cg_options_print_wrapped(command->arguments, column + 1, column + 1);
    if (command->options.table->name != NULL) {
        printf("\noptions:\n");
    }
    for (const struct cg_option *option = command->options.table; option->name != NULL; option++) {
        print_option(option);
    }
    if (command->detail != NULL) {
        putchar('\n');
        cg_options_print_wrapped(command->detail, 0, 0);
    }
}
