"""The program itself: where it is, how it is called, what it says when it fails."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

# 0: done; 1: done, and lines were rejected where somebody asks for that to be told.
EXIT_CODES_OF_SUCCESS = (0, 1)


class ClaimgateError(RuntimeError):
    """The program, or what it was given, is in the way of a decision.

    The text names the mend. It holds no member id, claim id or other value of a claim.

    Attributes:
        exit_code: the program's exit code, as ``claimgate help`` lists them; a negative number is
            the signal that ended it; None where the program was not the one to find the mistake.
    """

    def __init__(self, message: str, exit_code: int | None = None) -> None:
        super().__init__(message)
        self.exit_code = exit_code

    def __reduce__(self) -> tuple[type[ClaimgateError], tuple[str, int | None]]:
        return type(self), (str(self), self.exit_code)


def program_path(program: str | None = None) -> str:
    """Where the program is: ``program``, or the one that came with this package.

    Raises:
        ClaimgateError: there is no file that may be executed.
    """
    path = program or str(Path(__file__).parent / "bin" / "claimgate")
    if not os.path.isfile(path):
        raise ClaimgateError(
            f"{path}: there is no program claimgate; install the wheel that `make wheel` builds, "
            "or name a program with program="
        )
    if not os.access(path, os.X_OK):
        raise ClaimgateError(
            f"{path}: may not be executed; install the wheel with pip rather than unpacking it"
        )
    return path


def failure(exit_code: int, said: bytes) -> ClaimgateError:
    """What to raise when the program has ended with another code than those of success."""
    text = said.decode("utf-8", "replace").strip()
    if exit_code < 0:
        text = f"claimgate was ended by signal {-exit_code}" + (
            f"; it said: {text}" if text else ""
        )
    return ClaimgateError(text or f"claimgate ended with exit code {exit_code}", exit_code)


def run_program(
    arguments: Sequence[str], *, stdin: bytes = b"", program: str | None = None
) -> bytes:
    """Run the program to its end, in an empty environment, and return its standard output.

    Raises:
        ClaimgateError: with what it said on standard error and its exit code.
    """
    done = subprocess.run(
        [program_path(program), *arguments], input=stdin, capture_output=True, env={}, check=False
    )
    if done.returncode not in EXIT_CODES_OF_SUCCESS:
        raise failure(done.returncode, done.stderr)
    return done.stdout
