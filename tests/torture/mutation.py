"""Jumps of the gate and of the ledger's commit, each taken always or never: do the tests notice?

    mutation.py BUILD [FILE...]

Every suite of `make test` runs once on programs that note which way each jump goes (see jumps.py). Then
MUTANTS (40) jumps are made one-way: the suites that go the other way run on each, those that are likely
to notice and soon done with first, until one fails. A mutant that all of them pass survives and is
listed with its line; unnoticed.txt says why some cannot matter, and of these only the quickest suites
are asked once more. TORTURE_SEED picks others, JUMP="file:line.jump:how ..." tries some again,
SUITES="caps claim" asks those alone, and MUTANTS=0 lists whatever no suite goes the way of. For one
mutant suites of MUTANT_SECONDS (600, of the processor, which is all of them) are run; how many of
those that go the other way were run stands beside what survives.
LIBS and CC are those of the build.
"""
import glob
import os
import random
import re
import resource
import signal
import subprocess
import sys
import time

from jumps import Jumps, Program, load_json, save_json

GATE = sorted(glob.glob("src/gate/*.c"))
COMMIT = [f"src/ledger/{name}.c" for name in (
    "run", "write", "record", "run_row", "chain", "rows", "members", "pack", "groups", "fold", "near",
    "rendered", "line_ids", "cells", "numbers", "wide", "known", "night", "night_end", "night_file")]
BYTES = 4 << 30
MAPPING = {"unit_pool": 48 << 30}  # and writes to hardly any of it
WAIT_SECONDS = 900
MUTANT_SECONDS = float(os.environ.get("MUTANT_SECONDS", "600"))
KNOWN_SECONDS = 10  # of a mutant that cannot matter
WHOLE_SECONDS = 8  # of a suite that takes longer each test is asked by itself


def limit(program, seconds):
    """Of the processor, for a process: a machine may be busy with others'."""
    mapped = MAPPING.get(os.path.basename(program), BYTES)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (mapped, mapped))


