#!/bin/sh
# Formatting, static analysis, and the house rules that a machine can see, for the tree below the
# current folder. With arguments only the rules of these names are held (see the list at the end).
set -u
complaints=$(mktemp)
trap 'rm -f "$complaints"' EXIT
fail() {
    printf 'lint: %s\n' "$1" | tee -a "$complaints"
}
complain() { # one complaint a line of standard input
    while IFS= read -r line; do fail "$line"; done
}
sources=$(ls src/*/*.c)
private=$(ls src/*/*.h)
public=$(ls include/claimgate/*/*.h)
tests=$(ls tests/*/*.[ch])
all="$sources $private $public $tests"

formatting() {
    clang-format --dry-run --Werror $all || fail "formatting: make format"
}

standalone() {
    for header in $public; do
        printf '#include "%s"\nint stands_alone;\n' "${header#include/}" |
            ${CC:-cc} -std=c11 -D_GNU_SOURCE -Wall -Wextra -Wpedantic -Iinclude -fsyntax-only -xc - ||
            fail "$header does not stand alone"
    done
}

# Left out: readdir on a stream of our own, getgrnam and getpwuid before threads start are safe; gcc and
# clang define the shift of a signed number; mmap takes -1 for anonymous memory.
analysis() {
    cppcheck --quiet --std=c11 --error-exitcode=1 --inline-suppr -j2 -D_GNU_SOURCE -DCG_ISAL -DCG_VERSION='""' \
        --enable=warning,performance,portability --suppress=missingIncludeSystem \
        --suppress=readdirCalled --suppress=getgrnamCalled --suppress=getpwuidCalled --suppress=shiftTooManyBitsSigned \
        --suppress=invalidFunctionArg:src/gate/pool.c --suppress=invalidFunctionArg:src/gate/outlines.c \
        --library=posix -Iinclude src || fail "cppcheck"
}

rule() { # pattern, what it breaks, files
    pattern=$1 what=$2
    shift 2
    grep -nE "$pattern" "$@" && fail "$what"
}
calls() {
    rule '\b(atoi|atol|sprintf|vsprintf|strcpy|strcat|strtok|gets|alloca)\(' "a call that cannot be checked" $sources
    rule '\bexit\(' "exit outside main.c" $(ls src/*/*.c | grep -v cli/main.c)
    rule '^typedef struct' "struct with a typedef" $sources $private $public
    rule '\b(double|float)\b' "a float" src/gate/*.c src/rules/*.c src/record/*.c src/x12/*.c src/ledger/*.c
    # verify is below the belt, and has one other thread, which shares nothing it writes.
    rule 'pthread_create' "threads outside the belt" $(ls src/*/*.c | grep -vE 'run/belt.c|ledger/verify.c')
}

only_in() { # header, folder or file that may include it
    grep -lE "#include <$1>" $sources $private $public | grep -vE "^$2" | grep . &&
        fail "<$1> is included outside $2"
}
libraries() {
    only_in csv.h src/record/csv
    only_in zlib.h src/io/
    only_in 'isa-l.*' src/io/
    only_in sqlite3.h src/ledger/
    only_in jansson.h src/json/
    only_in 'openssl/.*' src/base/
    only_in xxhash.h src/base/
    only_in xlsxwriter.h src/report/audit_workbook.c
}

# From the ground up. A file includes only from its own floor or a lower one, and another room's
# private header never: it names those of its own room without a path.
floors() {
    awk '
        BEGIN {
            n = split("base json io record rules gate ledger report run cli", rooms, " ")
            for (i = 1; i <= n; i++) floor[rooms[i]] = i
            floor["audit"] = floor["run"]
            floor["part"] = floor["run"]
            floor["x12"] = floor["record"]
        }
        FNR == 1 { split(FILENAME, path, "/"); room = path[1] == "src" ? path[2] : path[3] }
        /^#include "/ {
            split($2, name, "\"")
            parts = split(name[2], at, "/")
            if (parts == 3 && at[1] == "claimgate" && !(at[2] in floor)) print FILENAME " includes from " at[2] ", which is no room"
            else if (parts == 3 && floor[at[2]] > floor[room]) print FILENAME " includes " at[2] "/" at[3] " from a floor above"
            else if (parts == 2) print FILENAME " includes " name[2] ", a private header of another room"
        }' $sources $private $public | complain
}

