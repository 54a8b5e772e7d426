"""Jumps of the gate and of the ledger's commit, each taken always or never: do the tests notice?

    mutation.py BUILD [FILE...]

A file is compiled to assembly, one conditional jump is made a jump or nothing, and the unit suites
of its room run on it, then the fixtures through the whole program; a mutant that none of them
notices survives and is listed with its line. MUTANTS (40) of them are tried, TORTURE_SEED picks
others, JUMP=file:line:how tries one again. LIBS and CC are those of the build.
"""
import os
import random
import re
import resource
import shutil
import subprocess
import sys
import tempfile

CC = os.environ.get("CC", "cc").split()
FLAGS = ("-std=c11 -D_GNU_SOURCE -DCG_FAULTS -DCG_ISAL -DCG_VERSION=\"0\" -Iinclude -O1 -g1 "
         "-fno-stack-protector -fcf-protection=none -fno-jump-tables").split()
LIBS = os.environ["LIBS"].split()
SECONDS = 60  # of the processor; a machine may be busy
WAIT_SECONDS = 900
GROUPS = [
    ("gate", ["caps", "history", "history_edits", "member_history", "take_backs", "service",
              "member_rows", "member_units", "large_member", "calendar", "line_store", "claim"],
     ["history_edits", "caps", "claim", "history", "take_backs", "history_aliases", "history_use",
      "service", "member_history", "calendar",
      "member_rows", "history_memory", "history_failures", "history_model", "every_case"]),
    ("gate", ["credential_edits", "credential_demands"],
     ["credential_edits", "credential_demands", "credential_model", "every_case"]),
    ("gate", ["field_edits"],
     ["field_edits", "field_edits_scope", "take_back_fields", "damage", "every_case"]),
    ("ledger", ["run", "write", "record", "run_row", "chain", "rows", "members", "pack", "groups"],
     ["ledger_write", "ledger_pack", "ledger", "ledger_verify", "ledger_recover", "ledger_damage",
      "ledger_cells", "ledger_lines", "ledger_memory", "ledger_steps"]),
]
CLI = ["validate_fixtures", "take_back_order", "layout_dates", "layout_rows", "layout_feeds", "fed_back",
       "ledger_commands", "ledger_failures"]
# What no test can notice, and why, by a stretch of the line; for lines move.
UNNOTICED = {
    "src/gate/member_history.c": {
        "history->rows_ref != 0 || history->large != NULL": "room is made ahead of time, or later",
        "history->large != NULL && i < count": "sums are made ahead, or lines are counted one by one"},
    "src/gate/field_edits.c": {
        "bool is_clean = (values->plain": "a plain line's cells are clean: asked for twice",
        "const bool letter = first": "a well-formed code is looked at longer, to the same end",
        "(!values->plain || (id.ptr[0] <= '9'": "what cannot be odd is asked, and is not",
        "if (may_be_odd(values, text))": "what cannot be odd is asked, and is not",
        "(above_nine & UINT32_C": "a well-formed code is looked at longer, to the same end"},
    "src/gate/history_edits.c": {
        "!candidate->start_day_is_free &&": "a free day is searched all the same"},
    "src/gate/calendar.c": {
        "day_no = spread->first_day": "a spread has at least one day"},
    "src/gate/history.c": {
        ": status;": "lines are recalled beside outlines, to the same end"},
}
JUMP = re.compile(r"^\t(j(?!mp)[a-z]+)\t(\S+)$")


