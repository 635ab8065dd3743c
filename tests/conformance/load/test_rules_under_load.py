"""Rules looked at while a software is under load: each look passes what is right and names what is not."""

from __future__ import annotations

import json
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from conformance.drivers.model import (
    Actor,
    AuditEntry,
    CallOutcome,
    ComparedField,
    InsiCall,
    Patient,
    PatientTraits,
    Proposal,
    Status,
    StatusChange,
    Verb,
)
from conformance.drivers.protocol import DriverError, RefusedError
from conformance.load.calling import rules
from conformance.load.calling.rules import LOOKS, RULES, Moment, Sampler, Visit, missing_verbs
from conformance.load.summary import Summary, exit_code
from conformance.load.telling.outcome import print_outcome
from conformance.rules import load_catalogue

TRAITS = SimpleNamespace(
    birth_name="LE GOFF", first_names="ANNE MARIE", sex="F", birth_date="1981-04-12", birth_place="29019"
)
NUMBER, OID = "281042901900101", "1.2.250.1.213.1.4.10"
PERSON: Any = SimpleNamespace(
    identity=SimpleNamespace(traits=TRAITS, matricule=SimpleNamespace(value=NUMBER), oid=OID)
)
TYPED = PatientTraits(
    birth_name="LE GOFF",
    first_name="ANNE",
    first_names="ANNE",
    birth_date="1981-04-12",
    sex="F",
    birth_place="29019",
)
BARE = Patient(
    id="7", status=Status.PROV, birth_name="LE GOFF", first_names="ANNE", sex="F", birth_date="1981-04-12"
)
FED = Patient(id="7", status=Status.RECUP, matricule=NUMBER, oid=OID, **vars(TRAITS))
STATES = {
    Moment.FOUND: BARE,
    Moment.NOT_FOUND: BARE,
    Moment.IMPORTED: FED,
    Moment.QUALIFIED: replace(FED, status=Status.QUAL),
    Moment.BACK: FED,
}
OUTCOMES = {Moment.FOUND: CallOutcome.FOUND, Moment.NOT_FOUND: CallOutcome.NOT_FOUND}


class Software:
    """A software in which one patient stands at a moment; a test changes what it shows."""

    def __init__(self, moment: Moment) -> None:
        self.patient = STATES[moment]
        self.compared = {name: getattr(TRAITS, name) for name in vars(TRAITS)}
        code = "00" if moment is Moment.FOUND else "01"
        returned = {"matricule": NUMBER} if code == "00" else {}
        self.log = [
            AuditEntry(action="INSI_CALL", user="banc-1", patient_id="7", code=code, returned=returned)
        ]
        self.history = [
            StatusChange(previous=None, status=Status.PROV, at="2026-01-01T10:00:00Z", author="x"),
            StatusChange(previous=Status.PROV, status=Status.RECUP, at="2026-01-01T10:00:00Z", author="x"),
            StatusChange(previous=Status.RECUP, status=Status.QUAL, at="2026-01-01T10:00:00Z", author="x"),
        ]
        self.found = [self.patient]
        self.locks = True

    def read_patient(self, *_: Any, **__: Any) -> Patient:
        return self.patient

    def read_proposal(self, call_id: str, **_: Any) -> Proposal:
        lines = [
            ComparedField(field=name, local="", insi=value, different=True)
            for name, value in self.compared.items()
        ]
        return Proposal(call_id=call_id, fields=tuple(lines))

    def read_audit_log(self, *_: Any, **__: Any) -> list[AuditEntry]:
        return self.log

    def read_status_history(self, *_: Any, **__: Any) -> list[StatusChange]:
        return self.history

    def search_patients(self, *_: Any, **__: Any) -> list[Patient]:
        return self.found

    def update_patient(self, _: str, changes: dict[str, str], **__: Any) -> None:
        if self.locks:
            raise RefusedError("LOCKED", "Champ verrouillé.")
        self.patient = replace(self.patient, **changes)  # type: ignore[arg-type] # names of fields


class Told:
    """What a meter is told."""

    def __init__(self) -> None:
        self.lines: list[dict[str, Any]] = []

    def tell_rule(self, rule: str, moment: str, seen: str, problem: str) -> None:
        self.lines.append({"kind": "rule", "rule": rule, "moment": moment, "seen": seen, "problem": problem})


