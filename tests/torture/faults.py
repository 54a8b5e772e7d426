"""Allocations and system calls that fail, one at a time, each wherever it stands."""
import os
import re
import signal
import tempfile

from harness import Judge, scene_of

# --- allocations ---

ALLOC_SCENES = ("folder", "second", "audit", "x12")
ALLOC_CHEAP = ("x12-ledger", "first", "files", "recovery", "import", "release", "withdraw", "snapshot", "check",
               "usage", "explain", "reconsider", "runs", "verify", "export", "policy-check",
               "roster-check", "layout-check", "audit-folder")
NO_MEMORY = 70


def alloc_count(bench, scene, shim):
    bench.restore(scene)
    count = os.path.join(bench.root, "count")
    bench.run(scene.argv, environment={"LD_PRELOAD": shim, "FAIL_COUNT": count})
    with open(count, encoding="ascii") as text:
        return int(text.read())


def alloc_points(bench, shim):
    """(scene, allocation, once or for ever): all of the three main commands, then of the others."""
    for group in (ALLOC_SCENES, ALLOC_CHEAP):
        points = []
        for name in group:
            count = alloc_count(bench, scene_of(name), shim)
            points += [(name, at, mode) for at in range(1, count + 1) for mode in ("once", "sticky")]
        yield points


def alloc_break(bench, point, shim):
    name, at, mode = point
    scene = scene_of(name)
    base = bench.restore(scene)
    environment = {"LD_PRELOAD": shim, "FAIL_AT": str(at)}
    if mode == "sticky":
        environment["FAIL_STICKY"] = "1"
    result = bench.run(scene.argv, environment=environment)
    judge = Judge(bench, base)
    if result.code not in (scene.code, NO_MEMORY):
        judge.say("exit code", f"{result.code} for no memory: {result.err[:300]}")
    elif "cannot be removed" in result.err:
        judge.say("hygiene", f"clearing up takes memory: {result.err[:300]}")
    elif result.code != scene.code and "memory" not in result.err:
        judge.say("message", f"no word of memory: {result.err[:300]}")
    return f"exit {result.code}", judge.after_fault(result)


# --- system calls ---

ERRORS = ("EIO", "ENOSPC", "EDQUOT", "EINTR", "EMFILE", "EACCES")
# These cannot fail, end the program, or are the C library's alone.
SPARED = {"exit_group", "exit", "execve", "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "futex",
          "getpid", "gettid", "geteuid", "getuid", "getegid", "getgid", "arch_prctl", "rseq",
          "set_tid_address", "set_robust_list", "clock_gettime", "brk", "munmap", "uname"}
SYSCALL_SCENES = ("second", "x12", "folder", "files", "first", "recovery", "audit", "verify", "snapshot",
                  "import", "check", "withdraw", "overwrite", "migrate", "known", "usage",
                  "explain", "export", "roster-check")
FILE_CALLS = {"openat", "read", "pread64", "write", "pwrite64", "fsync", "fdatasync", "ftruncate",
              "renameat2", "rename", "mkdirat", "unlink", "unlinkat", "newfstatat", "flock", "fcntl",
              "fchmod", "close", "access", "getdents64"}
MAIN_BEGINS = "F_GETFD"  # the first thing that the program asks
CALL = re.compile(r"^(?:\d+ +)?(\w+)\(")


def calls_of(bench, scene, program=None):
    """How often each system call comes before main, and in it."""
    bench.restore(scene)
    log = os.path.join(bench.root, "calls")
    bench.run(scene.argv, wrapper=("strace", "-f", "-o", log), program=program)
    before, after = {}, {}
    in_main = False
    with open(log, encoding="latin-1") as lines:
        for line in lines:
            in_main = in_main or MAIN_BEGINS in line
            found = CALL.match(line)
            if found and found[1] not in SPARED:
                counts = after if in_main else before
                counts[found[1]] = counts.get(found[1], 0) + 1
    return before, after


