"""The people of a check depend on the seed and on the check, and on nothing that ran before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.engine import SuiteError
from conformance.verdicts import Verdict

if TYPE_CHECKING:
    from conftest import Bench

ONE = """
    @pytest.mark.rule("SRC-02")
    def test_alone(draw):
        draw(sex="F")
        draw()
"""
BEFORE = """
    @pytest.mark.rule("SRC-01")
    def test_before(draw):
        draw()
"""


def drawn(bench: Bench) -> list[str]:
    found = [person.identity.matricule.value for person in bench.insi.people]
    bench.insi.people.clear()
    return found


def test_a_check_gets_the_same_people_alone_and_among_others(bench: Bench) -> None:
    bench.run(BEFORE + ONE, rules=["SRC-01", "SRC-02"])
    among_others = drawn(bench)
    bench.run(BEFORE + ONE, rules=["SRC-02"])
    alone = drawn(bench)
    assert alone == among_others[1:]
    assert len(set(among_others)) == 3


def test_another_seed_draws_other_people(bench: Bench) -> None:
    bench.run(ONE, rules=["SRC-02"])
    first = drawn(bench)
    bench.seed = 2
    bench.run(ONE, rules=["SRC-02"])
    assert set(drawn(bench)).isdisjoint(first)


def test_only_the_person_chosen_becomes_known_to_insi(bench: Bench) -> None:
    run = bench.run("""
        @pytest.mark.rule("SRC-01")
        def test_it(draw):
            person = draw(where=lambda person: person.identity.traits.birth_date[8:] == "12")
            assert person.identity.traits.birth_date.endswith("-12")
    """)
    assert run.rules[0].verdict is Verdict.PASS
    assert [person.identity.traits.birth_date[8:] for person in bench.insi.people] == ["12"]


def test_a_condition_that_nobody_satisfies_concludes_nothing(bench: Bench) -> None:
    run = bench.run("""
        @pytest.mark.rule("SRC-01")
        def test_it(draw):
            draw(where=lambda person: False)
    """)
    assert run.rules[0].verdict is Verdict.INCONCLUSIVE
    assert "aucun patient tiré" in run.rules[0].reason.fr
    assert bench.insi.people == []


def test_two_checks_of_one_id_are_a_defect_of_the_suite(bench: Bench) -> None:
    elsewhere = bench.folder / "suite" / "elsewhere"
    elsewhere.mkdir(parents=True)
    (elsewhere / "test_sample.py").write_text(
        'import pytest\n@pytest.mark.rule("SRC-02")\ndef test_alone(): pass\n', encoding="utf-8"
    )
    with pytest.raises(SuiteError, match=r"its id sample\.alone is already that of"):
        bench.run(ONE, rules=["SRC-02"])
