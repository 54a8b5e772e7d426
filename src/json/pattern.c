#include "pattern.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* A part of a pattern. */
struct piece {
    const char *at;
    const char *end;
};

struct times {
    unsigned long least;
    unsigned long most;
};

static const char *match(struct piece piece, const char *text);

/* Behind the atom that begins here: a character, a class or a group. */
static const char *end_of_atom(const char *at) {
    int depth = 0;
    do {
        at = *at == '[' ? strchr(at, ']') : at;
        depth += (*at == '(') - (*at == ')');
        at++;
    } while (depth > 0);
    return at;
}

/* How often the atom may stand there; *at moves behind that. */
static struct times read_times(const char **at) {
    struct times times = {1, 1};
    char *end;
    switch (**at) {
    case '*':
    case '+':
    case '?':
        times.least = **at == '+';
        times.most = **at == '?' ? 1 : ULONG_MAX;
        ++*at;
        break;
    case '{':
        times.least = times.most = strtoul(*at + 1, &end, 10);
        if (*end == ',') {
            times.most = strtoul(end + 1, &end, 10);
        }
        *at = end + 1;
        break;
    default:
        break;
    }
    return times;
}

static bool is_of_class(const char *at, char character) {
    bool found = false;
    for (at++; *at != ']'; at++) {
        const char first = *at;
        at += at[1] == '-' && at[2] != ']' ? 2 : 0;
        found = found || (character >= first && character <= *at);
    }
    return found;
}

/* Behind what the atom takes; NULL: it does not fit. */
static const char *match_atom(struct piece atom, const char *text) {
    if (*atom.at == '(') {
        return match((struct piece){atom.at + 1, atom.end - 1}, text);
    }
    const bool fits = *atom.at == '[' ? is_of_class(atom.at, *text) : *atom.at == *text;
    return fits && *text != '\0' ? text + 1 : NULL;
}

static const char *match_row(struct piece row, const char *text) {
    while (text != NULL && row.at < row.end) {
        const struct piece atom = {row.at, end_of_atom(row.at)};
        unsigned long count = 0;
        row.at = atom.end;
        const struct times times = read_times(&row.at);
        for (const char *next = text; next != NULL && count < times.most;) {
            next = match_atom(atom, text);
            text = next != NULL ? next : text;
            count += next != NULL;
        }
        text = count >= times.least ? text : NULL;
    }
    return text;
}

/* The first of the alternatives that fits. */
static const char *match(struct piece piece, const char *text) {
    const char *found = NULL;
    while (found == NULL && piece.at <= piece.end) {
        const char *bar = piece.at;
        while (bar < piece.end && *bar != '|') {
            bar = end_of_atom(bar);
        }
        found = match_row((struct piece){piece.at, bar}, text);
        piece.at = bar + 1;
    }
    return found;
}

bool cg_json_matches(const char *pattern, const char *text) {
    const char *rest = match((struct piece){pattern + 1, pattern + strlen(pattern) - 1}, text);
    return rest != NULL && *rest == '\0';
}
