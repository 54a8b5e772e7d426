-- The ledger, version 2. Rows of the book are added, never changed: a take-back, a withdrawal and the
-- mark that a folder was published are rows of their own. What is derived from them (`past`,
-- `recent`, `fold`, `claim_block`) is there for speed alone, and `ledger verify` proves it from the
-- book. Days count from 1970-01-01; the views give dates. What a table costs is said in bytes a
-- decided line, of twenty million made-up lines of 332,000 members in 40 loads; what is not said is
-- less than a hundredth of a byte.

-- Every policy text used, once, so that a decision can be followed years later. Some kilobytes a text.
CREATE TABLE policy (
    policy_no INTEGER PRIMARY KEY,
    policy_id TEXT NOT NULL, -- the same in every row
    sha256 BLOB NOT NULL UNIQUE,
    text TEXT NOT NULL,
    benefit_year_start TEXT NOT NULL -- 'MM-DD' of the yearly cap of its newest version, else '01-01'
) STRICT;

-- One row a run, and the links of the chain. Nothing a line.
CREATE TABLE run (
    run_no INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('validate', 'import', 'release', 'withdraw', 'alias')),
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
    rows_sha256 BLOB NOT NULL, -- over the run's rows in member, line and take_back as they came
    previous_hash BLOB NOT NULL,
    hash BLOB NOT NULL,        -- over all of this and the run's rows in the tables below
    form INTEGER NOT NULL,     -- 1: kept by version 1, whose rows had neither cap_day nor detail
    last_line INTEGER NOT NULL, -- line_no of the last line of this run or one before it
    layout TEXT,               -- by which its files were read; NULL: none, or kept by version 1
    providers INTEGER          -- people in its credentials.csv; NULL: no roster, or by version 1
) STRICT;

-- Of a ledger that is one part of a set: whose, and which; else without a row. A part is written
-- under a night of its set alone.
CREATE TABLE set_part (
    part_no INTEGER PRIMARY KEY, -- from 0
    parts INTEGER NOT NULL,
    set_id TEXT NOT NULL
) STRICT;

-- What a run took in: the identity of files, so that none is taken in twice. A row a file.
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
-- Known files are found by these two, by the hash of their first MiB before they are read whole.
CREATE INDEX input_head ON input (head_sha256);
CREATE INDEX input_content ON input (content_sha256);

-- What a run wrote, so that a run that was cut off can be finished from its staged files. A row a
-- file.
CREATE TABLE output (
    run_no INTEGER NOT NULL REFERENCES run,
    file TEXT NOT NULL, -- name in the run's folder
    bytes INTEGER NOT NULL,
    records INTEGER NOT NULL,
    sha256 BLOB NOT NULL,
    content_hash BLOB NOT NULL, -- XXH3-128 of the decompressed bytes; SHA-256 in a run of version 1
    PRIMARY KEY (run_no, file)
) STRICT, WITHOUT ROWID;

-- By which roster a run decided: a row a file.
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

-- Whatever else a run met, where it met any: headers again, rows left out, warnings.
CREATE TABLE run_count (
    run_no INTEGER NOT NULL REFERENCES run,
    name TEXT NOT NULL,       -- as in the report: of counts, or of warnings
    records INTEGER NOT NULL, -- or lines
    PRIMARY KEY (run_no, name)
) STRICT, WITHOUT ROWID;

-- A run's folder stands at its place. The next run's hash covers this row, `hash` proves it before.
CREATE TABLE publication (
    run_no INTEGER PRIMARY KEY REFERENCES run,
    folder TEXT NOT NULL,
    published_at TEXT NOT NULL,
    hash BLOB NOT NULL,        -- over the run's hash and the other columns
    night_sha256 BLOB          -- of a part of a set: of the set's nights/N.json, which lists the outputs
) STRICT;

-- Member ids to numbers, both ways: a line holds three bytes of number for an id of ten or more. One
-- row a member, and one in the index of ids that each member of a night is looked up in: 0.7 bytes a
-- line together.
CREATE TABLE member (
    member_no INTEGER PRIMARY KEY, -- 0 stands for lines without a valid member id and has no row
    run_no INTEGER NOT NULL,       -- the run that met the member first
    member_id TEXT NOT NULL UNIQUE
) STRICT;

