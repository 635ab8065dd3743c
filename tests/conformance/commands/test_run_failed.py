"""``banc run --failed``: what did not pass, once more, and nothing else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import yaml
from click.testing import CliRunner

from conformance.cli import main
from conformance.record.reading import Record
from conformance.reference.server import running

if TYPE_CHECKING:
    from pathlib import Path


def test_only_the_rules_that_did_not_pass_are_looked_at_again(tmp_path: Path) -> None:
    def banc(*arguments: object) -> int:
        return CliRunner().invoke(main, ["run", *map(str, arguments), "-q"]).exit_code

    plan = tmp_path / "plan.yaml"
    first, again = tmp_path / "first", tmp_path / "again"
    with running(defects=frozenset({"unknown-place-super-user-only"})) as url:
        plan.write_text(yaml.safe_dump({"driver": {"url": url}}), encoding="utf-8")
        assert banc(plan, "--rule", "CRE-02", "--rule", "SRC-11", "--report", first) == 1
        assert banc(plan, "--failed", first, "--report", again) == 1
    report = json.loads((again / "report.json").read_text("utf-8"))
    assert [(rule["id"], rule["verdict"]) for rule in report["rules"]] == [("CRE-02", "FAIL")]
    before, after = Record(first), Record(again)
    assert after.started.seed == before.started.seed
    failed = {
        name
        for name, check in before.checks.items()
        if check.finished and check.finished.outcome.verdict == "FAIL"
    }
    assert set(after.checks) == failed
