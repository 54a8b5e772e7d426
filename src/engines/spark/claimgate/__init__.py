"""Decide Medicaid claim lines in a Spark job, as the program ``claimgate`` decides them.

>>> import claimgate
>>> decisions = claimgate.validate(claims, roster="/Volumes/…/roster", policy="ms",
...                                as_of="2025-07-01", order="claim_seq")
>>> accepted = claims.join(decisions, "claim_seq", "left").where(
...     "decision is null or decision <> 'rejected'")

Nothing of Spark or Arrow is imported before :func:`validate` is called.
"""

from importlib.metadata import version

from claimgate._columns import accepted_lines
from claimgate._program import ClaimgateError, program_path, run_program
from claimgate._validate import validate

__version__ = version("claimgate")
__all__ = ["ClaimgateError", "accepted_lines", "program_path", "run_program", "validate"]
