"""Identity documents: recorded, and trusted or not."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.model import LOW_CONFIDENCE_PROOFS, Status
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.expect import expect, expect_equal
from conformance.verdicts import UndecidedError

if TYPE_CHECKING:
    from conformance.drivers.model import Patient
    from conformance.suite.desk.steps import Desk
    from simulator.registry.person import Person

CHECKED = frozenset({Status.VALI, Status.QUAL})
"""The statuses that say that a document was checked."""

ADULT_YEARS = 19
"""Born so many years ago, somebody is of age whatever the day; the birth certificate is a case of its own for minors."""


def _adult(desk: Desk) -> Person:
    last_year = datetime.now(UTC).year - ADULT_YEARS
    return desk.draw_where(lambda person: int(person.identity.traits.birth_date[:4]) <= last_year)


@pytest.mark.rule("PRF-01")
@pytest.mark.title(
    fr="Le dispositif d'identité enregistré est relu, avant et après la validation",
    en="The identity document recorded is read back, before and after validation",
)
@pytest.mark.parametrize("kind", ["CNI", "PASSPORT"])
def test_kind_is_recorded(desk: Desk, kind: str) -> None:
    patient = desk.create(_adult(desk))
    if patient.proof is not None:
        raise UndecidedError(
            f"le dossier neuf porte déjà un dispositif : {patient.proof.kind}",
            f"the new file already has a document: {patient.proof.kind}",
        )
    desk.lgo.record_proof(patient.id, kind, actor=desk.user)
    _expect_kind(desk.read(patient), kind, fr="enregistré", en="recorded")
    desk.lgo.validate_identity(patient.id, actor=desk.user)
    _expect_kind(desk.read(patient), kind, fr="après validation", en="after validation")


@pytest.mark.rule("PRF-04")
@pytest.mark.title(
    fr="L'utilisateur valide une identité provisoire ou récupérée par une action explicite",
    en="The user validates an identity provisoire or récupérée by an explicit action",
)
@pytest.mark.parametrize("before", [Status.PROV, Status.RECUP])
def test_explicit_validation(desk: Desk, before: Status) -> None:
    patient = desk.bring(_adult(desk), before)
    desk.record_document(patient)
    desk.lgo.validate_identity(patient.id, actor=desk.user)
    after = desk.read(patient)
    expect(
        after.status in CHECKED,
        fr=f"après l'action « valider », une identité {before} est {after.status}",
        en=f"after the action “validate”, an identity {before} is {after.status}",
    )


@pytest.mark.rule("PRF-08")
@pytest.mark.title(
    fr="Ce dispositif ne valide pas l'identité, une pièce à haut niveau de confiance ensuite la valide",
    en="This document does not validate the identity, a high-confidence one afterwards does",
)
@pytest.mark.parametrize("before", [Status.PROV, Status.RECUP])
@pytest.mark.parametrize("kind", LOW_CONFIDENCE_PROOFS)
def test_low_confidence_document(desk: Desk, kind: str, before: Status) -> None:
    patient = desk.bring(_adult(desk), before)
    with suppress(RefusedError):
        desk.lgo.record_proof(patient.id, kind, actor=desk.user)
        desk.lgo.validate_identity(patient.id, actor=desk.user)
    expect_equal(
        got=desk.read(patient).status,
        expected=before,
        fr=f"statut d'une identité {before} contrôlée avec {kind} seul",
        en=f"status of an identity {before} checked with {kind} alone",
    )
    validated = desk.check_document(patient)
    if validated.status is before:
        raise UndecidedError(
            "aucune pièce ne valide cette identité : le contrôle ne prouve rien",
            "no document validates this identity: the check proves nothing",
        )


def _expect_kind(patient: Patient, kind: str, *, fr: str, en: str) -> None:
    expect_equal(
        got=patient.proof and patient.proof.kind,
        expected=kind,
        fr=f"dispositif d'identité {fr}",
        en=f"identity document {en}",
    )
