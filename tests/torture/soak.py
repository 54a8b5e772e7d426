"""A year of nights on one ledger, disturbed: equal to a run on the whole, and to a year undisturbed.

    soak.py PROGRAM GENERATOR SHIMS

Every night brings a file of new claims, voids, replacements and duplicates. Seeded, it is killed, or a
system call or an allocation of it fails, up to three times in a row, until the command is left alone;
or an earlier file comes again; or the newest nights are withdrawn and their files taken in again, or
decided again by `ledger redo`, disturbed in the same way. At the end of a year
  whole    accepted and rejected lines of all nights are those of one run on all files
  replay   the ledger has, row for row, what the same nights, withdrawals and redone nights make of an
           empty one undisturbed
  sound    `ledger verify` finds nothing, no day has more units than its cap, nothing is left behind
SOAK_MINUTES (20) of such years are gone through, seed after seed from SOAK_SEED (1), on JOBS processes;
SOAK_NIGHTS (365) makes the years shorter.
"""
import gzip
import json
import multiprocessing
import os
import random
import shutil
import sys
import time

import faults
import ledger_rows
import scenes
from harness import Bench

LINES_A_NIGHT = 40
CALLS = ("write", "pwrite64", "fsync", "fdatasync", "renameat2", "openat", "mkdirat", "ftruncate",
         "unlink", "unlinkat", "pread64", "read", "fchmod", "newfstatat", "fcntl", "close", "flock")
PROMISED = (0, 66, 70, 73, 74, 75, 77)  # what a fault of the machine may be told as