-- Ids of lines to numbers, where a layout tells lines by an id: decided_line and take_back then hold
-- the number as claim_line. Two of these rows are never the same id; letter case and zeros count.
-- Two rows an id, the second in the index by id; without such layouts, none.
CREATE TABLE line_id (
    claim_line INTEGER PRIMARY KEY, -- above 9999, which lines with a number have at most
    run_no INTEGER NOT NULL,        -- the run that met the id first
    line_id TEXT NOT NULL UNIQUE
) STRICT;

-- Codes with their modifiers, and rendering with billing provider: few pairs that millions of lines
-- share. They save about 18 bytes a line and cost next to nothing.
CREATE TABLE service (
    service_no INTEGER PRIMARY KEY,
    procedure TEXT NOT NULL,
    modifiers TEXT -- 'HQ' or 'HQ:HE'
) STRICT;
CREATE TABLE provider (
    provider_no INTEGER PRIMARY KEY,
    rendering_npi INTEGER,
    billing_npi INTEGER
) STRICT;

-- Every decided in-scope line in the order of arrival, so that a night is added at the end, whatever
-- came before. It is read through the view `line`. 56 bytes a line. (Lines that version 1 kept
-- stand run by run, in a run member by member.)
CREATE TABLE decided_line (
    line_no INTEGER PRIMARY KEY,
    run_no INTEGER NOT NULL,
    member_no INTEGER NOT NULL,
    input_no INTEGER NOT NULL,
    source_line INTEGER NOT NULL, -- physical line in that input, from 1
    claim_id TEXT NOT NULL,       -- '': invalid
    claim_line INTEGER,           -- above 9999: of line_id
    frequency INTEGER,            -- 1, 7 replacement, 8 void
    original_claim_id TEXT,
    start_day INTEGER,
    end_day INTEGER,              -- NULL: the start day
    service_no INTEGER NOT NULL,
    provider_no INTEGER NOT NULL,
    units INTEGER,                -- submitted; NULL: invalid
    accepted_units INTEGER NOT NULL,
    decision INTEGER NOT NULL,    -- 1 accepted, 2 rejected, 3 cut back
    cap_used TEXT,                -- JSON: units used before in each cap of the version in force; null: not tested
    exempt INTEGER NOT NULL,      -- 1: the caps neither tested nor counted it
    split INTEGER NOT NULL        -- 1: units lie over the days of the span
) STRICT;

-- Voids and replacements, for who asks whether one came before its original. A tenth of a byte a
-- line.
CREATE INDEX decided_line_takes_back ON decided_line (line_no) WHERE frequency IN (7, 8);

-- What only lines with a reason have: kept apart, because the others would pay five bytes for its
-- absence. 10 bytes a line where one in twelve is rejected, most of it sentences.
CREATE TABLE rejection (
    line_no INTEGER PRIMARY KEY,
    reasons TEXT,            -- joined by ';'
    units_used INTEGER,      -- of the cap that failed
    units_available INTEGER,
    cap_day INTEGER,         -- a day by which the cap's failing period is told
    detail TEXT              -- the sentence of the rejected row
) STRICT;

-- A void, a replacement or (claim_id NULL) a release frees the standing lines of original_claim_id
-- that came before it: all of them, or the one of claim_line. A row with negative units, which
-- reverses what its own claim stands with, is a void without frequency here: it may come again.
-- 0.3 bytes a line where one in 170 is taken back.
CREATE TABLE take_back (
    run_no INTEGER NOT NULL,
    member_no INTEGER NOT NULL,
    input_no INTEGER NOT NULL,
    source_line INTEGER NOT NULL,
    original_claim_id TEXT NOT NULL,
    claim_line INTEGER,
    claim_id TEXT,
    frequency INTEGER,
    named_claim_id TEXT,          -- the payer's number that stood for original_claim_id; NULL: itself
    before_line INTEGER NOT NULL, -- it frees lines with a lower line_no
    take_back_no INTEGER PRIMARY KEY
) STRICT;
-- Which take-back freed a line: 0.15 bytes a line. A night writes a page for nearly each of its own.
CREATE INDEX take_back_original ON take_back (member_no, original_claim_id);

