"""STA-03 to STA-06: what an import and a check of a document make of a status."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Final

import pytest

from conformance.drivers.model import HIGH_CONFIDENCE_PROOFS, CallOutcome, Status
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.apart import CARD, FROM_INSI, WITHOUT_WAITING
from conformance.suite.desk.cards import family
from conformance.suite.desk.expect import expect, expect_each, expect_equal
from conformance.suite.desk.lowering import fallen_by_correction
from conformance.suite.desk.people import adult
from conformance.suite.desk.routes import Route
from conformance.suite.desk.snapshot import ANYTHING, Moment, expect_kept
from conformance.suite.desk.started import without_waiting
from conformance.suite.desk.steps import USERS, while_waiting
from conformance.suite.desk.words import expect_values
from conformance.suite.journeys.cast import created_from_insi, typed_then_fed
from conformance.suite.proof.kinds import kinds_known
from conformance.suite.response.first_names import made, three_plain_names
from conformance.suite.response.proposals import WHATEVER
from conformance.suite.states.card_life import fed_by_card, with_card_attached
from conformance.suite.status.reached import expect_identity, expect_qualified, expect_recovered
from conformance.verdicts import UndecidedError

if TYPE_CHECKING:
    from conformance.drivers.model import Patient
    from conformance.suite.desk.cards import Family
    from conformance.suite.desk.steps import Desk
    from conformance.suite.journeys.stages import Taken, Trip


_UNFOUND: Final = {
    "not-found": ("answers/not-found", None),
    "unknown-place": ("answers/several", None),
    "no-list": ("safety/lunar-both", "patient"),
    "super-user": ("safety/empty-sex", "patient"),
    "corrected": ("faults/insi-102", None),
}
"""What a call has brought before the document is checked, by case: nothing of it may count, for nothing was accepted."""

UNWAITED, BY_CARD = 1, 2
"""Which of the documents is followed by a call of another kind."""


@pytest.mark.rule("STA-03")
@pytest.mark.title(
    fr="Une identité provisoire alimentée par INSi devient récupérée, et le reste après un second import",
    en="An identité provisoire fed from INSi becomes récupérée, and stays so after a second import",
)
@pytest.mark.parametrize("user", USERS)
def test_import_gives_recovered(desk: Desk, user: str) -> None:
    desk = desk.by(user)
    patient = with_card_attached(desk, family(desk.draw)) if user == USERS[-1] else desk.create(desk.draw())
    for times in ("acceptation de l'identité INSi", "seconde acceptation"):
        call = desk.find(patient)
        desk.lgo.decide_proposal(call.id, accept=True, actor=desk.user)
        expect_recovered(desk.read(patient), f"après {times}")


@pytest.mark.rule("STA-03")
@pytest.mark.title(fr="Un dossier créé depuis INSi est récupéré", en="A file created from INSi is récupérée")
@pytest.mark.parametrize("user", USERS)
@FROM_INSI.mark
def test_creation_from_insi_gives_recovered(desk: Desk, user: str) -> None:
    desk = desk.by(user)
    patient = desk.arrive(desk.draw())
    expect_recovered(patient, "d'un dossier créé depuis INSi")
    expect_recovered(desk.feed(patient), "d'un dossier créé depuis INSi puis réalimenté")


@pytest.mark.rule("STA-03")
@pytest.mark.title(
    fr="Une pièce enregistrée sans être contrôlée, ou qui ne suffit pas, ne fait pas plus que récupérée",
    en="A document recorded but not checked, or that is not enough, makes no more than récupérée",
)
def test_recorded_is_not_checked(desk: Desk) -> None:
    patient = desk.create(desk.draw())
    desk.record_document(patient)
    if desk.read(patient).status is not Status.PROV:
        raise UndecidedError(
            "la pièce enregistrée a déjà validé l'identité",
            "the document recorded has already validated the identity",
            depends_on=("PRF-04",),
        )
    expect_recovered(desk.feed(patient), "pièce enregistrée mais non contrôlée")


@pytest.mark.rule("STA-03")
@pytest.mark.title(
    fr="Le 1er prénom qui n'est pas le début de la liste alerte, et n'empêche pas l'identité acceptée d'être récupérée",
    en="A 1er prénom that does not start the list alerts, and does not keep an accepted identity from being récupérée",
)
def test_alert_is_no_obstacle(desk: Desk) -> None:
    person = three_plain_names(desk)
    patient = desk.create(person, first_name=made("{1}", person), first_names=None)
    with desk.answered_by(WHATEVER, patient=person):
        call, _ = desk.try_call(patient)
    if isinstance(call, RefusedError) or call.outcome is not CallOutcome.FOUND:
        return  # For RSP-05.
    if isinstance(desk.try_accept(call), RefusedError):
        return  # As above.
    expect_recovered(desk.read(patient), "après un import où le 1er prénom alerte")


@pytest.mark.rule("STA-03")
@pytest.mark.title(
    fr="Chaque personne de la distribution devient récupérée à l'import",
    en="Each person of the cast becomes récupérée at import",
)
@pytest.mark.parametrize("journey", [typed_then_fed, created_from_insi], ids=["typed", "from-insi"])
def test_cast_recovered(desk: Desk, journey: Taken) -> None:
    def judge(trip: Trip) -> None:
        expect_recovered(trip.seen["fed"].patient, "après l'import")

    journey(desk).expect(desk, ["answered", "fed"], judge)


@pytest.mark.rule("STA-04")
@pytest.mark.title(
    fr="Une identité provisoire contrôlée sur pièce, sans INSi, devient validée, sans INS ni autre changement",
    en="An identité provisoire checked against a document, without INSi, becomes validée, with no INS nor other change",
)
@pytest.mark.parametrize(
    "case", ["simple", "super-user", "unknown-place", "declined", "not-found", "no-list", "corrected"]
)
def test_validation_without_insi(desk: Desk, case: str) -> None:
    desk = desk.by(case)
    others: dict[str, dict[str, str | None]] = {
        "unknown-place": {"birth_place": "99999"},
        "no-list": {"first_names": None},
    }
    if case == "super-user":
        people = family(desk.draw)
        person, patient = people.insured.person, with_card_attached(desk, people)
    else:
        person = desk.draw()
        patient = desk.create(person, **others.get(case, {}))
    if case == "corrected":
        patient = fallen_by_correction(desk, patient)
    if case == "declined":
        desk.decline(patient)
    if case in _UNFOUND:
        scenario, role = _UNFOUND[case]
        with desk.answered_by(scenario, **({role: person} if role else {})):
            desk.try_call(patient)
    desk.record_document(patient)
    before = desk.snapshot(patient)
    _, requests = desk.during(lambda: desk.lgo.validate_identity(patient.id, actor=desk.user))
    after = desk.snapshot(patient)
    if requests and after.patient.matricule:
        raise UndecidedError(
            "le logiciel a interrogé INSi et repris l'identité pendant la validation : le cas n'est plus celui de la règle",
            "the software queried INSi and took the identity during validation: no longer the case of the rule",
        )
    expect_equal(
        got=after.patient.status,
        expected=Status.VALI,
        fr="statut après validation sur pièce, sans INSi",
        en="status after validation against a document, without INSi",
    )
    expect_kept(
        after,
        before,
        Moment("après validation sur pièce", "after validation against a document"),
        besides={"status": Status.VALI},
    )


@pytest.mark.rule("STA-04", "STA-06")
@pytest.mark.title(
    fr="Quelle que soit la pièce à haut niveau de confiance, PROV devient VALI et RECUP devient QUAL, rien d'autre",
    en="Whichever the high-confidence document, PROV becomes VALI and RECUP becomes QUAL, nothing else",
)
@pytest.mark.parametrize("route", [Route.TYPED, Route.IMPORTED, Route.ARRIVED], ids=str)
def test_each_document(desk: Desk, route: Route) -> None:
    def judge(kind: str) -> None:
        patient = desk.bring(adult(desk), route)
        desk.lgo.record_proof(patient.id, kind, actor=desk.user)
        before = desk.snapshot(patient)
        try:
            desk.lgo.validate_identity(patient.id, actor=desk.user)
        except RefusedError:
            return  # Which documents allow it is for PRF-06 and PRF-07.
        expected = Status.VALI if route is Route.TYPED else Status.QUAL
        expect_kept(
            desk.snapshot(patient),
            before,
            Moment(f"après contrôle avec {kind}", f"after a check with {kind}"),
            besides={"status": expected},
        )

    expect_each({kind: partial(judge, kind) for kind in kinds_known(desk) if kind in HIGH_CONFIDENCE_PROOFS})


@pytest.mark.rule("STA-04", "STA-06")
@pytest.mark.title(
    fr="Sans pièce enregistrée, valider ne change ni le statut ni rien d'autre",
    en="Without a recorded document, validating changes neither the status nor anything else",
)
@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("route", [Route.TYPED, Route.IMPORTED, Route.ARRIVED], ids=str)
def test_nothing_without_document(desk: Desk, route: Route, user: str) -> None:
    desk = desk.by(user)
    patient = desk.bring(adult(desk), route)
    before = desk.snapshot(patient)
    with suppress(RefusedError):
        desk.lgo.validate_identity(patient.id, actor=desk.user)
    moment = Moment("après une validation sans pièce", "after a validation without a document")
    expect_kept(desk.snapshot(patient), before, moment)


@pytest.mark.rule("STA-05")
@pytest.mark.title(
    fr="Quelle que soit la pièce qui l'a validée, l'identité est qualifiée par l'import INSi",
    en="Whichever the document that validated it, the identity is qualifiée by the INSi import",
)
def test_validated_by_each_document(desk: Desk) -> None:
    people = family(desk.draw)

    def judge(kind: str, way: int) -> None:
        person = people.insured.person if way == BY_CARD else adult(desk)
        patient = desk.create(person)
        desk.lgo.record_proof(patient.id, kind, actor=desk.user)
        try:
            desk.lgo.validate_identity(patient.id, actor=desk.user)
        except RefusedError:
            return  # Which documents allow it is for PRF-06 and PRF-07.
        if desk.read(patient).status is not Status.VALI:
            return  # For STA-04.
        _feed_by(desk, patient, people, way)
        expect_qualified(desk, patient, person, f"validée avec {kind}, puis alimentée par INSi")
        call, _ = desk.try_call(patient)
        # Nobody has to ask again for an INS that is there.
        if not isinstance(call, RefusedError) and call.outcome is CallOutcome.FOUND:
            desk.try_accept(call)
        status = desk.read(patient).status
        expect(
            status is Status.QUAL,
            fr=f"qualifiée avec {kind}, puis rafraîchie par INSi, l'identité est {status}",
            en=f"qualifiée with {kind}, then refreshed by INSi, the identity is {status}",
            inferred=True,
        )

    kinds = [kind for kind in kinds_known(desk) if kind in HIGH_CONFIDENCE_PROOFS]
    expect_each({kind: partial(judge, kind, way) for way, kind in enumerate(kinds)})


def _feed_by(desk: Desk, patient: Patient, people: Family, way: int) -> None:
    """Feed a file from INSi: the second one without waiting, the third one by card, where that is offered; the others as usual."""
    if way == UNWAITED:
        with desk.if_offered(WITHOUT_WAITING):
            without_waiting(desk).feed(patient)
            return
    if way == BY_CARD:
        with desk.if_offered(CARD):
            fed_by_card(desk, patient, people)
            return
    desk.feed(patient)


@pytest.mark.rule("STA-05")
@pytest.mark.title(
    fr="Provisoire, puis validée sur pièce, puis qualifiée par l'import INSi",
    en="Provisoire, then validée against a document, then qualifiée by the INSi import",
)
@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("typed_list", [True, False], ids=["list", "no-list"])
def test_to_qualified_by_way_of_validated(desk: Desk, user: str, *, typed_list: bool) -> None:
    desk = desk.by(user)
    person = desk.draw(first_names_count=2)
    patient = desk.create(person, **({} if typed_list else {"first_names": None}))
    patient = desk.check_document(patient)
    expect_equal(
        got=patient.status,
        expected=Status.VALI,
        fr="statut après contrôle sur pièce",
        en="status after the check of a document",
    )
    desk.feed(patient)
    expect_qualified(desk, patient, person, "validée puis alimentée par INSi")
    # A software may see no use in a second call; one that makes it must not lose anything by it.
    again, requests = desk.try_call(patient)
    if not requests:
        return
    if not isinstance(again, RefusedError):
        desk.try_accept(again)
    expect_qualified(desk, patient, person, "qualifiée puis réalimentée")


@pytest.mark.rule("STA-06")
@pytest.mark.title(
    fr="Provisoire, puis récupérée par l'import INSi, puis qualifiée sur pièce",
    en="Provisoire, then récupérée by the INSi import, then qualifiée against a document",
)
@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("route", [Route.IMPORTED, Route.ARRIVED], ids=str)
def test_to_qualified_by_way_of_recovered(desk: Desk, user: str, route: Route) -> None:
    desk = desk.by(user)
    people = family(desk.draw)
    person = people.insured.person
    if route is Route.ARRIVED:
        patient = desk.arrive(person)
    else:
        patient = desk.feed(with_card_attached(desk, people) if user == USERS[-1] else desk.create(person))
    expect_equal(
        got=patient.status,
        expected=Status.RECUP,
        fr="statut après l'import INSi",
        en="status after the INSi import",
    )
    desk.record_document(patient)
    before = desk.snapshot(patient)
    desk.lgo.validate_identity(patient.id, actor=desk.user)
    expect_kept(
        desk.snapshot(patient),
        before,
        Moment("après contrôle sur pièce", "after the check of a document"),
        besides={"status": ANYTHING},
    )
    expect_qualified(desk, patient, person, "récupérée puis contrôlée sur pièce")


@pytest.mark.rule("STA-06")
@pytest.mark.title(
    fr="Chaque personne de la distribution devient qualifiée, l'INS étant celui qu'INSi a rendu",
    en="Each person of the cast becomes qualifiée, the INS being the one that INSi returned",
)
@pytest.mark.parametrize("journey", [typed_then_fed, created_from_insi], ids=["typed", "from-insi"])
def test_cast_qualified(desk: Desk, journey: Taken) -> None:
    def judge(trip: Trip) -> None:
        expect_identity(trip.seen["qualified"].patient, trip.person, "après contrôle sur pièce")

    journey(desk).expect(desk, ["qualified"], judge)


@pytest.mark.rule("STA-04", "STA-05", "STA-06")
@pytest.mark.title(
    fr="Sans acceptation de l'identité INSi, aucun chemin ne mène à récupérée ou qualifiée",
    en="Without acceptance of the INSi identity, no way leads to récupérée or qualifiée",
)
def test_no_qualification_without_acceptance(desk: Desk) -> None:
    person = desk.draw()
    patient = desk.create(person)
    desk.find(patient)  # Proposed, not decided.
    with while_waiting():
        desk.record_document(patient)
        desk.lgo.validate_identity(patient.id, actor=desk.user)
    patient = desk.read(patient)
    expect_equal(
        got=patient.status,
        expected=Status.VALI,
        fr="statut, identité INSi proposée mais non acceptée",
        en="status, INSi identity proposed but not accepted",
    )
    desk.decline(patient)
    after = desk.read(patient)
    expect_equal(
        got=after.status,
        expected=Status.VALI,
        fr="statut, identité INSi refusée",
        en="status, INSi identity refused",
    )
    expect_values(
        after,
        {"matricule": None, "oid": None},
        fr="un INS refusé est dans le dossier",
        en="a refused INS is in the file",
    )
