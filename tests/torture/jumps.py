"""Conditional jumps of C files, by name: which way each test program takes them, and each made one-way.

A file is compiled to assembly and every conditional jump gets a symbol, so that it is found again in
whatever is linked of it: a mutant is a program in which two to six bytes are others, and nothing is
built for it. A second copy of each program notes at every jump which way was taken, in a file that it
maps before main: what never goes the other way need not be run on a mutant.
The compiler does not optimize these files: it would ask many a question in several places, in most of
which the answer is known, and others without a jump.
"""
import glob
import hashlib
import json
import os
import re
import shutil
import subprocess

CC = os.environ.get("CC", "cc").split()
LIBS = os.environ.get("LIBS", "").split()
FLAGS = ("-std=c11 -D_GNU_SOURCE -DCG_FAULTS -DCG_ISAL -DCG_VERSION=\"0\" -Iinclude -O0 -g1 -fPIE "
         "-fno-stack-protector -fcf-protection=none -fno-jump-tables").split()
JUMP = re.compile(r"^\t(j(?!mp)[a-z]+)\t(\S+)$")
NOTED = """
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>
__attribute__((aligned(4096))) unsigned char cg_jumps_taken[BYTES];
__attribute__((constructor)) static void map_them(void) {
    int fd = open(MAP, O_RDWR);
    if (fd >= 0) {
        mmap(cg_jumps_taken, BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0);
        close(fd);
    }
}
"""


def call(*command):
    subprocess.run(command, check=True)