-- The number that a payer gave to a claim: what a void or a replacement names is looked for here
-- before it is looked for among claim ids, the newest first. One row a number, and two in the
-- indexes by either of them, for who asks what a claim is called elsewhere.
CREATE TABLE alias (
    run_no INTEGER NOT NULL,
    payer_claim_id TEXT NOT NULL,
    claim_id TEXT NOT NULL,
    member_no INTEGER NOT NULL, -- 0: of whatever member
    PRIMARY KEY (run_no, payer_claim_id, claim_id, member_no)
) STRICT, WITHOUT ROWID;
CREATE INDEX alias_payer ON alias (payer_claim_id);
CREATE INDEX alias_claim ON alias (claim_id);

-- What the gate recalls of a member, packed: lines with their line_no, so that it is also the index
-- from members to lines, and take-backs, in the order of arrival; group by group, one for each run
-- in which the member had any. Each entry begins with what most questions ask for, so that few are
-- read whole. A member has one row, and further ones where it would be long. Holds every run up to
-- up_to_run; later ones are in `recent`. 21 bytes a line, and 4 of room that its pages are left with.
CREATE TABLE past (
    past_no INTEGER PRIMARY KEY, -- member_no * 4096 + part
    up_to_run INTEGER NOT NULL,
    packed BLOB NOT NULL
) STRICT;

-- The same of newer runs, members rising, in blocks of about 17 KiB, which fill their pages: a night
-- is added at the end, whomever it met. A share of it is moved into `past` each night; what has been moved goes. 1 to 2
-- bytes a line.
CREATE TABLE recent (
    recent_no INTEGER PRIMARY KEY,
    run_no INTEGER NOT NULL,
    first_member INTEGER NOT NULL,
    last_member INTEGER NOT NULL,
    packed BLOB NOT NULL
) STRICT;
-- The blocks that may hold a member, for who asks of one. A few hundred rows.
CREATE INDEX recent_member ON recent (last_member, first_member, run_no);

-- How far the round of moving has come, in one row.
CREATE TABLE fold (
    fold_no INTEGER PRIMARY KEY CHECK (fold_no = 1),
    next_member INTEGER NOT NULL,
    round_run INTEGER NOT NULL -- the newest run when the round began
) STRICT;

-- What each rendering provider had decided in a run, by month of service and first reason: for the
-- comparison of a night with those before it, and for questions about a provider. Voids are left
-- out. Packed, providers rising, in blocks of about 9 KiB a run: 1 byte a line, where a row for
-- each sum, found by its provider, took 6.6 and half of the pages that a night wrote.
CREATE TABLE rendered (
    rendered_no INTEGER PRIMARY KEY,
    run_no INTEGER NOT NULL,
    first_npi INTEGER NOT NULL,
    packed BLOB NOT NULL
) STRICT;
-- One look for each run finds a provider.
CREATE INDEX rendered_first ON rendered (run_no, first_npi);

-- How many units of a long cap (not of a day, nor of rolling months) members have used in a period
-- that the run's lines touched, packed: for who asks which members are near a cap. Of a run that
-- decided, those with half of the cap or more, as they stood after its last line; of an import what
-- it added. What is taken back is not taken off here. About 3 bytes a member and run, where it is
-- above half.
CREATE TABLE near (
    near_no INTEGER PRIMARY KEY,
    run_no INTEGER NOT NULL,
    cap_id TEXT NOT NULL,
    first_day INTEGER NOT NULL, -- of the period
    is_sum INTEGER NOT NULL,    -- 1: units that an import added
    packed BLOB NOT NULL        -- members rising, each as its distance from the one before, and units
) STRICT;
CREATE INDEX near_period ON near (cap_id, first_day, run_no);
CREATE INDEX near_run ON near (run_no);

