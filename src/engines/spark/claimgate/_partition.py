"""One partition through one child: lines in by a thread, decisions out.

A line is told by its number among those that were sent, which the child hands back, and by which
the order columns are found again. Nothing comes out of a partition whose child has failed, has not
read all, or answers for another number of lines than its own report tells.
"""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING

from claimgate._feeder import Feeder
from claimgate._job import Job, fingerprint_of
from claimgate._program import EXIT_CODES_OF_SUCCESS, ClaimgateError, failure, program_path

if TYPE_CHECKING:
    import pyarrow as pa

# Seconds to wait for a thread whose child has gone.
_JOIN_SECONDS = 10


def _decision_types() -> dict[str, pa.DataType]:
    import pyarrow as pa

    numbers = ("accepted_units", "units_used", "units_available", "taken_back_lines",
               "taken_back_units")  # fmt: skip
    texts = ("claim_id", "claim_line_number", "member_id", "decision", "reasons", "warnings",
             "cap_id", "cap_used", "group_code", "carc", "rarc", "detail")  # fmt: skip
    return {
        "cg_input": pa.int64(),
        "cg_line": pa.int64(),
        "cap_day": pa.date32(),
        "exempt": pa.bool_(),
        **dict.fromkeys(numbers, pa.int32()),
        **dict.fromkeys(texts, pa.string()),
    }


def _read_decisions(pipe: IO[bytes]) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa
    import pyarrow.csv as pcsv

    convert = pcsv.ConvertOptions(
        column_types=_decision_types(),
        null_values=[""],
        strings_can_be_null=True,
        true_values=["1"],
        false_values=["0"],
    )
    yield from pcsv.open_csv(
        pa.PythonFile(pipe, "r"),
        read_options=pcsv.ReadOptions(use_threads=False),
        parse_options=pcsv.ParseOptions(newlines_in_values=True),
        convert_options=convert,
    )