def look(software: Any, moment: Moment, *chosen: str, rate: float = 1e6) -> list[dict[str, Any]]:
    told: Any = Told()
    nobody = moment is Moment.NOT_FOUND
    visit = Visit(
        driver=software,
        actor=Actor(user="banc-1"),
        patient_id="7",
        typed=TYPED,
        person=None if nobody else PERSON,
        call=InsiCall(id="c", outcome=OUTCOMES.get(moment, CallOutcome.FOUND), message="Aucune identité."),
        known=(("7", PERSON),),
    )
    Sampler(chosen or RULES, rate, told).look(moment, visit)
    return told.lines


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "LATER_S", 0.0)


def test_they_are_rules_of_the_catalogue() -> None:
    assert set(RULES) <= set(load_catalogue())


@pytest.mark.parametrize("moment", Moment)
def test_a_right_software_keeps_them_all(moment: Moment) -> None:
    seen = look(Software(moment), moment)
    assert {line["rule"] for line in seen} == {each.rule for each in LOOKS if each.moment is moment}
    assert [line for line in seen if line["seen"] != "kept"] == []


def patient(**changes: Any) -> Any:
    def bend(software: Software) -> None:
        software.patient = replace(software.patient, **changes)
        software.found = [software.patient]

    return bend


def other(name: str, value: Any) -> Any:
    return lambda software: setattr(software, name, value)


BROKEN = [
    ("RSP-01", Moment.FOUND, patient(matricule=NUMBER), "matricule before anybody decided"),
    ("RSP-01", Moment.FOUND, patient(status=Status.RECUP), "expected PROV, got RECUP"),
    ("RSP-01", Moment.FOUND, other("compared", {}), "in the comparison: expected LE GOFF, got nothing"),
    ("RSP-02", Moment.IMPORTED, patient(birth_place="75101"), "birth_place after acceptance"),
    ("RSP-02", Moment.IMPORTED, patient(oid=None), "OID after acceptance"),
    ("RSP-12", Moment.NOT_FOUND, patient(oid=OID), "OID after an answer 01"),
    ("STA-03", Moment.IMPORTED, patient(status=Status.VALI), "expected RECUP, got VALI"),
    ("STA-06", Moment.QUALIFIED, patient(status=Status.RECUP), "expected QUAL, got RECUP"),
    ("STA-07", Moment.IMPORTED, other("history", []), "expected a change to RECUP"),
    (
        "STA-07",
        Moment.QUALIFIED,
        other(
            "history", [StatusChange(previous=Status.RECUP, status=Status.QUAL, at="2026-01-01T10:00:00Z")]
        ),
        "the time and the author",
    ),
    ("STA-12", Moment.BACK, other("locks", value=False), "birth_name after an ordinary user"),
    (
        "SEC-02",
        Moment.FOUND,
        other("log", [AuditEntry(action="INSI_CALL", user="banc-2")]),
        "expected banc-1, got banc-2",
    ),
    ("SEC-06", Moment.NOT_FOUND, other("log", []), "expected the INSi call of the file 7"),
    ("SEC-06", Moment.FOUND, other("log", [AuditEntry(action="INSI_CALL", code="00")]), "matricule returned"),
    ("SRC-01", Moment.BACK, other("found", []), "expected the file 7, got 0 others"),
    ("SRC-01", Moment.BACK, patient(birth_date="1981-04-13"), "born on 1981-04-13"),
    ("SRC-02", Moment.BACK, other("found", []), "expected the file 7"),
]


@pytest.mark.parametrize(("rule", "moment", "bend", "says"), BROKEN)
def test_a_departure_is_seen_and_named(rule: str, moment: Moment, bend: Any, says: str) -> None:
    software = Software(moment)
    bend(software)
    [line] = look(software, moment, rule)
    assert line["seen"] == "departed"
    assert says in line["problem"]


def test_each_rule_has_a_departure_here() -> None:
    assert {rule for rule, *_ in BROKEN} == set(RULES)


def test_what_comes_a_moment_later_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "LATER_S", 60.0)
    monkeypatch.setattr(rules, "_LOOK_S", 0.0)
    software = Software(Moment.FOUND)
    entries, reads = software.log, iter([[], []])
    software.read_audit_log = lambda **_: next(reads, entries)  # type: ignore[method-assign] # late
    assert look(software, Moment.FOUND, "SEC-06")[0]["seen"] == "kept"


