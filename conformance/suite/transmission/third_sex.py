"""Somebody whose sex in the file is neither M nor F, and what is told of it elsewhere."""

from __future__ import annotations

from contextlib import suppress
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
_SHORTEST: Final = "O"
_KNOWN: Final = frozenset({"M", "F"})


def of_third_sex(desk: Desk) -> Patient | None:
    """Type somebody of a sex that INSi does not know, if possible of a name of one letter; ``None``: the software knows no such sex."""
    person = desk.draw(**PLAIN)
    for changes in ({"birth_name": _SHORTEST}, {}):
        with suppress(RefusedError):
            patient = desk.lgo.create_patient(typed(person, sex=_THIRD, **changes), actor=desk.user)
            # What became of it in the file is for other rules (FLD-01, TRT-12).
            return patient if patient.sex and patient.sex not in _KNOWN else None
    return None


def expect_names_told(patient: Patient, records: Iterable[IdentityRecord]) -> None:
    """Check that each record says the name and the first name of this file, be it of one letter, each in its place."""
    for record in records:
        for trait, held in (
            (Trait.BIRTH_NAME, patient.birth_name),
            (Trait.FIRST_NAME, patient.first_name),
        ):
            told = {value.normal for value in record.of(trait)}
            expect(
                held in told or not told,
                fr=f"{trait.text.fr} : « {held} » au dossier, « {', '.join(sorted(told))} » dans le message",
                en=f"{trait.text.en}: “{held}” in the file, “{', '.join(sorted(told))}” in the message",
                # That of INSi is judged elsewhere; this one was only typed.
                inferred=True,
            )


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
