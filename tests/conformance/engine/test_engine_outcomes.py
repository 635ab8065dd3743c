"""What each way of ending a check means for a rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.drivers.protocol import DriverError
from conformance.verdicts import Verdict

if TYPE_CHECKING:
    from conftest import Bench

    from conformance.record.results import RuleResult

MARK = '@pytest.mark.rule("{rule}")\n'


def only(bench: Bench, body: str, rule: str = "SRC-01") -> RuleResult:
    """Return the result of ``rule`` after a check with this body."""
    lines = "\n".join("    " + line for line in body.splitlines())
    check = f"def test_it(lgo, insi, draw, actor, super_user, evidence):\n{lines}\n"
    return bench.run(MARK.format(rule=rule) + check, rules=[rule]).rules[0]


def test_a_check_that_ends_passes(bench: Bench) -> None:
    result = only(bench, "pass")
    assert (result.verdict, result.reason.fr) == (Verdict.PASS, "1 contrôle réussi.")


def test_a_finding_fails_with_its_reason_in_both_languages(bench: Bench) -> None:
    result = only(bench, 'expect(False, fr="deux patients manquent", en="two patients are missing")')
    assert (result.verdict, result.reason.fr, result.reason.en) == (
        Verdict.FAIL,
        "deux patients manquent",
        "two patients are missing",
    )


def test_a_plain_assertion_fails(bench: Bench) -> None:
    result = only(bench, "assert 1 == 2, 'one is not two'")
    assert result.verdict is Verdict.FAIL
    assert "one is not two" in result.reason.fr


def test_an_exception_that_did_not_come_fails(bench: Bench) -> None:
    result = only(bench, "with pytest.raises(RefusedError):\n    pass")
    assert result.verdict is Verdict.FAIL


def test_a_departure_from_an_inferred_rule_is_a_warning(bench: Bench) -> None:
    result = only(bench, 'expect(False, fr="non", en="no")', rule="ERR-02")
    assert (result.verdict, result.checks[0].verdict) == (Verdict.WARNING, Verdict.WARNING)


def test_the_inferred_part_of_an_official_rule_is_a_warning(bench: Bench) -> None:
    result = only(bench, 'expect(False, fr="non", en="no", inferred=True)')
    assert result.verdict is Verdict.WARNING


def test_an_unexpected_refusal_fails_with_the_words_of_the_software(bench: Bench) -> None:
    result = only(bench, "lgo.create_patient(PatientTraits(), actor=actor)")
    assert result.verdict is Verdict.FAIL
    assert "la date de naissance manque" in result.reason.fr


def test_a_verb_not_supported_is_not_tested_with_the_declared_reason(bench: Bench) -> None:
    result = only(bench, "lgo.read_audit_log(actor=actor)")
    assert result.verdict is Verdict.NOT_TESTED
    assert "pas de journal dans cette version" in result.reason.fr


def test_a_driver_error_is_inconclusive_with_its_hint(bench: Bench) -> None:
    result = only(bench, "raise DriverError('connexion refusée', hint='démarrez le logiciel')")
    assert result.verdict is Verdict.INCONCLUSIVE
    assert "connexion refusée" in result.reason.fr
    hint = result.checks[0].hint
    assert hint is not None
    assert hint.fr == "démarrez le logiciel"


def test_a_network_error_is_inconclusive(bench: Bench) -> None:
    result = only(bench, "raise httpx.ReadTimeout('trop long')")
    assert result.verdict is Verdict.INCONCLUSIVE


def test_a_defect_of_the_check_is_inconclusive_and_leaves_its_trace(bench: Bench) -> None:
    result = only(bench, "{}['absent']")
    assert result.verdict is Verdict.INCONCLUSIVE
    assert any("Traceback" in entry.text.fr for entry in result.checks[0].evidence if hasattr(entry, "text"))


@pytest.mark.parametrize(
    "body", ["pytest.skip('pas envie')", "pytest.xfail('plus tard')"], ids=["skip", "xfail"]
)
def test_a_check_cannot_skip_itself(bench: Bench, body: str) -> None:
    assert only(bench, body).verdict is Verdict.INCONCLUSIVE


def test_a_skip_mark_does_not_hide_a_check(bench: Bench) -> None:
    run = bench.run("""
        @pytest.mark.skip(reason="pas envie")
        @pytest.mark.rule("SRC-01")
        def test_it(): pass
    """)
    assert run.rules[0].verdict is Verdict.INCONCLUSIVE


def test_a_fixture_that_fails_is_inconclusive(bench: Bench) -> None:
    run = bench.run("""
        @pytest.fixture
        def broken():
            assert False, "set-up"

        @pytest.mark.rule("SRC-01")
        def test_it(broken): pass
    """)
    assert run.rules[0].verdict is Verdict.INCONCLUSIVE


def test_a_clean_up_that_fails_is_inconclusive(bench: Bench) -> None:
    run = bench.run("""
        @pytest.fixture
        def broken():
            yield
            raise ValueError("clean-up")

        @pytest.mark.rule("SRC-01")
        def test_it(broken): pass
    """)
    assert run.rules[0].verdict is Verdict.INCONCLUSIVE


def test_a_clean_up_that_fails_does_not_hide_a_broken_rule(bench: Bench) -> None:
    run = bench.run("""
        @pytest.fixture
        def broken():
            yield
            raise ValueError("clean-up")

        @pytest.mark.rule("SRC-01")
        def test_it(broken):
            expect(False, fr="non", en="no")
    """)
    assert (run.rules[0].verdict, run.rules[0].reason.fr) == (Verdict.FAIL, "non")


def test_a_software_that_cannot_be_reset_is_inconclusive(bench: Bench) -> None:
    bench.software.reset_error = DriverError("injoignable")
    result = only(bench, 'lgo.create_patient(PatientTraits(birth_date="1980-01-02"), actor=actor)')
    assert result.verdict is Verdict.INCONCLUSIVE


def test_a_verdict_without_its_exchanges_is_inconclusive(bench: Bench) -> None:
    result = only(bench, "insi._session.unreadable = OSError('simulateur arrêté')")
    assert result.verdict is Verdict.INCONCLUSIVE
    assert "simulateur arrêté" in result.reason.fr


def test_an_obstacle_that_checks_share_does_not_grow(bench: Bench) -> None:
    code = """
        from conformance.verdicts import UndecidedError

        SHARED = UndecidedError("préparation impossible", "could not be prepared")

        @pytest.mark.rule("SRC-01")
        @pytest.mark.parametrize("number", range(3))
        def test_it(number):
            assert SHARED.__traceback__ is None
            raise SHARED
    """
    [result] = bench.run(code).rules
    assert [check.reason.en for check in result.checks] == ["could not be prepared"] * 3
