"""Parts that try very many seeded files, in programs of their own beside the tests."""
import os
import subprocess

import readers

STRETCH = 5000  # seeds that one process tries
ZLIB_SUITES = ["gzip_damage", "gzip_fixtures", "source", "source_damage", "deflate", "input"]


def tool(program, name):
    return os.path.join(os.path.dirname(program), "tests/torture", name)


def stretches(seeds, seed):
    """(first seed, how many): nobody tries a seed twice, whatever TORTURE_SEED is."""
    start = seed * 1_000_000_000
    return [(start + at, min(STRETCH, seeds - at)) for at in range(0, seeds, STRETCH)]


def damage_break(bench, point, trial):
    first, count = point
    done = subprocess.run([tool(bench.program, trial), str(count), str(first)],
                          capture_output=True, text=True, check=False)
    return "held", [] if done.returncode == 0 else [done.stderr or f"exit {done.returncode}"]


def read_break(bench, point):
    first, count = point
    complaints, _read, left_out = readers.check(tool(bench.program, "written_files"), count, first)
    return ("read alike" if left_out < count else "left out"), complaints


def zlib_break(_bench, suite):
    """The suites of packed files on a build without ISA-L."""
    done = subprocess.run(["make", "-s", "BUILD=build/zlib", "DEV=1", "ISAL=0", f"T={suite}",
                           "run-tests"], capture_output=True, text=True, check=False)
    return "passed", [] if done.returncode == 0 else [done.stdout[-2000:] + done.stderr[-500:]]
