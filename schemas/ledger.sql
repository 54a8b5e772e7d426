-- The ledger, version 1. Rows are added, never changed: a take-back, a withdrawal and the mark that a
-- folder was published are rows of their own. Days count from 1970-01-01; the views give dates.

CREATE TABLE policy (
    policy_no INTEGER PRIMARY KEY,
    policy_id TEXT NOT NULL, -- the same in every row
    sha256 BLOB NOT NULL UNIQUE,
    text TEXT NOT NULL,
    benefit_year_start TEXT NOT NULL -- 'MM-DD' of the yearly cap of its newest version, else '01-01'
) STRICT;

CREATE TABLE run (
    run_no INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('validate', 'import', 'release', 'withdraw')),
    started_at TEXT NOT NULL, -- UTC
    claimgate TEXT NOT NULL,  -- version of the program
    as_of_day INTEGER NOT NULL,
    policy_no INTEGER REFERENCES policy,
    withdraws INTEGER UNIQUE REFERENCES run, -- the run that a 'withdraw' takes back
    staging_path TEXT,        -- absolute; NULL: the run has no folder
    final_path TEXT,
    parent_inode INTEGER,     -- of the folder that holds both: tells whether its file system is there
    records INTEGER NOT NULL,
    accepted INTEGER NOT NULL,
    rejected INTEGER NOT NULL,
    malformed INTEGER NOT NULL,
    out_of_scope INTEGER NOT NULL,
    exempt INTEGER NOT NULL,
    cutback INTEGER NOT NULL,
    taken_back INTEGER NOT NULL,
    empty_lines INTEGER NOT NULL,
    units_submitted INTEGER NOT NULL,
    units_accepted INTEGER NOT NULL,
    units_rejected INTEGER NOT NULL,
    units_exempt INTEGER NOT NULL,
    units_taken_back INTEGER NOT NULL,
    rows_sha256 BLOB NOT NULL, -- over the run's rows in member, line and take_back
    previous_hash BLOB NOT NULL,
    hash BLOB NOT NULL         -- over all of this and the run's rows in the tables below
) STRICT;

CREATE TABLE input (
    run_no INTEGER NOT NULL REFERENCES run,
    input_no INTEGER NOT NULL, -- from 1
    file TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    records INTEGER NOT NULL,
    sha256 BLOB NOT NULL,         -- of the bytes on disk
    content_sha256 BLOB NOT NULL, -- decompressed: the identity of an input
    head_sha256 BLOB NOT NULL,    -- of its first MiB
    PRIMARY KEY (run_no, input_no)
) STRICT, WITHOUT ROWID;
CREATE INDEX input_head ON input (head_sha256);
CREATE INDEX input_content ON input (content_sha256);

CREATE TABLE output (
    run_no INTEGER NOT NULL REFERENCES run,
    file TEXT NOT NULL, -- name in the run's folder
    bytes INTEGER NOT NULL,
    records INTEGER NOT NULL,
    sha256 BLOB NOT NULL,
    content_sha256 BLOB NOT NULL,
    PRIMARY KEY (run_no, file)
) STRICT, WITHOUT ROWID;

CREATE TABLE roster_file (
    run_no INTEGER NOT NULL REFERENCES run,
    file TEXT NOT NULL,
    rows INTEGER NOT NULL,
    sha256 BLOB NOT NULL,
    PRIMARY KEY (run_no, file)
) STRICT, WITHOUT ROWID;

-- Rejected lines (and rejected rests of cutbacks) under their first reason.
CREATE TABLE run_reason (
    run_no INTEGER NOT NULL REFERENCES run,
    reason TEXT NOT NULL,
    lines INTEGER NOT NULL,
    units INTEGER NOT NULL,
    PRIMARY KEY (run_no, reason)
) STRICT, WITHOUT ROWID;

-- A run's folder stands at its place.
CREATE TABLE publication (
    run_no INTEGER PRIMARY KEY REFERENCES run,
    folder TEXT NOT NULL,
    published_at TEXT NOT NULL
) STRICT;

CREATE TABLE member (
    member_no INTEGER PRIMARY KEY, -- 0 stands for lines without a valid member id and has no row
    run_no INTEGER NOT NULL,       -- the run that met the member first
    member_id TEXT NOT NULL UNIQUE
) STRICT;

-- Every decided in-scope line, laid out run by run and in a run member by member: a night is added
-- at the end, whatever came before.
CREATE TABLE line (
    run_no INTEGER NOT NULL,
    member_no INTEGER NOT NULL,
    input_no INTEGER NOT NULL,
    source_line INTEGER NOT NULL, -- physical line in that input, from 1
    claim_id TEXT NOT NULL,       -- '': invalid
    claim_line INTEGER,
    frequency INTEGER,            -- 1, 7 replacement, 8 void
    original_claim_id TEXT,
    start_day INTEGER,
    end_day INTEGER,              -- NULL: the start day
    procedure TEXT NOT NULL,
    modifiers TEXT,               -- 'HQ' or 'HQ:HE'
    rendering_npi INTEGER,
    billing_npi INTEGER,
    units INTEGER,                -- submitted; NULL: invalid
    accepted_units INTEGER NOT NULL,
    decision INTEGER NOT NULL,    -- 1 accepted, 2 rejected, 3 cut back
    reasons TEXT,                 -- joined by ';'
    cap_used TEXT,                -- JSON: units used before in each cap of the version in force; null: not tested
    units_used INTEGER,           -- of the cap that failed
    units_available INTEGER,
    exempt INTEGER NOT NULL,      -- 1: the caps neither tested nor counted it
    split INTEGER NOT NULL,       -- 1: units lie over the days of the span
    PRIMARY KEY (run_no, member_no, input_no, source_line)
) STRICT, WITHOUT ROWID;

