"""Where an import and a check have led: récupérée, or qualifiée with the identity of INSi."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.drivers.model import Status
from conformance.suite.desk.expect import expect_equal
from conformance.suite.desk.words import expect_values, insi_values

if TYPE_CHECKING:
    from conformance.drivers.model import Patient
    from conformance.suite.desk.steps import Desk
    from simulator.registry.person import Person


def expect_recovered(patient: Patient, moment: str) -> None:
    """Raise ``Departure`` unless a file is récupérée."""
    expect_equal(
        got=patient.status,
        expected=Status.RECUP,
        fr=f"statut {moment}, sans contrôle de pièce",
        en=f"status ({moment}), with no document checked",
    )


def expect_qualified(desk: Desk, patient: Patient, person: Person, moment: str) -> None:
    """Raise ``Departure`` unless a file is qualifiée, with the identity of INSi."""
    after = desk.read(patient)
    expect_equal(
        got=after.status,
        expected=Status.QUAL,
        fr=f"statut d'une identité {moment}",
        en=f"status of an identity ({moment})",
    )
    expect_identity(after, person, moment)


def expect_identity(patient: Patient, person: Person, moment: str) -> None:
    """Raise ``Departure`` unless a file has the identity of INSi."""
    expect_values(
        patient,
        insi_values(person),
        fr=f"l'identité {moment} n'est pas celle d'INSi",
        en=f"the identity ({moment}) is not that of INSi",
    )
