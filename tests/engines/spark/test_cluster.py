"""A cluster of a master and two workers on this machine, one of which is lost in the middle.

The workers' tasks start a program that waits, so that the middle is not a matter of luck.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import claimgate
import pyspark
import pytest
from conftest import AS_OF, ROSTER, line, program_says, session, spark_says, table
from pyspark.sql import SparkSession

WAIT_SECONDS = 240
CLASSES = Path(pyspark.__file__).parent / "bin" / "spark-class"


def wait_for(what: str, is_there: Callable[[], bool]) -> None:
    end = time.monotonic() + WAIT_SECONDS
    while not is_there():
        assert time.monotonic() < end, f"{what}: not within {WAIT_SECONDS} s"
        time.sleep(0.1)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def below(pid: int) -> list[int]:
    """A process and all that it started, the youngest last."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for child in task.read_text().split():
                found += below(int(child))
    return found


def end(process: subprocess.Popen[bytes]) -> None:
    for pid in below(process.pid):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    process.wait(WAIT_SECONDS)


class Cluster:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = f"spark://127.0.0.1:{free_port()}"
        self.processes: list[subprocess.Popen[bytes]] = []
        port = self.url.rsplit(":", 1)[1]
        self.start("master", "master.Master", "--host", "127.0.0.1", "--port", port)
        self.wait_for_line("master", "Starting Spark master at")
        self.workers = [
            self.start(f"worker-{n}", "worker.Worker", "--host", "127.0.0.1", "--cores", "1",
                       "--memory", "1g", "--work-dir", str(folder / f"work-{n}"), self.url)
            for n in (1, 2)
        ]  # fmt: skip
        for n in (1, 2):
            self.wait_for_line(f"worker-{n}", "Successfully registered with master")

    def start(self, name: str, kind: str, *arguments: str) -> subprocess.Popen[bytes]:
        with (self.folder / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(
                [str(CLASSES), f"org.apache.spark.deploy.{kind}", "--webui-port", "0", *arguments],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env={**os.environ, "SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": sys.executable,
                     "SPARK_DAEMON_MEMORY": "256m"},
            )  # fmt: skip
        self.processes.append(process)
        return process

    def wait_for_line(self, name: str, text: str) -> None:
        wait_for(f"{name}: {text}", lambda: text in (self.folder / f"{name}.log").read_text())

    def stop(self) -> None:
        for process in self.processes:
            end(process)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    one = Cluster(tmp_path_factory.mktemp("cluster"))
    yield one
    one.stop()


@pytest.fixture(scope="module")
def distant(cluster: Cluster) -> Iterator[SparkSession]:
    active = SparkSession.getActiveSession()
    if active is not None:
        active.stop()
    one = session(cluster.url)
    one.sparkContext.setLogLevel("OFF")
    yield one
    one.stop()


def a_program_that_waits(folder: Path) -> str:
    """In a task it leaves its number in the folder, and goes on once there is a file "go"."""
    path = folder / "claimgate"
    path.write_text(
        f"#!/bin/bash\nPATH=/usr/bin:/bin\nreal={claimgate.program_path()}\n"
        'if [ "$1" != validate ]; then exec $real "$@"; fi\n'
        "IFS= read -r header\n"
        'if ! IFS= read -r first; then printf "%s\\n" "$header" | $real "$@"; exit; fi\n'
        f"touch {folder}/at-$$\n"
        f"for i in $(seq {WAIT_SECONDS * 10}); do [ -e {folder}/go ] && break; sleep 0.1; done\n"
        '{ printf "%s\\n%s\\n" "$header" "$first"; cat; } | $real "$@"\n'
    )
    path.chmod(0o755)
    return str(path)


def test_a_worker_that_is_lost_in_the_middle_changes_nothing(
    cluster: Cluster, distant: SparkSession, tmp_path: Path
) -> None:
    draw = random.Random(3)
    lines = [
        line(n, member_id=f"M{draw.randrange(60)}", service_unit_quantity=str(draw.randrange(1, 5)))
        for n in range(1, 2000)
    ]
    program = a_program_that_waits(tmp_path)
    decisions = claimgate.validate(
        table(distant, lines), roster=ROSTER, as_of=AS_OF, order="seq", parts=6, program=program
    )
    found: dict[str, Any] = {}
    job = threading.Thread(target=lambda: found.update(told=spark_says(decisions)), daemon=True)
    job.start()
    wait_for("a child on each worker", lambda: len(list(tmp_path.glob("at-*"))) == 2)
    lost = set(map(str, below(cluster.workers[1].pid)))
    waiting = {path.name.removeprefix("at-") for path in tmp_path.glob("at-*")}
    assert len(lost & waiting) == 1, "each worker has one child"
    end(cluster.workers[1])
    (tmp_path / "go").touch()
    job.join(WAIT_SECONDS)
    assert not job.is_alive()
    assert found["told"] == program_says(lines)
    assert len(list(tmp_path.glob("at-*"))) > 6, "the lost child's part was decided again"
