"""How checks, rules and verdicts go together in a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.engine import CheckFinished, CheckStarted, RunFinished, SuiteError
from conformance.record.timeline import ActEntry, ExchangeEntry, NoteEntry
from conformance.rules import Text, UnknownRuleError
from conformance.verdicts import Verdict

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Bench

    from conformance.engine import Event, SuiteRun

TWO_CHECKS = """
    pytestmark = pytest.mark.rule("SRC-01")

    @pytest.mark.title(fr="par date", en="by date")
    def test_date(): pass

    def test_name():
        '''Search by name.

        Not in the title.
        '''
        expect(False, fr="non", en="no")
"""


def verdicts(run: SuiteRun) -> dict[str, Verdict]:
    return {result.rule.key: result.verdict for result in run.rules}


def test_the_worst_check_decides(bench: Bench) -> None:
    run = bench.run(TWO_CHECKS)
    assert [check.verdict for check in run.rules[0].checks] == [Verdict.PASS, Verdict.FAIL]
    assert run.rules[0].verdict is Verdict.FAIL


def test_a_rule_without_check_is_not_tested(bench: Bench) -> None:
    run = bench.run(TWO_CHECKS, rules=["SRC-01", "SRC-02"])
    assert verdicts(run)["SRC-02"] is Verdict.NOT_TESTED
    assert "Aucun contrôle" in run.rules[1].reason.fr


def test_without_selection_every_rule_of_the_catalogue_gets_a_verdict(bench: Bench) -> None:
    run = bench.run(TWO_CHECKS, rules=None)
    assert len(run.rules) > 38
    assert {result.verdict for result in run.rules} == {Verdict.FAIL, Verdict.NOT_TESTED}


def test_a_check_of_two_rules_counts_for_both_each_by_its_own_strength(bench: Bench) -> None:
    run = bench.run(
        """
        @pytest.mark.rule("STA-08", "ERR-02")
        def test_it():
            expect(False, fr="non", en="no")
        """,
        rules=["STA-08", "ERR-02"],
    )
    assert verdicts(run) == {"STA-08": Verdict.FAIL, "ERR-02": Verdict.WARNING}


def test_checks_of_rules_not_selected_do_not_run(bench: Bench) -> None:
    run = bench.run(TWO_CHECKS, rules=["SRC-02"])
    assert bench.software.resets == []
    assert verdicts(run) == {"SRC-02": Verdict.NOT_TESTED}


def test_a_rule_declared_not_applicable_keeps_the_reason_and_runs_nothing(bench: Bench) -> None:
    run = bench.run(TWO_CHECKS, not_applicable={"SRC-01": Text("sans objet", "does not apply")})
    assert bench.software.resets == []
    assert (run.rules[0].verdict, run.rules[0].reason.fr) == (Verdict.NOT_APPLICABLE, "sans objet")


ACTING = """
    pytestmark = pytest.mark.rule("SRC-01")

    def test_first(lgo, actor):
        lgo.create_patient(PatientTraits(birth_date="1980-01-02"), actor=actor)
        lgo.create_patient(PatientTraits(birth_date="1980-01-03"), actor=actor)

    def test_looking_at_what_the_first_kept(): pass

    def test_second(lgo, actor):
        assert lgo.create_patient(PatientTraits(birth_date="1980-01-02"), actor=actor).id == "1"
