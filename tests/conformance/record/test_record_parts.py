"""The parts of a campaign in several processes, of which only the first knows the whole suite."""

from __future__ import annotations

from typing import TYPE_CHECKING

from record_samples import START, begin, end, planned, started

from conformance.record.events import CampaignFinished
from conformance.record.merging import merge
from conformance.record.reading import Record
from conformance.record.replay import replay
from conformance.record.writing import RECORD_NAME, RecordWriter
from conformance.rules.catalogue import load_catalogue
from conformance.verdicts import Verdict

if TYPE_CHECKING:
    from pathlib import Path

SUITE = (("a", "SRC-01"), ("b", "SRC-01"), ("c", "STA-03"))


def part(folder: Path, *checks: tuple[str, str], tells: bool = False) -> Path:
    with RecordWriter(folder / RECORD_NAME) as writer:
        writer.event(started())
        if tells:
            writer.event(planned(*SUITE))
        for name, rule in checks:
            # One that collects what it takes counts from 1, and does not know how many there are.
            writer.event(begin(name, rule, number=1))
            writer.event(end(name))
        writer.event(CampaignFinished(at=START, interrupted=False))
    return folder / RECORD_NAME


def test_checks_have_their_places_in_the_whole_suite(tmp_path: Path) -> None:
    parts = [part(tmp_path / "1", SUITE[0], tells=True), part(tmp_path / "2", SUITE[2], SUITE[1])]
    merge(parts, tmp_path / "whole")
    whole = Record(tmp_path / "whole")
    assert {name: (check.started.number, check.started.total) for name, check in whole.checks.items()} == {
        "a": (1, 3),
        "b": (2, 3),
        "c": (3, 3),
    }
    verdicts = {result.rule.key: result.verdict for result in replay(whole, load_catalogue()).rules}
    assert verdicts == {"SRC-01": Verdict.PASS, "STA-03": Verdict.PASS}


def test_without_word_of_the_suite_nothing_has_a_verdict(tmp_path: Path) -> None:
    """Killed in its first seconds: what had ended by then are some of the checks of a rule, and nobody knows of the others."""
    merge([part(tmp_path / "1"), part(tmp_path / "2", SUITE[1])], tmp_path / "whole")
    whole = Record(tmp_path / "whole")
    assert not whole.checks
    assert {result.verdict for result in replay(whole, load_catalogue()).rules} == {Verdict.NOT_TESTED}
