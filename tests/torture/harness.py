"""Run, break, run again, compare: what every part of the torture shares.

Five oracles are held against whatever a broken run leaves:
  converge   the same command again ends well, and all is as after an undisturbed run
  visible    what stands under a final name is whole, and its decisions are in the ledger
  durable    after exit 0 nothing is left to do
  integrity  the ledger is sound by SQLite's check, by `ledger verify`, and no cap is exceeded
  hygiene    nothing is left behind, nothing is open to others, no id of a claim is in a name or message
"""
import glob
import hashlib
import json
import os
import re
import shutil
import stat
import subprocess
import gzip

import ledger_rows
from scenes import CANARY, LEDGER, SCENES

SIDECARS = ("-lock", "-wal", "-shm", "-journal")
TEMPORARY = re.compile(r"\.claimgate-([0-9a-f]{16}(-journal|-wal|-shm)?|lock)$|\.claimgate-\w{6}(-journal|-wal|-shm)?$")
HANG_SECONDS = 120


class Result:
    def __init__(self, code, out, err):
        self.code = code
        self.out = out
        self.err = err.decode("utf-8", "replace")


def is_ledger(name):
    return name.endswith(".db")


def is_sidecar(name):
    return any(name.endswith(".db" + end) for end in SIDECARS)


def _normal(name, data):
    """A file without what tells times and places."""
    if name.endswith((".json",)):
        try:
            document = json.loads(data)
        except ValueError:
            return data
        document.pop("timing", None)
        return json.dumps(document, sort_keys=True).encode()
    if name.endswith(".gz"):
        try:
            return gzip.decompress(data)
        except (OSError, EOFError):
            return b"damaged " + data
    return data


class Bench:
    """One folder to break things in; a process has one, and bases of scenes are made once."""

    def __init__(self, program, root, inputs, fixture_v1):
        self.program = program
        self.root = root
        self.fixture_v1 = fixture_v1
        self.folder = os.path.join(root, "try")
        self.scratch = os.path.join(root, "scratch.db")
        self.bases = {}
        self.settled = set()
        os.makedirs(root)
        os.symlink(inputs, os.path.join(root, "in"))

    def run(self, argv, wrapper=(), environment=None, program=None):
        command = [*wrapper, program or self.program, *argv]
        try:
            done = subprocess.run(command, cwd=self.folder, env={**os.environ, **(environment or {})},
                                  stdin=subprocess.DEVNULL, capture_output=True,
                                  timeout=HANG_SECONDS, check=False)
        except subprocess.TimeoutExpired:
            return Result(-1, b"", b"hangs")
        return Result(done.returncode, done.stdout, done.stderr)

    # --- what stands where ---

    def names(self):
        found = []
        for folder, folders, files in os.walk(self.folder):
            below = os.path.relpath(folder, self.folder)
            found += [os.path.normpath(os.path.join(below, name)) for name in folders + files]
        return sorted(found)

    def raw(self):
        """A digest of every byte: what was found good once need not be looked at again."""
        digest = hashlib.sha256()
        for name in self.names():
            path = os.path.join(self.folder, name)
            about = os.lstat(path)
            digest.update(f"{name} {about.st_mode} ".encode())
            if stat.S_ISREG(about.st_mode) and not name.endswith("-shm"):
                with open(path, "rb") as file:
                    digest.update(file.read())
        return digest.hexdigest()

    def picture(self):
        """What a run leaves for others, by name, without times and places."""
        found = {}
        for name in self.names():
            path = os.path.join(self.folder, name)
            if is_sidecar(name) or any(TEMPORARY.search(part) for part in name.split("/")):
                continue
            if is_ledger(name):
                found[name] = self.rows(name).digest
            elif os.path.isdir(path):
                found[name] = "folder"
            else:
                with open(path, "rb") as file:
                    found[name] = hashlib.sha256(_normal(name, file.read())).hexdigest()
        return found

    def rows(self, name="ledger.db"):
        path = os.path.join(self.folder, name)
        if not os.path.exists(path):
            return ledger_rows.Rows("none", 0, 0, "ok", 0)
        return ledger_rows.read(path, self.scratch)

    # --- scenes ---

    def restore(self, scene):
        base = self.base(scene)
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(base.path, self.folder, symlinks=True)
        return base

    def base(self, scene):
        if scene.name not in self.bases:
            self.bases[scene.name] = Base(self, scene)
        return self.bases[scene.name]


