"""An identity lowered by hand or marked, for what comes after it: not all software lets an ordinary user do that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.drivers.errors import RefusedError
from conformance.drivers.model import Status
from conformance.suite.desk.apart import ATTRIBUTES, DOWNGRADE, NotOfferedError
from conformance.suite.desk.expect import expect
from conformance.suite.desk.steps import preparing
from conformance.verdicts import UndecidedError

if TYPE_CHECKING:
    from conformance.drivers.model import Actor, Attribute, Patient
    from conformance.suite.desk.steps import Desk


def lowered(desk: Desk, patient: Patient, to: Status | Attribute) -> Patient:
    """Have an identity lowered by hand, or marked, and return the file.

    Raises:
        NotOfferedError: the software lets nobody lower it by hand, or refuses the mark to an ordinary user: the rule
            is judged without it.
    """
    if isinstance(to, Status):
        lowered_by(desk, patient, to)
        return desk.read(patient)
    try:
        desk.lgo.set_attributes(patient.id, frozenset({to}), actor=desk.user)
    except RefusedError as refusal:
        raise NotOfferedError(
            ATTRIBUTES,
            f"refusé à un utilisateur ordinaire : {refusal.message}",
            f"refused to an ordinary user: {refusal.message}",
        ) from refusal
    return desk.read(patient)


def lowered_by(desk: Desk, patient: Patient, to: Status, *users: Actor) -> Actor:
    """Have an identity lowered by hand by the first of these users who may do that, and return that user.

    Args:
        desk: where.
        patient: the file.
        to: the status.
        users: who tries, in order; without any: whoever is at the desk, then the entitled one.

    Raises:
        NotOfferedError: the software lets none of them do it: no text asks for this act (E16 is about what it clears).
    """
    said = None
    for actor in dict.fromkeys(users or (desk.user, desk.super_user)):
        try:
            desk.lgo.downgrade_status(patient.id, to, actor=actor)
        except RefusedError as refusal:
            said = refusal
            _expect_not_lowered(desk, patient, to, refusal)
        else:
            return actor
    raise NotOfferedError(
        DOWNGRADE,
        f"déclassement à la main refusé : {said.message if said else ''}",
        f"downgrade by hand refused: {said.message if said else ''}",
    ) from said


def _expect_not_lowered(desk: Desk, patient: Patient, to: Status, refusal: RefusedError) -> None:
    """Check that what was refused was not done."""
    now = desk.read(patient).status
    expect(
        now is not to or patient.status is to,
        fr=f"déclassement refusé ({refusal.message}), et l'identité {patient.status} est {now}",
        en=f"downgrade refused ({refusal.message}), and the identity {patient.status} is {now}",
    )


def fallen_by_correction(desk: Desk, patient: Patient) -> Patient:
    """Feed a file from INSi, and have an entitled user correct it: what it had from INSi is gone."""
    patient = desk.feed(patient)
    with preparing("corriger un trait strict", "correct a strict trait", depends_on=("STA-12",)):
        desk.lgo.update_patient(patient.id, {"birth_name": "KVORLAN"}, actor=desk.super_user)
    patient = desk.read(patient)
    if patient.status is not Status.PROV or patient.matricule:
        raise UndecidedError(
            f"corrigée, l'identité récupérée est {patient.status}",
            f"corrected, the identité récupérée is {patient.status}",
            depends_on=("STA-09", "STA-08"),
        )
    return patient
