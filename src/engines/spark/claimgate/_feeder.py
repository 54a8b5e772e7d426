"""What a child is sent: a thread that feeds it, and lines as CSV."""

from __future__ import annotations

import subprocess
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from typing import IO, TYPE_CHECKING, Any

from claimgate._job import Job
from claimgate._program import ClaimgateError

if TYPE_CHECKING:
    import pyarrow as pa

# The longest record that the program takes, in bytes; with more, or with a NUL, it is malformed.
_RECORD_MAX_BYTES = 65536


def not_unique(names: Iterable[str]) -> str:
    """What to say of an order that does not tell lines apart."""
    return (
        f"order: {', '.join(names)} is not unique: two lines in scope have the same; give the "
        "place at which each line arrived, such as file and line"
    )


def _count_past(marks: pa.Array) -> int:
    import pyarrow.compute as pc

    return int(pc.sum(pc.equal(marks, "1")).as_py() or 0)


def _longest_at_most(rows: pa.RecordBatch) -> int:
    """Bytes that no line of these has more of: all of its values' may be quotes to be doubled."""
    import pyarrow as pa
    import pyarrow.compute as pc

    total = pa.scalar(32 + 3 * rows.num_columns, pa.int64())
    for column in rows.columns:
        if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
            length = pc.fill_null(pc.binary_length(column), 0).cast(pa.int64())
            total = pc.add(total, pc.multiply(length, 2))
    return int(pc.max(total).as_py() if isinstance(total, pa.Array) else total.as_py())


def _render(rows: pa.RecordBatch, delimiter: str) -> bytes:
    """Lines of CSV. Quotes only where a value asks for them: lines without are read faster."""
    import pyarrow as pa
    import pyarrow.csv as pcsv

    for style in ("none", "needed"):
        sink = pa.BufferOutputStream()
        options = pcsv.WriteOptions(
            include_header=False, delimiter=delimiter, quoting_style=style, batch_size=65536
        )
        try:
            pcsv.write_csv(rows, sink, options)
        except pa.ArrowInvalid:
            if style == "needed":
                raise
            continue
        return bytes(sink.getvalue())
    raise AssertionError("no style of quoting is left")


class Feeder(threading.Thread):
    """Sends a partition's lines, and remembers which order value each of them has."""

    def __init__(
        self, job: Job, batches: Iterator[pa.RecordBatch], child: subprocess.Popen[bytes]
    ) -> None:
        super().__init__(daemon=True)
        self._job = job
        self._batches = batches
        self._child = child
        self._last: list[Any] | None = None  # the mark and order values of the last line
        self.sent = 0
        self.past = 0
        self._pending: deque[tuple[int, pa.RecordBatch]] = deque()  # number of its first line
        self._lock = threading.Lock()
        self.malformed: deque[int] = deque()  # numbers of lines that no child can read
        self.failure: BaseException | None = None
        self.cut_short = False

    def run(self) -> None:
        try:
            self._send_all()
        except BrokenPipeError:
            self.cut_short = True  # the child's own message tells why
        except BaseException as error:  # a short input must never look like a whole one
            self.failure = error
            self._child.kill()

    def _send_all(self) -> None:
        assert self._child.stdin is not None
        with self._child.stdin as pipe:
            pipe.write(self._job.header_line())
            for batch in self._batches:
                if batch.num_rows > 0:
                    self._send(batch, pipe)

    def _send(self, batch: pa.RecordBatch, pipe: IO[bytes]) -> None:
        import pyarrow as pa

        keys = batch.schema.names[: self._job.order_count]
        marked = batch.select([*keys, batch.schema.names[-1]])
        self._check_order(marked)
        numbers = pa.array(range(self.sent + 1, self.sent + 1 + batch.num_rows), pa.int64())
        inputs = pa.array([0] * batch.num_rows, pa.int8())
        values = batch.columns[self._job.order_count :]
        names = [str(i) for i in range(len(values) + 2)]
        rows = pa.RecordBatch.from_arrays([*values, inputs, numbers], names)
        text = _render(rows, self._job.delimiter)
        self._note_malformed(rows, text)
        with self._lock:
            self._pending.append((self.sent + 1, batch.select(keys)))
        self.sent += batch.num_rows
        self.past += _count_past(values[-1])
        pipe.write(text)

    def take_pending(self, first: int, last: int) -> tuple[int, list[pa.RecordBatch]]:
        """Batches that hold lines ``first`` to ``last``, and the number of their first line.

        Those before them are forgotten.
        """
        with self._lock:
            while self._pending[0][0] + self._pending[0][1].num_rows <= first:
                self._pending.popleft()
            held = [batch for start, batch in self._pending if start <= last]
            return self._pending[0][0], held

    def _check_order(self, marked: pa.RecordBatch) -> None:
        """Lines come sorted, so that two of the same order are neighbours."""
        import pyarrow.compute as pc

        names = ", ".join(self._job.order_names)
        if any(column.null_count > 0 for column in marked.columns):
            raise ClaimgateError(f"order: {names} is null in a line; give every line its place")
        same = None
        for column in marked.columns:
            equal = pc.equal(column[1:], column[:-1])
            same = equal if same is None else pc.and_(same, equal)
        first = [column[0] for column in marked.columns]
        if first == self._last or (len(marked) > 1 and pc.any(same).as_py()):
            raise ClaimgateError(not_unique(self._job.order_names))
        self._last = [column[-1] for column in marked.columns]

    def _note_malformed(self, rows: pa.RecordBatch, text: bytes) -> None:
        if b"\0" not in text and (
            len(text) <= _RECORD_MAX_BYTES or _longest_at_most(rows) <= _RECORD_MAX_BYTES
        ):
            return
        for i in range(rows.num_rows):
            line = _render(rows.slice(i, 1), self._job.delimiter)
            if b"\0" in line or len(line) - 1 > _RECORD_MAX_BYTES:
                self.malformed.append(self.sent + 1 + i)