class Year:
    def __init__(self, program, generator, shims, root, seed, nights):
        self.seed = seed
        self.nights = nights
        self.rng = random.Random(seed)
        self.malloc_shim = os.path.abspath(os.path.join(shims, "failing_malloc.so"))
        inputs = os.path.join(root, "claims")
        scenes.make_inputs(generator, inputs, seed, lines=LINES_A_NIGHT * nights, files=1,
                           lines_a_member=60)
        self.files = scenes.split(os.path.join(inputs, "claims.csv.gz"), nights)
        self.bench = Bench(program, os.path.join(root, "w"), inputs, None)
        os.mkdir(self.bench.folder, 0o700)
        self.counts = {"nights": 0, "disturbed": 0, "killed": 0, "failed": 0, "came again": 0,
                       "withdrawn": 0, "redone": 0}
        self.folders = {}  # of each file's outputs
        self.events = []  # for the replay
        self.complaints = []
        self.named = ""  # what was told of faults, and of what could not be removed

    def say(self, what):
        self.complaints.append(f"SOAK_SEED={self.seed} {what}")

    def argv(self, ledger, out, files):
        return ("validate", *(f"../in/{name}" for name in files), *scenes.RULES, "--quiet",
                "--threads", "0", "--ledger", ledger, "--out", out)

    # --- a night ---

    def disturb(self, argv):
        """One run of it with a fault, wherever that hits."""
        if self.rng.random() < 0.25:
            environment = {"LD_PRELOAD": self.malloc_shim, "FAIL_AT": str(self.rng.randrange(1, 26000))}
            if self.rng.random() < 0.5:
                environment["FAIL_STICKY"] = "1"
            return f"no memory at {environment['FAIL_AT']}", self.bench.run(argv, environment=environment)
        call = self.rng.choice(CALLS)
        k = self.rng.randrange(1, 80) if self.rng.random() < 0.5 else self.rng.randrange(1, 8)
        action = "signal=KILL" if self.rng.random() < 0.5 else f"error={self.rng.choice(faults.ERRORS)}"
        result, _ = faults.injected(self.bench, argv, call, f"{action}:when={k}")
        return f"{call}:{action}:{k}", result

    def until_done(self, what, argv):
        """Disturbed some times, then left alone; what it ended with at last."""
        for _ in range(self.rng.choice((0, 1, 1, 2, 3))):
            fault, result = self.disturb(argv)
            self.named += result.err
            self.counts["disturbed"] += 1
            self.counts["killed" if result.code < 0 else "failed"] += result.code != 0
            if result.code not in PROMISED and result.code >= 0 and "loading shared" not in result.err:
                if result.code == 64 and argv[0] == "ledger":
                    break  # it was cut off behind its commit; the caller looks
                self.say(f"{what}, {fault}: exit {result.code}: {result.err[:300]}")
            if scenes.CANARY in result.err:
                self.say(f"{what}, {fault}: an id of a claim is told: {result.err[:300]}")
            if result.code == 0:
                break
        return self.bench.run(argv)

    def night(self, name):
        out = name.split(".")[0]
        result = self.until_done(name, self.argv("ledger.db", out, [name]))
        if result.code != 0 or not os.path.isdir(os.path.join(self.bench.folder, out)):
            self.say(f"{name}: exit {result.code}, left alone: {result.err[:300]}")
        self.folders[name] = out
        self.events.append(("night", name))

    def come_again(self):
        self.counts["came again"] += 1
        again = self.rng.choice(self.files[:self.counts["nights"]])
        result = self.bench.run(self.argv("ledger.db", "again", [again]))
        if result.code != 0 or os.path.exists(os.path.join(self.bench.folder, "again")):
            self.say(f"{again} came again: exit {result.code}: {result.err[:300]}")

    def standing(self):
        """The numbers of the nights that stand."""
        result = self.bench.run(("ledger", "runs", "--ledger", "ledger.db", "--json"))
        runs = json.loads(result.out)["runs"] if result.code == 0 else []
        return [run["run"] for run in runs if run["kind"] != "withdraw" and run["state"] == "stands"]

    def withdraw(self, names):
        """The newest nights, which are those of these files, and then their files again."""
        for name in reversed(names):
            before = self.standing()
            argv = ("ledger", "withdraw", str(before[-1]), "--ledger", "ledger.db")
            result = self.until_done(f"withdrawal of {name}", argv)
            if result.code not in (0, 64) or self.standing() != before[:-1]:
                self.say(f"withdrawal of {name}: exit {result.code}, left alone: {result.err[:300]}")
            shutil.rmtree(os.path.join(self.bench.folder, self.folders[name]))
            self.events.append(("withdraw", str(before[-1])))
            self.counts["withdrawn"] += 1
        for name in names:
            self.night(name)

    def redo(self, names):
        """The newest nights by the same rules: each folder anew, with the same lines."""
        before = self.standing()
        first = str(before[-len(names)])
        result = self.until_done(f"redo from {names[0]}", self.redo_argv("ledger.db", first))
        now = self.standing()
        if result.code not in (0, 64) or now[:-len(names)] != before[:-len(names)] or (
                len(now) != len(before) or now[-len(names)] <= before[-1]):
            self.say(f"redo from {names[0]}: exit {result.code}, left alone: {result.err[:300]}")
            return
        for name in names:
            old, out = self.folders[name], name.split(".")[0]
            new = [entry for entry in os.listdir(self.bench.folder) if entry != old
                   and entry.startswith(out + ".redo-") and not entry.endswith(".csv")]
            if len(new) != 1 or any(self.lines(old, file) != self.lines(new[0], file)
                                    for file in ("accepted.csv.gz", "rejected.csv.gz")):
                self.say(f"redo of {name}: its new folder {new} is not as {old}")
                return
            with open(os.path.join(self.bench.folder, new[0] + ".changes.csv"), "rb") as file:
                if len(file.read().splitlines()) != 1:
                    self.say(f"redo of {name}: lines have changed")
            os.remove(os.path.join(self.bench.folder, new[0] + ".changes.csv"))
            shutil.rmtree(os.path.join(self.bench.folder, old))
            self.folders[name] = new[0]
            self.counts["redone"] += 1
        self.events.append(("redo", first))

    def redo_argv(self, ledger, first):
        return ("ledger", "redo", "--from", first, "--ledger", ledger, *scenes.RULES[:4], "--inputs", "../in",
                "--quiet", "--threads", "0")

    def day(self, name):
        self.night(name)
        self.counts["nights"] += 1
        chance = self.rng.random()
        newest = self.files[:self.counts["nights"]][-self.rng.choice((1, 1, 2, 3)):]
        if chance < 0.1:
            self.come_again()
        elif chance < 0.16:
            self.withdraw(newest)
        elif chance < 0.2:
            self.redo(newest)

    # --- the end of the year ---

    def lines(self, out, name):
        with gzip.open(os.path.join(self.bench.folder, out, name)) as file:
            return file.read().split(b"\n")

    def check_whole(self):
        result = self.bench.run(self.argv("whole.db", "whole", self.files))
        if result.code != 0:
            self.say(f"one run on the whole: exit {result.code}: {result.err[:300]}")
            return
        for name in ("accepted.csv.gz", "rejected.csv.gz"):
            nightly = []
            for file in self.files:
                nightly += self.lines(self.folders[file], name)[1:-1]
            whole = self.lines("whole", name)[1:-1]
            if nightly != whole:
                differ = [pair for pair in zip(nightly, whole) if pair[0] != pair[1]]
                self.say(f"{name}: {len(nightly)} lines by night, {len(whole)} as a whole, "
                         f"{len(differ)} differ: {differ[:1]}")

    def check_replay(self):
        for kind, what in self.events:
            if kind == "night":  # into a new folder, for one whose run was withdrawn may be there
                out = f"replay-{what.split('.')[0]}"
                shutil.rmtree(os.path.join(self.bench.folder, out), ignore_errors=True)
                argv = self.argv("replay.db", out, [what])
            elif kind == "withdraw":
                argv = ("ledger", "withdraw", what, "--ledger", "replay.db")
            else:
                argv = self.redo_argv("replay.db", what)
            result = self.bench.run(argv)
            if result.code != 0:
                self.say(f"replay of {kind} {what}: exit {result.code}: {result.err[:300]}")
                return
        if self.bench.rows("replay.db").digest != self.bench.rows("ledger.db").digest:
            self.say("the ledger differs from that of the same nights undisturbed")

    def check_sound(self):
        verified = self.bench.run(("ledger", "verify", "--ledger", "ledger.db"))
        if verified.code != 0:
            self.say(f"verify: {verified.out.decode()} {verified.err}")
        if ledger_rows.days_over_cap(os.path.join(self.bench.folder, "ledger.db")):
            self.say("a day has more units than its cap")
        expected = set(self.folders.values()) | {"ledger.db", "ledger.db-lock"}
        for name in os.listdir(self.bench.folder):
            if name not in expected and not name.endswith(("-wal", "-shm", ".claimgate-lock")) and (
                    name not in self.named):
                self.say(f"left behind: {name}")

    def run(self):
        for name in self.files:
            self.day(name)
        self.check_sound()
        self.check_whole()
        self.check_replay()