-- A void, a replacement or (claim_id NULL) a release frees the standing lines of original_claim_id
-- that came before it: all of them, or the one of claim_line.
CREATE TABLE take_back (
    run_no INTEGER NOT NULL,
    member_no INTEGER NOT NULL,
    input_no INTEGER NOT NULL,
    source_line INTEGER NOT NULL,
    original_claim_id TEXT NOT NULL,
    claim_line INTEGER,
    claim_id TEXT,
    frequency INTEGER,
    PRIMARY KEY (run_no, member_no, input_no, source_line)
) STRICT, WITHOUT ROWID;
CREATE INDEX take_back_original ON take_back (member_no, original_claim_id);

-- What the gate recalls of a member: its accepted lines and take-backs of one run, packed. One row
-- for each run in which the member had a line, so that it is also the index from members to lines;
-- further parts where one would be large. `ledger verify` makes them anew from the lines.
CREATE TABLE accumulator (
    member_no INTEGER NOT NULL,
    run_no INTEGER NOT NULL,
    part INTEGER NOT NULL, -- from 0
    packed BLOB NOT NULL,
    PRIMARY KEY (member_no, run_no, part)
) STRICT, WITHOUT ROWID;

-- The index from claims to lines, filled in order of its key.
CREATE TABLE claim (
    claim_id TEXT NOT NULL,
    run_no INTEGER NOT NULL,
    member_no INTEGER NOT NULL,
    PRIMARY KEY (claim_id, run_no, member_no)
) STRICT, WITHOUT ROWID;

-- Views for people. `decision` is quick for a member_id or a claim_id; to read it all, read `line`.
CREATE VIEW decision AS
SELECT l.run_no,
       i.file AS source_file,
       l.source_line,
       m.member_id,
       l.claim_id,
       l.claim_line AS claim_line_number,
       l.frequency AS claim_frequency_code,
       l.original_claim_id,
       date(l.start_day * 86400, 'unixepoch') AS start_date,
       date(coalesce(l.end_day, l.start_day) * 86400, 'unixepoch') AS end_date,
       l.procedure AS hcpcs_code,
       l.modifiers,
       l.rendering_npi,
       l.billing_npi,
       l.units,
       l.accepted_units,
       CASE l.decision WHEN 1 THEN 'accepted' WHEN 2 THEN 'rejected' ELSE 'cut back' END AS decision,
       l.reasons,
       l.cap_used,
       l.units_used,
       l.units_available,
       l.exempt,
       (SELECT coalesce(t.claim_id, 'release')
          FROM take_back t
         WHERE t.member_no = l.member_no
           AND t.original_claim_id = l.claim_id
           AND (t.claim_line IS NULL OR t.claim_line = l.claim_line)
           AND (t.run_no, t.input_no, t.source_line) > (l.run_no, l.input_no, l.source_line)
           AND l.decision <> 2
           AND l.frequency <> 8
           AND (t.run_no = l.run_no
                OR NOT EXISTS (SELECT 1 FROM run w WHERE w.withdraws IN (t.run_no, l.run_no)))
         ORDER BY t.run_no, t.input_no, t.source_line
         LIMIT 1) AS taken_back_by,
       EXISTS (SELECT 1 FROM run w WHERE w.withdraws = l.run_no) AS withdrawn
  FROM claim c
  JOIN accumulator a ON a.member_no = c.member_no AND a.run_no = c.run_no AND a.part = 0
  JOIN line l ON l.run_no = a.run_no AND l.member_no = a.member_no AND l.claim_id = c.claim_id
  JOIN input i ON i.run_no = l.run_no AND i.input_no = l.input_no
  LEFT JOIN member m ON m.member_no = l.member_no;

-- Accepted units that stand and count, by member and benefit year. A span counts where it starts.
CREATE VIEW usage_by_year AS
SELECT m.member_id,
       (CAST(strftime('%Y', l.start_day * 86400, 'unixepoch') AS INTEGER)
           - (strftime('%m-%d', l.start_day * 86400, 'unixepoch') < p.benefit_year_start))
           || '-' || p.benefit_year_start AS benefit_year,
       count(*) AS lines,
       sum(l.accepted_units) AS units
  FROM member m
  JOIN accumulator a ON a.member_no = m.member_no AND a.part = 0
  JOIN line l ON l.run_no = a.run_no AND l.member_no = a.member_no
  JOIN policy p ON p.policy_no = (SELECT max(policy_no) FROM policy)
 WHERE l.decision <> 2
   AND l.frequency <> 8
   AND l.exempt = 0
   AND NOT EXISTS (SELECT 1 FROM run w WHERE w.withdraws = l.run_no)
   AND NOT EXISTS (SELECT 1
                     FROM take_back t
                    WHERE t.member_no = l.member_no
                      AND t.original_claim_id = l.claim_id
                      AND (t.claim_line IS NULL OR t.claim_line = l.claim_line)
                      AND (t.run_no, t.input_no, t.source_line) > (l.run_no, l.input_no, l.source_line)
                      AND NOT EXISTS (SELECT 1 FROM run w WHERE w.withdraws = t.run_no))
 GROUP BY m.member_id, 2;

CREATE VIEW reason_by_run AS
SELECT r.run_no, r.started_at, r.kind, x.reason, x.lines, x.units,
       EXISTS (SELECT 1 FROM run w WHERE w.withdraws = r.run_no) AS withdrawn
  FROM run_reason x
  JOIN run r ON r.run_no = x.run_no;
