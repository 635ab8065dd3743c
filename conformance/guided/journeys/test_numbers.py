"""People without an INS, with a waiting number, with other traits on INSi than on their document."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.model import CallOutcome, Status
from conformance.guided.looking import expect_same, expect_status, need_code
from conformance.guided.walking import Journey
from conformance.suite.desk.expect import expect
from conformance.suite.desk.people import PLAIN, adult, another_value, typed
from conformance.suite.desk.wire import need_answer, need_found
from conformance.suite.desk.words import expect_values, insi_values
from conformance.suite.response.proposals import WHATEVER
from conformance.verdicts import UndecidedError
from simulator.ins.identity import HistoricId
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.drivers.model import InsiCall, Patient
    from conformance.guided.walking import Walk
    from conformance.suite.desk.steps import Desk
    from simulator.registry.person import Person

OUTAGE, NOBODY = "chaos/http-503", "answers/not-found"
USED = "NALROVK"


def _make(desk: Desk, walk: Walk) -> None:
    lgo, user = desk.lgo, desk.user

    def call(name: str, scenario: str | None = None, **people: Person) -> Callable[[], InsiCall]:
        def act() -> InsiCall:
            if scenario is not None:
                desk.insi.install(scenario, **people)
            try:
                return lgo.call_insi_traits(walk[name], actor=user)
            finally:
                if scenario is not None:
                    desk.insi.clear_scenarios()

        return act

    def create(name: str, person: Person, **others: str | None) -> None:
        walk.stage(name, lambda: lgo.create_patient(typed(person, **others), actor=user).id)

    def accept(name: str) -> Callable[[], object]:
        return lambda: lgo.decide_proposal(walk[name].id, accept=True, actor=user)

    def look(name: str) -> Callable[[], Patient]:
        return lambda: lgo.read_patient(walk[name], actor=user)

    def validate(name: str) -> Callable[[], object]:
        return lambda: lgo.validate_identity(walk[name], actor=user)

    # Nobody at INSi, which is down when the file is created.
    unknown = walk.welcome(adult(desk))
    desk.insi.install(OUTAGE)
    create("unknown", unknown, birth_place="99999")
    desk.insi.clear_scenarios()
    walk.stage("unknown-called", call("unknown", NOBODY))
    walk.stage("unknown-document", lambda: lgo.record_proof(walk["unknown"], "CNI", actor=user))
    walk.stage("unknown-validated", validate("unknown"))
    walk.stage("unknown-seen", look("unknown"))

    # A waiting number, then the definitive one; meanwhile another file is open.
    waiting = walk.welcome(desk.draw(nia=True))
    other = desk.draw(sex=waiting.identity.traits.sex, birth_date=waiting.identity.traits.birth_date)
    now = _now_known_by(waiting, other)
    walk.stage("now", lambda: now)
    create("waiting", waiting)
    walk.stage("waiting-called", call("waiting"))
    walk.stage("waiting-accepted", accept("waiting-called"))
    walk.stage("now-called", call("waiting", WHATEVER, patient=now))
    walk.stage("meanwhile", lambda: lgo.update_patient(walk["unknown"], {"used_name": USED}, actor=user))
    walk.stage("now-accepted", accept("now-called"))
    walk.stage("now-seen", look("waiting"))
    walk.stage("unknown-again", look("unknown"))
    walk.stage("former", lambda: lgo.read_ins_history(walk["waiting"], actor=user))

    # INSi says another date than the document.
    checked = walk.welcome(adult(desk))
    traits = replace(checked.identity.traits, birth_date=another_value(desk, checked, "birth_date"))
    walk.stage("checked-person", lambda: checked)
    create("checked", checked)
    walk.stage("checked-document", lambda: lgo.record_proof(walk["checked"], "PASSPORT", actor=user))
    walk.stage("checked-validated", validate("checked"))
    differing = replace(
        checked, key=f"{checked.key}/other", identity=replace(checked.identity, traits=traits)
    )
    walk.stage("checked-called", call("checked", WHATEVER, patient=differing))
    walk.stage("checked-compared", lambda: lgo.read_proposal(walk["checked-called"].id, actor=user))

    # The first name typed is not the start of the list of INSi.
    second = walk.welcome(desk.draw(first_names_count=3, **PLAIN))
    create("second", second, first_name=second.identity.traits.first_names.split()[1], first_names=None)
    walk.stage("second-called", call("second", WHATEVER, patient=second))


def _now_known_by(person: Person, other: Person) -> Person:
    """Return the person with the number of another, and their own among the former ones."""
    old, new = person.identity, other.identity
    former = HistoricId(matricule=old.matricule, oid=old.oid, date_from="2019-02-01", date_to="2026-01-31")
    identity = replace(old, matricule=new.matricule, oid=new.oid, history=(former,))
    return replace(person, key=f"{person.key}/now", identity=identity)


JOURNEY = Journey(
    key="numbers",
    title=Text(
        "sans INS, avec un numéro d'attente, ou autrement connu d'INSi",
        "without an INS, with a waiting number, or known otherwise to INSi",
    ),
    acts=21,
    minutes=20,
    make=_make,
)


@pytest.mark.rule("SRC-13")
@pytest.mark.title(
    fr="Un patient se crée pendant une panne d'INSi", en="A patient is created while INSi is down"
)
def test_created_while_down(walk: Walk) -> None:
    expect(not walk.refusal("unknown"), fr="la création est refusée", en="the creation is refused")


@pytest.mark.rule("MAT-10")
@pytest.mark.title(
    fr="Sans INS, le dossier se valide sur pièce et reste utilisable",
    en="Without an INS, the file is validated on a document and can be used",
)
def test_without_ins(walk: Walk) -> None:
    need_code(walk.requests("unknown-called"), "01")
    for stage in ("unknown-document", "unknown-validated", "meanwhile"):
        expect(
            not walk.refusal(stage),
            fr="un acte est refusé faute d'INS",
            en="an act is refused for want of an INS",
        )
    patient: Patient = walk["unknown-seen"]
    expect_status(patient, Status.VALI, "sans INS", "without an INS")
    expect(not patient.matricule, fr="un matricule est apparu", en="a matricule has appeared")


@pytest.mark.rule("MAT-09", "RSP-20")
@pytest.mark.title(
    fr="Le numéro d'attente laisse la place au NIR", en="The waiting number gives way to the NIR"
)
def test_new_number(walk: Walk) -> None:
    need_found(walk.requests("waiting-called"))
    _ = walk["waiting-accepted"]
    need_answer(walk.requests("now-called"), WHATEVER)
    expect(not walk.refusal("now-accepted"), fr="l'acceptation est refusée", en="the acceptance is refused")
    patient: Patient = walk["now-seen"]
    expected = insi_values(walk["now"])
    expect_values(
        {name: getattr(patient, name) for name in expected},
        expected,
        fr="le nouveau numéro n'a pas remplacé l'ancien",
        en="the new number did not replace the old one",
    )


@pytest.mark.rule("RSP-15")
@pytest.mark.title(
    fr="L'ancien matricule que renvoie INSi est dans l'historique, dates comprises",
    en="The former matricule that INSi returns is in the history, dates included",
)
def test_former(walk: Walk) -> None:
    need_answer(walk.requests("now-called"), WHATEVER)
    _ = walk["now-accepted"]
    [former] = walk["now"].identity.history
    expected = (former.matricule.value, str(former.oid), former.date_from, former.date_to)
    kept = [(each.matricule, each.oid, each.start, each.end) for each in walk["former"]]
    expect(expected in kept, fr=f"attendu {expected}, gardé {kept}", en=f"expected {expected}, kept {kept}")


@pytest.mark.rule("ERR-06")
@pytest.mark.title(
    fr="Une réponse acceptée alors qu'un autre dossier vient d'être modifié va dans le sien",
    en="An answer accepted when another file has just been changed goes into its own",
)
def test_other_file(walk: Walk) -> None:
    need_answer(walk.requests("now-called"), WHATEVER)
    _ = walk["meanwhile"], walk["now-accepted"]
    expect_same(
        walk["unknown-again"],
        walk["unknown-seen"],
        "l'autre dossier a changé",
        "the other file has changed",
        besides={"used_name": USED},
    )
    expect(
        walk["now-seen"].matricule == walk["now"].identity.matricule.value,
        fr="l'identité acceptée n'est pas dans son dossier",
        en="the identity accepted is not in its file",
    )


@pytest.mark.rule("RSP-18")
@pytest.mark.title(
    fr="Une date d'INSi autre que celle contrôlée sur pièce est signalée avant l'acceptation",
    en="A date of INSi other than the one checked against a document is flagged before the acceptance",
)
def test_not_in_silence(walk: Walk) -> None:
    for stage in ("checked-document", "checked-validated"):
        if walk.refusal(stage):
            raise UndecidedError(
                "l'identité n'a pas pu être validée",
                "the identity could not be validated",
                depends_on=("PRF-04",),
            )
    need_answer(walk.requests("checked-called"), WHATEVER)
    call: InsiCall = walk["checked-called"]
    if call.outcome is not CallOutcome.FOUND:
        return
    flagged = any(line.field == "birth_date" and line.different for line in walk["checked-compared"].fields)
    expect(
        flagged or call.alerts,
        fr="la différence n'est pas signalée",
        en="the difference is not flagged",
        inferred=True,
    )


@pytest.mark.rule("RSP-05", "RSP-06")
@pytest.mark.title(
    fr="Un 1er prénom qui n'est pas le début de la liste d'INSi donne une alerte",
    en="A first name that is not the start of the list of INSi raises an alert",
)
def test_first_name_alert(walk: Walk) -> None:
    need_answer(walk.requests("second-called"), WHATEVER)
    call: InsiCall = walk["second-called"]
    if call.outcome is CallOutcome.FOUND:
        expect(call.alerts, fr="aucune alerte sur le 1er prénom", en="no alert about the first name")
