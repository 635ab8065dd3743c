"""CRE-05 for whoever bears another's name: a new identity is a new file, provisoire, with what was typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.drivers.model import Status
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.expect import expect, expect_equal
from conformance.suite.desk.people import PLAIN, sharing, typed
from conformance.suite.desk.routes import Route

if TYPE_CHECKING:
    from conformance.suite.desk.steps import Desk


@pytest.mark.rule("CRE-05")
@pytest.mark.title(
    fr="Un homonyme né le même jour, d'un autre prénom, a son propre dossier, provisoire, ou est refusé",
    en="A namesake born the same day, of another first name, has a file of their own, provisoire, or is refused",
)
def test_namesake_is_somebody_else(desk: Desk) -> None:
    first = desk.draw(birth_date="1979-04-26", **PLAIN)
    known = desk.bring(first, Route.TYPED)
    other = desk.draw(
        birth_date="1979-04-26",
        shape=sharing(first, "birth_name"),
        where=lambda one: one.first_name[:1] != first.first_name[:1],
        **PLAIN,
    )
    try:
        made = desk.lgo.create_patient(typed(other), actor=desk.user)
    except RefusedError:
        return  # A software may want a person to look at both first.
    made = desk.read(made)
    expect(
        made.id != known.id and made.first_name == other.first_name,
        fr=f"créé comme {other.first_name}, c'est le dossier de {made.first_name} qui est rendu",
        en=f"created as {other.first_name}, the file of {made.first_name} is given back",
    )
    expect_equal(got=made.status, expected=Status.PROV, fr="statut à la création", en="status at creation")