class _Joiner:
    """Puts the order columns before decisions, which come in the order in which lines were sent."""

    def __init__(self, job: Job, feeder: Feeder) -> None:
        self._job = job
        self._feeder = feeder
        self._last = 0
        self.rows = 0

    def _name_malformed(self, column: pa.Array) -> pa.Array:
        """A malformed line has no number of its own; which were sent so is known."""
        import pyarrow as pa

        numbers = column.to_pylist()
        for i, number in enumerate(numbers):
            if number is None:
                if not self._feeder.malformed:
                    raise ClaimgateError("claimgate found a line malformed that was sent whole")
                numbers[i] = self._feeder.malformed.popleft()
        return pa.array(numbers, pa.int64())

    def _check(self, numbers: pa.Array) -> None:
        import pyarrow.compute as pc

        first = numbers[0].as_py()
        falls = len(numbers) > 1 and pc.any(pc.less(numbers[1:], numbers[:-1])).as_py()
        if falls or first < self._last:
            raise ClaimgateError("claimgate's decisions do not come in the order of the lines")
        self._last = numbers[-1].as_py()
        if first <= self._feeder.past:
            raise ClaimgateError(
                "a line of the history holds a NUL or more than 65,536 bytes, so that it cannot "
                "be read; leave it out of history"
            )

    def _orders(self, numbers: pa.Array) -> list[pa.Array]:
        """The order columns of these lines. Lines before them are forgotten."""
        import pyarrow as pa
        import pyarrow.compute as pc

        first, parts = self._feeder.take_pending(numbers[0].as_py(), numbers[-1].as_py())
        places = pc.subtract(numbers, first)
        taken = pa.Table.from_batches(parts).take(places).combine_chunks()
        return [column.chunk(0) for column in taken.columns]

    def join(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        import pyarrow as pa

        numbers = batch.column("cg_line")
        if numbers.null_count > 0:
            numbers = self._name_malformed(numbers)
        self._check(numbers)
        self.rows += len(numbers)
        orders = self._orders(numbers)
        names = [*self._job.order_names, *batch.schema.names[2:]]
        policy, roster = self._job.fingerprint
        told = {"run_id": self._job.run_id, "policy_sha256": policy, "roster_sha256": roster}
        constants = [pa.array([value] * len(numbers), pa.string()) for value in told.values()]
        return pa.RecordBatch.from_arrays(
            [*orders, *batch.columns[2:], *constants], [*names, *told]
        )


def _check_report(job: Job, folder: str, sent: int, rows: int) -> None:
    """The child's own counts against what was sent and what came back."""
    path = os.path.join(folder, "report.json")
    if not os.path.exists(path):
        raise ClaimgateError("claimgate left no report, so that it cannot have decided all lines")
    with open(path, encoding="utf-8") as file:
        report = json.load(file)
    counts = report["counts"]
    passed = sum(counts.get(name, 0) for name in ("out_of_scope", "left_out", "other_records"))
    decided = counts["records"] - passed
    read = report["inputs"][0]["records"]
    if read != sent:
        raise ClaimgateError(f"{sent} lines were sent to claimgate, which read {read} of them")
    if decided != rows:
        raise ClaimgateError(f"claimgate decided {decided} lines, of which {rows} came back")
    if fingerprint_of(report) != job.fingerprint:
        raise ClaimgateError(
            f"{job.roster}: the roster here is another than the driver's; give a path at which "
            "every executor reads the same files"
        )


def _first(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch] | None:
    """The batches again, or None where there is no line among them."""
    for batch in batches:
        if batch.num_rows > 0:
            return itertools.chain([batch], batches)
    return None


def decide_partition(job: Job, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Decisions on one partition's lines.

    Args:
        job: what is the same for all partitions.
        batches: order columns, the layout's columns as text, and last "1" for a line that was
            accepted before or "0"; sorted by the last, falling, and the order columns.

    Yields:
        Order columns and decision columns, one row for each line in scope that is new.

    Raises:
        ClaimgateError: with the program's own message, or about what it was given.
    """
    whole = _first(batches)
    if whole is None:
        return
    with tempfile.TemporaryDirectory(prefix="claimgate-") as folder:
        job.write_files(folder)
        with open(os.path.join(folder, "said"), "w+b") as said:
            yield from _decide(job, whole, folder, said)


def _decide(
    job: Job, batches: Iterator[pa.RecordBatch], folder: str, said: IO[bytes]
) -> Iterator[pa.RecordBatch]:
    child = subprocess.Popen(
        [program_path(job.program), *job.arguments(folder)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said, env={},
    )  # fmt: skip
    assert child.stdout is not None
    feeder = Feeder(job, batches, child)
    joiner = _Joiner(job, feeder)
    feeder.start()
    unreadable: Exception | None = None
    try:
        decisions = _read_decisions(child.stdout)
        while True:
            try:
                batch = next(decisions, None)
            except ValueError as error:  # cut off: the child's exit code tells why
                unreadable = error
                break
            if batch is None:
                break
            if batch.num_rows > 0:
                yield joiner.join(batch)
        _end(child, feeder, said, unreadable)
        _check_report(job, folder, feeder.sent, joiner.rows)
    finally:
        child.kill()
        child.wait()
        child.stdout.close()
        feeder.join(_JOIN_SECONDS)


def _end(
    child: subprocess.Popen[bytes],
    feeder: Feeder,
    said: IO[bytes],
    unreadable: Exception | None,
) -> None:
    """Wait for child and feeder, and raise whatever kept one of them from its end."""
    if unreadable is not None and child.poll() is None:
        child.stdout and child.stdout.close()
    exit_code = child.wait()
    feeder.join()
    if feeder.failure is not None:
        raise feeder.failure
    said.seek(0)
    words = said.read()
    if exit_code not in EXIT_CODES_OF_SUCCESS:
        raise failure(exit_code, words)
    if feeder.cut_short:
        raise ClaimgateError("claimgate ended before it had read all lines", exit_code)
    if unreadable is not None:
        raise ClaimgateError(f"claimgate's decisions cannot be read: {unreadable}", exit_code)
    if words:
        sys.stderr.write(words.decode("utf-8", "replace"))
