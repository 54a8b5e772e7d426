"""What a job decides is what the program decides in one run over the same lines."""

from __future__ import annotations

import datetime
import json
import random
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import claimgate
import pytest
from conftest import (
    AS_OF,
    COLUMNS,
    ROSTER,
    line,
    program_says,
    spark_says,
    table,
)  # fmt: skip
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as sf

Lines = list[dict[str, Any]]


def decide(df: DataFrame, **more: Any) -> DataFrame:
    return claimgate.validate(
        df, **{"roster": ROSTER, "as_of": AS_OF, "order": "seq", "parts": 3, **more}
    )


def many(count: int, seed: int) -> Lines:
    """Lines of few members on few days, so that caps, duplicates and take-backs meet."""
    draw = random.Random(seed)
    lines = []
    for number in range(1, count + 1):
        day = datetime.date(2025, 1, 1) + datetime.timedelta(days=draw.randrange(40))
        one = line(
            number,
            claim_id=f"C{draw.randrange(count):06d}",
            member_id=f"M{draw.randrange(max(2, count // 30))}",
            claim_line_start_date=day.isoformat(),
            service_unit_quantity=str(draw.randrange(0, 8)),
            hcpcs_code=draw.choice(["H0038"] * 6 + ["h0038", "99213", "H0038 HE", "HOO38", None]),
            hcpcs_modifier_1=draw.choice([None, "HE", "HF"]),
            rendering_npi=draw.choice(["1000000004"] * 5 + ["1000000012", "1000000046", None]),
        )
        if draw.random() < 0.15:
            one["claim_frequency_code"] = draw.choice(["7", "8"])
            one["original_claim_id"] = f"C{draw.randrange(count):06d}"
        lines.append(one)
    draw.shuffle(lines)
    return lines


@pytest.mark.parametrize("parts", [1, 3, 8])
def test_decisions_are_those_of_one_run(spark: SparkSession, parts: int) -> None:
    lines = many(3000, seed=parts)
    found = spark_says(decide(table(spark, lines).repartition(5), parts=parts))
    expected = program_says(lines)
    assert found == expected
    assert {row[3] for row in found.values()} == {"accepted", "rejected"}


def test_more_partitions_than_members_and_one_member_with_nearly_all(spark: SparkSession) -> None:
    lines = [line(n, member_id="M-x" if n % 50 else f"M{n}") for n in range(1, 4000)]
    assert spark_says(decide(table(spark, lines), parts=16)) == program_says(lines)


def test_no_line_and_no_line_in_scope(spark: SparkSession) -> None:
    assert decide(table(spark, [])).collect() == []
    assert decide(table(spark, [line(1, hcpcs_code="99213")])).collect() == []
    assert decide(table(spark, [line(1, hcpcs_code="nothing like it")])).collect() == []


HOSTILE = ['A,"B"', "A\nB", "A\r\nB", " A ", "", '"', "'A", '="A"', "NA", "null", "Ä\u00a0", "A\0B",
           "x" * 70000, "\t", "\ufeffA", "A;B|C", "cg_past"]  # fmt: skip


def test_values_that_csv_and_people_stumble_over(spark: SparkSession) -> None:
    lines = [line(n + 1, claim_id=value) for n, value in enumerate(HOSTILE)]
    lines += [line(n + 101, member_id=value) for n, value in enumerate(HOSTILE)]
    lines += [line(n + 201, claim_id=None, claim_line_number=v) for n, v in enumerate(HOSTILE)]
    df = table(spark, lines)
    found = spark_says(decide(df, parts=4))
    assert set(found) == {one["seq"] for one in lines}
    texts = {one["seq"]: "".join(str(value) for value in one.values()) for one in lines}
    whole = [
        one for one in lines if "\0" not in texts[one["seq"]] and len(texts[one["seq"]]) < 60000
    ]
    expected = program_says(whole)
    assert {n: found[n] for n in expected} == expected
    for one in lines:
        if one not in whole:
            assert found[one["seq"]][4] == "malformed_record"


