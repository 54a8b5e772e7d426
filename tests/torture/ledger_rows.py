"""Everything in a ledger but times, paths and what is hashed over them, as one digest."""
import hashlib
import os
import shutil
import sqlite3

APART = {"started_at", "claimgate", "staging_path", "final_path", "parent_inode", "previous_hash",
         "hash", "folder", "published_at"}
REPORTS = ("report.json", "summary.json")


class Rows:
    def __init__(self, digest, runs, published, sound, version):
        self.digest = digest
        self.runs = runs
        self.published = published
        self.sound = sound
        self.version = version


def _tables(db):
    for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' "
                              "AND name NOT LIKE 'sqlite_%' ORDER BY name"):
        columns = [row[1] for row in db.execute(f"PRAGMA table_info({name})")]
        yield name, [column for column in columns if column not in APART]


def _read(db):
    digest = hashlib.sha256()
    for table, columns in _tables(db):
        for row in db.execute(f"SELECT {', '.join(columns)} FROM {table} ORDER BY 1, 2"
                              if len(columns) > 1 else f"SELECT {columns[0]} FROM {table} ORDER BY 1"):
            if table == "output" and row[columns.index("file")] in REPORTS:
                row = row[:2]
            digest.update(repr((table, row)).encode())
    count = {table: db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
             for table, _ in _tables(db)}
    sound = db.execute("PRAGMA integrity_check").fetchone()[0]
    version = db.execute("PRAGMA user_version").fetchone()[0]
    return Rows(digest.hexdigest(), count.get("run", 0), count.get("publication", 0), sound, version)


def read(path, scratch):
    """Of a copy, for a killed writer's log is taken up by whoever opens the file."""
    source = f"file:{path}?immutable=1"
    if os.path.exists(path + "-wal") or os.path.exists(path + "-journal"):
        for end in ("", "-wal", "-journal", "-shm"):
            if os.path.exists(scratch + end):
                os.unlink(scratch + end)
            if end != "-shm" and os.path.exists(path + end):
                shutil.copyfile(path + end, scratch + end)
        source = f"file:{scratch}"
    db = sqlite3.connect(source, uri=True)
    try:
        return _read(db)
    except sqlite3.DatabaseError as fault:
        return Rows(f"unreadable: {fault}", -1, -1, str(fault), -1)
    finally:
        db.close()


CAPS = """
SELECT count(*) FROM (
  SELECT sum(accepted_units) AS units FROM decided_line l
   WHERE l.decision <> 2 AND l.frequency IS NOT 8 AND l.exempt = 0
     AND NOT EXISTS (SELECT 1 FROM run w WHERE w.withdraws = l.run_no)
     AND NOT EXISTS (SELECT 1 FROM run i WHERE i.run_no = l.run_no AND i.kind = 'import')
     AND NOT EXISTS (SELECT 1 FROM take_back t
                      WHERE t.member_no = l.member_no AND t.original_claim_id = l.claim_id
                        AND (t.claim_line IS NULL OR t.claim_line = l.claim_line)
                        AND t.before_line > l.line_no
                        AND NOT EXISTS (SELECT 1 FROM run w WHERE w.withdraws = t.run_no))
   GROUP BY l.member_no, l.start_day HAVING units > 6)"""


def days_over_cap(path):
    """Member days whose standing accepted lines have more than the six units of a day."""
    db = sqlite3.connect(f"file:{path}?immutable=1", uri=True)
    try:
        return db.execute(CAPS).fetchone()[0]
    finally:
        db.close()