def test_a_look_without_an_answer_is_none() -> None:
    def gone(*_: Any, **__: Any) -> None:
        raise DriverError("no answer")

    software = Software(Moment.IMPORTED)
    software.read_patient = gone  # type: ignore[assignment,method-assign] # fails
    assert look(software, Moment.IMPORTED, "RSP-02")[0]["seen"] == "unseen"


def test_a_rule_is_looked_at_when_it_is_its_turn() -> None:
    told: Any = Told()
    sampler = Sampler(("RSP-02",), 0.001, told)
    software: Any = Software(Moment.IMPORTED)
    for _ in range(5):
        sampler.look(
            Moment.IMPORTED, Visit(driver=software, actor=Actor(user="u"), patient_id="7", person=PERSON)
        )
    assert len(told.lines) == 1


def test_the_verbs_that_a_rule_lacks_are_named() -> None:
    assert missing_verbs(("STA-07", "STA-03"), set(Verb) - {Verb.READ_STATUS_HISTORY}) == {
        "STA-07": ["read_status_history"]
    }


def test_a_departure_fails_the_run_and_a_rule_asked_for_and_never_seen_is_missed() -> None:
    def summed(*lines: dict[str, Any]) -> Summary:
        summary = Summary()
        tick = {"kind": "tick", "t": 1, "d": 1, "stage": "s", "ops": {"read": {"n": 1}}}
        for line in (tick, *lines, {"kind": "end", "t": 1, "reason": "time"}):
            summary.feed(line)
        return summary

    kept = {"kind": "rule", "t": 0, "rule": "STA-03", "seen": "kept", "problem": ""}
    assert exit_code(summed(kept)) == 0
    assert exit_code(summed(kept, kept | {"seen": "departed", "problem": "x"})) == 1
    unseen: Any = summed(kept | {"seen": "unseen", "problem": "no answer"})
    assert exit_code(unseen) == 0
    unseen.options = SimpleNamespace(rules_named=True, thresholds=())
    assert exit_code(unseen) == 3


def test_what_a_software_says_fakes_no_line_of_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    summary: Any = Summary()
    summary.feed(
        {"kind": "rule", "t": 0, "rule": "STA-03", "seen": "departed", "problem": "VALI\nIt held\x1b[2J"}
    )
    summary.feed({"kind": "error", "t": 0, "operation": "read", "problem": "no\nIt held"})
    summary.feed({"kind": "end", "t": 1, "reason": "time"})
    print_outcome(summary, [], "en")
    told = capsys.readouterr().out
    assert "\x1b" not in told
    assert r"VALI\nIt held" in told
    assert r"no\nIt held" in told


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--rule", "STA-03"], "--rule looks at a software: add --target software"),
        (["--target", "software", "--rule", "DOC-01"], "the others need a campaign: banc run"),
        (["--target", "software", "--rule", "none", "--rule", "STA-03"], "expected it alone"),
        (["--target", "software", "--rule-rate", "often"], "--rule-rate: expected a rate such as 200/s"),
    ],
)
@pytest.mark.usefixtures("in_english")
def test_a_wrong_choice_says_what_was_expected(banc: Any, arguments: list[str], says: str) -> None:
    done = banc("load", *arguments)
    assert done.returncode == 2
    assert says in done.stderr


@pytest.mark.slow
def test_a_log_that_credits_somebody_else_is_seen_under_load(tmp_path: Any, banc: Any) -> None:
    from conformance.campaign import reference_lgo

    with reference_lgo(["call-log-without-user"]) as url:
        done = banc(
            *("load", "--software", url, "--users", 3, "--rate", "6/s", "--duration", "10s", "--p95", "60s"),
            *("--min-rate", "0.1/s", "--rule", "SEC-02", "--rule", "RSP-02", "--rule-rate", "5/s"),
            *("--report", tmp_path / "run", "--lang", "en"),
        )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "A rule was not kept under load" in done.stdout
    report = json.loads((tmp_path / "run" / "report.json").read_text("utf-8"))
    assert {each["rule"]: each["verdict"] for each in report["rules"]} == {
        "RSP-02": "kept",
        "SEC-02": "departed",
    }
