"""What every partition of a job has in common, and how a child is called with it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Job:
    """What every partition of a job has in common. Sent to executors.

    Attributes:
        program: path of the program; None: the one of the package.
        policy: text of the policy.
        layout: text of the layout.
        delimiter: between the values of a line.
        roster: path of the roster's folder, the same on every executor.
        roster_files: names and content of its files, where they travel with the job; else none.
        as_of: YYYY-MM-DD, the day that decisions are made as of.
        header: names of the layout's columns that are sent, in the order in which they come.
        order_count: how many order columns come before them.
        order_names: these, for messages.
        fingerprint: hashes of policy and roster as the driver read them.
        run_id: goes into every row.
    """

    program: str | None
    policy: str
    layout: str
    delimiter: str
    roster: str
    roster_files: tuple[tuple[str, bytes], ...]
    as_of: str
    header: tuple[str, ...]
    order_count: int
    order_names: tuple[str, ...]
    fingerprint: tuple[str, str]
    run_id: str

    def write_files(self, folder: str) -> None:
        """Put what travels with the job where :meth:`arguments` names it."""
        os.mkdir(os.path.join(folder, "roster"))
        for name, content in (
            ("policy.json", self.policy.encode()),
            ("layout.json", self.layout.encode()),
            *((os.path.join("roster", name), content) for name, content in self.roster_files),
        ):
            with open(os.path.join(folder, name), "wb") as file:
                file.write(content)

    def arguments(self, folder: str) -> list[str]:
        """The child's arguments; its report goes into ``folder``."""
        roster = os.path.join(folder, "roster") if self.roster_files else self.roster
        return [
            "validate", "-", "--decisions", "-", "--quiet", "--multiline",
            "--report", os.path.join(folder, "report.json"),
            "--policy", os.path.join(folder, "policy.json"),
            "--layout", os.path.join(folder, "layout.json"),
            "--roster", roster, "--as-of", self.as_of,
        ]  # fmt: skip

    def header_line(self) -> bytes:
        """The first line of what a child is sent."""
        names = (*self.header, "cg_past", "cg_input", "cg_line")
        return (
            self.delimiter.join(_quoted(name, self.delimiter) for name in names) + "\n"
        ).encode()


def _quoted(name: str, delimiter: str) -> str:
    needs = any(character in name for character in (delimiter, '"', "\n", "\r"))
    return '"' + name.replace('"', '""') + '"' if needs else name


def fingerprint_of(report: dict[str, Any]) -> tuple[str, str]:
    """Hashes of policy and roster, as a report has them."""
    roster = sorted(f"{file['file']} {file['sha256']}" for file in report["roster"])
    return report["policy"]["sha256"], "; ".join(roster)