class Source:
    def __init__(self, path, suites, folder):
        self.path = path
        self.suites = suites
        self.assembly = os.path.join(folder, path.replace("/", "_") + ".s")
        subprocess.run([*CC, *FLAGS, "-S", path, "-o", self.assembly], check=True)
        with open(self.assembly, encoding="utf-8") as text:
            self.lines = text.read().split("\n")

    def jumps(self):
        """(index in the assembly, line of the source), none of those in inlined headers."""
        files, at, own = {}, 0, False
        for index, line in enumerate(self.lines):
            if found := re.match(r'\t\.file (\d+) "(?:[^"]*" ")?([^"]*)"', line):
                files[found[1]] = found[2]
            elif found := re.match(r"\t\.loc (\d+) (\d+)", line):
                at, own = int(found[2]), files.get(found[1], "").endswith(self.path)
            elif JUMP.match(line) and own:
                yield index, at

    def mutant(self, index, how, path):
        target = JUMP.match(self.lines[index])[2]
        lines = list(self.lines)
        lines[index] = "\tjmp\t" + target if how == "always" else "\tnop"
        with open(path + ".s", "w", encoding="utf-8") as text:
            text.write("\n".join(lines))
        subprocess.run([*CC, "-c", path + ".s", "-o", path], check=True)


def link(build, objects, out, criterion):
    command = [*CC, *objects, *([f"{build}/libsupport.a"] if criterion else []),
               f"{build}/libclaimgate.a", *LIBS, *(["-lcriterion"] if criterion else []), "-o", out]
    subprocess.run(command, check=True)


def limit():
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


def fails(command, env=None):
    try:
        done = subprocess.run(command, capture_output=True, timeout=WAIT_SECONDS, check=False, env=env,
                              preexec_fn=limit)
        return done.returncode != 0
    except subprocess.TimeoutExpired:
        return True


def killer(build, suites, mutant, folder):
    """The first suite that notices, or None."""
    program = os.path.join(folder, "test")
    for suite in suites:
        test = f"{build}/obj/tests/unit/test_{suite}.o"
        link(build, [test, mutant], program, True)
        if fails([program, "-j1", "--fail-fast"]):
            return suite
    whole = os.path.join(folder, "claimgate")
    link(build, [f"{build}/obj/src/cli/main.o", mutant], whole, False)
    shutil.copy(f"{build}/generate", os.path.join(folder, "generate"))
    for suite in CLI:
        env = {**os.environ, "CLAIMGATE": whole}
        if fails([f"{build}/tests/cli/test_{suite}", "-j1", "--fail-fast"], env):
            return suite
    return None


def main():
    build, wanted = sys.argv[1], sys.argv[2:]
    folder = tempfile.mkdtemp(prefix="claimgate-mutation-")
    tried, survivors = 0, []
    try:
        sources = [Source(f"src/{room}/{file}.c", suites, folder) for room, files, suites in GROUPS
                   for file in files if not wanted or f"src/{room}/{file}.c" in wanted]
        mutants = [(source, index, line, how) for source in sources
                   for index, line in source.jumps() for how in ("always", "never")]
        print(f"{len(mutants)} mutants of {len(sources)} files", flush=True)
        chosen = random.Random(int(os.environ.get("TORTURE_SEED", "1"))).sample(
            mutants, min(len(mutants), int(os.environ.get("MUTANTS", "40"))))
        if "JUMP" in os.environ:
            chosen = [m for m in mutants if f"{m[0].path}:{m[2]}:{m[3]}" == os.environ["JUMP"]]
        for source, index, line, how in chosen:
            mutant = os.path.join(folder, "mutant.o")
            source.mutant(index, how, mutant)
            by = killer(build, source.suites, mutant, folder)
            tried += 1
            where = f"{source.path}:{line}:{how}"
            if by is None:
                survivors.append(where)
                text = read_line(source.path, line)
                by = f"SURVIVES: {text}  {reason_of(source.path, text) or 'no reason is known'}"
            print(f"{where:<50} {by}", flush=True)
    finally:
        shutil.rmtree(folder)
    killed = tried - len(survivors)
    print(f"{killed} of {tried} killed ({killed / max(1, tried):.0%})")
    return 0


def reason_of(path, text):
    return next((f"({why})" for part, why in UNNOTICED.get(path, {}).items() if part in text), None)


def read_line(path, number):
    with open(path, encoding="utf-8") as text:
        return text.read().split("\n")[number - 1].strip()


if __name__ == "__main__":
    sys.exit(main())
