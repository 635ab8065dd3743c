"""Somebody whose sex in the file is neither M nor F, and what is told of it elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from conformance.documents.record import Trait
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.expect import expect
from conformance.suite.desk.people import PLAIN, typed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.documents.record import IdentityRecord
    from conformance.drivers.model import Patient
    from conformance.suite.desk.steps import Desk

_THIRD: Final = "I"
_KNOWN: Final = frozenset({"M", "F"})


def of_third_sex(desk: Desk) -> Patient | None:
    """Type somebody of a sex that INSi does not know; ``None``: the software knows no such sex either."""
    try:
        patient = desk.lgo.create_patient(typed(desk.draw(**PLAIN), sex=_THIRD), actor=desk.user)
    except RefusedError:
        return None
    # What became of it in the file is for other rules (FLD-01, TRT-12).
    return patient if patient.sex and patient.sex not in _KNOWN else None


def expect_not_guessed(patient: Patient, records: Iterable[IdentityRecord]) -> None:
    """Check that no record of this file says M or F."""
    for record in records:
        names = {value.normal for value in record.of(Trait.BIRTH_NAME)}
        if patient.birth_name not in names:
            continue
        told = [value.text for value in record.of(Trait.SEX) if value.normal in _KNOWN]
        expect(
            not told,
            fr=f"le sexe du dossier est {patient.sex}, et « {', '.join(told)} » en sort",
            en=f"the sex in the file is {patient.sex}, and “{', '.join(told)}” leaves",
            # That a value is not made up on the way out is deduced.
            inferred=True,
        )
