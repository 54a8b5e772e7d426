"""The same over Spark Connect, which is all that shared and serverless compute gives a client."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

import claimgate
import pytest
from conftest import AS_OF, ROSTER, line, program_says, spark_says, table
from pyspark.sql import SparkSession


@pytest.fixture(scope="module")
def connected() -> Iterator[SparkSession]:
    os.environ |= {"PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1"}
    one = SparkSession.builder.remote("local[2]").getOrCreate()
    one.conf.set("spark.sql.shuffle.partitions", "2")
    yield one
    one.stop()


def test_decisions_and_history_over_connect(connected: SparkSession) -> None:
    more = {"roster": ROSTER, "as_of": AS_OF, "order": "seq", "parts": 3}
    lines = [line(n, member_id=f"M{n % 9}") for n in range(1, 300)]
    claims = table(connected, lines[:200])
    decisions = claimgate.validate(claims, **more)
    whole = program_says(lines)
    assert spark_says(decisions) == {n: row for n, row in whole.items() if n <= 200}
    history = claimgate.accepted_lines(claims, decisions, order="seq")
    found = spark_says(claimgate.validate(table(connected, lines[200:]), history=history, **more))
    assert found == {n: row for n, row in whole.items() if n > 200}
    with pytest.raises(claimgate.ClaimgateError, match="order: seq is not unique"):
        claimgate.validate(table(connected, [line(1), line(1)]), **more)
