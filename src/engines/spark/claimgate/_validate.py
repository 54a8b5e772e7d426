"""The job: who is in scope, who stands with whom, and in which order."""

from __future__ import annotations

import csv
import dataclasses
import datetime
import gzip
import io
import json
import os
import re
import tempfile
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from claimgate._columns import as_text, check_layout, column, may_be_in_scope, sent_columns
from claimgate._feeder import not_unique
from claimgate._job import Job, fingerprint_of
from claimgate._partition import decide_partition
from claimgate._program import ClaimgateError, run_program

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import Column, DataFrame
    from pyspark.sql.types import StructType

    from claimgate._columns import SentColumn

# Of a roster that travels with the job.
_SHIPPED_MAX_BYTES = 64 << 20

# The result's columns behind those of the order. Texts unless they are among the others.
_DECISION_COLUMNS = [
    *("claim_id", "claim_line_number", "member_id", "decision", "reasons", "warnings"),
    *("accepted_units", "cap_id", "cap_day", "units_used", "units_available", "exempt"),
    *("taken_back_lines", "taken_back_units", "cap_used", "group_code", "carc", "rarc", "detail"),
    *("run_id", "policy_sha256", "roster_sha256"),
]
_NUMBERS = (
    "accepted_units",
    "units_used",
    "units_available",
    "taken_back_lines",
    "taken_back_units",
)


def validate(
    df: DataFrame,
    *,
    roster: str,
    as_of: str | datetime.date,
    order: str | Sequence[str],
    policy: str = "ms",
    parts: int = 64,
    history: DataFrame | None = None,
    layout: str = "tuva",
    mapping: Mapping[str, str] | None = None,
    run_id: str | None = None,
    check_order: bool = True,
    ship_roster: bool = False,
    program: str | None = None,
) -> DataFrame:
    """Decide claim lines: one row for each line of ``df`` that is in the policy's scope.

    Args:
        df: claim lines, one a row. Columns are found by the layout's names.
        roster: folder of the credential files, at a path that driver and executors all have; with
            ``ship_roster`` the driver alone.
        as_of: the day that decisions are made as of, YYYY-MM-DD or a date. No later date of
            service is accepted. There is no default, for a task that is tried again tomorrow must
            decide as it did today.
        order: the column, or columns, that tell lines apart and put them in the order in which
            they arrived: the first claim filed wins. (file, line) is one;
            ``monotonically_increasing_id`` is none, for it changes from one try to the next. No
            float, no null.
        policy: a built-in policy's id, or the path of a policy's JSON on the driver.
        parts: how many partitions, and children, lines are parted into by member.
        history: lines that were accepted before, with ``df``'s columns and the units that were
            accepted (:func:`claimgate.accepted_lines` makes it). They count, are not tested again
            and have no row in the result. Voids and replacements among them take back.
        layout: a built-in layout's name, or the path of a layout's JSON on the driver. The columns
            of "tuva" have the names of the fields.
        mapping: the layout's name of a column to ``df``'s name of it, where they differ.
        run_id: goes into every row; by default an id of its own for each call.
        check_order: count lines in scope by ``order`` first, which is a job of its own. False:
            only lines of the same partition are compared, while they are decided.
        ship_roster: send the roster's files, at most 64 MiB, along with the job, for executors
            that cannot read the folder.
        program: path of the program, the same on all executors, in place of the package's.

    Returns:
        A lazy DataFrame: ``order``'s columns, then claim_id, claim_line_number, member_id,
        decision (accepted, rejected or cutback), reasons and warnings (joined by ";"),
        accepted_units, cap_id, cap_day, units_used, units_available, exempt, taken_back_lines,
        taken_back_units, cap_used (JSON), group_code, carc, rarc, detail, and run_id,
        policy_sha256, roster_sha256. Units are those of the claim; what is blank is null. A line
        out of scope has no row, and passes. It is not sorted.

    Raises:
        ClaimgateError: what the program says of policy, roster, layout and columns, or an order
            that does not tell lines apart. Partitions raise it in their tasks, so that the job
            fails with its text.
    """
    keys = [order] if isinstance(order, str) else list(order)
    policy_text = run_program(["policy", "show", policy], program=program).decode()
    layout_text = run_program(["layout", "show", layout], program=program).decode()
    layout_json = json.loads(layout_text)
    policy_json = json.loads(policy_text)
    check_layout(layout_json)
    _check_keys(df, keys, parts)
    sent = sent_columns(df, layout_json, mapping or {})
    job = _probe(
        Job(
            program=program,
            policy=policy_text,
            layout=layout_text,
            delimiter=layout_json["delimiter"],
            roster=roster,
            roster_files=_files_of(roster) if ship_roster else (),
            as_of=as_of.isoformat() if isinstance(as_of, datetime.date) else as_of,
            header=tuple(one.name for one in sent),
            order_count=len(keys),
            order_names=tuple(keys),
            fingerprint=("", ""),
            run_id=run_id or str(uuid.uuid4()),
        )
    )
    codes = _codes_of(policy_json)

    def lines_of(table: DataFrame, mark: str) -> DataFrame:
        return _lines(table, layout_json, sent, codes, keys=keys, mark=mark)

    new = lines_of(df, "0")
    if check_order:
        _check_order(new, keys)
    lines = new if history is None else new.union(lines_of(history, "1"))
    groups = _persons(policy_json, roster)
    parted = _parted(lines, _member_column(layout_json, sent), groups, parts, len(keys))
    return parted.mapInArrow(_PartitionOf(job), _result_schema(df, keys))


