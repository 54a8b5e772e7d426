#!/bin/sh
# coverage.sh BUILD: lines and branches of src/ that the programs of that build have taken, by file
# and room. Branches that only a lack of memory takes are counted as any others.
#
# Left out is only what is no decision: the way past all cases of a switch over an enum, which has a
# case for each of its values (the compiler warns where one lacks). Assertions (CG_ASSERT) are not
# compiled into this build, and have no branches.
set -eu
build=$1
gcovr --root . --object-directory "$build/obj" --filter 'src/' --exclude-unreachable-branches --gcov-ignore-parse-errors \
    --branches --json "$build/coverage.json" "$build/obj/src" 2>"$build/gcovr.log" >/dev/null || cat "$build/gcovr.log"
python3 - "$build/coverage.json" <<'PYTHON'
import json
import re
import sys


def decides(source, number):
    """False: the line is a switch over an enum, whose last branch is the way past all cases."""
    head = re.match(r"( *)switch \(", source[number - 1])
    if head is None:
        return True
    body = []
    for line in source[number:]:
        if line.startswith(head[1] + "}"):
            break
        body.append(line)
    cases = [line.split()[1] for line in body if line.startswith(head[1] + "case ")]
    others = any(line.startswith(head[1] + "default:") for line in body)
    return others or not all(re.fullmatch(r"[A-Z][A-Z0-9_]*:", case) for case in cases)


rooms = {}
print(f"{'file':<40} {'lines':>14} {'branches':>14}")
for file in sorted(json.load(open(sys.argv[1]))["files"], key=lambda f: f["file"]):
    source = open(file["file"]).read().split("\n")
    lines = [line for line in file["lines"] if not line.get("gcovr/noncode")]
    branches = []
    for line in lines:
        switch = line["branches"] and not decides(source, line["line_number"])
        branches += line["branches"][:-1] if switch else line["branches"]
    taken = (sum(line["count"] > 0 for line in lines), len(lines),
             sum(branch["count"] > 0 for branch in branches), len(branches))
    room = rooms.setdefault(file["file"].split("/")[1], [0, 0, 0, 0])
    rooms[file["file"].split("/")[1]] = [a + b for a, b in zip(room, taken)]
    print(f"{file['file']:<40} {taken[0]:>6} of {taken[1]:<5} {taken[2]:>6} of {taken[3]:<5}")
for name, taken in rooms.items():
    print(f"{name:<40} {taken[0] / max(1, taken[1]):>13.1%} {taken[2] / max(1, taken[3]):>13.1%}")
PYTHON