# A public header is named by another room, or by a public header of its own room that is.
headers() {
    awk '
        FNR == 1 { split(FILENAME, path, "/"); inside = path[1] == "src" ? path[2] : path[3]; is_public = path[1] == "include" }
        /^#include "claimgate\// {
            split($2, name, "\""); split(name[2], at, "/")
            if (at[2] != inside) outside[name[2]] = 1
            if (is_public) { sub("include/", "", FILENAME); names[FILENAME, name[2]] = 1; sub("^", "include/", FILENAME) }
        }
        FNR == 1 && is_public { wanted[substr(FILENAME, 9)] = 1 }
        END {
            do {
                more = 0
                for (pair in names) {
                    split(pair, two, SUBSEP)
                    if (two[1] in outside && !(two[2] in outside)) { outside[two[2]] = 1; more = 1 }
                }
            } while (more)
            for (header in wanted) if (!(header in outside)) print "include/" header " is public, but no other room names it"
        }' $sources $private $public | sort | complain
}

# name, file, line, last line, whether static: of every function and variable of C files.
symbols() {
    ctags --langmap=C:.c.h --languages=C --kinds-C=fv --fields=+ne -f - "$@" |
        awk -F'\t' '{
            line = end = 0; own = 0; kind = $4
            for (i = 5; i <= NF; i++) {
                if ($i ~ /^line:/) line = substr($i, 6)
                if ($i ~ /^end:/) end = substr($i, 5)
                if ($i ~ /^file:/) own = 1
            }
            if ($3 ~ /^\/\^}/) own = 1 # of an unnamed struct: nobody else can declare it
            print $1, $2, line, end ? end : line, own, kind
        }'
}

names() {
    symbols $sources | awk '!$5 && $1 !~ /^cg_/ && $1 != "main" { print $2 ":" $3 ": " $1 " is seen by the linker and does not begin with cg_" }' | complain
    symbols $sources $private $public | awk '$6 == "f" && !$5 { print $1 }' | sort | uniq -d | sed 's/$/ is defined twice/' | complain
    rule '^(struct|union|enum) ([^c]|c[^g]|cg[^_])[a-z_0-9]* \{' "a name in a header without cg_" $private $public
    grep -hoE '^struct [a-z_0-9]+ \{' $private $public | sort | uniq -d | sed 's/ {$/ is two things/' | complain
}

# A prototype is there for callers in another file. Those of tests count: what only they need says so.
prototypes() {
    for header in $public $private; do
        ctags --langmap=C:.c.h --languages=C --kinds-C=p -x --_xformat='%N' "$header" | sort -u | while IFS= read -r name; do
            home=$(grep -lE "^[^ ].*\b$name\(|^$name\(" $sources | head -n 1)
            [ "$(grep -cw -- "$name" "$header")" -gt 1 ] && continue # an inline function beside it
            grep -lw -- "$name" $sources $private $public $tests | grep -vxF -e "${home:--}" -e "$header" | grep -q . ||
                printf '%s: nobody outside %s calls %s\n' "$header" "${home:-its file}" "$name"
        done
    done | complain
}

sizes() {
    symbols $sources $private $public $tests |
        awk '$6 == "f" && $4 - $3 + 1 > 60 { print $2 ":" $3 ": " $1 " has " $4 - $3 + 1 " lines (60 at most)" }' | complain
    wc -l $all | awk '$2 != "total" && $1 > 400 { print $2 " has " $1 " lines (400 at most)" }' | complain
}

# What a page names is there: a path from the top of the tree, or a .c or .h file, which the page of a
# room may name without a path where it is the room's own. <room>, NAME stand for names of any kind.
pages() {
    for page in README.md src/README.md src/*/README.md; do
        room=$(basename "$(dirname "$page")")
        case $page in src/*/README.md) homes="src/$room include/claimgate/$room" ;; *) homes="src/* include/claimgate/*" ;; esac
        {
            grep -oE '(^|[^A-Za-z0-9_/.])(src|include|schemas|tests|fixtures|claimgate)/[A-Za-z0-9_./*<>-]*' "$page" | sed 's/^[^a-z]//'
            grep -oE '`[A-Za-z0-9_*]+\.[ch]`' "$page" | tr -d '`'
        } | sed 's/[.,]*$//' | grep -vE '<|NAME' | sort -u | while IFS= read -r name; do
            case $name in
            claimgate/*) set -- include/$name ;;
            */*) set -- $name ;;
            *) set -- && for home in $homes; do set -- "$@" $home/$name; done ;;
            esac
            ls -d "$@" 2>/dev/null | grep -q . || printf '%s names %s, which is not there\n' "$page" "$name"
        done
    done | complain
}

for name in ${*:-formatting standalone calls libraries floors headers names prototypes sizes pages analysis}; do $name; done
[ ! -s "$complaints" ]
