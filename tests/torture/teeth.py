"""What keeps a night safe is taken away, piece by piece: some oracle must see each loss.

A sync is swallowed by strace, O_EXCL by a preloaded library; the order of commit and rename, and the
check that the books balance, are taken out of a copy of the source. A piece whose loss nobody sees
is either not needed or not tested.
"""
import itertools
import os
import re
import shutil
import subprocess

import faults
from harness import Judge, scene_of
from power_cuts import logged, states

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.join(HERE, "../..")
SYNC_SCENES = ("apart", "folder", "files", "overwrite", "snapshot")
STATES_TRIED = 400


def syncs_of(bench, name):
    """(call, number of it, what it syncs) of an undisturbed run."""
    tree, operations, _ = logged(bench, scene_of(name))
    with open(os.path.join(bench.root, "operations"), encoding="latin-1") as log:
        calls = [match[1] for match in re.finditer(r"^(?:\d+ +)?(fsync|fdatasync)\(", log.read(), re.M)]
    syncs = [at for at, operation in enumerate(operations) if operation[0] == "sync"]
    if len(syncs) != len(calls):
        raise RuntimeError("a sync is of a file outside of the folder")
    found, count = [], {}
    for call, at, number in zip(calls, syncs, range(1, len(calls) + 1)):
        count[call] = count.get(call, 0) + 1
        name = name_of(tree, operations, operations[at][1])
        found.append((call, count[call], at, f"{number} of {len(calls)}, {name}"))
    return found


def name_of(tree, operations, inode):
    """The first name that it had; of a temporary one without its token."""
    given = [((folder, name), found) for operation in operations if operation[0] == "names"
             for folder, name, found in operation[1]]
    for (_, name), found in [*tree.entries.items(), *given]:
        if found == inode:
            return re.sub(r"\.claimgate-\w+", ".claimgate-*", name)
    return "the folder"


def sync_points(bench):
    points = [(name, *sync) for name in SYNC_SCENES for sync in syncs_of(bench, name)]
    return [("apart", "fdatasync", "1+", 0, "all of SQLite's"), *points]


def sync_break(bench, point):
    """Seen if any state of the disk is bad without it."""
    name, call, k, at, what = point
    scene = scene_of(name)
    base = bench.base(scene)
    _, whole, _ = logged(bench, scene)
    inode = whole[at][1]
    tree, operations, result = logged(
        bench, scene, wrapper=("-e", f"inject={call}:retval=0:when={k}"))
    if result.code != scene.code:
        return "harness", [f"exit {result.code}: {result.err}"]
    tried = 0
    for _, has_ended, state in itertools.islice(
            states.all_states(tree, operations, k, more=8, begin=at), STATES_TRIED):
        tried += 1
        state.make(bench.folder)
        complaints = Judge(bench, base, is_quick=True).after_crash(has_ended)
        if complaints:
            oracle = complaints[0].split(":")[0]
            return f"seen by {oracle}", []
    # Not ours. Of its syncs some keep from harm what another one keeps as well.
    if call == "fdatasync" and k != "1+":
        return "one of SQLite's, not seen alone", []
    # Nothing was left to sync: SQLite has synced a copy before we do.
    touched = [operation[0] for operation in operations[:at] if operation[1] == inode]
    if touched and touched[-1] == "sync":
        return "synced before", []
    if "--ledger" not in scene.argv and what.endswith("the folder") and (
            "sync", 0) in operations[at:]:
        return "covered by a later sync", []  # nothing is promised before that one
    return "not seen", [f"{what}: nobody sees the loss in {tried} states"]


# --- O_EXCL ---

def planted(bench, shim, drops):
    """Somebody who knows the temporary name links his victim to it at the last moment."""
    base = bench.restore(scene_of("files"))
    victim = os.path.join(bench.folder, "victim")
    with open(victim, "wb") as file:
        file.write(b"kept")
    os.chmod(victim, 0o600)
    environment = {"LD_PRELOAD": shim, "PLANT_FROM": victim, "PLANT_IN": bench.folder,
                   "PLANT_PREFIX": ".r.csv.gz.claimgate-"}
    if drops:
        environment["DROP_EXCL"] = "1"
    result = bench.run(base.scene.argv, environment=environment)
    with open(victim, "rb") as file:
        return result, file.read() == b"kept"


def locked(bench, shim, drops):
    """A file that is no ledger, with a lock that somebody else has made."""
    bench.restore(scene_of("folder"))
    for name, data in (("ledger.db", b"no ledger" * 200), ("ledger.db-lock", b"")):
        with open(os.path.join(bench.folder, name), "wb") as file:
            file.write(data)
        os.chmod(os.path.join(bench.folder, name), 0o600)
    environment = {"LD_PRELOAD": shim}
    if drops:
        environment["DROP_EXCL"] = "1"
    result = bench.run((*scene_of("first").argv,), environment=environment)
    return result, os.path.exists(os.path.join(bench.folder, "ledger.db-lock"))


