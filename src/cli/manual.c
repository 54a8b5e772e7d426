/*
 * Man pages, written in the man macros: `claimgate help --man`.
 */
#include "commands.h"
#include "help.h"

#include <stdio.h>
#include <string.h>

/* A dash is a minus sign to groff, a dot or quote at a line's start a macro of its own. Line ends
 * in a text are blanks, two of them part paragraphs. */
static void put(const char *text) {
    bool at_start = true;
    for (const char *at = text; *at != '\0'; at++) {
        if (strncmp(at, "\n\n", 2) == 0) {
            printf("\n.PP\n");
            at++;
            at_start = true;
            continue;
        }
        if (at_start && (*at == '.' || *at == '\'')) {
            printf("\\&");
        }
        if (*at == '\\') {
            printf("\\e");
        } else if (*at == '-') {
            printf("\\-");
        } else {
            putchar(*at);
        }
        at_start = *at == '\n';
    }
}

static void put_section(const char *title, const char *text) {
    printf(".SH %s\n", title);
    put(text);
    printf("\n");
}

static void put_rows(const char *title, const struct cg_help_row *rows) {
    printf(".SH %s\n", title);
    for (; rows->word != NULL; rows++) {
        printf(".TP\n.B %s\n", rows->word);
        put(rows->text);
        printf("\n");
    }
}

static void put_head(const char *page, const char *summary) {
    printf(".TH \"");
    for (const char *at = page; *at != '\0'; at++) {
        putchar(*at >= 'a' && *at <= 'z' ? *at - 'a' + 'A' : *at);
    }
    printf("\" 1 \"2026-11-29\" \"claimgate %s\" \"claimgate\"\n.SH NAME\n", CG_VERSION);
    put(page);
    printf(" \\- ");
    put(summary);
    printf("\n.SH SYNOPSIS\n");
}

/* "claimgate-ledger-runs", as the page's file is called. */
static const char *page_name(const struct cg_command *command, char out[64]) {
    snprintf(out, 64, "claimgate-%s", command->name);
    for (char *at = out; *at != '\0'; at++) {
        *at = *at == ' ' ? '-' : *at;
    }
    return out;
}

static void put_options(const struct cg_option *option) {
    if (option->name != NULL) {
        printf(".SH OPTIONS\n");
    }
    for (; option->name != NULL; option++) {
        printf(".TP\n.BR \\-\\-");
        put(option->name);
        if (option->argument != NULL) {
            printf(" \" \" \\fI%s\\fR", option->argument);
        }
        printf("\n");
        put(option->help);
        printf("\n");
    }
}

static void put_command(const struct cg_command *command) {
    char page[64];
    put_head(page_name(command, page), command->summary);
    printf(".B claimgate %s\n", command->name);
    put(command->arguments);
    printf("\n");
    if (command->detail != NULL) {
        put_section("DESCRIPTION", command->detail);
    }
    put_options(command->options.table);
}

static void put_program(void) {
    char page[64];
    put_head("claimgate", "a gate in front of claim adjudication: unit caps and credentials");
    printf(".B claimgate\n.I COMMAND\n\\&...\n");
    put_section("DESCRIPTION",
                "Reads compressed claim files, tests every peer-support service line against the "
                "payer's unit caps and the rendering provider's credential, and writes each line "
                "to an accepted or a rejected file. With a ledger, decisions and units used are "
                "carried from run to run.\n\nDates are YYYY-MM-DD. Messages go to standard error "
                "and never name a member or a claim unless --show-phi is given.");
    printf(".SH COMMANDS\n");
    for (size_t i = 0; cg_commands[i] != NULL; i++) {
        printf(".TP\n.BR %s (1)\n", page_name(cg_commands[i], page));
        put(cg_commands[i]->summary);
        printf("\n");
    }
}

void cg_manual_print(const struct cg_command *command) {
    if (command != NULL) {
        put_command(command);
    } else {
        put_program();
    }
    put_rows("EXIT STATUS", cg_help_exit_codes);
    put_rows("ENVIRONMENT", cg_help_variables);
    printf(".SH SEE ALSO\n.BR %s (1)\n", command != NULL ? "claimgate" : "sqlite3");
}
