#!/bin/sh
# coverage.sh BUILD: lines and branches of src/ that the programs of that build have taken, by file
# and room. Branches that only a lack of memory takes are counted as any others.
set -eu
build=$1
gcovr --root . --object-directory "$build/obj" --filter 'src/' --exclude-unreachable-branches --gcov-ignore-parse-errors \
    --branches --json "$build/coverage.json" "$build/obj/src" 2>"$build/gcovr.log" >/dev/null || cat "$build/gcovr.log"
python3 - "$build/coverage.json" <<'PYTHON'
import json
import sys

rooms = {}
print(f"{'file':<40} {'lines':>14} {'branches':>14}")
for file in sorted(json.load(open(sys.argv[1]))["files"], key=lambda f: f["file"]):
    lines = [line for line in file["lines"] if not line.get("gcovr/noncode")]
    branches = [branch for line in lines for branch in line["branches"]]
    taken = (sum(line["count"] > 0 for line in lines), len(lines),
             sum(branch["count"] > 0 for branch in branches), len(branches))
    room = rooms.setdefault(file["file"].split("/")[1], [0, 0, 0, 0])
    rooms[file["file"].split("/")[1]] = [a + b for a, b in zip(room, taken)]
    print(f"{file['file']:<40} {taken[0]:>6} of {taken[1]:<5} {taken[2]:>6} of {taken[3]:<5}")
for name, taken in rooms.items():
    print(f"{name:<40} {taken[0] / max(1, taken[1]):>13.1%} {taken[2] / max(1, taken[3]):>13.1%}")
PYTHON
