"""The manifests against Kubernetes' own schemas, and against what the program says of itself.

Usage: kubernetes.py FOLDER PROGRAM. No cluster is asked.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import kubernetes_validate
import yaml

VERSIONS = ("1.33", "1.35", "1.37")  # backoffLimitPerIndex is stable from 1.33 on
PERMANENT = {64, 65, 66, 70, 78}
INDEXED = {"ask": "--task", "decide": "--part", "answer": "--task"}


def check(is_so: bool, what: str) -> None:
    if not is_so:
        sys.exit(f"kubernetes-test: {what}")


def check_schema(name: str, manifest: dict[str, Any]) -> None:
    for version in VERSIONS:
        try:
            kubernetes_validate.validate(manifest, version, strict=True)
        except kubernetes_validate.ValidationError as error:
            sys.exit(f"kubernetes-test: {name}, Kubernetes {version}: {error.message}")


def check_job(step: str, job: dict[str, Any]) -> None:
    """A code that another try ends in as well fails the index or the job; others are retried."""
    spec = job["spec"]
    fails = spec["podFailurePolicy"]["rules"][0]
    codes = PERMANENT | ({1} if step == "merge" else set())
    check(set(fails["onExitCodes"]["values"]) == codes, f"{step}: another list of exit codes")
    check(fails["action"] == ("FailIndex" if step in INDEXED else "FailJob"), f"{step}: the action")
    pod = spec["template"]["spec"]
    check(pod["restartPolicy"] == "Never", f"{step}: exit codes are looked at under Never alone")
    container = pod["containers"][0]
    words = " ".join([*container["command"], *container["args"]])
    check(f"claimgate part {step} " in words + " ", f"{step}: its command is {words}")
    if step in INDEXED:
        check(f"{INDEXED[step]} $(JOB_COMPLETION_INDEX)" in words, f"{step}: no index is given")
        check("backoffLimitPerIndex" in spec, f"{step}: tries are not counted by index")


def check_options(step: str, job: dict[str, Any], program: str) -> None:
    """Every option is one that the program has."""
    said = subprocess.run(
        [program, "help", "part", step], capture_output=True, text=True, check=False
    )
    if said.returncode != 0:
        sys.exit(f"kubernetes-test: {program} has no command part {step}: {said.stderr.strip()}")
    container = job["spec"]["template"]["spec"]["containers"][0]
    for option in re.findall(r"--[a-z-]+", " ".join(container["args"])):
        check(option in said.stdout, f"{step}: the program has no option {option}")


def main(folder: Path, program: str) -> None:
    night = yaml.safe_load((folder / "kustomization.yaml").read_text())
    facts = dict(one.split("=", 1) for one in night["configMapGenerator"][0]["literals"])
    counts = {"ask": facts["TASKS"], "answer": facts["TASKS"], "decide": facts["PARTS"]}
    for name in night["resources"]:
        job = yaml.safe_load((folder / name).read_text())
        step = name.removesuffix(".yaml")
        check_schema(name, job)
        check_job(step, job)
        check_options(step, job, program)
    for patch in night["patches"]:
        step = patch["target"]["name"].removeprefix("claimgate-")
        (change,) = yaml.safe_load(patch["patch"])
        check(change["path"] == "/spec/completions", f"{step}: another path")
        check(str(change["value"]) == counts.pop(step), f"{step}: completions are not the plan's")
    check(not counts, f"kustomization.yaml: no completions for {', '.join(counts)}")
    print(f"{len(night['resources'])} manifests are what Kubernetes {', '.join(VERSIONS)} take")


main(Path(sys.argv[1]), sys.argv[2])