def digest(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()[:16]


def keep(made, path):
    """What was made takes the place of what is there, unless it is the same."""
    if os.path.exists(path) and digest(made) == digest(path):
        os.remove(made)
    else:
        os.replace(made, path)


class Jump:
    def __init__(self, number, path, line, ordinal, function):
        self.number = number
        self.path = path
        self.line = line
        self.ordinal = ordinal  # of those of the line, from 1
        self.function = function
        self.symbol = f"cg_jump_{number}"

    def where(self):
        return f"{self.path}:{self.line}.{self.ordinal}"


class Jumps:
    """All of the files `paths`, and the programs of the build that are linked of them."""

    def __init__(self, build, paths):
        self.build = build
        self.folder = os.path.join(build, "mutation")
        self.map = os.path.abspath(os.path.join(self.folder, "taken"))
        self.all = []
        for copy in ("plain", "noted"):
            os.makedirs(os.path.join(self.folder, copy, "obj"), exist_ok=True)
        for path in paths:
            self._assemble(path)
        self._archives(paths)

    def _object(self, copy, path):
        return os.path.join(self.folder, copy, "obj", path.replace("/", "_")[:-2] + ".o")

    def _assemble(self, path):
        assembly = self._object("plain", path)[:-2] + ".s"
        call(*CC, *FLAGS, "-S", path, "-o", assembly)
        with open(assembly, encoding="utf-8") as text:
            lines = text.read().split("\n")
        files, at, own, function, of_line = {}, 0, False, "", {}
        plain, noted = [], []
        for line in lines:
            jump = JUMP.match(line)
            if found := re.match(r'\t\.file (\d+) "(?:[^"]*" ")?([^"]*)"', line):
                files[found[1]] = found[2]
            elif found := re.match(r"\t\.loc (\d+) (\d+)", line):
                at, own = int(found[2]), files.get(found[1], "").endswith(path)
            elif found := re.match(r"([a-z_]\w*)(?:\.\w+)*:$", line):
                function = found[1]
            if not jump or not own:  # what an inlined header brings is not asked
                plain.append(line)
                noted.append(line)
                continue
            of_line[at] = of_line.get(at, 0) + 1
            this = Jump(len(self.all), path, at, of_line[at], function)
            self.all.append(this)
            plain += [this.symbol + ":", line]
            taken, on, way = 2 * this.number, f".Lon{this.number}", f".Lway{this.number}"
            noted += [f"\t{jump[1]}\t{way}", f"\tmovb\t$1, cg_jumps_taken+{taken + 1}(%rip)", f"\tjmp\t{on}",
                      f"{way}:", f"\tmovb\t$1, cg_jumps_taken+{taken}(%rip)", f"\tjmp\t{jump[2]}", f"{on}:"]
        for copy, text in (("plain", plain), ("noted", noted)):
            out = self._object(copy, path)
            with open(out[:-2] + ".s", "w", encoding="utf-8") as file:
                file.write("\n".join(text))
            call(CC[-1], "-c", out[:-2] + ".s", "-o", out)

    def _archives(self, paths):
        bytes_mapped = 4096 * (2 * len(self.all) // 4096 + 1)
        with open(self.map, "wb") as file:
            file.write(bytes(bytes_mapped))
        source, noted = os.path.join(self.folder, "map.c"), os.path.join(self.folder, "map.o")
        with open(source, "w", encoding="utf-8") as file:
            file.write(NOTED)
        call(CC[-1], f'-DMAP="{self.map}"', f"-DBYTES={bytes_mapped}", "-c", source, "-o", noted + ".new")
        keep(noted + ".new", noted)
        others = [f"{self.build}/obj/{path[:-2]}.o" for path in sorted(glob.glob("src/*/*.c"))
                  if path not in paths and path != "src/cli/main.c"]
        for copy in ("plain", "noted"):
            archive = os.path.join(self.folder, copy, "lib.a")
            if os.path.exists(archive + ".new"):
                os.remove(archive + ".new")
            call("ar", "rcsD", archive + ".new", f"{self.build}/obj/builtin.o", *others,
                 *(self._object(copy, path) for path in paths))
            keep(archive + ".new", archive)

    def link(self, copy, name, main, is_test):
        """The program of that object, plain or noted; which it is, in a few letters. It is not made
        again of the same, unless somebody left a mutant there."""
        linked = load_json(os.path.join(self.folder, "linked.json"))
        folder = os.path.join(self.folder, copy)
        out = os.path.join(folder, name)
        parts = [main, *([os.path.join(self.folder, "map.o")] if copy == "noted" else []),
                 *([f"{self.build}/libsupport.a"] if is_test else []), os.path.join(folder, "lib.a")]
        if (not os.path.exists(out) or linked.get(out) != digest(out)
                or any(os.path.getmtime(part) >= os.path.getmtime(out) for part in parts)):
            call(CC[-1], *parts, *LIBS, *(["-lcriterion"] if is_test else []), "-Wl,-S", "-o", out)
            linked[out] = digest(out)
            save_json(os.path.join(self.folder, "linked.json"), linked)
        return linked[out]

    def taken(self):
        """{number of a jump, as text: which of 'always', 'never' is another way}, and it is forgotten."""
        with open(self.map, "r+b") as file:
            ways = file.read()
            file.seek(0)
            file.write(bytes(len(ways)))
        found = {}
        for jump in self.all:
            was = ways[2 * jump.number:2 * jump.number + 2]
            if any(was):
                found[str(jump.number)] = (["never"] if was[0] else []) + (["always"] if was[1] else [])
        return found


class Program:
    """A linked program, whose jumps can be made one-way and be mended again."""

    def __init__(self, path):
        self.path = path
        told = subprocess.run(("readelf", "-SW", path), capture_output=True, text=True, check=True).stdout
        address, offset = re.search(r" \.text +PROGBITS +(\w+) (\w+)", told).groups()
        shift = int(address, 16) - int(offset, 16)
        names = subprocess.run(("nm", path), capture_output=True, text=True, check=True).stdout
        self.at = {int(found[2]): int(found[1], 16) - shift
                   for found in re.finditer(r"^(\w+) t cg_jump_(\d+)$", names, re.M)}

    def mutate(self, number, how):
        """Returns what stood there, for `mend`."""
        with open(self.path, "rb") as file:
            file.seek(self.at[number])
            was = file.read(6)
        if 0x70 <= was[0] <= 0x7f:
            was = was[:2]
            now = b"\xeb" + was[1:] if how == "always" else b"\x90\x90"
        elif was[0] == 0x0f and 0x80 <= was[1] <= 0x8f:
            now = b"\x90\xe9" + was[2:] if how == "always" else b"\x90" * 6
        else:
            raise RuntimeError(f"{self.path}: jump {number} is {was.hex()}")
        self.mend(number, now)
        return was

    def mend(self, number, was):
        """In a copy, for a mutant's processes may go on for ever, and nobody writes on what runs."""
        shutil.copy(self.path, self.path + ".new")
        with open(self.path + ".new", "r+b") as file:
            file.seek(self.at[number])
            file.write(was)
        os.replace(self.path + ".new", self.path)


def load_json(path):
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except (OSError, ValueError):
        return {}


def save_json(path, what):
    with open(path + ".new", "w", encoding="utf-8") as file:
        json.dump(what, file)
    os.replace(path + ".new", path)
