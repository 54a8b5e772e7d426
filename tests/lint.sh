#!/bin/sh
# Formatting, static analysis, headers that stand alone, and the house rules that grep can see.
set -u
bad=0
fail() {
    printf 'lint: %s\n' "$1"
    bad=1
}
files=$(ls src/*/*.[ch] include/claimgate/*.h tests/*/*.[ch] 2>/dev/null)

clang-format --dry-run --Werror $files || fail "formatting: make format"

for header in include/claimgate/*.h; do
    printf '#include "%s"\nint stands_alone;\n' "${header#include/}" |
        ${CC:-cc} -std=c11 -D_GNU_SOURCE -Wall -Wextra -Wpedantic -Iinclude -fsyntax-only -xc - ||
        fail "$header does not stand alone"
done

# Left out: readdir on a stream of our own and getgrnam before threads start are safe; gcc and
# clang define the shift of a signed number; mmap takes -1 for anonymous memory.
cppcheck --quiet --std=c11 --error-exitcode=1 --inline-suppr -D_GNU_SOURCE -DCG_ISAL -DCG_VERSION='""' \
    --enable=warning,performance,portability --suppress=missingIncludeSystem \
    --suppress=readdirCalled --suppress=getgrnamCalled --suppress=shiftTooManyBitsSigned \
    --suppress=invalidFunctionArg:src/gate/pool.c \
    --library=posix -Iinclude src || fail "cppcheck"

rule() { # pattern, what it breaks, files
    pattern=$1 what=$2
    shift 2
    grep -nE "$pattern" "$@" && fail "$what"
}
rule '\b(atoi|atol|sprintf|vsprintf|strcpy|strcat|strtok|gets|alloca)\(' "a call that cannot be checked" src/*/*.c
rule '\bexit\(' "exit outside main.c" $(ls src/*/*.c | grep -v cli/main.c)
rule '^typedef struct' "struct with a typedef" src/*/*.[ch] include/claimgate/*.h
rule '\b(double|float)\b' "a float" $(ls src/gate/*.c src/record/*.c src/ledger/*.c)
rule 'pthread_create' "threads outside the belt" $(ls src/*/*.c | grep -v flow/belt.c)

only_in() { # header, folder or file that may include it
    grep -lE "#include <$1>" src/*/*.[ch] include/claimgate/*.h | grep -vE "^$2" | grep . &&
        fail "<$1> is included outside $2"
}
only_in csv.h src/record/csv
only_in zlib.h src/io/
only_in 'isa-l.*' src/io/
only_in sqlite3.h src/ledger/
only_in jansson.h src/base/
only_in 'openssl/.*' src/base/
only_in xxhash.h src/base/

# Floors, from the ground up: a file includes only from its own floor or a lower one.
floor_of() {
    case $1 in
    base) echo 0 ;; io) echo 1 ;; record) echo 2 ;; gate) echo 3 ;; ledger) echo 4 ;;
    report) echo 5 ;; flow | generate) echo 6 ;; cli) echo 7 ;;
    esac
}
for room in base io record gate ledger report flow generate cli; do
    for file in src/$room/*.c; do
        [ -f "$file" ] || continue
        for header in $(sed -n 's/^#include "claimgate\/\(.*\)\.h"$/\1/p' "$file"); do
            home=$(ls src/*/"$header".c 2>/dev/null | head -n 1 | cut -d/ -f2)
            [ -z "$home" ] && continue
            [ "$(floor_of "$home")" -le "$(floor_of "$room")" ] || fail "$file includes $header.h from the floor above"
        done
    done
done
exit $bad