def test_nulls_in_every_column(spark: SparkSession) -> None:
    lines = [line(n + 1, **{name: None}) for n, name in enumerate(COLUMNS)]
    lines.append({"seq": 99, **dict.fromkeys(COLUMNS)})
    found = spark_says(decide(table(spark, lines)))
    assert found == program_says(lines)
    assert 99 not in found  # without a code it is nobody's


def test_dates_decimals_and_numbers_are_written_as_a_file_has_them(spark: SparkSession) -> None:
    schema = (
        "seq int, claim_id long, claim_line_number int, member_id string, "
        "claim_line_start_date date, hcpcs_code string, service_unit_quantity {}, "
        "rendering_npi double, received_date date"
    )
    day = datetime.date(2025, 1, 6)
    for kind, value in (("decimal(18,6)", Decimal(4)), ("double", 4.0), ("float", 4.0),
                        ("int", 4), ("decimal(10,0)", Decimal(4)), ("string", "4")):  # fmt: skip
        row = (1, 77, 1, "M1", day, "H0038", value, 1000000004.0, day)
        df = spark.createDataFrame([row], schema.format(kind))
        (told,) = decide(df).collect()
        assert (told["decision"], told["accepted_units"], told["claim_id"]) == ("accepted", 4, "77")
    odd = [4.5, float("nan"), float("inf"), -1e300, 1e17]
    rows = [(n, 77, 1, f"M{n}", day, "H0038", v, 1000000004.0, day) for n, v in enumerate(odd)]
    found = decide(spark.createDataFrame(rows, schema.format("double"))).collect()
    assert [row["reasons"] for row in found] == ["units_invalid"] * len(odd)


def test_a_time_of_day_is_no_date(spark: SparkSession) -> None:
    df = table(spark, [line(1)]).withColumn("received_date", sf.current_timestamp())
    with pytest.raises(claimgate.ClaimgateError, match="received_date has times of day"):
        decide(df)


def test_a_layout_with_its_own_names_formats_and_rules(spark: SparkSession) -> None:
    rows = [
        ("A", 1, "M1", datetime.date(2025, 1, 6), "H0038", 4, "1000000004", "O", "1"),
        ("A", 2, "M1", datetime.date(2025, 1, 6), "H0038", 4, "1000000004", "O", "1"),
        ("B", 1, "M1", datetime.date(2025, 1, 6), "H0038", 4, "1000000004", "O", "0"),
    ]
    df = spark.createDataFrame(
        rows,
        "CLM_ID string, LINE_NUM int, bene string, LINE_1ST_EXPNS_DT date, HCPCS_CD string, "
        "LINE_SRVC_CNT int, PRF_PHYSN_NPI string, LINE_PRCSG_IND_CD string, "
        "CARR_CLM_PMT_DNL_CD string",
    )
    found = decide(
        df, layout="rif-carrier", mapping={"BENE_ID": "bene"}, order=["CLM_ID", "LINE_NUM"]
    ).collect()
    told = {(row["CLM_ID"], row["LINE_NUM"]): row["decision"] for row in found}
    assert told == {("A", 1): "accepted", ("A", 2): "rejected"}  # B was denied: left out


def test_history_and_new_lines_decide_as_one_run_over_both(spark: SparkSession) -> None:
    lines = many(3000, seed=11)
    old = [one for one in lines if one["seq"] <= 2000]
    new = [one for one in lines if one["seq"] > 2000]
    claims = table(spark, old)
    history = claimgate.accepted_lines(claims, decide(claims), order="seq")
    found = spark_says(decide(table(spark, new), history=history))
    whole = program_says(lines)
    assert found == {number: row for number, row in whole.items() if number > 2000}
    kept = [row.asDict() for row in history.collect()]
    assert found == program_says(new, kept)


