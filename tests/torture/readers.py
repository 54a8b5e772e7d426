"""Readers that are not ours, on what was written: Python's csv and sqlite3 read the same rows.

    readers.py WRITTEN_FILES RUNS FIRST_SEED
"""
import csv
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile

BATCH = 500
FIELD, ROW = "\x1f", "\x1e"


def written(program, runs, seed):
    """(seed, name, bytes, rows) of each file."""
    out = subprocess.run([program, str(runs), str(seed)], check=True, capture_output=True).stdout
    stream = io.BytesIO(out)
    while head := stream.readline():
        number, *sizes = (int(word) for word in head.split())
        for name, (size, rows) in {"accepted": sizes[:2], "rejected": sizes[2:]}.items():
            yield number, name, stream.read(size), rows


def by_python(data):
    text = data.decode("utf-8", "surrogateescape")
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))


def by_sqlite(folder, files):
    """Each file as one text of its rows, by one process for all."""
    script = []
    for number, data in enumerate(files):
        path = os.path.join(folder, f"{number}.csv")
        with open(path, "wb") as out:
            out.write(data)
        script += [f".import --csv {path} t", ".mode ascii", "SELECT * FROM t;", "DROP TABLE t;",
                   f".print =={number}=="]
    done = subprocess.run(["sqlite3", ":memory:"], input="\n".join(script).encode(),
                          capture_output=True, check=False)
    rows, rest = [], done.stdout
    for number in range(len(files)):
        found, _, rest = rest.partition(f"=={number}==\n".encode())
        rows.append(found)
    return rows


def complaint_of(data, count, found):
    try:
        rows = by_python(data)
    except csv.Error as fault:
        return f"Python: {fault}"
    if any(len(row) != len(rows[0]) for row in rows):
        return "Python: a row of another length than the header"
    if len(rows) - 1 != count:
        return f"Python: {len(rows) - 1} rows instead of {count}"
    wanted = "".join(FIELD.join(row) + ROW for row in rows[1:])
    if wanted.encode("utf-8", "surrogateescape") != found:
        return "sqlite3 reads other rows than Python"
    return None


def check(program, runs, seed):
    """Complaints, and how many files were read and left out."""
    folder = tempfile.mkdtemp(dir="/dev/shm" if os.path.isdir("/dev/shm") else None)
    complaints, read, left_out = [], 0, 0
    try:
        for first in range(seed, seed + runs, BATCH):
            files = []
            for file in written(program, min(BATCH, seed + runs - first), first):
                if foreign_to_readers(file[2]):
                    left_out += 1
                else:
                    files.append(file)
            found = by_sqlite(folder, [file[2] for file in files])
            for (number, name, data, count), rows in zip(files, found):
                # sqlite3 3.40 now and then loses its place behind hundreds of .import: ask again.
                complaint = (complaint_of(data, count, rows) and
                             complaint_of(data, count, by_sqlite(folder, [data])[0]))
                if complaint:
                    complaints.append(f"seed {number}, {name}: {complaint}")
            read += len(files)
    finally:
        shutil.rmtree(folder)
    return complaints, read, left_out


def foreign_to_readers(data):
    """What other readers do not take: sqlite3's no NUL and no lone CR, Python's no blank between a
    closing quote and the delimiter. Accepted rows have it where the input did."""
    return (b"\0" in data or b"\r" in data.replace(b"\r\n", b"") or
            re.search(rb'"[ \t]+(,|\r?\n|$)', data) is not None)


if __name__ == "__main__":
    FOUND, READ, LEFT_OUT = check(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
    for line in FOUND[:40]:
        print(line)
    print(f"{READ} files read alike but for {len(FOUND)}; {LEFT_OUT} left out")
    sys.exit(1 if FOUND else 0)