-- From claims to lines, packed, claims rising, in blocks of about 9 KiB a run. 2.9 bytes a line,
-- where a row for each claim took 24.
CREATE TABLE claim_block (
    block_no INTEGER PRIMARY KEY,
    run_no INTEGER NOT NULL,
    first_claim TEXT NOT NULL,
    packed BLOB NOT NULL
) STRICT;
-- One look for each run finds a claim.
CREATE INDEX claim_block_first ON claim_block (run_no, first_claim);

-- Views for people, and for exports that were made of version 1's tables.
CREATE VIEW line AS
SELECT l.run_no,
       l.member_no,
       l.input_no,
       l.source_line,
       l.claim_id,
       l.claim_line,
       l.frequency,
       l.original_claim_id,
       l.start_day,
       l.end_day,
       s.procedure,
       s.modifiers,
       p.rendering_npi,
       p.billing_npi,
       l.units,
       l.accepted_units,
       l.decision,
       x.reasons,
       l.cap_used,
       x.units_used,
       x.units_available,
       l.exempt,
       l.split,
       x.cap_day,
       x.detail,
       l.line_no
  FROM decided_line l
  LEFT JOIN service s ON s.service_no = l.service_no
  LEFT JOIN provider p ON p.provider_no = l.provider_no
  LEFT JOIN rejection x ON x.line_no = l.line_no;

CREATE VIEW claim AS
SELECT DISTINCT claim_id, run_no, member_no FROM decided_line;

CREATE VIEW decision AS
SELECT l.run_no,
       i.file AS source_file,
       l.source_line,
       m.member_id,
       l.claim_id,
       coalesce(d.line_id, l.claim_line) AS claim_line_number,
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
           AND t.before_line > l.line_no
           AND l.decision <> 2
           AND l.frequency <> 8
           AND (t.run_no = l.run_no
                OR NOT EXISTS (SELECT 1 FROM run w WHERE w.withdraws IN (t.run_no, l.run_no)))
         ORDER BY t.take_back_no
         LIMIT 1) AS taken_back_by,
       EXISTS (SELECT 1 FROM run w WHERE w.withdraws = l.run_no) AS withdrawn,
       l.detail
  FROM line l
  JOIN input i ON i.run_no = l.run_no AND i.input_no = l.input_no
  LEFT JOIN member m ON m.member_no = l.member_no
  LEFT JOIN line_id d ON d.claim_line = l.claim_line;

-- Accepted units that stand and count, by member and benefit year. A span counts where it starts;
-- the year is that of the newest run that stands.
CREATE VIEW usage_by_year AS
SELECT m.member_id,
       (CAST(strftime('%Y', l.start_day * 86400, 'unixepoch') AS INTEGER)
           - (strftime('%m-%d', l.start_day * 86400, 'unixepoch') < p.benefit_year_start))
           || '-' || p.benefit_year_start AS benefit_year,
       count(*) AS lines,
       sum(l.accepted_units) AS units
  FROM decided_line l
  JOIN member m ON m.member_no = l.member_no
  JOIN policy p ON p.policy_no = (SELECT r.policy_no
                                    FROM run r
                                   WHERE r.policy_no IS NOT NULL
                                     AND NOT EXISTS (SELECT 1 FROM run w WHERE w.withdraws = r.run_no)
                                   ORDER BY r.run_no DESC
                                   LIMIT 1)
 WHERE l.decision <> 2
   AND l.frequency <> 8
   AND l.exempt = 0
   AND NOT EXISTS (SELECT 1 FROM run w WHERE w.withdraws = l.run_no)
   AND NOT EXISTS (SELECT 1
                     FROM take_back t
                    WHERE t.member_no = l.member_no
                      AND t.original_claim_id = l.claim_id
                      AND (t.claim_line IS NULL OR t.claim_line = l.claim_line)
                      AND t.before_line > l.line_no
                      AND NOT EXISTS (SELECT 1 FROM run w WHERE w.withdraws = t.run_no))
 GROUP BY m.member_id, 2;

CREATE VIEW reason_by_run AS
SELECT r.run_no, r.started_at, r.kind, x.reason, x.lines, x.units,
       EXISTS (SELECT 1 FROM run w WHERE w.withdraws = r.run_no) AS withdrawn
  FROM run_reason x
  JOIN run r ON r.run_no = x.run_no;