def test_history_has_the_units_that_were_left_of_a_cut_line(
    spark: SparkSession, tmp_path: Path
) -> None:
    policy = json.loads(claimgate.run_program(["policy", "show", "ms"]))
    policy["versions"][0]["over_cap"] = "cutback"
    own = tmp_path / "cut.json"
    own.write_text(json.dumps(policy))
    old = [line(1, member_id="M", service_unit_quantity="4"),
           line(2, member_id="M", service_unit_quantity="4")]  # fmt: skip
    claims = table(spark, old)
    decisions = decide(claims, policy=str(own))
    assert {row["decision"] for row in decisions.collect()} == {"accepted", "cutback"}
    history = claimgate.accepted_lines(claims, decisions, order="seq")
    assert sorted(row["service_unit_quantity"] for row in history.collect()) == ["2", "4"]
    void = line(3, member_id="M", claim_frequency_code="8", original_claim_id="C000002")
    new = [void, line(4, member_id="M", service_unit_quantity="3")]
    found = spark_says(decide(table(spark, new), policy=str(own), history=history))
    assert found[3][12:14] == ["1", "2"]
    assert found[4][3:7] == ["cutback", "daily_cap", "", "2"]


def test_a_persons_ids_meet_under_a_crosswalk(spark: SparkSession, tmp_path: Path) -> None:
    policy = json.loads(claimgate.run_program(["policy", "show", "ms"]))
    policy["member_crosswalk"] = True
    own = tmp_path / "persons.json"
    own.write_text(json.dumps(policy))
    for file in Path(ROSTER).iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    rows = "".join(f"OLD{n},P{n},2020-01-01,\nNEW{n},P{n},2020-01-01,\n" for n in range(20))
    (tmp_path / "members.csv").write_text("member_id,person_id,effective_date,end_date\n" + rows)
    lines = [
        line(2 * n + k, member_id=f"{name}{n}", service_unit_quantity="4")
        for n in range(20)
        for k, name in enumerate(("OLD", "NEW"))
    ]
    more = {"roster": str(tmp_path), "policy": str(own)}
    found = spark_says(decide(table(spark, lines), parts=8, **more))
    assert found == program_says(lines, **more)
    assert [found[n][3] for n in sorted(found)] == ["accepted", "rejected"] * 20


def test_a_roster_may_travel_with_the_job(spark: SparkSession, tmp_path: Path) -> None:
    for file in Path(ROSTER).iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    lines = [line(1), line(2, rendering_npi="1000000012"), line(3, rendering_npi="1000000046")]
    decisions = decide(table(spark, lines), roster=str(tmp_path), ship_roster=True)
    for file in tmp_path.iterdir():
        file.unlink()
    assert spark_says(decisions) == program_says(lines)
    with pytest.raises(claimgate.ClaimgateError, match="name the folder that holds"):
        decide(table(spark, lines), roster="/nowhere", ship_roster=True)


def test_a_roster_that_changes_under_a_job_fails_it(spark: SparkSession, tmp_path: Path) -> None:
    for file in Path(ROSTER).iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    decisions = decide(table(spark, [line(1)]), roster=str(tmp_path))
    with (tmp_path / "credentials.csv").open("ab") as file:
        file.write(Path(ROSTER, "credentials.csv").read_bytes().splitlines(True)[-1])
    with pytest.raises(Exception, match="the roster here is another than the driver's"):
        decisions.collect()


def test_order_may_be_several_columns_of_several_kinds(spark: SparkSession) -> None:
    lines = [line(n, member_id="M") for n in range(1, 30)]
    df = table(spark, lines).select(
        "*",
        sf.expr("date_add(date'2025-01-01', cast(seq / 10 as int))").alias("day"),
        sf.expr("lpad(cast(seq % 10 as string), 3, '0')").alias("place"),
    )
    decisions = decide(df, order=["day", "place"])
    joined = df.join(decisions.drop(*COLUMNS, "seq"), ["day", "place"])
    assert joined.count() == len(lines)
    passed = sorted(r["seq"] for r in joined.where("decision = 'accepted'").collect())
    assert passed == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("check_order", [True, False])
