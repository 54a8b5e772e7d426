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
import hostile
import parts
import scenes
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
        hostile.make_claims_to_tell(self.inputs)

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
    for what, breaker, points, total in parts.PARTS[name](setup, bench):
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
    names = sys.argv[4:] or list(parts.PARTS)
    unknown = [name for name in names if name not in parts.PARTS]
    if unknown:
        print(f"no part is called {unknown[0]}: {' '.join(parts.PARTS)}")
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
