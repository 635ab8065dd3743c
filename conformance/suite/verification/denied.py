"""What is done to a file after INSi has denied its INS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from conformance.drivers.model import Attribute, Status
from conformance.drivers.protocol import RefusedError
from conformance.suite.attributes.marks import set_attributes
from conformance.suite.desk.cases import case_text
from conformance.suite.desk.expect import expect
from conformance.suite.desk.people import NAMES_IN_USE
from conformance.verdicts import UndecidedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.drivers.model import Patient
    from conformance.suite.desk.steps import Desk

_DOCUMENT: Final = "pièce enregistrée"


def expect_still_denied(desk: Desk, *patients: Patient) -> None:
    """Check that what is done next to denied files, to each something else, brings neither a status nor the INS back."""
    acts: dict[str, Callable[[Patient], object]] = {
        "modification du nom utilisé": lambda each: desk.lgo.update_patient(
            each.id, NAMES_IN_USE, actor=desk.user
        ),
        "devenue homonyme": lambda each: set_attributes(desk, each, each.attributes | {Attribute.HOMONYME}),
        _DOCUMENT: desk.record_document,
    }
    for patient, (name, act) in zip(patients, acts.items(), strict=False):
        try:
            act(desk.read(patient))
        except (RefusedError, UndecidedError):
            continue  # A file to look into may be closed to changes.
        now = desk.read(patient)
        # Recorded, a document may validate by itself; nothing else makes more than a provisoire of it.
        allowed = {Status.PROV, Status.VALI} if name == _DOCUMENT else {Status.PROV}
        expect(
            now.status in allowed and not now.matricule and not now.oid,
            fr=f"{name} après un KO : le dossier est {now.status} et porte {now.matricule or now.oid or 'aucune INS'}",
            en=f"{case_text(name).en} after a KO: the file is {now.status} and holds {now.matricule or now.oid or 'no INS'}",
        )
