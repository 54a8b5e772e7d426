#!/bin/sh
# Proof that lint has teeth: one fault of each kind is planted into a copy of the tree, and the rule
# that is there for it must complain of just that; on the copy as it is all rules must be content.
# Formatting, analysis and headers that stand alone are other people's tools and are planted too.
set -u
lint=$(realpath "$(dirname "$0")/lint.sh")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0
failed=0
verdict() { # what, whether it is as it should be
    if [ "$2" = yes ]; then passed=$((passed + 1)); else failed=$((failed + 1)) && printf 'not found: %s\n' "$1"; fi
}
fresh() {
    rm -rf "$work/tree"
    mkdir -p "$work/tree"
    cp -r README.md schemas fixtures src include tests .clang-format "$work/tree/"
}
planted() { # rule, what lint must say (a pattern); the fault has been planted by now
    if (cd "$work/tree" && sh "$lint" "$1" 2>&1) | grep -qE "lint: .*$2"; then verdict "$1: $2" yes; else verdict "$1: $2" no; fi
    fresh
}
tree=$work/tree
fresh
for rule in calls libraries floors headers names prototypes sizes pages; do
    if (cd "$tree" && sh "$lint" "$rule" >"$work/said" 2>&1); then verdict "$rule on the tree as it is" yes; else cat "$work/said"; verdict "$rule on the tree as it is" no; fi
done

printf 'int  cg_misformatted ;\n' >>"$tree/src/base/date.c"
planted formatting formatting
printf '#ifndef X\n#define X\nsize_t cg_no_include(void);\n#endif\n' >"$tree/include/claimgate/base/leaning.h"
planted standalone 'leaning.h does not stand alone'
printf 'int cg_leak(void) {\n    char *p = malloc(1);\n    return p == 0;\n}\n' >>"$tree/src/base/date.c"
planted analysis cppcheck
printf 'int cg_number(const char *text) { return atoi(text); }\n' >>"$tree/src/base/date.c"
planted calls 'a call that cannot be checked'
printf 'void cg_leave(void) { exit(1); }\n' >>"$tree/src/gate/caps.c"
planted calls 'exit outside main.c'
printf 'typedef struct cg_other cg_other;\n' >>"$tree/src/gate/caps.c"
planted calls 'struct with a typedef'
printf 'static double share = 0.5;\n' >>"$tree/src/gate/caps.c"
planted calls 'a float'
printf 'void cg_thread(void) { pthread_create(0, 0, 0, 0); }\n' >>"$tree/src/gate/caps.c"
planted calls 'threads outside the belt'
printf '#include <sqlite3.h>\n' >>"$tree/src/cli/options.c"
planted libraries 'sqlite3.h> is included outside'
printf '#include "claimgate/run/run.h"\n' >>"$tree/src/gate/caps.c"
planted floors 'caps.c includes run/run.h from a floor above'
printf '#include "claimgate/ledger/ledger.h"\n' >>"$tree/include/claimgate/rules/policy.h"
planted floors 'policy.h includes ledger/ledger.h from a floor above'
printf '#include "gate/caps.h"\n' >>"$tree/src/run/run.c"
planted floors 'run.c includes gate/caps.h, a private header'
printf '#include "claimgate/attic/attic.h"\n' >>"$tree/src/run/run.c"
planted floors 'includes from attic, which is no room'
printf '#ifndef X\n#define X\n#endif\n' >"$tree/include/claimgate/gate/lonely.h"
printf '#include "claimgate/gate/lonely.h"\n' >>"$tree/src/gate/caps.c"
planted headers 'lonely.h is public, but no other room names it'
printf 'int nameless(void) {\n    return 0;\n}\n' >>"$tree/src/base/date.c"
planted names 'nameless is seen by the linker'
printf 'int cg_twin(void) {\n    return 0;\n}\n' | tee -a "$tree/src/base/date.c" >>"$tree/src/base/hash.c"
planted names 'cg_twin is defined twice'
printf 'struct cg_twin {\n    int x;\n};\n' | tee -a "$tree/src/gate/caps.h" >>"$tree/include/claimgate/run/run.h"
planted names 'struct cg_twin is two things'
printf 'struct nameless {\n    int x;\n};\n' >>"$tree/src/gate/caps.h"
planted names 'a name in a header without cg_'
printf 'int cg_uncalled(int n) {\n    return n;\n}\n' >>"$tree/src/base/date.c"
printf 'int cg_uncalled(int n);\n' >>"$tree/include/claimgate/base/date.h"
planted prototypes 'nobody outside src/base/date.c calls cg_uncalled'
{ printf 'int cg_tall(void) {\n'; yes '    ;' | head -n 60; printf '    return 0;\n}\n'; } >>"$tree/src/base/date.c"
planted sizes 'cg_tall has 63 lines'
{ printf 'int cg_tall(void) {\n'; yes '    ;' | head -n 60; printf '    return 0;\n}\n'; } >>"$tree/tests/unit/test_date.c"
planted sizes 'test_date.c:.* cg_tall has 63 lines'
yes '' | head -n 400 >>"$tree/tests/unit/test_caps.c"
planted sizes 'test_caps.c has [0-9]+ lines'
printf 'Begin with `attic.c`.\n' >>"$tree/src/gate/README.md"
planted pages 'src/gate/README.md names attic.c'
printf 'The figures are in tests/attic/NOTES.md.\n' >>"$tree/README.md"
planted pages 'README.md names tests/attic/NOTES.md'
printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