class Base:
    """A scene before its command, and how all looks after it."""

    def __init__(self, bench, scene):
        self.scene = scene
        self.path = os.path.join(bench.root, "base-" + scene.name)
        shutil.rmtree(bench.folder, ignore_errors=True)
        os.mkdir(bench.folder, 0o700)
        wrapper = ()
        for argv in scene.before:
            if argv[0] == "KILL":
                wrapper = ("strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={argv[1]}", "-e",
                           f"inject={argv[1]}:signal=KILL:when={argv[2]}")
                continue
            if argv[0] == "FOLDER":
                os.mkdir(os.path.join(bench.folder, argv[1]), 0o700)
                continue
            if argv[0] == "V1":
                self.make_v1(bench)
                continue
            done = bench.run(argv, wrapper)
            if (done.code == 0) == bool(wrapper):
                raise RuntimeError(f"{scene.name}: {' '.join(argv)}: exit {done.code}: {done.err}")
            wrapper = ()
        shutil.copytree(bench.folder, self.path, symlinks=True)
        self.names = bench.names()
        self.picture = bench.picture()
        self.rows = bench.rows()
        self.raw = bench.raw()
        done = bench.run(scene.argv)
        if done.code != scene.code:
            raise RuntimeError(f"{scene.name}: exit {done.code} undisturbed: {done.err}")
        self.golden = bench.picture()
        self.golden_names = bench.names()
        self.golden_rows = bench.rows()
        self.golden_out = done.out if scene.reads else b""

    @staticmethod
    def make_v1(bench):
        path = os.path.join(bench.folder, "ledger.db")
        with open(bench.fixture_v1, "rb") as sql:
            subprocess.run(["sqlite3", path], stdin=sql, check=True)
        os.chmod(path, 0o600)


