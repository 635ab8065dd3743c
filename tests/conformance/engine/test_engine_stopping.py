"""When the software is called no more, and what the checks that are left then say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.engine.context import Limits
from conformance.verdicts import Verdict

if TYPE_CHECKING:
    from conftest import Bench

    from conformance.engine import SuiteRun

GONE = """
    from conformance.drivers.errors import Fault

    @pytest.mark.rule("SRC-01")
    @pytest.mark.parametrize("number", range(6))
    def test_it(lgo, actor, number):
        lgo.create_patient(PatientTraits(birth_date="1980-01-02"), actor=actor)
        raise DriverError("plus de réponse", fault=Fault.{fault})
"""


def ends(run: SuiteRun) -> list[tuple[Verdict, str]]:
    return [(check.verdict, check.reason.en) for check in run.rules[0].checks]


def test_a_software_that_is_gone_is_called_no_more_after_three_checks(bench: Bench) -> None:
    found = ends(bench.run(GONE.format(fault="TIMEOUT")))
    assert len(bench.software.resets) == 3
    assert {verdict for verdict, _ in found} == {Verdict.INCONCLUSIVE}
    assert ["is called no more" in reason for _, reason in found] == [False] * 3 + [True] * 3
    assert "plus de réponse" in found[-1][1]


def test_a_software_that_answers_badly_is_asked_again_each_time(bench: Bench) -> None:
    found = ends(bench.run(GONE.format(fault="CONTRACT")))
    assert len(bench.software.resets) == 6
    assert not any("is called no more" in reason for _, reason in found)


DEPARTING = """
    pytestmark = pytest.mark.rule("SRC-01")

    def test_first():
        expect(False, fr="non", en="no")

    def test_second(): pass
"""


def test_the_first_departure_is_enough_when_asked(bench: Bench) -> None:
    found = ends(bench.run(DEPARTING, limits=Limits(stop_at=frozenset({Verdict.FAIL}))))
    assert [verdict for verdict, _ in found] == [Verdict.FAIL, Verdict.NOT_TESTED]
    assert "stopped at the first departure (sample.first)" in found[1][1]


def test_no_check_begins_when_time_is_up(bench: Bench) -> None:
    found = ends(bench.run(DEPARTING, limits=Limits(seconds=0)))
    assert [verdict for verdict, _ in found] == [Verdict.NOT_TESTED] * 2
    assert "time limit" in found[0][1]


def test_a_reset_is_not_asked_of_a_software_that_is_called_no_more(bench: Bench) -> None:
    bench.run(DEPARTING, limits=Limits(seconds=0))
    assert bench.software.resets == []
