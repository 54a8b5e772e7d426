"""Output names that lead elsewhere, and ids of claims that must be told nowhere."""
import os
import re
import stat
import subprocess

from harness import Judge, Result, scene_of
from scenes import CANARY, LEDGER, NIGHT_1, NIGHT_2, RULES

# --- names that are links, pipes, devices, folders, or another account's ---

REST = ("--threads", "0")
# Where X stands for the hostile name; scene "second" is the folder that they stand in.
OPTIONS = {
    "accepted": (*NIGHT_2, *REST, "--accepted", "X", "--rejected", "r.csv"),
    "rejected": (*NIGHT_2, *REST, "--accepted", "a.csv", "--rejected", "X"),
    "report": (*NIGHT_2, *REST, "--out", "out", "--report", "X"),
    "trace": (*NIGHT_2, *REST, "--out", "out", "--trace", "X"),
    "metrics": (*NIGHT_2, *REST, "--out", "out", "--metrics", "X"),
    "out": (*NIGHT_2, *REST, "--out", "X"),
    "overwrite": (*NIGHT_2, *REST, "--out", "X", "--overwrite"),
    "ledger": (*NIGHT_2, *REST, "--out", "out", "--ledger", "X"),
    "snapshot": ("ledger", "export", "--snapshot", "X", *LEDGER),
    "audit": ("audit", "../in/claims-01.csv.gz", *LEDGER, "--run", "1", *RULES, *REST, "--quiet",
              "--out", "X"),
}
OTHER = 65534
SECRET = b"somebody else's\n"


def write(path, data, mode=0o600):
    with open(path, "wb") as file:
        file.write(data)
    os.chmod(path, mode)


def plant_symlink(folder):
    os.symlink("victim", os.path.join(folder, "X"))
    return "X"


def plant_dangling(folder):
    os.symlink("nowhere", os.path.join(folder, "X"))
    return "X"


def plant_folder_link(folder):
    os.mkdir(os.path.join(folder, "victims"), 0o700)
    os.symlink("victims", os.path.join(folder, "X"))
    return "X"


def plant_hard_link(folder):
    os.link(os.path.join(folder, "victim"), os.path.join(folder, "X"))
    return "X"


def plant_pipe(folder):
    os.mkfifo(os.path.join(folder, "X"), 0o600)
    return "X"


def plant_device(folder):
    os.mknod(os.path.join(folder, "X"), stat.S_IFCHR | 0o600, os.makedev(1, 3))
    return "X"


def plant_socket(folder):
    os.mknod(os.path.join(folder, "X"), stat.S_IFSOCK | 0o600)
    return "X"


def plant_folder(folder):
    os.mkdir(os.path.join(folder, "X"), 0o700)
    write(os.path.join(folder, "X", "kept"), SECRET)
    return "X"


def plant_foreign_file(folder):
    write(os.path.join(folder, "X"), b"", 0o666)
    os.chown(os.path.join(folder, "X"), OTHER, OTHER)
    return "X"


def plant_in_foreign_folder(folder):
    os.mkdir(os.path.join(folder, "shared"))
    os.chmod(os.path.join(folder, "shared"), 0o1777)
    os.chown(os.path.join(folder, "shared"), OTHER, OTHER)
    return "shared/X"


def plant_foreign_link(folder):
    name = plant_in_foreign_folder(folder)
    os.symlink("../victim", os.path.join(folder, name))
    os.chown(os.path.join(folder, name), OTHER, OTHER, follow_symlinks=False)
    return name


def plant_locked_name(folder):
    """What an attacker might put where a lock or a temporary name will stand."""
    os.symlink("victim", os.path.join(folder, ".X.claimgate-lock"))
    os.symlink("victim", os.path.join(folder, "X-lock"))
    os.symlink("victim", os.path.join(folder, "X-wal"))
    os.symlink("victim", os.path.join(folder, "X-journal"))
    return "X"


PLANTS = {name[6:].replace("_", "-"): plant for name, plant in list(globals().items())
          if name.startswith("plant_")}
SPECIAL = ("pipe", "device")


def name_points():
    return [(option, plant) for option in OPTIONS for plant in PLANTS]


