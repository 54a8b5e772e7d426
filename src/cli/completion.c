/*
 * Completion for bash and zsh: the words of each command and its options; an option's value and
 * every argument is a file's name, but for the policies and layouts that are built in.
 */
#include "commands.h"
#include "help.h"

#include "claimgate/record/layout.h"
#include "claimgate/rules/policy.h"

#include <stdio.h>
#include <string.h>

static void put_names(const char *const *names) {
    for (; *names != NULL; names++) {
        printf(" %s", *names);
    }
}

/* First words once each; of a family's word, the words that follow it. */
static void put_words(const char *family) {
    const char *last = "";
    for (size_t i = 0; cg_commands[i] != NULL; i++) {
        const char *name = cg_commands[i]->name;
        const size_t len = strcspn(name, " ");
        if (family == NULL && strncmp(name, last, len) != 0) {
            printf(" %.*s", (int)len, name);
        } else if (family != NULL && strncmp(name, family, len) == 0 && name[len] == ' ') {
            printf(" %s", name + len + 1);
        }
        last = name;
    }
}

static void put_bash_case(const struct cg_command *command) {
    printf("    \"%s\") options='--help", command->name);
    for (const struct cg_option *option = command->options.table; option->name != NULL; option++) {
        printf(" --%s", option->name);
    }
    printf("' ;;\n");
}

static void put_families(void) {
    const char *last = "";
    for (size_t i = 0; cg_commands[i] != NULL; i++) {
        const char *name = cg_commands[i]->name;
        const size_t len = strcspn(name, " ");
        if (name[len] == ' ' && strncmp(name, last, len + 1) != 0) {
            printf("    %.*s) subs='", (int)len, name);
            put_words(name);
            printf("' ;;\n");
        }
        last = name;
    }
}

/* What both shells share. Before it `word`, `before` and the words that `family` and `second` begin
 * as are set, and `at`, the place of the word that is typed, from 0; behind it `list` is set. */
static void put_choice(void) {
    printf("  local subs= options= list= command=\n  case $family in\n");
    put_families();
    printf("  esac\n"
           "  if [ -n \"$subs\" ]; then command=\"$family $second\"; else command=$family; fi\n"
           "  case $command in\n");
    for (size_t i = 0; cg_commands[i] != NULL; i++) {
        put_bash_case(cg_commands[i]);
    }
    printf("  esac\n"
           "  case $before in\n    --policy) list='");
    put_names(cg_policy_files.names);
    printf("' ;;\n    --layout) list='");
    put_names(cg_layout_files.names);
    printf("' ;;\n  esac\n  local first='help");
    put_words(NULL);
    printf("'\n"
           "  if [ \"$at\" = 1 ]; then list=\"$first --help --version\"\n"
           "  elif [ \"$at\" = 2 ] && [ \"$family\" = help ]; then list=$first\n"
           "  elif [ \"$at\" = 2 ] && [ -n \"$subs\" ]; then list=$subs\n"
           "  elif [[ $word == -* ]]; then list=$options\n"
           "  fi\n");
}

static void put_files(const char *command) {
    printf(
        "  if [ -z \"$list\" ] || [ \"$before\" = --policy ] || [ \"$before\" = --layout ]; then\n"
        "    %s\n"
        "  fi\n}\n",
        command);
}

void cg_completion_print_bash(void) {
    printf("# bash completion for claimgate %s\n_claimgate() {\n"
           "  local at=$COMP_CWORD word=${COMP_WORDS[COMP_CWORD]}\n"
           "  local before=${COMP_WORDS[COMP_CWORD-1]}\n"
           "  local family=${COMP_WORDS[1]} second=${COMP_WORDS[2]}\n",
           CG_VERSION);
    put_choice();
    printf("  COMPREPLY=($(compgen -W \"$list\" -- \"$word\"))\n");
    put_files("COMPREPLY+=($(compgen -f -- \"$word\"))");
    printf("complete -o filenames -F _claimgate claimgate\n");
}

void cg_completion_print_zsh(void) {
    printf("#compdef claimgate\n# zsh completion for claimgate %s\n_claimgate() {\n"
           "  local at=$((CURRENT-1)) word=${words[CURRENT]} before=${words[CURRENT-1]}\n"
           "  local family=${words[2]} second=${words[3]}\n",
           CG_VERSION);
    put_choice();
    printf("  [ -n \"$list\" ] && compadd -- ${=list}\n");
    put_files("_files");
    printf("_claimgate \"$@\"\n");
}
