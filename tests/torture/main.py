"""Breaks the program on purpose, and says in figures what it did.

    main.py PROGRAM GENERATOR SHIMS [PART...]

TORTURE scales the number of points (1: what fits into a quarter of an hour on two cores; all: each
point there is), TORTURE_SEED picks other ones, CASE runs those alone whose name holds it, JOBS is the
number of processes.
"""
import multiprocessing
import os
import random
import shutil
import sys
import time

import faults
import power_cuts
import scenes
import seeded
from harness import Bench

HERE = os.path.dirname(os.path.abspath(__file__))
FIXTURE_V1 = os.path.join(HERE, "../../fixtures/ledger-v1/ledger.sql")
SHOWN_MAX = 40
BENCH = None
SETUP = None


class Setup:
    def __init__(self, program, generator, shims):
        self.program = os.path.abspath(program)
        self.generator = os.path.abspath(generator)
        self.malloc_shim = os.path.abspath(os.path.join(shims, "failing_malloc.so"))
        self.call_shim = os.path.abspath(os.path.join(shims, "weak_calls.so"))
        self.size = os.environ.get("TORTURE", "1")
        self.seed = int(os.environ.get("TORTURE_SEED", "1"))
        self.case = os.environ.get("CASE", "")
        self.jobs = int(os.environ.get("JOBS", str(os.cpu_count())))
        self.root = faults.new_root()
        self.inputs = os.path.join(self.root, "in")
        scenes.make_inputs(self.generator, self.inputs, scenes.INPUT_SEED)

    def bench(self, name):
        return Bench(self.program, os.path.join(self.root, name), self.inputs,
                     os.path.abspath(FIXTURE_V1))

    def seeds(self, wanted, all_of_them):
        return all_of_them if self.size == "all" else max(1000, int(wanted * float(self.size)))

    def some(self, points, wanted):
        """So many of the points, seeded; all of them if TORTURE says so."""
        if self.case:
            return [point for point in points if self.case in label(point)]
        if self.size == "all":
            return points
        count = max(1, int(wanted * float(self.size)))
        if count >= len(points):
            return points
        return random.Random(self.seed).sample(points, count)


def label(point):
    return ":".join(str(word) for word in point)


def start_worker():
    global BENCH
    BENCH = SETUP.bench("w" + str(os.getpid()))


def do_case(case):
    breaker, point = case
    try:
        found = breaker(BENCH, point)
    except Exception as fault:  # a fault of the harness is told with its case, as any other
        found = "harness", [f"harness: {type(fault).__name__}: {fault}"]
    return [(label(point), *found)] if isinstance(found, tuple) else found


# --- parts: each yields (row of the table, function, points) ---

class Shimmed:
    def __init__(self, breaker, shim):
        self.breaker = breaker
        self.shim = shim

    def __call__(self, bench, point):
        return self.breaker(bench, point, self.shim)


def alloc(setup, bench):
    shim = setup.malloc_shim
    breaker = Shimmed(faults.alloc_break, shim)
    main, others = faults.alloc_points(bench, shim)
    yield "allocations: validate, on a ledger, audit", breaker, setup.some(main, 4000), len(main)
    yield "allocations: other commands", breaker, setup.some(others, 2000), len(others)


def syscalls(setup, bench):
    points = [point for group in faults.syscall_points(bench) for point in group]
    yield "system calls that fail", faults.syscall_break, setup.some(points, 3500), len(points)
    short = [point for group in faults.short_points(bench) for point in group]
    yield ("short reads and writes", Shimmed(faults.short_break, setup.call_shim),
           setup.some(short, 500), len(short))


def kills(setup, bench):
    points = [point for group in faults.kill_points(bench) for point in group]
    yield "kills at system calls", faults.kill_break, setup.some(points, 1500), len(points)


def states(setup, _bench):
    scenes_of_it = [name for name in power_cuts.SCENES if setup.case.split(":")[0] in ("", name)]
    wanted = 10**9 if setup.size == "all" else max(20, int(11000 * float(setup.size)) // len(
        power_cuts.SCENES))
    points = [(name, wanted, setup.seed, setup.case) for name in scenes_of_it]
    yield "states of the disk after power cuts", power_cuts.cut_power, points, None


def damage(setup, _bench):
    points = seeded.stretches(setup.seeds(100_000, 1_000_000), setup.seed)
    yield f"damaged claim files, {seeded.STRETCH} each", seeded.damage_break, points, None


def read(setup, _bench):
    points = seeded.stretches(setup.seeds(20_000, 100_000), setup.seed)
    yield f"runs read by other readers, {seeded.STRETCH} each", seeded.read_break, points, None


def zlib(setup, _bench):
    # One after the other: each of them builds.
    suites = [suite for suite in seeded.ZLIB_SUITES if setup.case in suite]
    yield "suites of a build without ISA-L", Together(seeded.zlib_break), [suites], None


PARTS = {"alloc": alloc, "syscalls": syscalls, "kills": kills, "states": states, "damage": damage,
         "readers": read, "zlib": zlib}


class Together:
    def __init__(self, breaker):
        self.breaker = breaker

    def __call__(self, bench, points):
        return [(point, *self.breaker(bench, point)) for point in points]


class Row:
    def __init__(self, what, total):
        self.what = what
        self.total = total
        self.done = 0
        self.bad = 0
        self.seconds = 0.0
        self.outcomes = {}

    def add(self, outcome, complaints):
        self.done += outcome != "not met"
        self.outcomes[outcome] = self.outcomes.get(outcome, 0) + 1
        self.bad += bool(complaints)

    def print(self):
        outcomes = ", ".join(f"{what} {count}" for what, count in sorted(self.outcomes.items()))
        total = f"of {self.total}" if self.total else ""
        print(f"{self.what:<42} {self.done:>7} {total:<10} {self.bad:>5} bad "
              f"{self.seconds:>7.1f} s  {outcomes}", flush=True)


def run_part(setup, name, pool, bench):
    rows = []
    for what, breaker, points, total in PARTS[name](setup, bench):
        row = Row(what, total)
        start = time.monotonic()
        cases = [(breaker, point) for point in points]
        chunk = 8 if len(cases) > 100 else 1
        for results in pool.imap_unordered(do_case, cases, chunksize=chunk):
            for case, outcome, complaints in results:
                row.add(outcome, complaints)
                for complaint in complaints if row.bad <= SHOWN_MAX else ():
                    print(f"BAD  T={name} TORTURE_SEED={setup.seed} CASE={case}  "
                          f"{complaint.rstrip()}", flush=True)
        row.seconds = time.monotonic() - start
        row.print()
        rows.append(row)
    return rows


def main():
    global SETUP
    names = sys.argv[4:] or list(PARTS)
    unknown = [name for name in names if name not in PARTS]
    if unknown:
        print(f"no part is called {unknown[0]}: {' '.join(PARTS)}")
        return 2
    SETUP = Setup(*sys.argv[1:4])
    try:
        bench = SETUP.bench("plan")
        with multiprocessing.Pool(SETUP.jobs, start_worker) as pool:
            rows = [row for name in names for row in run_part(SETUP, name, pool, bench)]
    finally:
        shutil.rmtree(SETUP.root, ignore_errors=True)
    print(f"\nseed {SETUP.seed}, size {SETUP.size}")
    for row in rows:
        row.print()
    return 1 if any(row.bad for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
