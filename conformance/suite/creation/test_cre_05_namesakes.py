"""CRE-05 for whoever bears another's name: a new identity is a new file, provisoire, with what was typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.drivers.model import Status
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.apart import LADEN
from conformance.suite.desk.expect import expect, expect_equal
from conformance.suite.desk.full import bring_full
from conformance.suite.desk.people import NAMES_IN_USE, PLAIN, sharing, typed
from conformance.suite.desk.routes import Route
from conformance.suite.desk.snapshot import Snapshot
from conformance.suite.desk.wire import UNKNOWN_PLACE
from conformance.suite.desk.words import label

if TYPE_CHECKING:
    from conformance.suite.desk.steps import Desk


@pytest.mark.rule("CRE-05", "CRE-02", "FLD-04")
@pytest.mark.title(
    fr="Un homonyme né le même jour, d'un autre prénom, a son propre dossier, provisoire, tel que saisi, ou est refusé",
    en="A namesake born the same day, of another first name, has a file of their own, provisoire, as typed, or is refused",
)
@LADEN.mark
def test_namesake_is_somebody_else(desk: Desk) -> None:
    first = desk.draw(birth_date="1979-04-26", **PLAIN)
    known = bring_full(desk, first, Route.TYPED)
    other = desk.draw(
        birth_date="1979-04-26",
        shape=sharing(first, "birth_name"),
        where=lambda one: one.first_name[:1] != first.first_name[:1],
        **PLAIN,
    )
    there = {each.id for each in desk.born_on("1979-04-26")}
    try:
        made = desk.lgo.create_patient(typed(other, birth_place=UNKNOWN_PLACE), actor=desk.user)
    except RefusedError:
        # A software may want a person to look at both first; until then there is no file.
        expect(
            {each.id for each in desk.born_on("1979-04-26")} <= there,
            fr="la création d'un homonyme est refusée, et pourtant un dossier de plus existe",
            en="the creation of a namesake is refused, and yet there is a file more",
            inferred=True,
        )
        return
    made = desk.read(made)
    expect(
        made.id != known.id and made.first_name == other.first_name,
        fr=f"créé comme {other.first_name}, c'est le dossier de {made.first_name} qui est rendu",
        en=f"created as {other.first_name}, the file of {made.first_name} is given back",
    )
    expect_equal(got=made.status, expected=Status.PROV, fr="statut à la création", en="status at creation")
    # What was left empty, or is not known, is not taken from the other one.
    values = Snapshot(patient=made, history=None).values
    for name in ("birth_place", *NAMES_IN_USE, "proof", "matricule", "oid", "billing_number"):
        expected = UNKNOWN_PLACE if name == "birth_place" else None
        named = label(name)
        expect_equal(
            got=values[name],
            expected=expected,
            fr=f"{named.fr} d'un nouveau dossier",
            en=f"{named.en} of a new file",
        )