def go_through(task):
    program, generator, shims, seed, nights = task
    root = faults.new_root()
    try:
        year = Year(os.path.abspath(program), os.path.abspath(generator), shims, root, seed, nights)
        year.run()
        return seed, year.counts, year.complaints
    finally:
        shutil.rmtree(root, ignore_errors=True)


def main():
    seed = int(os.environ.get("SOAK_SEED", "1"))
    nights = int(os.environ.get("SOAK_NIGHTS", "365"))
    end = time.monotonic() + 60 * float(os.environ.get("SOAK_MINUTES", "20"))
    jobs = int(os.environ.get("JOBS", str(os.cpu_count())))

    def tasks():
        at = seed
        while time.monotonic() < end:
            yield (*sys.argv[1:4], at, nights)
            at += 1

    total, bad, years, start = {}, 0, 0, time.monotonic()
    with multiprocessing.Pool(jobs) as pool:
        turns = tasks()
        running = [pool.apply_async(go_through, (task,)) for _, task in zip(range(jobs), turns)]
        while running:
            found, counts, complaints = running.pop(0).get()
            years += 1
            bad += len(complaints)
            for what, count in counts.items():
                total[what] = total.get(what, 0) + count
            for complaint in complaints:
                print(f"BAD  {complaint.rstrip()}", flush=True)
            print(f"seed {found}: " + ", ".join(f"{what} {count}" for what, count in counts.items()),
                  flush=True)
            running += [pool.apply_async(go_through, (task,)) for _, task in zip(range(1), turns)]
    print(f"{years} years of {nights} nights in {(time.monotonic() - start) / 60:.1f} minutes: "
          + ", ".join(f"{what} {count}" for what, count in total.items()) + f"; {bad} bad")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
