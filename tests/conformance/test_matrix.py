"""The machinery of the kill matrix: what is tried first, what is not run again, what the page says."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from conformance.engine.context import Limits
from conformance.matrix import __main__ as command
from conformance.matrix import figures, running
from conformance.matrix.page import page
from conformance.matrix.running import SEEDS, Job, Outcome, Rig, jobs_of, run_jobs
from conformance.matrix.watched import reach_of, watched
from conformance.reference.defects import catalogue
from conformance.reference.defects.model import fault_of
from conformance.reference.seams import Memory

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMES = tuple(sorted(tuple(catalogue())[:2]))
CHECKS = ("first.check", "second.check")


class RigInMemory:
    """Catches every defect, and notes what it was asked."""

    def __init__(self) -> None:
        self.jobs: list[Job] = []

    def do(self, job: Job) -> Outcome:
        self.jobs.append(job)
        return Outcome(job=job, verdicts={job.rules[0]: "FAIL"}, checks=CHECKS)


@pytest.fixture
def rig(monkeypatch: pytest.MonkeyPatch) -> RigInMemory:
    made = RigInMemory()

    @contextmanager
    def instead() -> Iterator[RigInMemory]:
        yield made

    monkeypatch.setattr(running, "rig", instead)
    return made


def test_what_caught_a_defect_under_one_seed_is_tried_first_under_the_next(rig: RigInMemory) -> None:
    outcomes = list(run_jobs(jobs_of(NAMES, SEEDS[:3])))
    assert [(one.job.defect, one.job.seed) for one in outcomes] == [
        (name, seed) for name in NAMES for seed in SEEDS[:3]
    ]
    for name in NAMES:
        assert [job.checks for job in rig.jobs if job.defect == name] == [(), CHECKS, CHECKS]


def test_what_an_earlier_run_knows_is_tried_first_at_once(rig: RigInMemory) -> None:
    (job,) = jobs_of(NAMES[:1], SEEDS[:1])
    list(run_jobs([job], known={NAMES[0]: ("known.check",)}))
    assert [one.checks for one in rig.jobs] == [("known.check",)]


class Suite(Rig):
    """A rig whose checks catch what their ids say."""

    def __init__(self, *catching: str) -> None:
        self.catching = catching
        self.asked: list[Limits] = []

    def _done(self, job: Job, only: frozenset[str] | None = None) -> Outcome:
        self.asked.append(Limits(only=only))
        found = tuple(one for one in self.catching if only is None or one in only)
        return Outcome(job=job, verdicts={job.rules[0]: "FAIL" if found else "PASS"}, checks=found)


def test_all_checks_run_when_those_tried_first_miss_it() -> None:
    job = Job(defect=NAMES[0], seed=SEEDS[1], rules=("SRC-01",), checks=("lucky.check",))
    suite = Suite("other.check")
    assert suite.do(job).checks == ("other.check",)
    assert suite.asked == [Limits(only=frozenset({"lucky.check"})), Limits()]
    suite = Suite("lucky.check")
    assert suite.do(job).caught_by == {"SRC-01"}
    assert suite.asked == [Limits(only=frozenset({"lucky.check"}))]


def test_a_run_goes_on_where_it_was_stopped(
    rig: RigInMemory, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "matrix.ndjson"
    arguments = ["--output", str(file), "--processes", "1", *(f"--defect={name}" for name in NAMES)]
    assert command.main([*arguments, "--seeds", "1"]) == 0
    missed = replace(command.read(file)[1], verdicts={"SRC-01": "PASS"}, checks=())
    with file.open("a", encoding="utf-8") as output:
        output.write(json.dumps(asdict(missed)) + "\n")
    rig.jobs.clear()
    assert command.main([*arguments, "--seeds", "2", "--continue"]) == 0
    assert [(job.defect, job.seed) for job in rig.jobs] == [
        (NAMES[0], SEEDS[1]),
        (NAMES[1], SEEDS[0]),
        (NAMES[1], SEEDS[1]),
    ]
    assert "1 runs are done already, 3 are left" in capsys.readouterr().out
    assert command.main(["--docs", str(tmp_path), str(file)]) == 0
    written = (tmp_path / "kill-matrix.md").read_text(encoding="utf-8")
    assert "2 defects caught under every seed, 0 not" in written
    assert f"| 2/2 | `{CHECKS[0]}` |" in written
    assert page(figures.read(tmp_path / figures.FILE)) == written
    rig.jobs.clear()
    known = ["--known", str(tmp_path / figures.FILE)]
    assert command.main([f"--defect={NAMES[0]}", "--seeds", "1", "--processes", "1", *known]) == 0
    assert [job.checks for job in rig.jobs] == [CHECKS[:1]]


def test_a_file_of_something_else_is_told(tmp_path: Path) -> None:
    file = tmp_path / figures.FILE
    file.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(ValueError, match="expected the columns defect, runs, caught, check"):
        figures.read(file)


def test_a_missed_defect_is_told_and_ends_with_1(
    rig: RigInMemory, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(rig, "do", lambda job: Outcome(job=job, verdicts={"SRC-01": "PASS"}))
    assert command.main(["--defect", NAMES[0], "--seeds", "1", "--processes", "1"]) == 1
    assert f"MISSED {NAMES[0]} ({SEEDS[0]}): SRC-01 PASS" in capsys.readouterr().out


def test_a_defect_may_be_put_into_a_software_of_other_manners(
    rig: RigInMemory, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "with.ndjson"
    chosen = [f"--defect={NAMES[0]}", "--seeds=1", "--processes=1", f"--output={file}"]
    assert (
        command.main([*chosen, "--with-party=counter", "--with=lots-of-two", "--with=age-beside-date"]) == 0
    )
    manners = [job.party for job in rig.jobs]
    assert [one.name for one in manners] == ["counter", "lots-of-two + age-beside-date"]
    assert (manners[1].habits, manners[1].variants) == (("lots-of-two",), ("age-beside-date",))
    assert "counter: 1 caught" in capsys.readouterr().out
    assert [one.job.party for one in command.read(file)] == manners
    assert figures.figures(command.read(file)) == []
    assert command.main([*chosen, "--with-party=nobody"]) == 2
    rig.jobs.clear()
    assert command.main(["--seeds=1", "--processes=1", "--with=lots-of-two", "--near", "--sample=9"]) == 0
    assert len(rig.jobs) == 9
    assert all(set(job.rules) & job.party.rules() for job in rig.jobs)


@pytest.mark.parametrize(
    ("verdicts", "acted", "miss"),
    [
        ({"SRC-01": "NOT_TESTED", "SRC-02": "PASS"}, True, "PASS"),
        ({"SRC-01": "NOT_TESTED", "SRC-02": "INCONCLUSIVE"}, True, "INCONCLUSIVE"),
        ({"SRC-01": "PASS"}, False, "no effect"),
        ({"SRC-01": "PASS", "SRC-02": "WARNING"}, True, ""),
    ],
)
def test_a_miss_is_named_by_the_worst_verdict(verdicts: dict[str, str], *, acted: bool, miss: str) -> None:
    (job,) = jobs_of(NAMES[:1], SEEDS[:1])
    assert Outcome(job=job, verdicts=verdicts, acted=acted).miss == miss


@pytest.mark.parametrize(
    ("manners", "code", "told"), [((), 1, "1 missed (1 without effect)"), (("log-late",), 0, "0 missed")]
)
def test_a_mistake_that_no_check_lets_act_is_missed_except_beside_other_manners(
    rig: RigInMemory,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    *,
    manners: tuple[str, ...],
    code: int,
    told: str,
) -> None:
    monkeypatch.setattr(rig, "do", lambda job: Outcome(job=job, verdicts={job.rules[0]: "PASS"}, acted=False))
    asked = ["--seeds", "1", "--processes", "1", "--defect", NAMES[0]]
    assert command.main([*asked, *(part for one in manners for part in ("--with", one))]) == code
    assert told in capsys.readouterr().out


def test_a_fault_tells_whether_it_changed_anything() -> None:
    names = {"when": {"sex": "M"}, "effect": {"change": {"birth_name": "lower"}}}
    (fault,) = watched([fault_of({"seam": "shown", **names})])
    fault.apply([{"sex": "F", "birth_name": "DUPONT"}], {}, Memory())
    assert not fault.acted
    assert fault.apply([{"sex": "M", "birth_name": "DUPONT"}], {}, Memory()) == [
        {"sex": "M", "birth_name": "dupont"}
    ]
    assert fault.acted


def test_how_far_a_fault_came_that_changed_nothing() -> None:
    faults = watched([fault_of({"seam": "shown", "when": {"sex": "M"}, "effect": {"set": {"sex": "M"}}})])
    assert reach_of(faults) == "nothing came to its seam"
    faults[0].apply([{"sex": "F"}], {}, Memory())
    assert reach_of(faults) == "its seam was passed (1) and its condition never met"
    faults[0].apply([{"sex": "M"}], {}, Memory())
    assert reach_of(faults) == "its condition was met (1) and nothing changed"


def test_the_page_is_that_of_the_figures() -> None:
    docs = Path(__file__).parents[2] / "docs"
    assert page(figures.read(docs / figures.FILE)) == (docs / "kill-matrix.md").read_text(encoding="utf-8")


def test_figures_of_a_few_defects_leave_those_of_the_others(tmp_path: Path) -> None:
    file = tmp_path / figures.FILE
    old = [figures.Figure(defect=name, runs=1, caught=1, check="old") for name in (*NAMES, "no-longer-there")]
    figures.write(file, old)
    fresh = figures.Figure(defect=NAMES[1], runs=5, caught=5, check="new")
    found = figures.put_into(file, [fresh])
    assert {one.defect: one.check for one in found} == {NAMES[0]: "old", NAMES[1]: "new"}


def test_every_defect_of_the_catalogue_was_run_and_caught() -> None:
    """Whoever adds one runs ``python -m conformance.matrix --defect NAME --output FILE``, then ``--docs docs FILE``."""
    found = figures.read(Path(__file__).parents[2] / "docs" / figures.FILE)
    assert {one.defect for one in found} == set(catalogue())
    assert [one.defect for one in found if one.caught < one.runs] == []
