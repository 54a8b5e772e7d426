/*
 * Options and the command table.
 *
 * Each command is one cg_command with one table of typed options; the parser fills the
 * command's own struct by offset. Long options only: "--name VALUE" or "--name=VALUE", the
 * latter alone where VALUE begins with two dashes; "--" ends them. Options and arguments may be
 * mixed. A misspelt option is named with the nearest one; one that is no list may be given once.
 * A table with --json and --csv takes one of the two.
 */
#ifndef CLAIMGATE_CLI_OPTIONS_H
#define CLAIMGATE_CLI_OPTIONS_H

#include "claimgate/base/error.h"
#include "claimgate/io/limits.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum cg_option_kind {
    CG_OPTION_FLAG,    /* bool */
    CG_OPTION_TEXT,    /* const char * */
    CG_OPTION_PATH,    /* const char *: the name of a file, folder, layout, group: never empty */
    CG_OPTION_LIST,    /* struct cg_text_list: may be given several times */
    CG_OPTION_INTEGER, /* int64_t from min to max */
    CG_OPTION_DATE,    /* int32_t day number, YYYY-MM-DD */
    CG_OPTION_PERCENT, /* int64_t thousandths of a percent, 0 to 100000: "2.5" is 2500 */
};

enum { CG_TEXT_LIST_MAX = 400, CG_VARIABLES_MAX = 4 };

struct cg_text_list {
    const char *items[CG_TEXT_LIST_MAX];
    size_t count;
};

struct cg_option {
    const char *name;     /* without the dashes */
    const char *argument; /* as help shows it, e.g. "DIR"; NULL for a flag */
    enum cg_option_kind kind;
    size_t offset;        /* into the command's struct */
    const char *help;     /* one line */
    int64_t min, max;     /* CG_OPTION_INTEGER */
    const char *variable; /* of the environment, which stands for it where it is absent, or NULL */
    bool is_needed;
};

/*
 * The rows of an option table. `member` is one of the command's own `struct options`.
 */
#define CG_OPTIONS_STRUCT struct options
#define CG_TAKES_ANY(name, argument, kind, member, help, min, max, variable, needed)               \
    {                                                                                              \
        name, argument, CG_OPTION_##kind, offsetof(CG_OPTIONS_STRUCT, member), help, min, max,     \
            variable, needed                                                                       \
    }
#define CG_TAKES_FLAG(name, member, help)                                                          \
    CG_TAKES_ANY(name, NULL, FLAG, member, help, 0, 0, NULL, false)
#define CG_TAKES_TEXT(name, argument, member, help)                                                \
    CG_TAKES_ANY(name, argument, TEXT, member, help, 0, 0, NULL, false)
#define CG_TAKES_PATH(name, argument, member, help)                                                \
    CG_TAKES_ANY(name, argument, PATH, member, help, 0, 0, NULL, false)
#define CG_TAKES_LIST(name, argument, member, help)                                                \
    CG_TAKES_ANY(name, argument, LIST, member, help, 0, 0, NULL, false)
#define CG_TAKES_DATE(name, argument, member, help)                                                \
    CG_TAKES_ANY(name, argument, DATE, member, help, 0, 0, NULL, false)
#define CG_TAKES_PERCENT(name, argument, member, help)                                             \
    CG_TAKES_ANY(name, argument, PERCENT, member, help, 0, 0, NULL, false)
#define CG_TAKES_INTEGER(name, argument, member, min, max, help)                                   \
    CG_TAKES_ANY(name, argument, INTEGER, member, help, min, max, NULL, false)
#define CG_TAKES_NO_MORE                                                                           \
    { .name = NULL }
#define CG_TAKES_PATH_OR(variable, name, argument, member, help)                                   \
    CG_TAKES_ANY(name, argument, PATH, member, help, 0, 0, variable, false)

/* Options that several commands take. Those whose effect differs are given their help. */
#define CG_TAKES_ROSTER(member)                                                                    \
    CG_TAKES_PATH_OR("CLAIMGATE_ROSTER", "roster", "DIR", member, "folder of the credential files")
#define CG_TAKES_POLICY(member, help)                                                              \
    CG_TAKES_PATH_OR("CLAIMGATE_POLICY", "policy", "ID|FILE", member, help)
#define CG_TAKES_LAYOUT(member, help)    CG_TAKES_PATH("layout", "NAME|FILE", member, help)
#define CG_TAKES_MULTILINE(member, help) CG_TAKES_FLAG("multiline", member, help)
#define CG_TAKES_AS_OF(member, help)     CG_TAKES_DATE("as-of", "DATE", member, help)
#define CG_TAKES_LEDGER(member, help)                                                              \
    CG_TAKES_PATH_OR("CLAIMGATE_LEDGER", "ledger", "FILE", member, help)
