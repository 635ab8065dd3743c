"""STA-12: strict traits of an identité récupérée or qualifiée are locked for an ordinary user."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.model import Actor, Attribute, CallOutcome, Role, Status
from conformance.drivers.protocol import RefusedError
from conformance.suite.attributes.marks import set_attributes
from conformance.suite.desk.expect import expect_each
from conformance.suite.desk.near import NEAR, near_values
from conformance.suite.desk.people import another_value
from conformance.suite.desk.routes import Route, routes
from conformance.suite.desk.snapshot import ANYTHING, Moment, expect_kept
from conformance.suite.desk.steps import preparing
from conformance.suite.desk.wire import UNKNOWN_PLACE
from conformance.suite.desk.words import FIELD, insi_values
from conformance.suite.response.refusals import altered
from conformance.verdicts import UndecidedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.suite.desk.snapshot import Snapshot
    from conformance.suite.desk.steps import Desk

TYPED = ("birth_name", "first_names", "birth_date", "sex", "birth_place")
"""The strict traits that a user types; matricule and OID come from INSi only."""

STRICT = ("matricule", "oid", *TYPED)

_SHOWN_LATER = {
    Route.CHECKED_IMPORTED: "RESIDENCE_PERMIT",
    Route.ARRIVED_CHECKED: "IDENTITE_NUMERIQUE_LA_POSTE",
}
"""The document that is recorded of somebody qualified already; the lock is the same for all of them."""

WITH_INS = routes(Status.RECUP, Status.QUAL)


@pytest.mark.rule("STA-12")
@pytest.mark.title(
    fr="Aucun des sept traits d'une identité récupérée ou qualifiée ne change ni ne se vide, pour un utilisateur ordinaire",
    en="None of the seven traits of an identité récupérée or qualifiée can be changed or emptied by an ordinary user",
)
@pytest.mark.parametrize("route", WITH_INS, ids=str)
def test_strict_trait_is_locked(desk: Desk, route: Route) -> None:
    person = desk.play(NEAR)
    before = desk.snapshot(desk.bring(person, route, used_name="KVORLAN"))
    traits = person.identity.traits
    other = insi_values(desk.draw(nia=True))
    missing = [name for name in STRICT if getattr(before.patient, name) is None]
    if missing:
        raise UndecidedError(
            f"le dossier {route} n'a pas : {', '.join(missing)}",
            f"the file {route} does not have: {', '.join(missing)}",
            depends_on=("RSP-02",),
        )

    def judge(changes: list[dict[str, str | None]]) -> None:
        for change in changes:
            with suppress(RefusedError):
                desk.lgo.update_patient(before.patient.id, dict(change), actor=desk.user)
        _expect_locked(desk, before, route, changes[0])

    cases = {}
    for field in STRICT:
        # Folded, cut or compared by its year, a value that differs by little is the same.
        near = near_values(traits.birth_name, traits.first_names, field)
        value = other[field] if field in {"matricule", "oid"} else another_value(desk, person, field)
        cases[field] = partial(judge, [{field: each} for each in (*near, value, None)])
    cases["les cinq traits"] = partial(
        judge, [{field: another_value(desk, person, field) for field in TYPED}]
    )
    expect_each(cases)


@pytest.mark.rule("STA-12")
@pytest.mark.title(
    fr="Un trait strict mêlé à un nom utilisé dans la même modification ne passe pas",
    en="A strict trait mixed with a used name in the same change does not get through",
)
@pytest.mark.parametrize("route", WITH_INS, ids=str)
def test_mixed_change(desk: Desk, route: Route) -> None:
    person = desk.draw(first_names_count=2)
    before = desk.snapshot(desk.bring(person, route, used_name="KVORLAN"))

    def judge(field: str) -> None:
        changes = {
            "used_name": "ZELBRUC",
            field: another_value(desk, person, field),
            "used_first_name": "CURBLEZ",
        }
        try:
            desk.lgo.update_patient(before.patient.id, dict(changes), actor=desk.user)
        except RefusedError:
            _expect_locked(desk, before, route, changes, free=("used_name", "used_first_name"))
            # Told as refused, the change has to be so as a whole: a deduction.
            expect_kept(desk.snapshot(before.patient), before, _moment(route, changes), inferred=True)
            return
        # Accepted, what becomes of the used names is open: only the strict trait must not get through.
        _expect_locked(desk, before, route, changes, free=("used_name", "used_first_name"))

    expect_each({field: partial(judge, field) for field in TYPED})


@pytest.mark.rule("STA-12")
@pytest.mark.title(
    fr="Le verrou tient après un second import, une pièce, l'attribut homonyme et une modification permise",
    en="The lock holds after a second import, a document, the attribute homonym and an allowed change",
)
@pytest.mark.parametrize("route", WITH_INS, ids=str)
def test_lock_holds(desk: Desk, route: Route) -> None:
    person = desk.draw(first_names_count=2)
    patient = desk.bring(person, route)
    with preparing("poser l'attribut homonyme", "set the attribute homonym", depends_on=("ATT-01",)):
        set_attributes(desk, patient, {Attribute.HOMONYME})
        desk.lgo.update_patient(patient.id, {"used_name": "KVORLAN"}, actor=desk.user)
    desk.feed(patient)
    # What the entitled user may do must not stay open behind them.
    desk.read(patient, desk.super_user)
    desk.lgo.update_patient(patient.id, {"used_first_name": "NALROVK"}, actor=desk.super_user)
    # Nor may it stay with a name: the same person works without that right afterwards.
    desk.read(patient, Actor(user=desk.user.user, role=Role.SUPER_USER))
    with suppress(RefusedError):
        desk.lgo.record_proof(patient.id, _SHOWN_LATER.get(route, "VITALE_CARD"), actor=desk.user)
    # Nor does an answer of INSi that nobody has decided yet.
    desk.try_call(patient)
    before = desk.snapshot(patient)
    if before.patient.status not in {Status.RECUP, Status.QUAL}:
        raise UndecidedError(
            f"l'identité est devenue {before.patient.status}",
            f"the identity became {before.patient.status}",
            depends_on=("STA-03", "ATT-01"),
        )

    def judge(field: str) -> None:
        with suppress(RefusedError):
            desk.lgo.update_patient(patient.id, {field: another_value(desk, person, field)}, actor=desk.user)
        _expect_locked(desk, before, route, {field: None})

    expect_each({field: partial(judge, field) for field in TYPED})


@pytest.mark.rule("STA-12")
@pytest.mark.title(
    fr="Le lieu que ni l'utilisateur ni INSi ne connaît est verrouillé comme un autre",
    en="The place that neither the user nor INSi knows is locked like any other",
)
def test_unknown_place_is_locked(desk: Desk) -> None:
    person = desk.draw()
    patient = desk.create(person, birth_place=UNKNOWN_PLACE)
    with desk.answered_by(altered("no-place-locked", {"birth_place": None}), patient=person):
        call, _ = desk.try_call(patient)
    if isinstance(call, RefusedError) or call.outcome is not CallOutcome.FOUND:
        return  # A software may want a place.
    desk.decide(call, accept=True)
    for route in (Route.IMPORTED, Route.IMPORTED_CHECKED):
        before = desk.snapshot(patient)
        if before.patient.status is not route.status or before.patient.birth_place != UNKNOWN_PLACE:
            return  # What becomes of such an answer has rules of its own.
        changes = {"birth_place": person.identity.traits.birth_place}
        with suppress(RefusedError):
            desk.lgo.update_patient(patient.id, dict(changes), actor=desk.user)
        # INSi has not given this one: that it is locked too is read in the rule, which makes no exception.
        expect_kept(desk.snapshot(patient), before, _moment(route, changes), inferred=True)
        if route is Route.IMPORTED:
            desk.check_document(patient)


@pytest.mark.rule("STA-12")
@pytest.mark.title(
    fr="Au statut PROV les traits se modifient, et l'utilisateur habilité les modifie au statut verrouillé",
    en="At PROV the traits can be changed, and the entitled user changes them at the locked status",
)
@pytest.mark.parametrize("route", [Route.TYPED, *WITH_INS], ids=str)
def test_allowed_changes(desk: Desk, route: Route) -> None:
    def judge(field: str) -> None:
        person = desk.draw(first_names_count=2)
        before = desk.snapshot(desk.bring(person, route))
        value = another_value(desk, person, field)
        actor = desk.user if route is Route.TYPED else desk.super_user
        desk.lgo.update_patient(before.patient.id, {field: value}, actor=actor)
        fallen = (
            dict.fromkeys(("status", "matricule", "oid", "proof"), ANYTHING)
            if route is not Route.TYPED
            else {}
        )
        expect_kept(
            desk.snapshot(before.patient),
            before,
            _moment(route, {field: value}),
            besides={field: value, **fallen},
            ignoring=("first_name",) if field == "first_names" else (),
        )

    expect_each({field: partial(judge, field) for field in TYPED})


def _expect_locked(
    desk: Desk, before: Snapshot, route: Route, changes: Mapping[str, str | None], free: tuple[str, ...] = ()
) -> None:
    expect_kept(desk.snapshot(before.patient), before, _moment(route, changes), ignoring=free)


def _moment(route: Route, changes: Mapping[str, str | None]) -> Moment:
    names_fr, names_en = (
        ", ".join(text) for text in zip(*((FIELD[name].fr, FIELD[name].en) for name in changes), strict=True)
    )
    return Moment(
        f"identité {route.status}, modification de : {names_fr}",
        f"identity {route.status}, change of: {names_en}",
    )