def drained(bench, argv, name):
    """With somebody at the other end of the pipe."""
    reader = subprocess.Popen(["cat", name], cwd=bench.folder, stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    result = bench.run(argv, wrapper=("timeout", "10"))
    reader.kill()
    reader.wait()
    return result


def identity(path):
    about = os.lstat(path)
    return (about.st_ino, stat.S_IFMT(about.st_mode))


def name_break(bench, point):
    """Run under umask 000, so that no mode is narrowed by chance."""
    option, plant = point
    base = bench.restore(scene_of("second"))
    write(os.path.join(bench.folder, "victim"), SECRET)
    name = PLANTS[plant](bench.folder)
    path = os.path.join(bench.folder, name)
    before = identity(path) if os.path.lexists(path) else None
    argv = [name if word == "X" else word for word in OPTIONS[option]]
    old = os.umask(0)
    try:
        result = drained(bench, argv, name) if plant == "pipe" else bench.run(argv)
    finally:
        os.umask(old)
    judge = Judge(bench, base)
    judge.message(result)
    if result.code not in (0, 64, 65, 73, 74, 77):
        judge.say("exit code", f"{result.code}: {result.err[:300]}")
    if result.code != 0 and not result.err.startswith("claimgate: "):
        judge.say("message", f"exit {result.code} without a word: {result.err[:200]!r}")
    look_at_victims(judge, bench.folder)
    if plant in (*SPECIAL, "symlink", "dangling", "folder-link", "foreign-link", "folder") and (
            not os.path.lexists(path) or identity(path) != before):
        judge.say("hygiene", f"{plant} was replaced: exit {result.code}: {result.err[:200]}")
    # A run whose metrics cannot be written has run all the same, and says so.
    if result.code == 0 and "link" in plant and plant != "hard-link" and option != "metrics":
        judge.say("hygiene", "a link was followed: exit 0")
    look_at_modes(judge, bench.folder, option)
    return f"exit {result.code}", judge.complaints


def look_at_victims(judge, folder):
    with open(os.path.join(folder, "victim"), "rb") as victim:
        if victim.read() != SECRET:
            judge.say("hygiene", "the victim was written to")
    if os.path.exists(os.path.join(folder, "nowhere")):
        judge.say("hygiene", "a link to nowhere was followed")
    if os.path.isdir(os.path.join(folder, "victims")) and os.listdir(os.path.join(folder, "victims")):
        judge.say("hygiene", "a link to a folder was followed")
    kept = os.path.join(folder, "X", "kept")
    if os.path.isdir(os.path.join(folder, "X")) and os.path.isdir(os.path.dirname(kept)):
        if not os.path.islink(os.path.join(folder, "X")) and not os.path.exists(kept):
            judge.say("hygiene", "what is not ours was deleted")


def look_at_modes(judge, folder, option):
    for parent, folders, files in os.walk(folder):
        for name in folders + files:
            about = os.lstat(os.path.join(parent, name))
            is_ours = about.st_uid == os.geteuid() and not stat.S_ISLNK(about.st_mode)
            # What a collector of metrics reads is open to it, and says nothing of a claim.
            if is_ours and about.st_mode & 0o077 and not (option == "metrics" and name == "X"):
                judge.say("hygiene", f"{name} is open to others: {stat.S_IMODE(about.st_mode):o}")
            if not is_ours and stat.S_ISREG(about.st_mode) and about.st_size:
                judge.say("hygiene", f"{name}, which is another account's, was filled")


# --- ids of claims ---

LEVELS = {"quiet": ("--quiet",), "summary": (), "json": ("--json",), "dry": ("--dry-run",),
          "trace": ("--trace", "trace"), "metrics": ("--metrics", "metrics"),
          "limit": ("--max-reject-rate", "1"), "fail": ("--fail-on-reject",)}
LOUD = NIGHT_2[:-1]  # without --quiet
CLAIMS = {"plain": (*LOUD, "--out", "out"), "ledger": (*LOUD, "--out", "out", *LEDGER),
          "broken": ("validate", "../in/broken.csv", *RULES, "--out", "out"),
          "headless": ("validate", "../in/headless.csv", *RULES, "--out", "out"),
          "as-roster": ("validate", "../in/claims-01.csv.gz", "--roster", "../in/claims-01.csv.gz",
                        "--out", "out"),
          "as-policy": (*NIGHT_1[:-1], "--policy", "../in/broken.csv", "--out", "out"),
          "as-layout": (*NIGHT_1[:-1], "--layout", "../in/broken.csv", "--out", "out"),
          "two": ("validate", "../in/claims-01.csv.gz", "../in/headless.csv", *RULES, "--out", "out"),
          "files": (*LOUD, "--accepted", "a.csv", "--rejected", "r.csv")}
OTHERS = {"roster": ("roster", "check", "../in/broken.csv"),
          "import": ("ledger", "import", "../in/broken.csv", *LEDGER),
          "release": ("ledger", "release", "../in/broken.csv", *LEDGER),
          "sample": ("layout", "check", "tuva", "--sample", "../in/headless.csv"),
          "show": ("ledger", "show", "1", *LEDGER), "runs": ("ledger", "runs", *LEDGER),
          "verify": ("ledger", "verify", *LEDGER), "withdraw": ("ledger", "withdraw", "1", *LEDGER),
          "audit": (*OPTIONS["audit"][:-2], "--out", "audited"),
          "policy": ("policy", "check", "../in/broken.csv"),
          "layout": ("layout", "check", "../in/headless.csv")}
FAULTS = ("none", "FAIL_AT=400", "FAIL_AT=4000", "FAIL_AT=9000", "FAIL_AT=13500", "FAIL_AT=13800",
          "write:EIO:1", "write:ENOSPC:3", "pwrite64:EIO:30", "read:EIO:20", "openat:EACCES:25",
          "renameat2:EIO:2", "fsync:EIO:1", "pread64:EIO:10", "newfstatat:EIO:30")
# With two threads a call may end on a line of its own, with what it has read.
CALL = re.compile(r"(?:\d+ +)?(?:<\.\.\. )?(\w+)(?: resumed>|\((?:(\d+)<([^>]*)>)?)")
PLACES = re.compile(r"/(accepted\.csv\.gz|rejected\.csv\.gz|a\.csv|r\.csv|ledger\.db(-wal|-journal)?|"
                    r"\.(a|r)\.csv\.claimgate-\w+|\.?copy\.db\S*)$|\(deleted\)$|/#\d+")


def canary_points():
    night = [(f"{claims}-{level}", fault) for claims in CLAIMS for level in LEVELS
             for fault in FAULTS]
    return night + [(name, fault) for name in OTHERS for fault in FAULTS]


def canary_argv(name):
    if name in OTHERS:
        return OTHERS[name]
    claims, level = name.rsplit("-", 1)
    return (*CLAIMS[claims], *LEVELS[level])


def make_claims_to_tell(folder):
    """Lines with every fault, and a file whose first line is a claim."""
    columns = ("claim_id,claim_line_number,member_id,claim_line_start_date,hcpcs_code,"
               "service_unit_quantity,rendering_npi,claim_frequency_code,original_claim_id,patient_name")
    line = "{c}-CLM-{n},1,{c}-MBR-{m},{day},{code},{units},1000000004,{rest},{c}-NAME"
    faults = [("2025-01-06", "H0038", "4", ","), ("2025-01-06", "H0038", "5", ","),
              ("2025-01-06", "H0038", "1", f"8,{CANARY}-CLM-0"), ("2025-01-40", "H0038", "4.5", ","),
              ("2025-01-06", "H0O38", "1", f"7,{CANARY}-ORIG"), ("2025-01-06", "H0038", "1", ",,,"),
              (f"{CANARY}-DAY", f"{CANARY}-CODE", f"{CANARY}-UNITS", f"{CANARY}-FREQUENCY,")]
    lines = [line.format(c=CANARY, n=n, m=n % 2, day=day, code=code, units=units, rest=rest)
             for n, (day, code, units, rest) in enumerate(faults)]
    lines += [f'"{CANARY}-CLM-9,1,{CANARY}-MBR-1', f"{CANARY}\0NUL,1,x", CANARY * 12000]
    write(os.path.join(folder, "broken.csv"), "\n".join([columns, *lines, ""]).encode())
    write(os.path.join(folder, "headless.csv"), "\n".join([*lines[:3], ""]).encode())


def watched(bench, argv, fault, shim):
    """The result, and every call that names a file, starts a program or writes."""
    log = os.path.join(bench.root, "watched")
    wrapper = ["strace", "-f", "-qq", "-y", "-s", "100000", "-o", log, "-e",
               "trace=write,pwrite64,writev,sendto,sendmsg,connect,execve,openat,mkdirat,unlink,"
               "unlinkat,renameat2,rename,link,prctl,read,newfstatat,fsync,pread64"]
    if fault.startswith("FAIL_AT"):
        wrapper += ["-E", fault, "-E", f"LD_PRELOAD={shim}"]
    elif fault != "none":
        call, error, k = fault.split(":")
        wrapper += ["-e", f"inject={call}:error={error}:when={k}"]
    result = bench.run(argv, wrapper=wrapper)
    with open(log, encoding="latin-1") as lines:
        return result, [line.rstrip("\n") for line in lines if CANARY in line]


def canary_break(bench, point, shim):
    name, fault = point
    base = bench.restore(scene_of("second"))
    result, calls = watched(bench, canary_argv(name), fault, shim)
    judge = Judge(bench, base)
    judge.message(Result(result.code, result.out, result.err.encode()))
    for line in calls:
        call = CALL.match(line)
        if call[1] in ("read", "pread64", "newfstatat", "fsync") or (
                call[1] in ("write", "pwrite64") and PLACES.search(call[3] or "")):
            continue
        judge.say("hygiene", f"an id of a claim goes elsewhere: {line[:300]}")
    for file in bench.names():
        if CANARY in file:
            judge.say("hygiene", f"an id of a claim is in the name {file}")
        if os.path.basename(file) in ("report.json", "trace", "metrics", "summary.json"):
            with open(os.path.join(bench.folder, file), "rb") as text:
                if CANARY.encode() in text.read():
                    judge.say("hygiene", f"an id of a claim is in {file}")
    return f"exit {result.code}", judge.complaints