"""


def test_the_software_is_emptied_towards_the_simulator_for_each_check_that_asks_it_for_something(
    bench: Bench,
) -> None:
    run = bench.run(ACTING)
    assert run.rules[0].verdict is Verdict.PASS
    assert bench.software.resets == ["http://127.0.0.1:1/lps"] * 2


def test_a_software_that_no_check_asks_for_anything_is_left_alone(bench: Bench) -> None:
    bench.run(TWO_CHECKS)
    assert bench.software.resets == []


def test_scenarios_of_one_check_do_not_reach_the_next(bench: Bench) -> None:
    run = bench.run("""
        pytestmark = pytest.mark.rule("SRC-01")

        def test_first(insi):
            insi.install("answer-02")

        def test_second(insi):
            assert insi.scenarios == []
    """)
    assert run.rules[0].verdict is Verdict.PASS


def test_titles_come_from_the_marker_else_from_the_docstring(bench: Bench) -> None:
    checks = bench.run(TWO_CHECKS).rules[0].checks
    assert [(check.title.fr, check.title.en) for check in checks] == [
        ("par date", "by date"),
        ("Search by name.", "Search by name."),
    ]


def test_a_parameter_shows_in_id_and_title(bench: Bench) -> None:
    run = bench.run("""
        @pytest.mark.rule("SRC-01")
        @pytest.mark.title(fr="sans trait", en="without trait")
        @pytest.mark.parametrize("trait", ["sex", "birth_date"])
        def test_missing(trait): pass
    """)
    assert [(check.id, check.title.fr) for check in run.rules[0].checks] == [
        ("sample.missing[sex]", "sans trait · sex"),
        ("sample.missing[birth_date]", "sans trait · birth_date"),
    ]


def test_a_parameter_can_bring_its_own_title(bench: Bench) -> None:
    run = bench.run("""
        @pytest.mark.rule("SRC-01")
        @pytest.mark.title(fr="sans trait", en="without trait")
        @pytest.mark.parametrize(
            "trait", [pytest.param("sex", marks=pytest.mark.title(fr="sans le sexe", en="without sex"))]
        )
        def test_missing(trait): pass
    """)
    assert run.rules[0].checks[0].title.fr == "sans le sexe"


def test_events_tell_the_run_as_it_goes(bench: Bench) -> None:
    run = bench.run(TWO_CHECKS)
    started, finished, _, failed, end = bench.events
    assert isinstance(started, CheckStarted)
    assert (started.id, started.rules, started.number, started.total) == ("sample.date", ("SRC-01",), 1, 2)
    assert isinstance(finished, CheckFinished)
    assert finished.verdict is Verdict.PASS
    assert isinstance(failed, CheckFinished)
    assert (failed.verdict, failed.reason.en) == (Verdict.FAIL, "no")
    assert end == RunFinished(rules=run.rules, interrupted=False)


def test_the_timeline_holds_acts_and_exchanges_in_the_order_they_came(bench: Bench) -> None:
    run = bench.run("""
        @pytest.mark.rule("SRC-01")
        def test_it(lgo, insi, draw, actor, evidence):
            person = draw(sex="F")
            patient = lgo.create_patient(PatientTraits(birth_name="MARTIN", birth_date="1980-01-02"), actor=actor)
            lgo.call_insi_traits(patient.id, actor=actor)
            lgo.validate_identity(patient.id, actor=actor)
            evidence.note("fini")
    """)
    timeline = run.rules[0].checks[0].evidence
    shown = [
        entry.verb
        if isinstance(entry, ActEntry)
        else entry.number
        if isinstance(entry, ExchangeEntry)
        else entry.text.fr
        if isinstance(entry, NoteEntry)
        else None
        for entry in timeline
    ]
    assert shown == ["draw", "create_patient", "call_insi_traits", 1, "validate_identity", "fini"]


def test_an_act_tells_who_what_and_the_state_it_changed(bench: Bench) -> None:
    run = bench.run("""
        @pytest.mark.rule("SRC-01")
        def test_it(lgo, actor):
            patient = lgo.create_patient(PatientTraits(birth_name="MARTIN", birth_date="1980-01-02"), actor=actor)
            lgo.validate_identity(patient.id, actor=actor)
    """)
    created, validated = run.rules[0].checks[0].evidence
    assert isinstance(created, ActEntry)
    assert isinstance(validated, ActEntry)
    assert created.actor == "pharmacien.banc (USER)"
    assert created.arguments == {"traits": {"birth_name": "MARTIN", "birth_date": "1980-01-02"}}
    assert [(change.name, change.before, change.after) for change in validated.changes] == [
        ("status", "PROV", "VALI")
    ]


def test_a_drawn_patient_shows_what_was_wanted_and_what_came(bench: Bench) -> None:
    run = bench.run("""
        @pytest.mark.rule("SRC-01")
        def test_it(draw):
            draw(sex="F")
    """)
    (drawn,) = run.rules[0].checks[0].evidence
    assert isinstance(drawn, ActEntry)
    assert drawn.arguments == {"sex": "F"}
    assert drawn.result["sex"] == "F"
    assert [drawn.result["matricule"]] == [person.identity.matricule.value for person in bench.insi.people]


def test_an_exchange_keeps_the_explanation_of_the_simulator(bench: Bench) -> None:
    run = bench.run("""
        @pytest.mark.rule("SRC-01")
        def test_it(insi):
            insi.receive()
    """)
    (exchange,) = run.rules[0].checks[0].evidence
    assert isinstance(exchange, ExchangeEntry)
    assert exchange.explanation == (Text("personne", "nobody"),)


def test_what_a_sink_received_is_evidence_and_no_call_to_insi(bench: Bench) -> None:
    run = bench.run("""
        @pytest.mark.rule("SRC-01")
        def test_it(lgo, insi, actor, during):
            patient = lgo.create_patient(PatientTraits(birth_name="MARTIN", birth_date="1980-01-02"), actor=actor)

            def act():
                insi.receive()
                submission = insi.journal[0]
                submission.service, submission.operation, submission.request_xml = "dmp", "ITI-41", "x" * 90_000
                lgo.call_insi_traits(patient.id, actor=actor)

            _, exchanges = during(act)
            assert [each.id for each in exchanges] == [2]
    """)
    assert run.rules[0].verdict is Verdict.PASS
    exchanges = [each for each in run.rules[0].checks[0].evidence if isinstance(each, ExchangeEntry)]
    sink, call = exchanges
    assert (sink.service, sink.number, sink.operation) == ("dmp", 1, "ITI-41")
    assert sink.request.endswith("… (90000)")
    assert len(sink.request) < 21_000
    assert (call.service, call.number) == ("insi", 2)


def test_a_refusal_is_part_of_the_evidence(bench: Bench) -> None:
    run = bench.run("""
        @pytest.mark.rule("SRC-01")
        def test_it(lgo, actor):
            refusal = expect_refused(
                lambda: lgo.create_patient(PatientTraits(), actor=actor), fr="créé", en="created"
            )
            assert refusal.fields == ("birth_date",)
    """)
    (act,) = run.rules[0].checks[0].evidence
    assert isinstance(act, ActEntry)
    assert (run.rules[0].verdict, act.outcome) == (Verdict.PASS, "refused")


def test_an_exchange_that_no_verb_explains_is_gathered_at_the_end(bench: Bench) -> None:
    run = bench.run("""
        @pytest.mark.rule("SRC-01")
        def test_it(insi):
            insi.receive()
    """)
    assert [
        entry.number for entry in run.rules[0].checks[0].evidence if isinstance(entry, ExchangeEntry)
    ] == [1]


def test_exchanges_from_before_belong_to_no_check(bench: Bench) -> None:
    bench.insi.receive()
    run = bench.run(TWO_CHECKS)
    seen = [entry for check in run.rules[0].checks for entry in check.evidence]
    assert not [entry for entry in seen if isinstance(entry, ExchangeEntry)]


def test_an_interrupted_run_keeps_what_it_has(bench: Bench) -> None:
    run = bench.run(
        """
        pytestmark = pytest.mark.rule("SRC-01")

        def test_first():
            expect(False, fr="non", en="no")

        def test_second(lgo, actor):
            lgo.create_patient(PatientTraits(birth_date="1980-01-02"), actor=actor)
            raise KeyboardInterrupt

        @pytest.mark.rule("SRC-02")
        def test_third(): pass
    """,
        rules=["SRC-01", "SRC-02"],
    )
    assert run.interrupted
    assert verdicts(run) == {"SRC-01": Verdict.FAIL, "SRC-02": Verdict.NOT_TESTED}
    assert [check.verdict for check in run.rules[0].checks] == [
        Verdict.FAIL,
        Verdict.NOT_TESTED,
        Verdict.NOT_TESTED,
    ]
    assert "interrompue" in run.rules[1].reason.fr


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("def test_it(): pass", "names no rule"),
        ("@pytest.mark.rule('SRC-1')\ndef test_it(): pass", "unknown rule 'SRC-1'; did you mean SRC-01?"),
        (
            "@pytest.mark.rule('SRC-01')\n@pytest.mark.title('par date')\ndef test_it(): pass",
            "title(fr=..., en=...)",
        ),
        ("import no_such_module_anywhere", "no_such_module_anywhere"),
    ],
    ids=["no rule", "unknown rule", "half a title", "import error"],
)
def test_a_defect_of_the_suite_gives_no_verdict(bench: Bench, code: str, message: str) -> None:
    with pytest.raises(SuiteError) as caught:
        bench.run(code)
    assert message in str(caught.value)


def test_an_unknown_rule_wanted_is_named_before_anything_runs(bench: Bench) -> None:
    with pytest.raises(UnknownRuleError, match="SRC-01"):
        bench.run(TWO_CHECKS, rules=["SRC-1"])


def test_an_error_of_the_listener_is_raised_not_blamed_on_the_software(bench: Bench) -> None:
    def listener(_event: Event) -> None:
        raise ZeroDivisionError("listener")

    bench.on_event = listener
    with pytest.raises(ZeroDivisionError, match="listener"):
        bench.run(TWO_CHECKS)


def test_the_users_own_pytest_settings_change_nothing(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n")
    (tmp_path / "conftest.py").write_text("raise RuntimeError('conftest of the user')\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTEST_ADDOPTS", "--another-unknown-option")
    assert bench.run(TWO_CHECKS).rules[0].verdict is Verdict.FAIL


def test_nothing_is_printed_by_pytest(bench: Bench, capfd: pytest.CaptureFixture[str]) -> None:
    bench.run(TWO_CHECKS)
    assert capfd.readouterr() == ("", "")


def test_what_a_check_sees_of_other_rules_is_told_under_them(bench: Bench) -> None:
    """By its own account, and by a step that went wrong."""
    run = bench.run(
        """
        from conformance.verdicts import Aside, UndecidedError
        from simulator.text import Text

        @pytest.mark.rule("SRC-01")
        def test_seen(see_aside):
            for _ in range(2):
                see_aside(Aside(rules=("FLD-01",), reason=Text("perdu", "lost")))

        @pytest.mark.rule("SRC-01")
        def test_stuck():
            raise UndecidedError("PROV", "PROV", depends_on=("STA-05",))
        """,
        rules=["SRC-01", "FLD-01", "STA-05"],
    )
    assert verdicts(run) == {
        "FLD-01": Verdict.FAIL,
        "SRC-01": Verdict.INCONCLUSIVE,
        "STA-05": Verdict.WARNING,
    }
    assert [len(result.checks) for result in run.rules] == [1, 2, 1]
