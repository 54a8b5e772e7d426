"""The power goes: every state of the disk that the operations of a command allow is started from."""
import itertools
import os
import sys

from harness import Judge, scene_of

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../crash"))
import oplog  # noqa: E402
import states  # noqa: E402

SCENES = ("second", "apart", "first", "recovery", "folder", "files", "overwrite", "withdraw", "import",
          "release", "snapshot", "migrate", "audit", "x12-ledger")


def logged(bench, scene, wrapper=(), argv=None, bench_program=None):
    """The tree before a command and its operations, and how it ended."""
    bench.restore(scene)
    tree = oplog.Tree.read(bench.folder)
    log = os.path.join(bench.root, "operations")
    result = bench.run(argv or scene.argv, wrapper=(*oplog.wrapper(log), *wrapper),
                       program=bench_program)
    operations = oplog.read_log(log, tree, bench.folder)
    if not wrapper:
        expect_same(bench, tree, operations)
    return tree, operations, result


def expect_same(bench, tree, operations):
    """With nothing lost, the log is the folder: else it does not tell all. (The index of SQLite's
    log is memory, and made anew.)"""
    whole = states.State(tree, operations, range(len(operations)))
    for path, inode in whole.walk():
        full = os.path.join(bench.folder, path)
        if inode in whole.files and not path.endswith("-shm"):
            with open(full, "rb") as file:
                if file.read() != whole.files[inode]:
                    raise RuntimeError(f"{path} is not as the log of operations has it")
    if sorted(path for path, _ in whole.walk()) != bench.names():
        raise RuntimeError("the names are not as the log of operations has them")


def judged(bench, base, tree, operations, seed, wanted, case=""):
    """(label, complaints) of so many states."""
    found = states.all_states(tree, operations, seed)
    for label, has_ended, state in itertools.islice(found, wanted):
        label = f"{base.scene.name}:{label}"
        if case and case != base.scene.name and not (label + ":").startswith(case + ":"):
            continue
        state.make(bench.folder)
        yield label, Judge(bench, base).after_crash(has_ended)


def cut_power(bench, point):
    name, wanted, seed, case = point
    scene = scene_of(name)
    base = bench.base(scene)
    tree, operations, result = logged(bench, scene)
    if result.code != scene.code:
        raise RuntimeError(f"exit {result.code}: {result.err}")
    return [(label, name, complaints)
            for label, complaints in judged(bench, base, tree, operations, seed, wanted, case)]