/* Without it the command is not run. */
#define CG_NEEDS_LEDGER(member)                                                                    \
    CG_TAKES_ANY("ledger", "FILE", PATH, member, "the ledger, or the folder of a ledger set", 0,   \
                 0, "CLAIMGATE_LEDGER", true)
#define CG_TAKES_LOCK_WAIT(member, help)                                                           \
    CG_TAKES_INTEGER("lock-wait", "SECONDS", member, 0, 86400, help)
#define CG_TAKES_OUT_DIR(member)                                                                   \
    CG_TAKES_PATH("out", "DIR", member, "folder to make, whole or not at all")
#define CG_TAKES_OVERWRITE(member) CG_TAKES_FLAG("overwrite", member, "replace an existing folder")
#define CG_TAKES_GROUP(member)                                                                     \
    CG_TAKES_PATH("group", "NAME", member, "let this group read the outputs")
#define CG_TAKES_THREADS(member)                                                                   \
    CG_TAKES_INTEGER("threads", "N", member, 0, CG_THREADS_MAX,                                    \
                     "0: all on one thread (number of cores)")
#define CG_TAKES_LEVEL(member)                                                                     \
    CG_TAKES_INTEGER("level", "1-9", member, 1, 9, "how hard to compress (1)")
#define CG_TAKES_LIMITS(member)                                                                    \
    CG_TAKES_INTEGER("max-input-bytes", "N", member.max_bytes, 1, INT64_MAX,                       \
                     "refuse an input of more bytes, unpacked (any)"),                             \
        CG_TAKES_INTEGER("max-ratio", "N", member.max_ratio, 0, 1000000,                           \
                         "refuse what unpacks to more than N bytes for one; 0: any (200)")
#define CG_TAKES_NO_SANDBOX(member)                                                                \
    CG_TAKES_FLAG("no-sandbox", member, "keep every right while claims are read")
#define CG_TAKES_QUIET(member)          CG_TAKES_FLAG("quiet", member, "no summary, notes or progress")
#define CG_TAKES_JSON(member, help)     CG_TAKES_FLAG("json", member, help)
#define CG_TAKES_SHOW_PHI(member, help) CG_TAKES_FLAG("show-phi", member, help)
#define CG_TAKES_CSV(member)            CG_TAKES_FLAG("csv", member, "print CSV with a header")
#define CG_JSON_HELP                    "print one JSON document"
#define CG_PHI_HELP                     "messages may name members and claims"
#define CG_LOCK_WAIT_HELP               "wait so long for a run that is writing (0)"

/* Of a command that takes none. */
extern const struct cg_option cg_options_none[];

struct cg_invocation {
    const void *options; /* the command's struct, defaults overlaid by what was given */
    char *const *args;   /* what is no option, in order */
    size_t arg_count;
    int *exit_code; /* 0; a command that completed may make it 1 */
    const struct cg_option *from_environment[CG_VARIABLES_MAX]; /* NULL behind the last */
};

/* The variable that the option's value was taken from, or NULL. */
const char *cg_invocation_variable(const struct cg_invocation *call, const char *option_name);

struct cg_command {
    const char *name;      /* "validate", "roster check": words as typed */
    bool stands_alone;     /* a program of this name, not a word behind claimgate */
    const char *arguments; /* for the usage line, e.g. "FILE... --roster DIR --out DIR" */
    const char *summary;   /* one line for the list of commands */
    const char *detail;    /* further help text, may be NULL */
    struct {
        const struct cg_option *table; /* closed by an entry without a name */
        const void *defaults; /* a struct of the command's, copied, then overlaid; NULL: noughts */
        size_t bytes;         /* of that struct */
    } options;
    struct {
        size_t least, most;
    } args;
    enum cg_status (*run)(const struct cg_invocation *call, struct cg_error *err);
    /* Instead of `run` where the command line has a slip: `options` is what could be read of it.
     * NULL: nothing is to be done. */
    void (*run_not)(const void *options, int exit_code);
};

/* Overlay argv on `options` (a copy of the command's defaults). Arguments stay in argv; the exit
 * code is the caller's to point to. CG_USAGE with the mend. */
cg_must_use enum cg_status cg_options_parse(const struct cg_command *command, int argc, char **argv,
                                            void *options, struct cg_invocation *out,
                                            struct cg_error *err);
/* Text for people, filled to lines of fewer than 80 characters. The cursor stands at `column`;
 * further lines start at `indent`. A single line end in the text is a blank, two part paragraphs.
 */
void cg_options_print_wrapped(const char *text, int column, int indent);
void cg_options_print_help(const struct cg_command *command);

#endif
