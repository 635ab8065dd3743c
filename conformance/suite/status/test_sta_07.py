"""STA-07: each change of status is kept with the previous status, the date and time, and its author."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import pytest

from conformance.drivers import site
from conformance.drivers.model import HIGH_CONFIDENCE_PROOFS, Attribute, Status
from conformance.drivers.protocol import RefusedError
from conformance.suite.attributes.marks import set_attributes, set_by_user
from conformance.suite.desk.apart import (
    APP,
    ATTRIBUTES,
    DOWNGRADE,
    FROM_INSI,
    RECEPTION,
    SETTINGS,
    VERIFICATION,
)
from conformance.suite.desk.checked import checked_with
from conformance.suite.desk.expect import expect, expect_equal
from conformance.suite.desk.lowering import lowered_by
from conformance.suite.desk.people import with_traits
from conformance.suite.desk.routes import Route, routes
from conformance.suite.desk.snapshot import changes_of
from conformance.suite.desk.steps import preparing
from conformance.suite.desk.words import app_identity
from conformance.suite.journeys.cast import created_from_insi, typed_then_fed
from conformance.suite.journeys.renumbered import fed_as
from conformance.suite.site.settings import restored, setting, switch
from conformance.suite.status.chains import chains_of
from conformance.suite.status.moments import is_moment
from conformance.suite.verification.elsewhere import answering, receive, received, verify
from conformance.suite.verification.wire import KO, Said, need_verified
from conformance.verdicts import UndecidedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.drivers.model import Actor, Patient, StatusChange
    from conformance.suite.desk.steps import Desk
    from conformance.suite.journeys.stages import Taken, Trip

FRACTION = re.compile(r"[.,]\d*[1-9]")
"""A fraction of a second in a moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A change of status that was seen, when and by whom."""

    previous: Status
    status: Status
    author: str
    began: datetime
    ended: datetime

    @property
    def named(self) -> str:
        """The change as reasons show it."""
        return f"{self.previous}→{self.status}"


def _mark(desk: Desk, patient: Patient, attribute: Attribute) -> None:
    with preparing("poser l'attribut", "set the attribute", depends_on=("ATT-01",)):
        set_by_user(desk, patient, attribute)


def _edit(desk: Desk, patient: Patient) -> None:
    with preparing("modifier un trait strict", "change a strict trait", depends_on=("STA-09", "STA-12")):
        desk.lgo.update_patient(patient.id, {"birth_name": "KVORLAN"}, actor=desk.user)


def _lower(desk: Desk, patient: Patient, status: Status) -> None:
    lowered_by(desk, patient, status, desk.user)


ELECTRONIC: Final = HIGH_CONFIDENCE_PROOFS.index("FRANCE_IDENTITE")
"""Rank of a document that is none of paper: the history tells a validation by it as any other."""

CAUSES: dict[str, tuple[Route, Callable[[Desk, Patient], object]]] = {
    "import": (Route.TYPED, lambda desk, patient: desk.feed(patient)),
    "import-validated": (Route.CHECKED, lambda desk, patient: desk.feed(patient)),
    "validation": (Route.TYPED, lambda desk, patient: desk.check_document(patient)),
    "validation-recovered": (Route.IMPORTED, lambda desk, patient: desk.check_document(patient)),
    "validation-from-insi": (Route.ARRIVED, lambda desk, patient: checked_with(desk, patient, ELECTRONIC)),
    "doubtful": (Route.IMPORTED_CHECKED, lambda desk, patient: _mark(desk, patient, Attribute.DOUTEUSE)),
    "doubtful-recovered": (Route.IMPORTED, lambda desk, patient: _mark(desk, patient, Attribute.DOUTEUSE)),
    "fictitious": (Route.CHECKED, lambda desk, patient: _mark(desk, patient, Attribute.FICTIVE)),
    "fictitious-qualified": (
        Route.CHECKED_IMPORTED,
        lambda desk, patient: _mark(desk, patient, Attribute.FICTIVE),
    ),
}
"""What changes a status, and from where; the user at the desk may be anybody."""


def _deny(desk: Desk, patient: Patient) -> None:
    with answering(desk, KO):
        _, exchanges = verify(desk, patient)
    need_verified(exchanges, Said.KO)


ELSEWHERE: dict[str, tuple[Route, Callable[[Desk, Patient], object]]] = {
    "verification-ko": (Route.IMPORTED_CHECKED, _deny),
    "verification-ko-recovered": (Route.IMPORTED, _deny),
}
"""What INSi or another domain changes, for whoever is at the desk."""

ENTITLED: dict[str, tuple[Route, Callable[[Desk, Patient], object]]] = {
    "edit-qualified": (Route.IMPORTED_CHECKED, _edit),
    "edit-recovered": (Route.ARRIVED, _edit),
    "by-hand-qualified": (Route.IMPORTED_CHECKED, lambda desk, patient: _lower(desk, patient, Status.VALI)),
    "by-hand-recovered": (Route.IMPORTED, lambda desk, patient: _lower(desk, patient, Status.PROV)),
}
"""What only an entitled user does."""


@pytest.mark.rule("STA-07")
@pytest.mark.title(
    fr="Ce changement de statut est historisé avec statut précédent, date, heure et auteur",
    en="This change of status is in the history with previous status, date, time and author",
)
@pytest.mark.parametrize("user", ["user", "super-user"])
@pytest.mark.parametrize("cause", CAUSES)
@FROM_INSI.mark
def test_cause(desk: Desk, cause: str, user: str) -> None:
    by_super_user = user == "super-user"
    route, act = CAUSES[cause]
    _expect_in_history(
        desk,
        route,
        act,
        desk.super_user if by_super_user else desk.user,
        # A homonym's file has a history as any other; the other marks do not go with that one.
        is_homonym=by_super_user and cause.startswith(("import", "validation")),
    )


@pytest.mark.rule("STA-07")
@pytest.mark.title(
    fr="Ce déclassement est historisé avec statut précédent, date, heure et auteur",
    en="This downgrade is in the history with previous status, date, time and author",
)
@pytest.mark.parametrize("cause", ENTITLED)
@FROM_INSI.mark
@DOWNGRADE.mark
def test_downgrade(desk: Desk, cause: str) -> None:
    _expect_in_history(desk, *ENTITLED[cause], desk.super_user)


@pytest.mark.rule("STA-07")
@pytest.mark.title(
    fr="Un statut abaissé par une vérification KO est historisé de même",
    en="A status lowered by a verification KO is in the history likewise",
)
@pytest.mark.parametrize("cause", ELSEWHERE)
@VERIFICATION.mark
def test_denied(desk: Desk, cause: str) -> None:
    _expect_in_history(desk, *ELSEWHERE[cause], desk.user)


@pytest.mark.rule("STA-07")
@pytest.mark.title(
    fr="Un statut changé par l'Appli carte Vitale, ou par une identité reçue, est historisé avec son statut précédent",
    en="A status changed by the Appli carte Vitale, or by an identity received, is in the history with the previous one",
)
@pytest.mark.parametrize(
    "way", [pytest.param("app", marks=APP.mark), pytest.param("reception", marks=RECEPTION.mark)]
)
@pytest.mark.parametrize("route", [Route.TYPED, Route.CHECKED], ids=str)
def test_handed_over(desk: Desk, route: Route, way: str) -> None:
    person = desk.draw()
    before = desk.snapshot(desk.bring(person, route))
    if way == "app":
        identity = app_identity(person)
        desk.lgo.import_app_identity(identity, patient_id=before.patient.id, actor=desk.user)
    else:
        receive(desk, received(person))
    after = desk.snapshot(before.patient)
    desk.lgo.read_status_history(before.patient.id, actor=desk.user)  # NOT_TESTED when there is none.
    moved = after.patient.status is not before.patient.status
    got = (after.history or ())[len(before.history or ()) :]
    # By one entry, or by several that lead there: récupérée, then qualifiée.
    chains_of(got, [(before.patient.status, after.patient.status)] if moved else [])
    authors = {change.author for change in got if change.previous != change.status} - {desk.user.user}
    expect(
        way != "app" or not authors,
        fr=f"identité remise par l'appli à {desk.user.user}, changement de statut au nom de {', '.join(sorted(map(str, authors)))}",
        en=f"identity handed over by the app to {desk.user.user}, change of status under {', '.join(sorted(map(str, authors)))}",
        # Who is at the counter takes the identity over; that the app is not its author is ours.
        inferred=True,
    )


@pytest.mark.rule("STA-07")
@pytest.mark.title(
    fr="Cinq changements par deux utilisateurs se lisent dans l'ordre, chacun avec son auteur",
    en="Five changes by two users can be read in order, each with its author",
)
def test_whole_life(desk: Desk) -> None:
    patient = desk.create(desk.draw())
    other = desk.as_super_user()
    done = [
        _do(desk, patient, lambda desk, patient: desk.check_document(patient)),
        _do(other, patient, lambda desk, patient: desk.feed(patient)),
        _do(desk, patient, lambda desk, patient: _mark(desk, patient, Attribute.DOUTEUSE)),
    ]
    with preparing("retirer l'attribut", "remove the attribute"):
        set_attributes(desk, patient, frozenset())
    done += [
        _do(other, patient, lambda desk, patient: desk.check_document(patient)),
        _do(desk, patient, lambda desk, patient: desk.feed(patient)),
    ]
    _expect_all(desk.lgo.read_status_history(patient.id, actor=desk.user), done)
    # Somebody else's file changes too: the two histories stay apart.
    desk.check_document(desk.create(desk.draw()))
    _expect_all(desk.lgo.read_status_history(patient.id, actor=other.user), done)


@pytest.mark.rule("STA-07")
@pytest.mark.title(
    fr="La validation automatique, où il y en a une, entre dans l'historique comme les autres changements",
    en="The automatic validation, where there is one, enters the history as the other changes do",
)
@SETTINGS.mark
@pytest.mark.parametrize("route", [Route.TYPED, Route.IMPORTED], ids=str)
def test_by_itself(desk: Desk, route: Route) -> None:
    if setting(desk, site.AUTOMATIC_VALIDATION) is None:
        return  # There is none, as the vendor declares (PRF-05).
    before = desk.snapshot(desk.bring(desk.draw(), route))
    with restored(desk, site.AUTOMATIC_VALIDATION):
        switch(desk, site.ON)
        desk.record_document(before.patient)
    after = desk.snapshot(before.patient)
    desk.lgo.read_status_history(before.patient.id, actor=desk.user)  # NOT_TESTED when there is none.
    moved = after.patient.status is not before.patient.status
    got = (after.history or ())[len(before.history or ()) :]
    chains_of(got, [(before.patient.status, after.patient.status)] if moved else [])


@pytest.mark.rule("STA-07")
@pytest.mark.title(
    fr="Ce qui ne change pas le statut n'ajoute aucun changement à l'historique",
    en="What does not change the status adds no change to the history",
)
@pytest.mark.parametrize("route", routes(), ids=str)
def test_no_change(desk: Desk, route: Route) -> None:
    person = desk.draw()
    patient = desk.bring(person, route)
    before = changes_of(desk.lgo.read_status_history(patient.id, actor=desk.user))
    desk.lgo.update_patient(patient.id, {"used_name": "KVORLAN"}, actor=desk.user)
    desk.decline(desk.read(patient))
    # What is refused has not changed it either.
    with suppress(RefusedError):
        desk.lgo.validate_identity(patient.id, actor=desk.user)
    if patient.status in {Status.RECUP, Status.QUAL}:
        with suppress(RefusedError):
            desk.lgo.update_patient(patient.id, {"birth_name": "KVORLAN"}, actor=desk.user)
    if desk.read(patient).status is not patient.status:
        raise UndecidedError("le statut a changé", "the status has changed", depends_on=("RSP-01", "FLD-01"))
    after = changes_of(desk.lgo.read_status_history(patient.id, actor=desk.user))
    expect_equal(got=after, expected=before, fr="changements historisés", en="changes in the history")
    if route is not Route.IMPORTED_CHECKED:
        return
    # Another name is no other file.
    fed_as(desk, patient, with_traits(person, birth_name="KVORLAN"))
    if desk.read(patient).status is patient.status:
        expect_equal(
            got=changes_of(desk.lgo.read_status_history(patient.id, actor=desk.user)),
            expected=before,
            fr="changements historisés, une fois le nom corrigé par INSi",
            en="changes in the history, once INSi has corrected the name",
        )


@pytest.mark.rule("STA-07")
@pytest.mark.title(
    fr="L'historique de chaque personne de la distribution dit comment elle est devenue qualifiée",
    en="The history of each person of the cast tells how it became qualifiée",
)
@pytest.mark.parametrize("journey", [typed_then_fed, created_from_insi], ids=["typed", "from-insi"])
def test_cast(desk: Desk, journey: Taken) -> None:
    def judge(trip: Trip) -> None:
        history = trip.seen["qualified"].history
        expected = [("RECUP", "QUAL")]
        if "typed" in trip.seen:
            expected = [("PROV", "RECUP"), *expected]
        got = changes_of(history)
        # A software may write the birth of a file created from INSi as a change too.
        expect(
            got[-len(expected) :] == expected,
            fr=f"historique {got}, attendu {expected}",
            en=f"history {got}, expected {expected}",
        )
        for change in history:
            if (str(change.previous), str(change.status)) in expected:
                expect_equal(got=change.author or None, expected=desk.user.user, fr="auteur", en="author")

    desk.lgo.read_status_history(
        desk.create(desk.draw()).id, actor=desk.user
    )  # NOT_TESTED when there is no history.
    journey(desk).expect(desk, ["qualified"], judge)


def _do(desk: Desk, patient: Patient, act: Callable[[Desk, Patient], object]) -> Done:
    """Do what changes a status; what counts is the change that the file then shows."""
    before, began = desk.read(patient).status, datetime.now(UTC)
    act(desk, patient)
    after, ended = desk.read(patient).status, datetime.now(UTC)
    if before is after:
        raise UndecidedError(
            f"le statut est resté {before} : il n'y a pas de changement à historiser",
            f"the status stayed {before}: there is no change for the history",
            depends_on=("STA-03", "STA-04", "STA-05", "STA-06", "STA-09", "ATT-03", "PRF-04"),
        )
    return Done(previous=before, status=after, author=desk.user.user, began=began, ended=ended)


def _expect_in_history(
    desk: Desk,
    route: Route,
    act: Callable[[Desk, Patient], object],
    user: Actor,
    *,
    is_homonym: bool = False,
) -> None:
    patient = desk.bring(desk.draw(), route)
    if is_homonym:
        with desk.if_offered(ATTRIBUTES), suppress(RefusedError):
            set_attributes(desk, patient, {Attribute.HOMONYME})
    before = desk.lgo.read_status_history(patient.id, actor=desk.user)
    worker = desk.as_super_user() if user is desk.super_user else desk
    done = _do(worker, patient, act)
    history = desk.lgo.read_status_history(patient.id, actor=desk.user)
    expect_equal(
        got=changes_of(history)[: len(changes_of(before))],
        expected=changes_of(before),
        fr="changements historisés avant l'acte",
        en="changes in the history before the act",
    )
    changes = [
        change for change in history if change.previous is not None and change.previous != change.status
    ]
    _expect_all(changes[len(changes_of(before)) :], [done])


def _expect_all(history: list[StatusChange], done: list[Done]) -> None:
    changes = [
        change for change in history if change.previous is not None and change.previous != change.status
    ]
    chains = chains_of(changes, [(each.previous, each.status) for each in done])
    moments = {change.at for change in changes}
    expect(
        len(done) == 1 or len(moments) > 1 or not FRACTION.search(next(iter(moments), "")),
        fr=f"{len(done)} changements faits l'un après l'autre portent la même date et heure, à la fraction de seconde : {', '.join(moments)}",
        en=f"{len(done)} changes made one after the other bear the same date and time, to the fraction of a second: {', '.join(moments)}",
    )
    told = [(change, each) for chain, each in zip(chains, done, strict=True) for change in chain]
    for change, each in told:
        expect_equal(
            got=change.author or None,
            expected=each.author,
            fr=f"auteur de {each.named}",
            en=f"author of {each.named}",
        )
        expect(
            is_moment(change.at, each.began, each.ended),
            fr=f"date et heure de {each.named} : « {change.at} » n'est pas le moment du changement ({each.began:%Y-%m-%d %H:%M:%S} UTC)",
            en=f"date and time of {each.named}: “{change.at}” is not the moment of the change ({each.began:%Y-%m-%d %H:%M:%S} UTC)",
        )
