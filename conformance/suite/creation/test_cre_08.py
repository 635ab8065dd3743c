"""CRE-08, in part: somebody without a name or without a first name can be entered, found and kept apart.

The substitute values of the RNIV are known to us from memory only. They are names of letters as any other, so what a
software does with them is judged as for any other, whichever value the text turns out to give: never better than a warning.
"""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Final

import pytest

from conformance.drivers.model import Status
from conformance.drivers.partners import MessageFormat
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.apart import EXPORTS
from conformance.suite.desk.expect import expect, expect_each, expect_equal
from conformance.suite.desk.people import typed
from conformance.suite.desk.steps import USERS
from conformance.suite.desk.words import expect_values
from conformance.verdicts import Departure

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from conformance.drivers.model import Patient
    from conformance.suite.desk.steps import Desk

NO_NAME: Final = "SANSNOM"
NO_FIRST_NAME: Final = "SANSPRENOM"

_NEITHER: Final = "sans nom ni prénom"

CASES: Final[Mapping[str, Mapping[str, str | None]]] = {
    "sans nom": {"birth_name": NO_NAME},
    "sans prénom": {"first_name": NO_FIRST_NAME, "first_names": NO_FIRST_NAME},
    "sans prénom, liste vide": {"first_name": NO_FIRST_NAME, "first_names": None},
    _NEITHER: {"birth_name": NO_NAME, "first_name": NO_FIRST_NAME, "first_names": NO_FIRST_NAME},
}


_TOLD_AS: Final = (MessageFormat.HL7V2, MessageFormat.CDA, MessageFormat.FHIR, MessageFormat.CDA)
"""In which message each case is told too."""
_SAYS_NONE: Final = (b"nullFlavor", b"data-absent-reason")
"""How a message says that there is no value."""


@pytest.mark.rule("CRE-08")
@pytest.mark.title(
    fr="Une personne sans nom ou sans prénom est créée avec la valeur saisie, retrouvée, et distincte d'une autre",
    en="Somebody without a name or first name is created with the value typed, found again, and kept apart from another",
)
@pytest.mark.parametrize("user", USERS)
def test_without_name(desk: Desk, user: str) -> None:
    desk = desk.by(user)

    def judge(form: MessageFormat, values: Mapping[str, str | None]) -> None:
        person = desk.draw()
        traits = typed(person, **values)
        stored = desk.try_create(traits, control=typed(person))
        if isinstance(stored, RefusedError):
            raise Departure(
                f"la création est refusée : {stored.message}", f"the creation is refused: {stored.message}"
            )
        # An empty list may be completed with the first name, as for anybody (FLD-01).
        expect_values(
            stored,
            {name: value for name, value in values.items() if value is not None},
            fr="une autre valeur que celle saisie est dans le dossier",
            en="another value than the one typed is in the file",
        )
        expect_equal(got=stored.status, expected=Status.PROV, fr="statut", en="status")
        neighbour = desk.draw(birth_date=person.identity.traits.birth_date)
        other = desk.try_create(typed(neighbour, **values), control=typed(neighbour))
        if isinstance(other, RefusedError):
            # Nothing but sex and place tells two apart who have neither name: a software may ask first.
            if len(values) < len(CASES[_NEITHER]):
                raise Departure(
                    f"une seconde personne du même jour est refusée : {other.message}",
                    f"a second person of the same day is refused: {other.message}",
                )
            return
        expect(
            other.id != stored.id,
            fr="deux personnes sans nom sont prises pour une seule",
            en="two people without a name are taken for one",
        )
        found = {each.id for each in desk.born_on(person.identity.traits.birth_date)}
        expect(
            {stored.id, other.id} <= found,
            fr="un dossier sans nom n'est pas retrouvé par sa date de naissance",
            en="a file without a name is not found by its date of birth",
        )
        if user == USERS[0]:
            _expect_told(desk, stored, [value for value in values.values() if value], form)

    expect_each(
        {
            key: partial(judge, form, values)
            for form, (key, values) in zip(_TOLD_AS, CASES.items(), strict=True)
        }
    )


def _expect_told(desk: Desk, patient: Patient, values: Collection[str], form: MessageFormat) -> None:
    """Check that a message says what stands for the name, or says that there is none."""
    with desk.if_at_hand(EXPORTS), suppress(RefusedError):
        content = desk.lgo.export_message(patient.id, form, actor=desk.user).content
        missing = [value for value in values if value.encode() not in content]
        expect(
            not missing or any(word in content for word in _SAYS_NONE),
            fr=f"le message {form} ne dit pas « {', '.join(missing)} », que le dossier contient",
            en=f"the message {form} does not say “{', '.join(missing)}”, which the file holds",
            inferred=True,
        )