def syscall_points(bench):
    for name in SYSCALL_SCENES:
        before, after = calls_of(bench, scene_of(name))
        yield [(name, call, error, before.get(call, 0) + k) for call, count in after.items()
               for k in range(1, count + 1) for error in ERRORS]


def wrong_class(call, error, code):
    """What a failing system call must not be told as."""
    if code < 0 or code in (1, 64, 65, 78):
        return "told as another fault"
    if code == 77 and error != "EACCES":
        return "told as a matter of permission"
    if code == 70 and call in FILE_CALLS:
        return "told as a fault of the program"
    return None


def injected(bench, argv, call, action, options=(), program=None):
    """Runs under strace; tells whether the fault was met as well."""
    log = os.path.join(bench.root, "injected")
    result = bench.run(argv, wrapper=("strace", "-f", "-qq", *options, "-o", log, "-e",
                                      f"trace={call}", "-e", f"inject={call}:{action}"),
                       program=program)
    with open(log, encoding="latin-1") as text:
        trace = text.read()
    return result, "INJECTED" in trace or result.code == -signal.SIGKILL


def syscall_break(bench, point):
    name, call, error, k = point
    scene = scene_of(name)
    base = bench.restore(scene)
    result, met = injected(bench, scene.argv, call, f"error={error}:when={k}",
                           options=("--seccomp-bpf",))  # much faster; signals need it off
    if not met:
        return "not met", []
    judge = Judge(bench, base)
    if result.code != scene.code:
        wrong = wrong_class(call, error, result.code)
        if wrong is not None:
            judge.say("exit code", f"{result.code}, {wrong}: {result.err[:300]}")
        if not result.err.startswith("claimgate: "):
            judge.say("message", f"exit {result.code} without a word: {result.err[:300]!r}")
    return f"exit {result.code}", judge.after_fault(result)


# --- short reads and writes: legal, so that nothing may come of them ---

SHORT_SCENES = ("second", "x12-ledger", "folder", "first", "files", "recovery", "audit", "snapshot", "migrate")


def short_points(bench):
    for name in SHORT_SCENES:
        before, after = calls_of(bench, scene_of(name))
        for kind, calls in (("SHORT_READ", ("read", "pread64")), ("SHORT_WRITE", ("write", "pwrite64"))):
            count = sum(before.get(call, 0) + after.get(call, 0) for call in calls)
            yield [(name, kind, k) for k in range(1, count + 1)]


def short_break(bench, point, shim):
    name, kind, k = point
    scene = scene_of(name)
    base = bench.restore(scene)
    result = bench.run(scene.argv, environment={"LD_PRELOAD": shim, kind: str(k)})
    judge = Judge(bench, base)
    if result.code != scene.code:
        judge.say("exit code", f"{result.code} for a short call: {result.err[:300]}")
    return f"exit {result.code}", judge.after_fault(result)


# --- kills ---

KILL_SCENES = ("first", "second", "recovery", "folder", "overwrite", "files", "recover", "withdraw",
               "import", "release", "snapshot", "migrate", "known", "audit", "x12-ledger")


def kill_points(bench):
    for name in KILL_SCENES:
        before, after = calls_of(bench, scene_of(name))
        yield [(name, call, before.get(call, 0) + k) for call, count in after.items()
               for k in range(1, count + 1)]


def kill_break(bench, point):
    name, call, k = point
    scene = scene_of(name)
    base = bench.restore(scene)
    result, _ = injected(bench, scene.argv, call, f"signal=KILL:when={k}")
    if result.code != -signal.SIGKILL:
        return "not met", []
    judge = Judge(bench, base)
    judge.message(result)
    return "killed", judge.after_kill()


def new_root():
    """In memory where there is room: thousands of small syncs would wear a disk for nothing."""
    memory = "/dev/shm"
    return tempfile.mkdtemp(prefix="torture-", dir=memory if os.access(memory, os.W_OK) else None)
