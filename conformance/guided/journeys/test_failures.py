"""A patient typed with a wrong date: INSi finds nobody, then fails in all ways, then finds them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from conformance.drivers.model import CallOutcome, Status
from conformance.guided.looking import expect_same, expect_told, need_code
from conformance.guided.walking import Journey
from conformance.suite.desk.expect import expect, expect_equal
from conformance.suite.desk.log import Sent, expect_logged
from conformance.suite.desk.people import another_value, typed
from conformance.suite.desk.snapshot import Moment
from conformance.suite.desk.wire import asked, need_answer, need_found, need_request
from conformance.suite.desk.words import expect_values
from conformance.verdicts import UndecidedError
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.drivers.model import InsiCall, Patient
    from conformance.guided.walking import Walk
    from conformance.suite.desk.steps import Desk

MOST: Final = 10
"""Requests that one call may take: each first name, all of them, and some that grow (insi-contract §5.3)."""

SEVERAL, OUTAGE, FAULT = "answers/several", "chaos/http-503", "faults/insi-102"
NO_DAY, NO_SEX, UNREADABLE = "safety/lunar-day", "safety/empty-sex", "chaos/truncated-body"
CALLS = ("nobody", "several", "outage", "no-day", "no-sex", "unreadable", "found", "fault")


def _make(desk: Desk, walk: Walk) -> None:
    lgo, user = desk.lgo, desk.user
    person = walk.welcome(
        desk.draw(first_names_count=2, hyphen_name=False, apostrophe_name=False, space_name=False)
    )
    right = person.identity.traits.birth_date
    walk.tell(
        Text(
            "    La date à saisir est exprès une autre que celle de la fiche.",
            "    The date to type is another one than on the sheet, on purpose.",
        )
    )
    traits = typed(person, birth_date=another_value(desk, person, "birth_date"))
    walk.stage("right-date", lambda: right)
    walk.stage("created", lambda: lgo.create_patient(traits, actor=user).id)

    def file() -> str:
        return str(walk["created"])

    def look() -> Patient:
        return lgo.read_patient(file(), actor=user)

    def call() -> InsiCall:
        return lgo.call_insi_traits(file(), actor=user)

    def scripted(name: str, **people: Any) -> Callable[[], InsiCall]:
        def act() -> InsiCall:
            desk.insi.install(name, **people)
            try:
                return call()
            finally:
                desk.insi.clear_scenarios()

        return act

    walk.stage("nobody", call)
    walk.stage("corrected", lambda: lgo.update_patient(file(), {"birth_date": right}, actor=user))
    walk.stage("several", scripted(SEVERAL))
    walk.stage("outage", scripted(OUTAGE))
    walk.stage("no-day", scripted(NO_DAY, patient=person))
    walk.stage("no-sex", scripted(NO_SEX, patient=person))
    walk.stage("unreadable", scripted(UNREADABLE))
    walk.stage("untouched", look)
    walk.stage("found", call)
    walk.stage("accepted", lambda: lgo.decide_proposal(walk["found"].id, accept=True, actor=user))
    walk.stage("fed", look)
    walk.stage("fault", scripted(FAULT))
    walk.stage("after-fault", look)
    walk.stage("log", lambda: lgo.read_audit_log(patient_id=file(), actor=user))


JOURNEY = Journey(
    key="failures",
    title=Text(
        "personne, plusieurs, une panne, une réponse à ne pas reprendre, puis la bonne",
        "nobody, several, an outage, an answer not to be taken, then the right one",
    ),
    acts=15,
    minutes=15,
    make=_make,
)


def _expect_nothing_kept(walk: Walk) -> None:
    """Check that all that came before the right answer has left nothing in the file."""
    patient: Patient = walk["untouched"]
    expect_values(
        {"matricule": patient.matricule, "oid": patient.oid, "status": str(patient.status)},
        {"matricule": None, "oid": None, "status": "PROV"},
        fr="le dossier a changé sans identité acceptée",
        en="the file has changed with no identity accepted",
    )


def _expect_ending(walk: Walk, stage: str, outcome: CallOutcome, fr: str, en: str) -> None:
    expect_equal(got=walk[stage].outcome, expected=outcome, fr=fr, en=en)
    expect_told(walk[stage], fr, en)
    _expect_nothing_kept(walk)


@pytest.mark.rule("RSP-12")
@pytest.mark.title(
    fr="Personne trouvé : rien n'est enregistré, l'utilisateur le lit",
    en="Nobody found: nothing is stored, the user reads it",
)
def test_nobody(walk: Walk) -> None:
    need_code(walk.requests("nobody"), "01")
    _expect_ending(walk, "nobody", CallOutcome.NOT_FOUND, "personne trouvé (01)", "nobody found (01)")


@pytest.mark.rule("CAL-09")
@pytest.mark.title(
    fr="Les critères se corrigent et INSi est interrogé de nouveau avec eux",
    en="The criteria can be corrected and INSi is asked again with them",
)
def test_asked_again(walk: Walk) -> None:
    need_code(walk.requests("nobody"), "01")
    expect(not walk.refusal("corrected"), fr="la correction est refusée", en="the correction is refused")
    expect(not walk.refusal("found"), fr="le nouvel appel est refusé", en="the new call is refused")
    need_request(walk.requests("found"))
    dates = {asked(exchange)["birth_date"] for exchange in walk.requests("found")}
    expect_equal(got=dates, expected={walk["right-date"]}, fr="date redemandée", en="date asked again")


@pytest.mark.rule("RSP-13")
@pytest.mark.title(
    fr="Plusieurs trouvés : rien n'est enregistré, aucun candidat n'est montré",
    en="Several found: nothing is stored, no candidate is shown",
)
def test_several(walk: Walk) -> None:
    need_answer(walk.requests("several"), SEVERAL)
    _expect_ending(walk, "several", CallOutcome.SEVERAL, "plusieurs trouvés (02)", "several found (02)")
    expect(not walk["several"].candidates, fr="des candidats sont montrés", en="candidates are shown")


@pytest.mark.rule("RSP-08")
@pytest.mark.title(
    fr="Un retour dont la date a un jour 00 n'est pas importé, l'utilisateur est averti",
    en="An answer whose date has a day 00 is not imported, the user is warned",
)
def test_no_day(walk: Walk) -> None:
    _expect_rejected(walk, "no-day", NO_DAY)


@pytest.mark.rule("RSP-09")
@pytest.mark.title(
    fr="Un retour sans sexe n'est pas importé, l'utilisateur est averti",
    en="An answer without a sex is not imported, the user is warned",
)
def test_no_sex(walk: Walk) -> None:
    _expect_rejected(walk, "no-sex", NO_SEX)


@pytest.mark.rule("ERR-04")
@pytest.mark.title(
    fr="Une réponse illisible n'est pas importée, l'utilisateur est averti",
    en="An unreadable answer is not imported, the user is warned",
)
def test_unreadable(walk: Walk) -> None:
    _expect_rejected(walk, "unreadable", UNREADABLE)


def _expect_rejected(walk: Walk, stage: str, scenario: str) -> None:
    need_answer(walk.requests(stage), scenario)
    call: InsiCall = walk[stage]
    if call.outcome is CallOutcome.FOUND:
        raise UndecidedError(
            "le logiciel propose cette réponse ; qu'elle puisse être acceptée n'est pas essayé dans ce parcours",
            "the software proposes this answer; that it can be accepted is not tried on this journey",
        )
    wrong = {CallOutcome.NOT_FOUND, CallOutcome.SEVERAL, CallOutcome.BLOCKED}
    expect(
        call.outcome not in wrong, fr=f"fin annoncée : {call.outcome}", en=f"end announced: {call.outcome}"
    )
    expect_told(call, f"sur la réponse {scenario}", f"on the answer {scenario}")
    _expect_nothing_kept(walk)


@pytest.mark.rule("ERR-01")
@pytest.mark.title(
    fr="INSi en panne : l'utilisateur le lit, le dossier reste utilisable et son statut aussi",
    en="INSi is down: the user reads it, the file can be used and keeps its status",
)
def test_outage(walk: Walk) -> None:
    need_answer(walk.requests("outage"), OUTAGE)
    expect_equal(
        got=walk["outage"].outcome, expected=CallOutcome.ERROR, fr="fin de l'appel", en="end of the call"
    )
    expect_told(walk["outage"], "INSi en panne", "INSi down")
    _expect_nothing_kept(walk)


@pytest.mark.rule("ERR-02")
@pytest.mark.title(
    fr="Une erreur d'INSi n'abaisse pas le statut et n'efface ni matricule ni OID",
    en="An error of INSi does not lower the status and clears neither matricule nor OID",
)
def test_fault(walk: Walk) -> None:
    if walk["fed"].status is not Status.RECUP:
        raise UndecidedError(
            "le dossier n'était pas récupéré", "the file was not récupéré", depends_on=("STA-03", "RSP-02")
        )
    need_answer(walk.requests("fault"), FAULT)
    expect_same(
        walk["after-fault"],
        walk["fed"],
        "le dossier a changé après une erreur",
        "the file has changed after an error",
    )


@pytest.mark.rule("ERR-03", "SEC-06")
@pytest.mark.title(
    fr="Les appels qui échouent sont tracés comme les autres",
    en="Calls that fail are in the log like the others",
)
def test_logged(walk: Walk) -> None:
    user, file = walk.desk.user.user, walk["created"]
    sent = [
        Sent(exchange=exchange, user=user, patient_id=file)
        for stage in CALLS
        for exchange in walk.requests(stage)
    ]
    entries = [entry for entry in walk["log"] if entry.action == "INSI_CALL"]
    expect_logged(entries, sent, Moment("après ces appels", "after these calls"))


@pytest.mark.rule("ERR-05")
@pytest.mark.title(
    fr="Un appel qui échoue n'est pas répété sans fin", en="A call that fails is not repeated endlessly"
)
def test_bounded(walk: Walk) -> None:
    for stage in ("outage", "unreadable", "fault", "nobody", "several"):
        need_request(walk.requests(stage))
        count = len(walk.requests(stage))
        expect(count <= MOST, fr=f"{count} requêtes pour un appel", en=f"{count} requests for one call")


@pytest.mark.rule("RSP-02")
@pytest.mark.title(fr="La bonne réponse qui suit est reprise", en="The right answer that follows is taken")
def test_taken_again(walk: Walk) -> None:
    number = need_found(walk.requests("found")).decision
    _ = number, walk["accepted"]
    expect(
        walk["fed"].matricule,
        fr="aucun matricule après l'acceptation",
        en="no matricule after the acceptance",
    )