class Judge:
    """Holds the oracles against what a disturbed run has left; `complaints` is what they say."""

    def __init__(self, bench, base, is_quick=False):
        self.bench = bench
        self.base = base
        self.is_quick = is_quick  # without `ledger verify`
        self.scene = base.scene
        self.complaints = []

    def say(self, oracle, what):
        self.complaints.append(f"{oracle}: {what}")

    def after_fault(self, result):
        """The program itself saw the fault and has ended by itself."""
        self.message(result)
        key = ("fault", self.scene.name, result.code, self.bench.raw(),
               result.out if self.scene.reads else b"")
        if key in self.bench.settled:
            return self.complaints
        now = self.bench.picture()
        self.whole(now)
        changed = {name for name in {**self.base.golden, **self.base.picture}
                   if now.get(name) != self.base.picture.get(name)}
        if result.code == self.scene.code:
            self.durable(now, result)
        elif (now != self.base.golden and any(not is_ledger(name) for name in changed)
              and self.bench.rows().runs < max(1, self.base.golden_rows.runs)):
            self.say("visible", f"exit {result.code}, but {sorted(changed)} changed: {result.err}")
        self.left(result.err, result.code != self.scene.code)
        self.modes()
        self.converge()
        return self.settle(key)

    def after_kill(self):
        """Nobody could clean up."""
        key = ("kill", self.scene.name, self.bench.raw())
        if key in self.bench.settled:
            return self.complaints
        self.whole(self.bench.picture())
        self.modes()
        self.converge()
        return self.settle(key)

    def after_crash(self, has_ended):
        """A state of the disk after the power went, or, with has_ended, after it went later."""
        now = self.bench.picture()
        self.whole(now)
        if has_ended and now != self.base.golden:
            self.say("durable", f"exit 0, yet {self.difference(now)} can be lost")
        self.converge()
        return self.complaints

    def settle(self, key):
        if not self.complaints:
            self.bench.settled.add(key)
        return self.complaints

    def difference(self, now):
        names = {**self.base.golden, **now}
        return sorted(name for name in names if now.get(name) != self.base.golden.get(name))

    def message(self, result):
        if CANARY in result.err:
            self.say("hygiene", f"an id of a claim is told: {result.err}")
        if CANARY.encode() in result.out and not self.scene.names_claims:
            self.say("hygiene", f"an id of a claim is told: {result.out[:400]!r}")

    def whole(self, now):
        """Visible implies committed, and whole."""
        for name, digest in now.items():
            if is_ledger(name):
                continue
            if digest not in (self.base.picture.get(name), self.base.golden.get(name)):
                self.say("visible", f"{name} is neither as before nor as it should be")
        if "ledger.db" not in self.base.golden or self.base.golden_rows.runs <= self.base.rows.runs:
            return
        new = [name for name in now if name not in self.base.picture and not is_ledger(name)]
        if new and self.bench.rows().runs < self.base.golden_rows.runs:
            self.say("visible", f"{new} are there, their run is not")

    def durable(self, now, result):
        if now != self.base.golden:
            self.say("durable", f"exit {result.code}, but {self.difference(now)} differ: {result.err}")
        if self.scene.reads and result.out != self.base.golden_out:
            self.say("durable", f"exit {result.code}, but it prints something else: "
                                f"{result.out[:300]!r} {result.err}")

    def left(self, err, has_failed):
        """Only what a failed run names, or what a committed one will publish, may be left."""
        expected = set(self.base.names) | set(self.base.golden_names)
        rows = self.bench.rows()
        waits = rows.runs > rows.published + 0 and has_failed and rows.runs > self.base.rows.runs
        for name in self.bench.names():
            is_named = any(".claimgate-" in part and part in err for part in name.split("/"))
            if name in expected or is_sidecar(name) or is_named or waits:
                continue
            if any(hint in err for hint in ("cannot be removed", "cannot remove", "remove it by hand")):
                continue
            self.say("hygiene", f"left behind: {name}: {err}")

    def modes(self):
        for name in self.bench.names():
            mode = os.lstat(os.path.join(self.bench.folder, name)).st_mode
            if stat.S_IMODE(mode) & 0o077:
                self.say("hygiene", f"{name} is open to others: {stat.S_IMODE(mode):o}")
            if CANARY in name:
                self.say("hygiene", f"an id of a claim is in the name {name}")

    def converge(self):
        """The same command, undisturbed."""
        if self.scene.reads and self.bench.raw() == self.base.raw:
            return
        was_done = self.bench.picture() == self.base.golden
        result = self.bench.run(self.scene.argv)
        allowed = {self.scene.code, *(self.scene.again if was_done else ())}
        if result.code not in allowed:
            self.say("converge", f"the next run ends with {result.code}: {result.err}")
            return
        self.message(result)
        now = self.bench.picture()
        if now != self.base.golden:
            self.say("converge", f"{self.difference(now)} differ after the next run: {result.err}")
        if not was_done:
            expected = set(self.base.golden_names)
            for name in self.bench.names():
                if name not in expected and not is_sidecar(name) and not name.endswith("claimgate-lock"):
                    self.say("hygiene", f"left behind after the next run: {name}")
        self.modes()
        self.integrity()

    def integrity(self):
        path = os.path.join(self.bench.folder, "ledger.db")
        if not os.path.exists(path):
            return
        rows = self.bench.rows()
        if rows.sound != "ok":
            self.say("integrity", rows.sound)
        verified = None if self.is_quick else self.bench.run(("ledger", "verify", *LEDGER))
        if verified is not None and verified.code != 0:
            self.say("integrity", f"verify: {verified.out.decode()} {verified.err}")
        if self.scene.name != "migrate" and ledger_rows.days_over_cap(path):
            self.say("integrity", "a day has more units than its cap")


def clean(root):
    for path in glob.glob(os.path.join(root, "w*")):
        shutil.rmtree(path, ignore_errors=True)


def scene_of(name):
    return SCENES[name]