def _files_of(roster: str) -> tuple[tuple[str, bytes], ...]:
    """Names and content of a roster's files."""
    folder = Path(roster)
    if not folder.is_dir():
        return ()  # the program says what is wrong with it
    paths = sorted(p for p in folder.iterdir() if p.name.endswith((".csv", ".csv.gz")))
    if sum(path.stat().st_size for path in paths) > _SHIPPED_MAX_BYTES:
        raise ClaimgateError(
            f"{roster}: has more than 64 MiB, too much to send along with each task; put it where "
            "all executors can read it, or pack its files (.csv.gz)"
        )
    return tuple((path.name, path.read_bytes()) for path in paths)


class _PartitionOf:
    """What a task calls; it is pickled, and imports what it needs there."""

    def __init__(self, job: Job) -> None:
        self._job = job

    def __call__(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        return decide_partition(self._job, iter(batches))


def _check_keys(df: DataFrame, keys: Sequence[str], parts: int) -> None:
    from pyspark.sql import types as st

    if parts < 1:
        raise ClaimgateError(f"parts: {parts} is no number of partitions; give 1 or more")
    for key in keys:
        if key not in df.columns:
            raise ClaimgateError(f"order: the table has no column {key}")
        kind = df.schema[key].dataType
        if isinstance(kind, (st.DoubleType, st.FloatType, st.ArrayType, st.MapType, st.StructType)):
            raise ClaimgateError(
                f"order: {key} is of type {kind.simpleString()}, which does not order lines "
                "surely; give whole numbers, strings, dates or times"
            )
    if len(set(keys)) < len(keys) or not keys:
        raise ClaimgateError("order: name one column or more, each once")


def _probe(job: Job) -> Job:
    """Decide no line at all, so that what is wrong with the job is told before it starts."""
    with tempfile.TemporaryDirectory(prefix="claimgate-") as folder:
        job.write_files(folder)
        run_program(job.arguments(folder), stdin=job.header_line(), program=job.program)
        report = json.loads(Path(folder, "report.json").read_text(encoding="utf-8"))
    return dataclasses.replace(job, fingerprint=fingerprint_of(report))


def _codes_of(policy: Mapping[str, Any]) -> list[str]:
    """All procedure codes that any version of the policy names."""
    return sorted(
        {one["code"].upper() for version in policy["versions"] for one in version["procedures"]}
    )


def _lines(
    table: DataFrame,
    layout: Mapping[str, Any],
    sent: Sequence[SentColumn],
    codes: Sequence[str],
    *,
    keys: Sequence[str],
    mark: str,
) -> DataFrame:
    """Order columns, the layout's columns as text, the mark."""
    from pyspark.sql import functions as sf

    for name in [*keys, *(one.source for one in sent)]:
        if name not in table.columns:
            raise ClaimgateError(f"history has no column {name}, which the new lines have")
    scope = may_be_in_scope(table, layout, sent, codes)
    in_scope = table if scope is None else table.where(scope)
    return in_scope.select(
        *[column(table, key).alias(f"k{i}") for i, key in enumerate(keys)],
        *[as_text(table, one).alias(f"c{i}") for i, one in enumerate(sent)],
        sf.lit(mark).alias("past"),
    )


def _check_order(lines: DataFrame, keys: Sequence[str]) -> None:
    from pyspark.sql import functions as sf

    names = [f"k{i}" for i in range(len(keys))]
    is_null = sf.lit(False)
    for name in names:
        is_null = is_null | sf.col(name).isNull()
    counted = lines.groupBy(*names).count().where((sf.col("count") > 1) | is_null)
    found = counted.select(is_null.alias("is_null")).head(1)
    if found and found[0]["is_null"]:
        raise ClaimgateError(
            f"order: {', '.join(keys)} is null in a line; give every line its place"
        )
    if found:
        raise ClaimgateError(not_unique(keys))


def _member_column(layout: Mapping[str, Any], sent: Sequence[SentColumn]) -> str:
    """The text column that holds the member id."""
    source = layout["fields"]["member_id"]
    for name in (source["column"], *source.get("also_named", ())):
        for i, one in enumerate(sent):
            if one.name == name:
                return f"c{i}"
    raise ClaimgateError(f"the table has no column {source['column']} for member_id")


def _group(member: Column) -> Column:
    """What lines are parted by: letters and digits of the id.

    Ids that the program takes for one member are one here too, for what it passes over around an
    id is neither. That others may fall together does no harm.
    """
    from pyspark.sql import functions as sf

    bare = sf.regexp_replace(member, "[^0-9A-Za-z]", "")
    return sf.upper(sf.coalesce(bare, sf.lit("")))


def _parted(
    lines: DataFrame, member: str, groups: Mapping[str, str], parts: int, key_count: int
) -> DataFrame:
    from pyspark.sql import functions as sf

    keyed = lines.withColumn("part", _group(sf.col(member)))
    if groups:
        of_person = lines.sparkSession.createDataFrame(
            list(groups.items()), "part string, person string"
        )
        keyed = keyed.join(sf.broadcast(of_person), "part", "left").withColumn(
            "part", sf.coalesce("person", "part")
        )
    order = [sf.col("past").desc(), *(sf.col(f"k{i}").asc() for i in range(key_count))]
    return keyed.repartition(parts, "part").sortWithinPartitions(*order).select(*lines.columns)


def _members_rows(folder: Path) -> Iterator[tuple[str, str]]:
    """Member id and person id of each row of members.csv."""
    for path in (folder / "members.csv", folder / "members.csv.gz"):
        if not path.is_file():
            continue
        packed = path.read_bytes()
        text = gzip.decompress(packed) if path.suffix == ".gz" else packed
        rows = csv.reader(io.StringIO(text.decode("utf-8-sig", "replace"), newline=""))
        header = [field.strip().lower() for field in next(rows, [])]
        member, person = header.index("member_id"), header.index("person_id")
        for row in rows:
            if len(row) > max(member, person):
                yield row[member], row[person]


def _persons(policy: Mapping[str, Any], roster: str) -> dict[str, str]:
    """Under a crosswalk, ids that may be one person on some day, to one of them.

    Ids are as :func:`_group` writes them.
    """
    above: dict[str, str] = {}

    def root(name: str) -> str:
        while above.setdefault(name, name) != name:
            above[name] = above[above[name]]
            name = above[name]
        return name

    if not policy.get("member_crosswalk"):
        return {}
    for member, person in _members_rows(Path(os.fspath(roster))):
        a, b = (re.sub("[^0-9A-Za-z]", "", name).upper() for name in (member, person))
        above[root(a)] = root(b)
    return {name: root(name) for name in list(above)}


def _result_schema(df: DataFrame, keys: Sequence[str]) -> StructType:
    from pyspark.sql import types as st

    kinds: dict[str, st.DataType] = dict.fromkeys(_NUMBERS, st.IntegerType())
    kinds |= {"cap_day": st.DateType(), "exempt": st.BooleanType()}
    for key in keys:
        if key in _DECISION_COLUMNS:
            raise ClaimgateError(f"order: {key} is a name of the result's own; rename the column")
    told = [st.StructField(name, kinds.get(name, st.StringType())) for name in _DECISION_COLUMNS]
    return st.StructType([st.StructField(key, df.schema[key].dataType) for key in keys] + told)
