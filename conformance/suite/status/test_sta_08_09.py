"""STA-08 and STA-09: what lowers a status, and that the INS goes with it."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

import pytest

from conformance.documents.numbers import compact
from conformance.drivers.model import Attribute, Status, Verb
from conformance.drivers.protocol import RefusedError
from conformance.drivers.screens import Form
from conformance.suite.attributes.marks import lift, set_attributes
from conformance.suite.desk.apart import DOWNGRADE, SCREENS, path
from conformance.suite.desk.expect import expect, expect_each, expect_equal
from conformance.suite.desk.lowering import lowered_by
from conformance.suite.desk.people import another_value
from conformance.suite.desk.routes import Route, routes
from conformance.suite.desk.snapshot import ANYTHING, Moment, expect_kept
from conformance.suite.desk.steps import preparing
from conformance.suite.desk.words import FIELD, insi_values
from conformance.verdicts import UndecidedError
from simulator.ins.matricule import NUMBER_LENGTH

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.drivers.model import Patient
    from conformance.suite.desk.steps import Desk
    from simulator.registry.person import Person

LOCKED = ("birth_name", "first_names", "birth_date", "sex", "birth_place")
"""The strict traits that a user types; matricule and OID come from INSi only."""

FALLS = {Status.RECUP: Status.PROV, Status.QUAL: Status.VALI}
"""What a change of strict trait by an entitled user makes of a status (Règle 27)."""

WITH_INS = routes(Status.RECUP, Status.QUAL)

COMPARISON = path("comparaison lue", "comparison read", Verb.READ_PROPOSAL)

LOWER = {Status.RECUP: (Status.PROV,), Status.QUAL: (Status.VALI, Status.PROV)}


@pytest.mark.rule("STA-08")
@pytest.mark.title(
    fr="Abaisser le statut à la main efface le matricule et l'OID, et rien d'autre",
    en="Lowering the status by hand clears the matricule and the OID, and nothing else",
)
@pytest.mark.parametrize("route", WITH_INS, ids=str)
@DOWNGRADE.mark
def test_downgrade_by_hand_clears(desk: Desk, route: Route) -> None:
    def judge(target: Status) -> None:
        _expect_cleared(
            desk,
            route,
            lambda patient, _person: lowered_by(desk, patient, target, desk.super_user),
        )

    expect_each({target.value: partial(judge, target) for target in LOWER[route.status]})


@pytest.mark.rule("STA-08")
@pytest.mark.title(
    fr="Modifier un trait strict, quel qu'il soit, efface le matricule et l'OID",
    en="Changing a strict trait, whichever, clears the matricule and the OID",
)
@pytest.mark.parametrize("route", WITH_INS, ids=str)
def test_edit_clears(desk: Desk, route: Route) -> None:
    def judge(*fields: str) -> None:
        _expect_cleared(
            desk,
            route,
            lambda patient, person: _changed(
                desk, patient, {field: another_value(desk, person, field) for field in fields}
            ),
            edited=fields,
        )

    expect_each(
        {field: partial(judge, field) for field in LOCKED}
        | {"plusieurs": partial(judge, "birth_name", "sex", "used_name")}
    )


@pytest.mark.rule("STA-08")
@pytest.mark.title(
    fr="Un attribut qui rend provisoire efface aussi le matricule et l'OID",
    en="An attribute that gives back provisoire clears the matricule and the OID too",
)
@pytest.mark.parametrize("attribute", [Attribute.DOUTEUSE, Attribute.FICTIVE])
@pytest.mark.parametrize("route", WITH_INS, ids=str)
def test_attribute_clears(desk: Desk, route: Route, attribute: Attribute) -> None:
    _expect_cleared(
        desk,
        route,
        lambda patient, _person: set_attributes(desk, patient, {attribute}),
        besides={"attributes": frozenset({attribute})},
    )


@pytest.mark.rule("STA-08")
@pytest.mark.title(
    fr="Effacé, l'INS ne se voit plus dans la recherche ni pour un autre utilisateur, et revient par un nouvel import",
    en="Once cleared, the INS shows neither in the search nor to another user, and comes back by a new import",
)
@pytest.mark.parametrize("nature", ["nir", "nia"])
@pytest.mark.parametrize("route", WITH_INS, ids=str)
@DOWNGRADE.mark
def test_cleared_everywhere(desk: Desk, route: Route, nature: str) -> None:
    person = desk.draw(nia=nature == "nia")
    patient = desk.bring(person, route)
    _let_fall(desk, patient)
    found = [each for each in desk.born_on(person.identity.traits.birth_date) if each.id == patient.id]
    for shown in (*found, desk.read(patient), desk.read(patient, desk.super_user)):
        expect(
            shown.matricule is None and shown.oid is None,
            fr=f"le matricule {shown.matricule} ou l'OID {shown.oid} se voit encore",
            en=f"the matricule {shown.matricule} or the OID {shown.oid} still shows",
        )
    _expect_gone_from_screens(desk, patient, person, fed=nature == "nir")
    expect_equal(
        got=desk.read(patient).matricule,
        expected=person.identity.matricule.value,
        fr="matricule après un nouvel import",
        en="matricule after a new import",
    )


def _let_fall(desk: Desk, patient: Patient) -> None:
    """Lower an identity by hand; where that is not done in one step, by a doubt, which is lifted."""
    try:
        desk.lgo.downgrade_status(patient.id, Status.PROV, actor=desk.super_user)
    except RefusedError:
        set_attributes(desk, patient, {Attribute.DOUTEUSE})
        lift(desk, patient)


def _expect_gone_from_screens(desk: Desk, patient: Patient, person: Person, *, fed: bool) -> None:
    """Look at the screen of a fallen file, or at the comparison of the next import, which is accepted."""
    number, oid = person.identity.matricule.value, insi_values(person)["oid"]
    told: list[str | None] = []
    if not fed:
        with desk.if_offered(SCREENS):
            screen = desk.lgo.read_form(Form.PATIENT, patient_id=patient.id, actor=desk.user)
            told = [field.value for field in screen]
        desk.feed(patient)
    else:
        call = desk.find(patient)
        with desk.if_offered(COMPARISON):
            lines = desk.lgo.read_proposal(call.id, actor=desk.user).fields
            told = [line.local for line in lines]
        desk.decide(call, accept=True)
    expect(
        not any(number[:NUMBER_LENGTH] in compact(each or "") or each == oid for each in told),
        fr=f"l'écran {'de comparaison' if fed else 'du dossier'} montre encore l'INS d'avant le déclassement",
        en=f"the screen {'of the comparison' if fed else 'of the file'} still shows the INS of before the downgrade",
    )


@pytest.mark.rule("STA-09")
@pytest.mark.title(
    fr="Un trait strict modifié par un utilisateur habilité déclasse l'identité, et la valeur saisie est gardée",
    en="A strict trait changed by an entitled user downgrades the identity, and the value typed is kept",
)
@pytest.mark.parametrize("route", WITH_INS, ids=str)
def test_edit_by_an_entitled_user(desk: Desk, route: Route) -> None:
    def judge(*fields: str) -> None:
        person = desk.draw(first_names_count=2)
        patient = desk.bring(person, route)
        before = desk.snapshot(patient)
        changes: dict[str, str | None] = {field: another_value(desk, person, field) for field in fields}
        if len(fields) == len(LOCKED):
            # What is corrected while an answer of INSi waits is corrected too.
            with suppress(UndecidedError):  # No text asks for a call when there is an INS.
                desk.try_call(patient)
        changes = _corrected(desk, patient, changes)
        names = ", ".join(FIELD[field].fr for field in fields), ", ".join(FIELD[field].en for field in fields)
        expect_kept(
            desk.snapshot(patient),
            before,
            Moment(
                f"identité {route.status}, modification par un utilisateur habilité : {names[0]}",
                f"identity {route.status}, change by an entitled user: {names[1]}",
            ),
            besides={
                **changes,
                "status": FALLS[route.status],
                "matricule": ANYTHING,
                "oid": ANYTHING,
                "proof": ANYTHING,
            },
            # A software may bring the 1er prénom back to the start of a new list.
            ignoring=("first_name",) if "first_names" in fields else (),
        )

    cases = {field: partial(judge, field) for field in LOCKED}
    cases |= {"nom et date": partial(judge, "birth_name", "birth_date"), "tous": partial(judge, *LOCKED)}
    cases |= {"lieu et nom utilisé": partial(judge, "birth_place", "used_name")}
    expect_each(cases)


def _corrected(desk: Desk, patient: Patient, changes: dict[str, str | None]) -> dict[str, str | None]:
    """Change traits as the entitled user; a list of first names is emptied where that is taken."""
    if set(changes) == {"first_names"}:
        with suppress(RefusedError):
            desk.lgo.update_patient(patient.id, {"first_names": None}, actor=desk.super_user)
            return {"first_names": None}
    desk.after_decision(patient, lambda: _changed(desk, patient, changes))
    return changes


def _changed(desk: Desk, patient: Patient, changes: Mapping[str, str | None]) -> None:
    """Change traits as the entitled user, together or, where several at once are refused, in turn: no text says which."""
    try:
        desk.lgo.update_patient(patient.id, dict(changes), actor=desk.super_user)
    except RefusedError:
        if len(changes) == 1:
            raise
        for field, value in changes.items():
            desk.lgo.update_patient(patient.id, {field: value}, actor=desk.super_user)


@pytest.mark.rule("STA-09")
@pytest.mark.title(
    fr="Un trait complémentaire modifié, ou un trait strict enregistré sans changement, ne déclasse pas",
    en="A complementary trait changed, or a strict trait saved without a change, does not downgrade",
)
@pytest.mark.parametrize("route", WITH_INS, ids=str)
def test_no_downgrade(desk: Desk, route: Route) -> None:
    before = desk.snapshot(desk.bring(desk.draw(), route))
    patient = before.patient
    for actor, name in ((desk.user, "KVORLAN"), (desk.super_user, "ZELBRUC")):
        desk.lgo.update_patient(patient.id, {"used_name": name}, actor=actor)
        expect_kept(
            desk.snapshot(patient),
            before,
            Moment("nom utilisé modifié", "used name changed"),
            besides={"used_name": name},
        )
    with suppress(RefusedError):  # To refuse what changes nothing is as good.
        desk.lgo.update_patient(patient.id, {"birth_name": patient.birth_name}, actor=desk.super_user)
    # No text says what saving the same value again does.
    expect_kept(
        desk.snapshot(patient),
        before,
        Moment("nom de naissance enregistré sans changement", "birth name saved without a change"),
        besides={"used_name": "ZELBRUC"},
        inferred=True,
    )


def _expect_cleared(
    desk: Desk,
    route: Route,
    act: Callable[[Patient, Person], object],
    *,
    edited: tuple[str, ...] = (),
    besides: dict[str, object] | None = None,
) -> None:
    """Bring somebody to a status, do what lowers it, and check that the INS is gone and nothing else."""
    person = desk.draw(first_names_count=2)
    patient = desk.bring(person, route)
    if not patient.matricule or not patient.oid:
        raise UndecidedError(
            f"le dossier {route} n'a pas de matricule et d'OID à effacer",
            f"the file {route} has no matricule and OID to clear",
            depends_on=("RSP-02",),
        )
    before = desk.snapshot(patient)
    with preparing("déclasser l'identité", "downgrade the identity"):
        act(patient, person)
    after = desk.snapshot(patient)
    if after.patient.status in FALLS:
        raise UndecidedError(
            f"le dossier est resté {after.patient.status} : il n'y a pas de déclassement",
            f"the file stayed {after.patient.status}: there is no downgrade",
            depends_on=("STA-09", "ATT-03"),
        )
    expect(
        after.patient.matricule is None and after.patient.oid is None,
        fr=f"passé de {route.status} à {after.patient.status}, le dossier garde matricule {after.patient.matricule} et OID {after.patient.oid}",
        en=f"gone from {route.status} to {after.patient.status}, the file keeps matricule {after.patient.matricule} and OID {after.patient.oid}",
    )
    free = dict.fromkeys((*edited, "first_name" if "first_names" in edited else "status"), ANYTHING)
    expect_kept(
        after,
        before,
        Moment("après déclassement", "after the downgrade"),
        besides={
            "status": ANYTHING,
            "matricule": None,
            "oid": None,
            "proof": ANYTHING,
            **free,
            **(besides or {}),
        },
    )
