"""What is broken: commands, each in a folder of its own that is made the same way every time.

Inputs stand in ../in, so that they are never part of what a command leaves. Every id of a claim in
them holds the word CANARY, and none of it may ever be seen outside accepted, rejected and ledger.
"""
import gzip
import os
import shutil
import subprocess
from dataclasses import dataclass

CANARY = "CANARY"
RULES = ("--roster", "../in/roster", "--policy", "ms", "--as-of", "2025-06-30")
NIGHT_1 = ("validate", "../in/claims-01.csv.gz", *RULES, "--quiet")
NIGHT_2 = ("validate", "../in/claims-02.csv.gz", *RULES, "--quiet")
LEDGER = ("--ledger", "ledger.db")
X12_NIGHT = ("validate", "../in/claims.837.gz", "--roster", "../in/roster-x12", "--policy", "ms",
             "--as-of", "2025-06-30", "--quiet", "--threads", "0", "--ack")
FIRST_NIGHT = (*NIGHT_1, "--threads", "0", "--out", "first", *LEDGER)
SECOND_NIGHT = (*NIGHT_2, "--threads", "0", "--out", "out", *LEDGER)
FILES = ("--accepted", "a.csv", "--rejected", "r.csv.gz", "--report", "report.json")
# Of a line in the claims that INPUT_SEED makes.
INPUT_SEED = 11
ONE_LINE = ("--member", "CANARYM10000019", "--date", "2023-07-01", "--units", "1",
            "--rendering-npi", "1048524098")


@dataclass(frozen=True)
class Scene:
    name: str
    argv: tuple
    before: tuple = ()  # commands that come first; of "KILL CALL N", the one after it is cut off
    code: int = 0
    again: tuple = (0,)  # exit codes of the command when there is nothing left to do
    reads: bool = False  # its result is what it prints
    names_claims: bool = False  # and that may name claims


SCENES = {scene.name: scene for scene in (
    # Without a ledger.
    Scene("folder", (*NIGHT_1, "--threads", "0", "--out", "out"), again=(73,)),
    Scene("files", (*NIGHT_2, "--threads", "0", *FILES),
          before=((*NIGHT_1, "--threads", "0", *FILES),)),
    Scene("overwrite", (*NIGHT_2, "--threads", "0", "--out", "out", "--overwrite"),
          before=((*NIGHT_1, "--threads", "0", "--out", "out"),)),
    # Nights on a ledger.
    Scene("first", FIRST_NIGHT),
    Scene("second", SECOND_NIGHT, before=(FIRST_NIGHT,)),
    # The outputs' folder is not that of the ledger, so that nobody else syncs it.
    Scene("apart", (*NIGHT_2, "--threads", "0", "--out", "nights/out", *LEDGER),
          before=(FIRST_NIGHT, ("FOLDER", "nights"))),
    Scene("recovery", SECOND_NIGHT, before=(FIRST_NIGHT, ("KILL", "renameat2", 2), SECOND_NIGHT)),
    Scene("known", SECOND_NIGHT, before=(FIRST_NIGHT, SECOND_NIGHT)),
    Scene("recover", ("ledger", "recover", *LEDGER),
          before=(FIRST_NIGHT, ("KILL", "renameat2", 2), SECOND_NIGHT)),
    Scene("migrate", ("ledger", "recover", *LEDGER), before=(("V1",),)),
    Scene("withdraw", ("ledger", "withdraw", "2", *LEDGER), before=(FIRST_NIGHT, SECOND_NIGHT),
          again=(64, 65, 66, 73)),
    Scene("import", ("ledger", "import", "../in/paid.csv", "--as-of", "2025-06-30", *LEDGER),
          before=(FIRST_NIGHT,), again=(0, 64, 65)),
    Scene("release", ("ledger", "release", "../in/release.csv", "--as-of", "2025-06-30", *LEDGER),
          before=(FIRST_NIGHT, SECOND_NIGHT), again=(0, 64, 65)),
    Scene("snapshot", ("ledger", "export", "--snapshot", "copy.db", *LEDGER),
          before=(FIRST_NIGHT,), again=(73,)),
    # A history decided again.
    Scene("audit", ("audit", "../in/claims-02.csv.gz", *LEDGER, "--run", "2", *RULES, "--threads",
                    "0", "--quiet", "--out", "audited"),
          before=(FIRST_NIGHT, SECOND_NIGHT), again=(73,)),
    Scene("audit-folder", ("audit", "../in/claims-01.csv.gz", "--decided", "out", *RULES,
                           "--threads", "0", "--quiet", "--out", "audited"),
          before=((*NIGHT_1, "--out", "out"),), again=(73,)),
    # X12, and its acknowledgment.
    Scene("x12", (*X12_NIGHT, "--out", "out"), again=(73,)),
    Scene("x12-ledger", (*X12_NIGHT, "--out", "out", *LEDGER), before=(FIRST_NIGHT,)),
    # Questions.
    Scene("check", ("check", *ONE_LINE, *RULES, *LEDGER, "--json"), before=(FIRST_NIGHT,),
          reads=True, names_claims=True),
    Scene("usage", ("usage", "CANARYM10000001", "--date", "2023-08-01", *LEDGER),
          before=(FIRST_NIGHT,), reads=True, names_claims=True),
    Scene("explain", ("explain", "CANARYC000000001", *LEDGER, "--json"), before=(FIRST_NIGHT,),
          reads=True, names_claims=True),
    Scene("reconsider", ("reconsider", *LEDGER), before=(FIRST_NIGHT, SECOND_NIGHT), reads=True,
          names_claims=True),
    Scene("runs", ("ledger", "runs", *LEDGER), before=(FIRST_NIGHT,), reads=True),
    Scene("verify", ("ledger", "verify", *LEDGER), before=(FIRST_NIGHT, SECOND_NIGHT), reads=True),
    Scene("export", ("ledger", "export", "--table", "line", *LEDGER), before=(FIRST_NIGHT,),
          reads=True, names_claims=True),
    Scene("policy-check", ("policy", "check", "ms-full"), reads=True),
    Scene("roster-check", ("roster", "check", "../in/roster", "--policy", "ms"), reads=True),
    Scene("layout-check", ("layout", "check", "tuva", "--sample", "../in/claims-01.csv.gz"),
          reads=True),
)}