def processor_seconds():
    """Of all processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def passes(program, whole, *options, seconds=300):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CLAIMGATE_")}
    environment["CLAIMGATE"] = os.path.abspath(whole)
    with subprocess.Popen((program, "-j1", *options), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                          stdin=subprocess.DEVNULL, env=environment, preexec_fn=lambda: limit(program, seconds),
                          start_new_session=True) as process:
        try:
            code = process.wait(WAIT_SECONDS)
        except subprocess.TimeoutExpired:
            code = 1
        try:  # a mutant's processes may go on for ever
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    return code == 0


class Suite:
    """A suite, or one test of it."""

    def __init__(self, path, folder, test=None):
        self.path = path
        self.folder = folder
        self.source = path[:-2]
        self.file = self.source[len("tests/"):].replace("/test_", "_")  # cli_caps
        self.name = self.file + (f"/{test}" if test else "")
        self.options = (f"--filter=*/{test}",) if test else ()
        self.program = os.path.join(folder, "plain", self.file)
        self.noted = os.path.join(folder, "noted", self.file)
        self.binary = None
        self.seconds = 0.0
        self.ways = {}
        self.is_good = None
        self.kills = {}  # by file and by function: [kills, tries]

    def tests(self):
        told = subprocess.run((self.program, "--list"), capture_output=True, text=True, check=True).stdout
        return [Suite(self.path, self.folder, test) for test in re.findall(r"^[^\w\n]+── (\w+)", told, re.M)]

    def goes(self, number, how):
        return how in self.ways.get(str(number), ())

    def promise(self, jump, in_file):
        """Kills to be expected for a second: of one that goes all ways of the file more, at first."""
        focus = sum(len(self.ways.get(str(number), ())) for number in in_file) / (2 * len(in_file))
        kills, tries = 0.05 + focus * focus, 1.0
        for key, weight in ((jump.path, 1), (jump.function, 4)):
            found = self.kills.get(key, (0, 0))
            kills += weight * found[0]
            tries += weight * found[1]
        return kills / tries / (self.seconds + 0.2)

    def learn(self, jump, has_killed):
        for key in (jump.path, jump.function):
            found = self.kills.setdefault(key, [0, 0])
            found[0] += has_killed
            found[1] += 1


class Trial:
    def __init__(self, build, files):
        self.build = build
        self.jumps = Jumps(build, files)
        folder = self.jumps.folder
        for copy in ("noted", "plain"):
            self.whole_key = self.jumps.link(copy, "claimgate", f"{build}/obj/src/cli/main.o", False)
            generator = os.path.join(folder, copy, "generate")
            if not os.path.exists(generator):
                os.symlink(os.path.abspath(f"{build}/generate"), generator)
        self.whole = Program(os.path.join(folder, "plain", "claimgate"))
        asked = os.environ.get("SUITES", "").split()
        self.suites = [Suite(path, folder)
                       for path in sorted(glob.glob("tests/unit/test_*.c") + glob.glob("tests/cli/test_*.c"))
                       if not asked or os.path.basename(path)[5:-2] in asked]
        self.ways_path = os.path.join(folder, "ways.json")
        self._look()
        self.kills_path = os.path.join(folder, "kills.json")
        kills = load_json(self.kills_path)  # of trials before
        for suite in self.suites:
            suite.kills = kills.get(suite.name, {})

    def _link(self, copy, suite):
        return self.jumps.link(copy, suite.file, f"{self.build}/obj/{suite.source}.o", True)

    def _look(self):
        """Which ways each suite goes; what was seen of the same programs before is not asked again."""
        known = load_json(self.ways_path)
        asked = []
        for suite in self.suites:
            key = self._link("plain", suite)
            key += self.whole_key if suite.name.startswith("cli") else ""
            self._look_at(suite, key, known)
            tests = suite.tests() if suite.seconds > WHOLE_SECONDS else []
            for test in tests:
                self._look_at(test, key + test.name, known)
            asked += tests or [suite]
        self.suites = asked
        print(f"{len(self.suites)} suites of {sum(suite.seconds for suite in self.suites):.0f} s", flush=True)

    def _look_at(self, suite, key, known):
        if key not in known:
            self._link("noted", suite)
            self.jumps.taken()
            start = processor_seconds()
            passes(suite.noted, os.path.join(self.jumps.folder, "noted", "claimgate"), *suite.options)
            known[key] = [processor_seconds() - start, self.jumps.taken()]
            save_json(self.ways_path, known)
        suite.seconds, suite.ways = known[key]
        suite.binary = Program(suite.program)

    def is_good(self, suite):
        """It passes as it is, without which it tells nothing of a mutant."""
        if suite.is_good is None:
            suite.is_good = passes(suite.program, self.whole.path, *suite.options)
            if not suite.is_good:
                print(f"{suite.name} fails as it is, and is left out", flush=True)
                suite.ways = {}
        return suite.is_good

    def killer(self, jump, how, at_most):
        """The first suite that notices, twice, or None; and how many of how many were asked."""
        in_file = [other.number for other in self.jumps.all if other.path == jump.path]
        going = sorted((suite for suite in self.suites if suite.goes(jump.number, how)),
                       key=lambda suite: -suite.promise(jump, in_file))
        asked = seconds = 0
        for suite in going:
            if seconds > 0 and seconds + suite.seconds > at_most:
                continue
            asked += 1
            seconds += suite.seconds
            programs = [program for program in (suite.binary, self.whole) if jump.number in program.at]
            was = [program.mutate(jump.number, how) for program in programs]
            try:
                most = 5 + int(4 * suite.seconds)
                options = ("--fail-fast", *suite.options)
                killed = not (passes(suite.program, self.whole.path, *options, seconds=most)
                              or passes(suite.program, self.whole.path, *options, seconds=most))
            finally:
                for program, before in zip(programs, was):
                    program.mend(jump.number, before)
            killed = killed and self.is_good(suite)
            suite.learn(jump, killed)
            if killed:
                save_json(self.kills_path, {suite.name: suite.kills for suite in self.suites})
                return suite.name, ""
        return None, f"{asked} of {len(going)} suites"


def reasons():
    """[file, function, stretch of the line, 'jump:how ...', reason], of what cannot matter."""
    with open("tests/torture/unnoticed.txt", encoding="utf-8") as text:
        rows = [line.rstrip("\n").split(" | ") for line in text if line.strip() and line[0] != "#"]
    return [row for row in rows if len(row) == 5 or sys.exit(f"unnoticed.txt: {row}")]


def reason_of(known, jump, how, text):
    return next((why for path, function, part, ways, why in known
                 if jump.path == path and jump.function == function and part in text
                 and f"{jump.ordinal}:{how}" in ways.split()), None)


def read_line(path, number):
    with open(path, encoding="utf-8") as text:
        return text.read().split("\n")[number - 1].strip()


def list_unreached(trial, mutants, known):
    unreached = 0
    for jump, how in mutants:
        if not any(suite.goes(jump.number, how) for suite in trial.suites):
            text = read_line(jump.path, jump.line)
            unreached += 1
            print(f"{jump.where() + ':' + how:<50} {jump.function}: {text}  "
                  f"({reason_of(known, jump, how, text) or 'no reason is known'})")
    print(f"no suite goes the way of {unreached} of {len(mutants)} mutants")


def try_all(trial, chosen, known):
    killed = equal = 0
    start = time.monotonic()
    for jump, how in chosen:
        text = read_line(jump.path, jump.line)
        why = reason_of(known, jump, how, text)
        by, going = trial.killer(jump, how, MUTANT_SECONDS if why is None else KNOWN_SECONDS)
        if by is None:
            equal += why is not None
            by = f"SURVIVES {going} in {jump.function}: {text}  ({why or 'no reason is known'})"
        else:
            killed += 1
        print(f"{jump.where() + ':' + how:<50} {by}", flush=True)
    asked = len(chosen) - equal
    print(f"{killed} of {len(chosen)} killed ({killed / max(1, len(chosen)):.0%}); {equal} change nothing that "
          f"a test could see: {killed} of {asked} without them ({killed / max(1, asked):.0%}); "
          f"{(time.monotonic() - start) / 60:.0f} minutes")


def main():
    build, wanted = sys.argv[1], sys.argv[2:]
    known = reasons()
    trial = Trial(build, GATE + COMMIT)
    again = os.environ.get("JUMP", "").split()
    count = int(os.environ.get("MUTANTS", "40"))
    mutants = [(jump, how) for jump in trial.jumps.all for how in ("always", "never")
               if not wanted or jump.path in wanted]
    print(f"{len(mutants)} mutants of {len({jump.path for jump, _ in mutants})} files", flush=True)
    if again:
        try_all(trial, [m for m in mutants if f"{m[0].where()}:{m[1]}" in again], known)
    elif count == 0:
        list_unreached(trial, mutants, known)
    else:
        seed = int(os.environ.get("TORTURE_SEED", "1"))
        try_all(trial, random.Random(seed).sample(mutants, min(len(mutants), count)), known)
    return 0


if __name__ == "__main__":
    sys.exit(main())
