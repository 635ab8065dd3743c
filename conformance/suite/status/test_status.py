"""Confidence statuses: how they are reached, lost, kept in a history, and what they lock."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.model import Attribute, Status
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.expect import expect, expect_equal
from conformance.suite.desk.people import typed
from conformance.suite.desk.steps import preparing
from conformance.suite.desk.wire import need_request
from conformance.suite.desk.words import FIELD, insi_values
from conformance.verdicts import UndecidedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.drivers.model import Patient
    from conformance.suite.desk.steps import Desk
    from simulator.registry.person import Person

LOCKED = ("birth_name", "first_names", "birth_date", "sex", "birth_place")
"""The strict traits that a user types; matricule and OID come from INSi only."""

FALLS = {Status.RECUP: Status.PROV, Status.QUAL: Status.VALI}
"""What a change of strict trait by an entitled user makes of a status (Règle 27)."""


@pytest.mark.rule("STA-01")
@pytest.mark.title(
    fr="Les quatre statuts sont atteints, et la recherche montre le même statut que le dossier",
    en="The four statuses are reached, and the search shows the same status as the file",
)
@pytest.mark.parametrize("status", Status)
def test_four_statuses(desk: Desk, status: Status) -> None:
    person = desk.draw()
    patient = desk.create(person)
    if status in {Status.RECUP, Status.QUAL}:
        patient = desk.feed(patient)
    if status in {Status.VALI, Status.QUAL}:
        patient = desk.check_document(patient)
    expect_equal(got=patient.status, expected=status, fr="statut du dossier", en="status of the file")
    found = {each.id: each.status for each in desk.born_on(person.identity.traits.birth_date)}
    expect_equal(
        got=found.get(patient.id), expected=status, fr="statut dans la recherche", en="status in the search"
    )


@pytest.mark.rule("STA-03")
@pytest.mark.title(
    fr="Une identité provisoire alimentée par INSi devient récupérée",
    en="An identité provisoire fed from INSi becomes récupérée",
)
def test_import_gives_recovered(desk: Desk) -> None:
    patient = desk.bring(desk.draw(), Status.PROV)
    call, requests = desk.during(lambda: desk.find(patient))
    need_request([request for request in requests if request.code == "00"])
    desk.lgo.decide_proposal(call.id, accept=True, actor=desk.user)
    expect_equal(
        got=desk.read(patient).status,
        expected=Status.RECUP,
        fr="statut après acceptation de l'identité INSi, sans contrôle de pièce",
        en="status after acceptance of the INSi identity, with no document checked",
    )


@pytest.mark.rule("STA-03")
@pytest.mark.title(fr="Un dossier créé depuis INSi est récupéré", en="A file created from INSi is récupérée")
def test_creation_from_insi_gives_recovered(desk: Desk) -> None:
    traits = typed(desk.draw())
    call, requests = desk.during(lambda: desk.lgo.search_insi(traits, actor=desk.user))
    need_request([request for request in requests if request.code == "00"])
    patient = desk.decide(call, accept=True)
    expect(patient, fr="aucun dossier n'est créé depuis INSi", en="no file is created from INSi")
    assert patient is not None
    expect_equal(
        got=desk.read(patient).status,
        expected=Status.RECUP,
        fr="statut d'un dossier créé depuis INSi, sans contrôle de pièce",
        en="status of a file created from INSi, with no document checked",
    )


@pytest.mark.rule("STA-04")
@pytest.mark.title(
    fr="Une identité provisoire contrôlée sur pièce, sans appel INSi, devient validée",
    en="An identité provisoire checked against a document, without INSi, becomes validée",
)
def test_validation_without_insi(desk: Desk) -> None:
    patient = desk.bring(desk.draw(), Status.PROV)
    desk.record_document(patient)
    _, requests = desk.during(lambda: desk.lgo.validate_identity(patient.id, actor=desk.user))
    after = desk.read(patient)
    if requests and after.matricule:
        raise UndecidedError(
            "le logiciel a interrogé INSi et repris l'identité pendant la validation : le cas n'est plus celui de la règle",
            "the software queried INSi and took the identity during validation: no longer the case of the rule",
        )
    expect_equal(
        got=after.status,
        expected=Status.VALI,
        fr="statut après validation sur pièce, sans INSi",
        en="status after validation against a document, without INSi",
    )


@pytest.mark.rule("STA-05")
@pytest.mark.title(
    fr="Provisoire, puis validée sur pièce, puis qualifiée par l'import INSi",
    en="Provisoire, then validée against a document, then qualifiée by the INSi import",
)
def test_to_qualified_by_way_of_validated(desk: Desk) -> None:
    person = desk.draw()
    patient = desk.bring(person, Status.VALI)
    call, requests = desk.during(lambda: desk.find(patient))
    need_request([request for request in requests if request.code == "00"])
    desk.lgo.decide_proposal(call.id, accept=True, actor=desk.user)
    _expect_qualified(desk.read(patient), person, fr="validée", en="validée")


@pytest.mark.rule("STA-06")
@pytest.mark.title(
    fr="Provisoire, puis récupérée par l'import INSi, puis qualifiée sur pièce",
    en="Provisoire, then récupérée by the INSi import, then qualifiée against a document",
)
def test_to_qualified_by_way_of_recovered(desk: Desk) -> None:
    person = desk.draw()
    patient = desk.bring(person, Status.RECUP)
    desk.record_document(patient)
    desk.lgo.validate_identity(patient.id, actor=desk.user)
    _expect_qualified(desk.read(patient), person, fr="récupérée", en="récupérée")


@pytest.mark.rule("STA-07")
@pytest.mark.title(
    fr="L'historique donne, pour trois changements, statut précédent, date, heure et auteur",
    en="The history gives, for three changes, the previous status, the date, the time and the author",
)
def test_history(desk: Desk) -> None:
    states = [desk.create(desk.draw())]
    states.append(desk.check_document(states[0]))
    states.append(desk.as_super_user().feed(states[0]))
    with preparing("poser l'attribut", "set the attribute"):
        desk.lgo.set_attributes(states[0].id, frozenset({Attribute.DOUTEUSE}), actor=desk.user)
    states.append(desk.read(states[0]))
    # What is expected is what the file showed: whether these were the right changes is for other rules.
    done = [
        (f"{before.status}→{after.status}", author.user)
        for (before, after), author in zip(
            pairwise(states), (desk.user, desk.super_user, desk.user), strict=True
        )
        if before.status is not after.status
    ]
    if len(done) <= 1:
        raise UndecidedError(
            "préparation impossible, le statut ne change pas deux fois",
            "could not be prepared, the status does not change twice",
        )
    history = desk.lgo.read_status_history(states[0].id, actor=desk.user)
    changes = [change for change in history if change.previous is not None]
    expect_equal(
        got=[f"{change.previous}→{change.status}" for change in changes],
        expected=[named for named, _ in done],
        fr="changements historisés",
        en="changes in the history",
    )
    for change, (named, author) in zip(changes, done, strict=True):
        expect_equal(
            got=change.author or None, expected=author, fr=f"auteur de {named}", en=f"author of {named}"
        )
        expect(
            _is_recent(change.at),
            fr=f"date et heure de {named} : « {change.at} » n'est pas le moment du changement",
            en=f"date and time of {named}: “{change.at}” is not the moment of the change",
        )


@pytest.mark.rule("STA-08")
@pytest.mark.title(
    fr="Abaisser le statut à la main efface le matricule et l'OID",
    en="Lowering the status by hand clears the matricule and the OID",
)
@pytest.mark.parametrize(
    ("before", "after"),
    [(Status.RECUP, Status.PROV), (Status.QUAL, Status.VALI), (Status.QUAL, Status.PROV)],
    ids=lambda status: status.value,
)
def test_downgrade_by_hand_clears(desk: Desk, before: Status, after: Status) -> None:
    _expect_cleared(
        desk,
        before,
        lambda patient, _person: desk.lgo.downgrade_status(patient.id, after, actor=desk.super_user),
    )


@pytest.mark.rule("STA-08")
@pytest.mark.title(
    fr="Modifier un trait strict efface le matricule et l'OID",
    en="Changing a strict trait clears the matricule and the OID",
)
@pytest.mark.parametrize("before", FALLS)
def test_edit_clears(desk: Desk, before: Status) -> None:
    _expect_cleared(
        desk,
        before,
        lambda patient, person: desk.lgo.update_patient(
            patient.id, {"birth_name": _another(desk, person, "birth_name")}, actor=desk.super_user
        ),
    )


@pytest.mark.rule("STA-09")
@pytest.mark.title(
    fr="Un trait strict modifié par un utilisateur habilité déclasse l'identité",
    en="A strict trait changed by an entitled user downgrades the identity",
)
@pytest.mark.parametrize("field", LOCKED)
@pytest.mark.parametrize("status", FALLS)
def test_edit_by_an_entitled_user(desk: Desk, status: Status, field: str) -> None:
    person = desk.draw(first_names_count=2)
    patient = desk.bring(person, status)
    value = _another(desk, person, field)
    desk.lgo.update_patient(patient.id, {field: value}, actor=desk.super_user)
    after = desk.read(patient)
    expect_equal(got=getattr(after, field), expected=value, fr=FIELD[field].fr, en=FIELD[field].en)
    expect_equal(
        got=after.status,
        expected=FALLS[status],
        fr=f"statut d'une identité {status} dont l'utilisateur habilité a modifié : {FIELD[field].fr}",
        en=f"status of an identity {status} of which the entitled user changed: {FIELD[field].en}",
    )


@pytest.mark.rule("STA-12")
@pytest.mark.title(
    fr="Un trait modifiable au statut PROV ne l'est plus une fois l'identité récupérée ou qualifiée",
    en="A trait that could be changed at PROV no longer can once the identity is récupérée or qualifiée",
)
@pytest.mark.parametrize("field", LOCKED)
@pytest.mark.parametrize("status", FALLS)
def test_strict_trait_is_locked(desk: Desk, status: Status, field: str) -> None:
    person = desk.draw(first_names_count=2)
    value = _another(desk, person, field)
    patient = desk.create(person)
    own = getattr(patient, field)
    with preparing("modifier un trait au statut PROV", "change a trait at status PROV"):
        desk.lgo.update_patient(patient.id, {field: value}, actor=desk.user)
        changed = desk.read(patient)
        desk.lgo.update_patient(patient.id, {field: own}, actor=desk.user)
    if getattr(changed, field) != value:
        raise UndecidedError(
            f"{FIELD[field].fr} n'est pas modifiable au statut PROV : le verrou ne se voit pas",
            f"{FIELD[field].en} cannot be changed at status PROV: the lock does not show",
        )
    patient = desk.feed(patient)
    if status is Status.QUAL:
        patient = desk.check_document(patient)
    _expect_locked(desk, patient, status, field, value)


@pytest.mark.rule("STA-12")
@pytest.mark.title(
    fr="Le matricule et l'OID d'une identité récupérée ou qualifiée ne sont pas modifiables",
    en="The matricule and the OID of an identité récupérée or qualifiée cannot be changed",
)
@pytest.mark.parametrize("field", ["matricule", "oid"])
@pytest.mark.parametrize("status", FALLS)
def test_ins_is_locked(desk: Desk, status: Status, field: str) -> None:
    patient = desk.bring(desk.draw(), status)
    value = insi_values(desk.draw(nia=True))[field]
    _expect_locked(desk, patient, status, field, value)
    _expect_locked(desk, patient, status, field, None)


def _expect_locked(desk: Desk, patient: Patient, status: Status, field: str, value: str | None) -> None:
    """Try to change a field as an ordinary user: refused or ignored, the field has to stay as it is."""
    if patient.status is not status or getattr(patient, field) in {None, value}:
        raise UndecidedError(
            f"préparation impossible, dossier {patient.status}, {FIELD[field].fr} : {getattr(patient, field)}",
            f"could not be prepared, file {patient.status}, {FIELD[field].en}: {getattr(patient, field)}",
        )
    with suppress(RefusedError):
        desk.lgo.update_patient(patient.id, {field: value}, actor=desk.user)
    expect_equal(
        got=getattr(desk.read(patient), field),
        expected=getattr(patient, field),
        fr=f"au statut {status}, un utilisateur ordinaire a modifié : {FIELD[field].fr}",
        en=f"at status {status}, an ordinary user changed: {FIELD[field].en}",
    )


def _expect_qualified(patient: Patient, person: Person, *, fr: str, en: str) -> None:
    expect_equal(
        got=patient.status,
        expected=Status.QUAL,
        fr=f"statut d'une identité {fr} après l'autre moitié du chemin",
        en=f"status of an identity {en} after the other half of the way",
    )
    expect_equal(
        got=patient.matricule,
        expected=insi_values(person)["matricule"],
        fr="matricule de l'identité qualifiée",
        en="matricule of the qualified identity",
    )


def _expect_cleared(desk: Desk, before: Status, act: Callable[[Patient, Person], object]) -> None:
    """Bring somebody to a status, do what lowers it, and check that the INS is gone."""
    person = desk.draw()
    patient = desk.bring(person, before)
    if not patient.matricule:
        raise UndecidedError(
            f"le dossier {before} n'a pas de matricule à effacer",
            f"the file {before} has no matricule to clear",
        )
    with preparing("déclasser l'identité", "downgrade the identity"):
        act(patient, person)
    after = desk.read(patient)
    if after.status in FALLS:
        raise UndecidedError(
            f"le dossier est resté {after.status} : il n'y a pas de déclassement",
            f"the file stayed {after.status}: there is no downgrade",
        )
    expect(
        after.matricule is None and after.oid is None,
        fr=f"passé de {before} à {after.status}, le dossier garde matricule {after.matricule} et OID {after.oid}",
        en=f"gone from {before} to {after.status}, the file keeps matricule {after.matricule} and OID {after.oid}",
    )


def _another(desk: Desk, person: Person, field: str) -> str:
    """Return a credible value of a strict trait, other than the person's."""
    traits = person.identity.traits
    if field == "sex":
        return "F" if traits.sex == "M" else "M"
    if field == "birth_date":
        # The eve or the morrow, in the same month: the birth place existed then too.
        day = int(traits.birth_date[8:])
        return f"{traits.birth_date[:8]}{day - 1 if day > 1 else day + 1:02d}"
    own = getattr(traits, field)
    other = desk.draw_where(
        lambda other: getattr(other.identity.traits, field) != own, birth_date=traits.birth_date
    )
    if field == "first_names":
        # Still beginning with the 1er prénom, as it must.
        return f"{own} {other.first_name}"
    value = getattr(other.identity.traits, field)
    assert value
    return str(value)


def _is_recent(at: str) -> bool:
    """Return whether this is a date and time of the day around now: clocks and time zones may differ."""
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        return False
    if len(at) <= len("AAAA-MM-JJ"):
        return False
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return abs(datetime.now(UTC) - moment) < timedelta(days=1)
