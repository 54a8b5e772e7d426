"""One session of Spark for all tests, and what the program itself says of the same lines."""

from __future__ import annotations

import csv
import io
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import claimgate
import pytest
from pyspark.sql import DataFrame, SparkSession

ROOT = Path(__file__).resolve().parents[3]
ROSTER = str(ROOT / "fixtures" / "quickstart" / "roster")
AS_OF = "2025-06-30"

COLUMNS = [
    "claim_id", "claim_line_number", "member_id", "claim_line_start_date", "claim_line_end_date",
    "hcpcs_code", "hcpcs_modifier_1", "service_unit_quantity", "rendering_npi",
    "claim_frequency_code", "original_claim_id", "received_date",
]  # fmt: skip


def session(master: str) -> SparkSession:
    os.environ["PYSPARK_PYTHON"] = sys.executable
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    return (
        SparkSession.builder.master(master)
        .appName("claimgate")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.sql.codegen.wholeStage", "false")  # jobs of a second are not worth it
        .config("spark.sql.execution.arrow.maxRecordsPerBatch", "500")
        .config("spark.task.maxFailures", "2")
        .getOrCreate()
    )


@pytest.fixture(scope="session")
def spark() -> Iterator[SparkSession]:
    one = session("local[2]")
    one.sparkContext.setLogLevel("OFF")
    yield one
    one.stop()


def line(number: int, **values: Any) -> dict[str, Any]:
    """A line that is accepted, but for what ``values`` say."""
    usual = {
        "claim_id": f"C{number:06d}",
        "claim_line_number": "1",
        "member_id": f"M{number % 7}",
        "claim_line_start_date": "2025-01-06",
        "hcpcs_code": "H0038",
        "service_unit_quantity": "1",
        "rendering_npi": "1000000004",
        "received_date": "2025-01-20",
    }
    return {"seq": number, **dict.fromkeys(COLUMNS), **usual, **values}


def table(spark: SparkSession, lines: Sequence[dict[str, Any]]) -> DataFrame:
    schema = "seq long, " + ", ".join(f"{name} string" for name in COLUMNS)
    rows = [tuple(one[name] for name in ("seq", *COLUMNS)) for one in lines]
    return spark.createDataFrame(rows, schema)


def as_csv(lines: Sequence[dict[str, Any]], past: Sequence[dict[str, Any]] = ()) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*COLUMNS, "cg_past", "cg_input", "cg_line"])
    for mark, some in (("1", past), ("0", lines)):
        for one in sorted(some, key=lambda each: int(each["seq"])):
            row = [one[name] for name in COLUMNS]
            writer.writerow([*row, mark, 0 if mark == "1" else 1, one["seq"]])
    return text.getvalue().encode()


TOLD = [
    "claim_id", "claim_line_number", "member_id", "decision", "reasons", "warnings",
    "accepted_units", "cap_id", "cap_day", "units_used", "units_available", "exempt",
    "taken_back_lines", "taken_back_units", "cap_used", "group_code", "carc", "rarc", "detail",
]  # fmt: skip


def program_says(
    lines: Sequence[dict[str, Any]],
    past: Sequence[dict[str, Any]] = (),
    *,
    roster: str = ROSTER,
    as_of: str = AS_OF,
    policy: str = "ms",
) -> dict[int, list[str]]:
    """Of each line in scope, by its number, what the program decides in one run over all."""
    said = claimgate.run_program(
        ["validate", "-", "--decisions", "-", "--quiet", "--multiline", "--roster", roster,
         "--as-of", as_of, "--policy", policy],
        stdin=as_csv(lines, past),
    )  # fmt: skip
    rows = csv.DictReader(io.StringIO(said.decode(), newline=""))
    return {int(row["cg_line"]): [row[name] for name in TOLD] for row in rows}


def spark_says(decisions: DataFrame, order: str = "seq") -> dict[int, list[str]]:
    """The same of a result of Spark's, each value written as the program writes it."""
    found: dict[int, list[str]] = {}
    for row in decisions.collect():
        values = row.asDict()
        assert values[order] not in found, "a line is decided twice"
        values["exempt"] = int(values["exempt"])
        found[values[order]] = ["" if values[n] is None else str(values[n]) for n in TOLD]
    return found
