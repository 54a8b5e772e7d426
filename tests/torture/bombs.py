"""Small inputs that become large: a gibibyte of content, whatever it is made of, takes less than
64 MiB of memory at four threads, or is refused with the option that raises the limit."""
import gzip
import os
import subprocess
import threading
import zlib

GIB = 1 << 30
MEMORY_KIB = 64 << 10
HEADER = (b"claim_id,member_id,claim_line_start_date,hcpcs_code,service_unit_quantity,"
          b"rendering_npi\n")
CLAIM = b"C,M,2024-03-05,99213,1,1000000004\n"
NO_MEMBER = gzip.compress(b"", mtime=0)
STEP = 1 << 20


def packed(content):
    """A gibibyte of this over and over, below a header."""
    packer = zlib.compressobj(9, wbits=31)
    piece = (content * (STEP // len(content) + 1))[:STEP // len(content) * len(content)]
    parts = [packer.compress(HEADER)]
    parts += [packer.compress(piece) for _ in range(GIB // len(piece) + 1)]
    return b"".join(parts) + packer.flush()


def extra_fields():
    """A thousand members of nothing, each with the largest extra field there is."""
    field = b"\x1f\x8b\x08\x04\0\0\0\0\0\xff\xff\xff" + b"x" * 0xffff
    return (field + b"\x03\0" + b"\0" * 8) * 1000 + gzip.compress(HEADER + CLAIM)


def columns():
    return b",".join(b"c%d" % n for n in range(10_000)) + b"," + HEADER + CLAIM


MAKERS = {
    "blank-lines.gz": lambda: packed(b"\n"),
    "claims.gz": lambda: packed(CLAIM),
    "short-lines.gz": lambda: packed(b"a\n"),
    "one-line.gz": lambda: packed(b"x"),
    "members.gz": lambda: NO_MEMBER * 1_000_000 + gzip.compress(HEADER + CLAIM),
    "extra-fields.gz": extra_fields,
    "columns.csv": columns,
    "fields.csv": lambda: HEADER + b"f," * 10_000 + b"\n" + CLAIM,
}
# Input, options, exit code, words on standard error. `pipe`: a line of a gibibyte, not packed.
ANY = ("--max-ratio", "0")
CASES = {
    "blank-lines": ("blank-lines.gz", ANY, 0, ""),
    "blank-lines-ratio": ("blank-lines.gz", (), 65, "--max-ratio"),
    "blank-lines-bytes": ("blank-lines.gz", (*ANY, "--max-input-bytes", "100000000"), 65,
                          "--max-input-bytes"),
    "claims": ("claims.gz", ANY, 0, ""),
    "claims-ratio": ("claims.gz", (), 65, "--max-ratio"),
    "short-lines-bytes": ("short-lines.gz", (*ANY, "--max-input-bytes", "50000000"), 65,
                          "--max-input-bytes"),
    "one-line": ("one-line.gz", ANY, 0, ""),
    "one-line-pipe": ("pipe", (), 0, ""),
    "members": ("members.gz", (), 0, ""),
    "extra-fields": ("extra-fields.gz", (), 0, ""),
    "columns": ("columns.csv", (), 65, "4096 columns"),
    "fields": ("fields.csv", (), 0, ""),
}
THREADS = ("0", "2", "4")


def make(folder):
    for name, maker in MAKERS.items():
        with open(os.path.join(folder, name), "wb") as out:
            out.write(maker())


def points():
    return [(name, threads) for name in CASES for threads in THREADS]


def pour(pipe):
    try:
        pipe.write(HEADER)
        for _ in range(GIB // STEP):
            pipe.write(b"x" * STEP)
        pipe.close()
    except BrokenPipeError:
        pass


def run(bench, argv, from_pipe):
    """(exit code, standard error, KiB of memory at most)."""
    errors = os.path.join(bench.root, "errors")
    with open(errors, "wb") as err, open(os.devnull, "rb") as nothing:
        done = subprocess.Popen([bench.program, *argv], cwd=bench.folder, stderr=err,
                                stdin=subprocess.PIPE if from_pipe else nothing,
                                stdout=subprocess.DEVNULL)
        if from_pipe:
            threading.Thread(target=pour, args=(done.stdin,), daemon=True).start()
        _, status, usage = os.wait4(done.pid, 0)
    done.returncode = os.waitstatus_to_exitcode(status)
    with open(errors, encoding="utf-8", errors="replace") as text:
        return done.returncode, text.read(), usage.ru_maxrss


def bomb_break(bench, point):
    name, threads = point
    file, options, code, words = CASES[name]
    subprocess.run(["rm", "-rf", bench.folder], check=True)
    os.mkdir(bench.folder, 0o700)
    from_pipe = file == "pipe"
    argv = ("validate", "-" if from_pipe else "../in/" + file, "--roster", "../in/roster",
            "--threads", threads, *options, "--quiet", "--as-of", "2025-06-30", "--out", "out")
    found, err, kib = run(bench, argv, from_pipe)
    complaints = []
    if found != code:
        complaints.append(f"exit code: {found}, not {code}: {err[:300]}")
    if words not in err:
        complaints.append(f"message: no {words}: {err[:300]}")
    if kib > MEMORY_KIB:
        complaints.append(f"memory: {kib} KiB")
    if os.path.exists(os.path.join(bench.folder, "out")) != (code == 0):
        complaints.append("visible: a folder where none may be, or none")
    return f"exit {found} in {(kib + 8191) >> 13 << 3} MiB", complaints