def _gunzip_marked(path):
    """Ids of claims and members, seeded by the generator, get the word that is looked for."""
    with gzip.open(path) as packed:
        lines = packed.read().decode("latin-1").split("\n")
    rows = [line.split(",") for line in lines]
    columns = [rows[0].index(name) for name in ("claim_id", "member_id", "original_claim_id")]
    for row in rows[1:]:
        for at in columns:
            if len(row) > at and row[at]:
                row[at] = CANARY + row[at]
    return rows


def _make_x12(generator, folder, seed, lines):
    """claims.837.gz and roster-x12, with the word in each claim and member id."""
    made = os.path.join(folder, "x12")
    subprocess.run([generator, "--layout", "x12-837p", "--lines", str(lines), "--members",
                    str(lines // 8), "--seed", str(seed), "--error", "over_daily_cap=2", "--out", made,
                    "--quiet"], check=True)
    with gzip.open(os.path.join(made, "claims.837.gz")) as packed:
        text = packed.read().decode("latin-1")
    for segment in ("CLM*", "REF*F8*"):
        text = text.replace("\n" + segment, "\n" + segment + CANARY)
    text = "\n".join(line.replace("*MI*", "*MI*" + CANARY) if line.startswith("NM1*IL*") else line
                     for line in text.split("\n"))
    with open(os.path.join(folder, "claims.837.gz"), "wb") as out:
        out.write(gzip.compress(text.encode("latin-1"), mtime=0))
    os.rename(os.path.join(made, "roster"), os.path.join(folder, "roster-x12"))
    shutil.rmtree(made)


def _write_csv(path, rows):
    text = "\n".join(",".join(row) for row in rows).encode("latin-1")
    data = gzip.compress(text, mtime=0) if path.endswith(".gz") else text
    with open(path, "wb") as out:
        out.write(data)


def make_inputs(generator, folder, seed, lines=300, files=2, lines_a_member=8):
    """claims-NN.csv.gz, roster, and small files for import and release, in a new folder."""
    subprocess.run([generator, "--lines", str(lines), "--members", str(lines // lines_a_member), "--seed",
                    str(seed), "--files", str(files), "--voids", "2", "--replacements", "2",
                    "--error", "duplicate_line=2", "--error",
                    "over_daily_cap=2", "--error", "over_yearly_cap=1", "--out", folder, "--quiet"], check=True)
    for name in sorted(os.listdir(folder)):
        if name.endswith(".csv.gz"):
            path = os.path.join(folder, name)
            _write_csv(path, _gunzip_marked(path))
    header = ["claim_id", "claim_line_number", "member_id", "claim_line_start_date", "hcpcs_code",
              "service_unit_quantity", "rendering_npi"]
    paid = [[f"{CANARY}P{n}", "1", f"{CANARY}M1000{n:04d}", "2024-02-01", "H0038", "3", "1048524098"]
            for n in range(20)]
    _write_csv(os.path.join(folder, "paid.csv"), [header, *paid, [""]])
    _make_x12(generator, folder, seed, lines)
    claims = [[CANARY + f"C{n:09d}"] for n in (1, 2)]
    _write_csv(os.path.join(folder, "release.csv"), [["claim_id"], *claims, [""]])


def split(path, count):
    """Its lines in so many files, claims-001.csv.gz and on, of which the names are returned."""
    with gzip.open(path) as packed:
        header, *lines = packed.read().decode("latin-1").rstrip("\n").split("\n")
    os.unlink(path)
    names = [f"claims-{n + 1:03d}.csv.gz" for n in range(count)]
    for n, name in enumerate(names):
        part = lines[len(lines) * n // count:len(lines) * (n + 1) // count]
        _write_csv(os.path.join(os.path.dirname(path), name), [[line] for line in (header, *part, "")])
    return names