EXCL = {"of an output": planted, "of a ledger's lock": locked}


def excl_break(bench, point, shim):
    what = point[0]
    result, is_safe = EXCL[what](bench, shim, drops=False)
    if not is_safe:
        return "not seen", [f"harm is done with O_EXCL as well: exit {result.code}: {result.err}"]
    result, is_safe = EXCL[what](bench, shim, drops=True)
    if is_safe:
        return "not seen", [f"no harm is done without O_EXCL: exit {result.code}: {result.err}"]
    return "seen by hygiene", []


# --- in the source ---

LOSE_ROWS = ("src/run/encode.c", "(line = next_rejected(batch)) != NULL) {\n",
             "(line = next_rejected(batch)) != NULL) {\n"
             "        if (batch->encoded_lines % 3 == 0) {\n            continue;\n        }\n")
NO_BOOKS = ("src/run/run.c", "    const bool lines_match = ",
            "    if (run != NULL) {\n        return CG_OK;\n    }\n    const bool lines_match = ")
PUBLISH_FIRST = ("src/ledger/run.c", "        keep(ledger, commit, err) != CG_OK) {\n",
                 "        (commit->staging != NULL && "
                 "cg_staging_publish(commit->staging, err) != CG_OK) ||\n"
                 "        keep(ledger, commit, err) != CG_OK) {\n")
NOT_AGAIN = ("src/ledger/run.c",
             "        cg_staging_publish(commit->staging, err) != CG_OK ||\n"
             "        cg_ledger_fault_point(ledger->path, cg_fault(\"ledger.before_mark\"), err)",
             "        cg_ledger_fault_point(ledger->path, cg_fault(\"ledger.before_mark\"), err)")
VARIANTS = {"rows are lost, the books are checked": (LOSE_ROWS,),
            "rows are lost, the books are not checked": (LOSE_ROWS, NO_BOOKS),
            "the folder is published before COMMIT": (PUBLISH_FIRST, NOT_AGAIN)}


def build(bench, edits):
    """The program from a copy of the source, changed so."""
    copy = os.path.join(bench.root, "variant")
    shutil.rmtree(copy, ignore_errors=True)
    os.makedirs(os.path.join(copy, "tests"))
    for folder in ("src", "include", "schemas"):
        shutil.copytree(os.path.join(TOP, folder), os.path.join(copy, folder))
    shutil.copy(os.path.join(TOP, "Makefile"), copy)
    for path, old, new in edits:
        full = os.path.join(copy, path)
        with open(full, encoding="utf-8") as file:
            text = file.read()
        if text.count(old) != 1:
            raise RuntimeError(f"{path} has changed, so that its tooth must be made anew")
        with open(full, "w", encoding="utf-8") as file:
            file.write(text.replace(old, new))
    # Without assertions, as users get it, for those would see it first.
    made = subprocess.run(["make", "-s", "OPT=-O1", "OPT_LINK=", "BUILD=build", "all"], cwd=copy,
                          capture_output=True, text=True, check=False)
    if made.returncode != 0:
        raise RuntimeError(made.stderr[-1500:])
    return os.path.join(copy, "build/claimgate")


def lost_rows(bench, program, checks):
    scene = scene_of("second")
    base = bench.restore(scene)
    result = bench.run(scene.argv, program=program)
    if checks:
        is_told = result.code == 70 and "the books do not balance" in result.err
        return ("seen by the books", []) if is_told else (
            "not seen", [f"exit {result.code}: {result.err}"])
    complaints = Judge(bench, base).after_fault(result)
    return ("seen by " + complaints[0].split(":")[0], []) if complaints else ("not seen", ["by nobody"])


def early_publication(bench, program):
    scene = scene_of("second")
    base = bench.base(scene)
    _, after = faults.calls_of(bench, scene, program)
    for call in ("fdatasync", "pwrite64", "unlink"):
        for k in range(1, after.get(call, 0) + 1):
            bench.restore(scene)
            faults.injected(bench, scene.argv, call, f"signal=KILL:when={k}", program=program)
            judge = Judge(bench, base)
            judge.whole(bench.picture())
            if judge.complaints:
                return "seen by " + judge.complaints[0].split(":")[0], []
    return "not seen", ["a folder is never seen without its run"]


def source_break(bench, point):
    what = point[0]
    program = build(bench, VARIANTS[what])
    if PUBLISH_FIRST in VARIANTS[what]:
        return early_publication(bench, program)
    return lost_rows(bench, program, NO_BOOKS not in VARIANTS[what])