def test_an_order_that_does_not_tell_lines_apart_is_refused(
    spark: SparkSession, check_order: bool
) -> None:
    twice = table(spark, [line(1), line(2), line(2, claim_id="X")])
    with pytest.raises(Exception, match="order: seq is not unique"):
        decide(twice, check_order=check_order).collect()
    nowhere = table(spark, [line(1), {**line(2), "seq": None}])
    with pytest.raises(Exception, match="order: seq is null in a line"):
        decide(nowhere, check_order=check_order).collect()


def test_out_of_scope_lines_need_no_order_of_their_own(spark: SparkSession) -> None:
    df = table(spark, [line(1), line(2, hcpcs_code="99213"), line(2, hcpcs_code="99214")])
    assert decide(df).count() == 1


MISTAKES: list[tuple[dict[str, Any], str]] = [
    ({"policy": "nope"}, 'no policy "nope"'),
    ({"roster": "/nowhere"}, "/nowhere: No such file or directory; name the folder"),
    ({"as_of": "tomorrow"}, "as-of"),
    ({"layout": "nope"}, "nope"),
    ({"layout": "tmsis-cot"}, "which a table has not|is yours to fill in|missing"),
    ({"order": "nope"}, "order: the table has no column nope"),
    ({"order": []}, "order: name one column or more"),
    ({"order": ["seq", "seq"]}, "order: name one column or more, each once"),
    ({"order": "claim_id", "check_order": False}, "claim_id is a name of the result's own"),
    ({"parts": 0}, "parts: 0 is no number"),
    ({"mapping": {"memberid": "x"}}, "layout tuva has no column memberid"),
    ({"mapping": {"member_id": "x"}}, "the table has no column x for member_id"),
    ({"program": "/nowhere/claimgate"}, "there is no program claimgate"),
]


@pytest.mark.parametrize(("more", "message"), MISTAKES)
def test_a_mistake_is_told_before_the_job_starts(
    spark: SparkSession, more: dict[str, Any], message: str
) -> None:
    with pytest.raises(claimgate.ClaimgateError, match=message):
        decide(table(spark, [line(1)]), **more)


def test_a_column_that_the_program_needs_is_missed(spark: SparkSession) -> None:
    with pytest.raises(claimgate.ClaimgateError, match="service_unit_quantity"):
        decide(table(spark, [line(1)]).drop("service_unit_quantity"))
    with pytest.raises(claimgate.ClaimgateError, match="history has no column"):
        df = table(spark, [line(1)])
        decide(df, history=df.drop("service_unit_quantity"))


def test_history_that_cannot_be_remembered_fails_the_job(spark: SparkSession) -> None:
    df = table(spark, [line(1)])
    for bad in ({"service_unit_quantity": "0"}, {"member_id": "x" * 70}, {"claim_id": "A\0"}):
        with pytest.raises(Exception, match="cannot be (remembered|read)|comes behind one"):
            decide(df, history=table(spark, [line(1), line(2, **bad)]), parts=1).collect()


def a_program(tmp_path: Path, script: str) -> str:
    """A program that does as the real one does for the driver, and as the script says in tasks."""
    path = tmp_path / "claimgate"
    real = claimgate.program_path()
    path.write_text(
        f"#!/bin/bash\nreal={real}\n"
        "PATH=/usr/bin:/bin\n"
        'if [ "$1" != validate ]; then exec $real "$@"; fi\n'
        "IFS= read -r header; if ! IFS= read -r first; then\n"
        '  printf "%s\\n" "$header" | $real "$@"; exit; fi\n'
        'all() { printf "%s\\n%s\\n" "$header" "$first"; cat; }\n' + script + "\n"
    )
    path.chmod(0o755)
    return str(path)


