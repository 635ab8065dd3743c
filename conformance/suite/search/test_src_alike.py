"""SRC-01 to SRC-04 and SRC-09 for people alike: each criterion finds every sort of file, or none of them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.apart import BY_MATRICULE
from conformance.suite.desk.expect import expect, expect_each
from conformance.suite.desk.steps import USERS
from conformance.suite.search.alike import CRITERIA, alike, expect_all

if TYPE_CHECKING:
    from conformance.suite.desk.steps import Desk
    from conformance.suite.search.neighbours import Neighbour


@pytest.mark.title(
    fr="De mêmes noms et nés le même jour, tous sont trouvés, quels que soient le statut, l'attribut et le passé du dossier",
    en="Of the same names and born the same day, all are found, whatever the status, attribute and past of the file",
)
@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("rule", [pytest.param(key, marks=pytest.mark.rule(key), id=key) for key in CRITERIA])
def test_whoever_is_alike(desk: Desk, rule: str, user: str) -> None:
    settled = alike(desk)
    expect_each(
        {
            " + ".join(filter(None, criteria)) or "date": partial(expect_all, settled, user, criteria)
            for criteria in CRITERIA[rule]
        }
    )


@pytest.mark.rule("SRC-09")
@pytest.mark.title(
    fr="Le matricule que porte le dossier le trouve, lui et aucun autre : remplacé, homonyme, créé depuis INSi, qualifié",
    en="The matricule that the file bears finds it, it and no other: replaced, homonym, created from INSi, qualifié",
)
@BY_MATRICULE.mark
def test_number_of_now(desk: Desk) -> None:
    settled = alike(desk)
    if not settled.by_number:
        desk.lgo.search_by_matricule("172102219591983", actor=desk.user)  # NOT_TESTED when there is none.

    def judge(each: Neighbour) -> None:
        found = settled.by_number[each.label]
        number = each.patient.matricule
        said = found.message if isinstance(found, RefusedError) else f"{len(found)}"
        expect(
            found == {each.patient.id},
            fr=f"le matricule {number} devait trouver son dossier ({each.label}) et lui seul : {said}",
            en=f"the matricule {number} had to find its file ({each.label}) and no other: {said}",
        )

    holders = [each for each in settled.files if each.label in settled.by_number]
    expect_each({each.label: partial(judge, each) for each in holders})