CHILDREN = [
    ("kill -9 $$", "ended by signal 9"),
    ('all | $real "$@"; kill -9 $$', "ended by signal 9"),
    ('echo "claimgate: the disk is full" >&2; exit 74', "claimgate: the disk is full"),
    ('all | $real "$@"; exit 70', "exit code 70"),
    ('all | head -50 | $real "$@"', "were sent to claimgate, which read|read all lines"),
    ('all | $real "$@" | head -c 3000; exit 74', "exit code 74|claimgate: "),
    ('all | $real "$@" | head -20', "came back|left no report"),
    ('all | $real "$@" | sed 9d', "came back"),
    ("exit 0", "cannot be read|read all lines"),
]


@pytest.mark.parametrize(("script", "message"), CHILDREN)
def test_a_child_that_dies_or_stops_short_fails_the_job(
    spark: SparkSession, tmp_path: Path, script: str, message: str
) -> None:
    lines = [line(n) for n in range(1, 3000)]
    with pytest.raises(Exception, match=message) as raised:
        decide(table(spark, lines), parts=1, program=a_program(tmp_path, script)).collect()
    for told in ("C000", "M1,", "1000000004"):
        assert told not in str(raised.value)


def test_what_the_program_says_of_a_line_is_what_the_job_says(spark: SparkSession) -> None:
    history = table(spark, [line(1, service_unit_quantity="none")])
    with pytest.raises(Exception, match=r"-:2:\d+: .* cannot be remembered: units_invalid"):
        decide(table(spark, [line(1)]), history=history, parts=1).collect()


def test_an_input_that_breaks_off_kills_the_child_and_fails_the_job(spark: SparkSession) -> None:
    import pyarrow as pa
    from claimgate._job import Job
    from claimgate._partition import decide_partition
    from claimgate._validate import _probe

    header = ("claim_id", "member_id", "claim_line_start_date", "hcpcs_code",
              "service_unit_quantity", "rendering_npi")  # fmt: skip
    show: Callable[[str], str] = lambda what: claimgate.run_program(  # noqa: E731
        [what, "show", {"policy": "ms", "layout": "tuva"}[what]]
    ).decode()
    job = _probe(
        Job(
            None,
            show("policy"),
            show("layout"),
            ",",
            ROSTER,
            (),
            AS_OF,
            header,
            1,
            ("seq",),
            ("", ""),
            "run",
        )
    )

    def batches(broken: bool) -> Any:
        for start in range(0, 5000, 1000):
            numbers = list(range(start, start + 1000))
            columns = [
                pa.array(numbers),
                pa.array([f"C{n}" for n in numbers]),
                *[pa.array([v] * 1000) for v in
                  ("M1", "2025-01-06", "H0038", "1", "1000000004", "0")],
            ]  # fmt: skip
            yield pa.RecordBatch.from_arrays(columns, ["k0", *[f"c{i}" for i in range(6)], "past"])
            if broken and start == 2000:
                raise OSError("a block of the shuffle is lost")

    assert sum(b.num_rows for b in decide_partition(job, batches(False))) == 5000
    with pytest.raises(OSError, match="a block of the shuffle is lost"):
        list(decide_partition(job, batches(True)))
    left = decide_partition(job, batches(False))  # a consumer that has enough
    next(left)
    left.close()
    running = subprocess.run(["pgrep", "-P", str(subprocess.os.getpid()), "claimgate"],
                             capture_output=True, check=False)  # fmt: skip
    assert running.stdout == b""


def test_a_limit_leaves_nothing_running(spark: SparkSession) -> None:
    assert len(decide(table(spark, many(3000, seed=5))).head(3)) == 3


def test_the_package_alone_imports_nothing_large() -> None:
    code = "import claimgate, sys; print([m for m in sys.modules if m in ('pyarrow', 'pyspark')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert done.stdout == b"[]\n"


def test_rows_tell_the_run_and_what_it_was_decided_by(spark: SparkSession) -> None:
    (row,) = decide(table(spark, [line(1)]), run_id="night 1").collect()
    assert row["run_id"] == "night 1"
    assert len(row["policy_sha256"]) == 64
    assert row["roster_sha256"].startswith("credentials.csv ")
