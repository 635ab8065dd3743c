"""SRC-01 to SRC-04 and SRC-09 for people alike: each criterion finds every sort of file, or none of them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

import pytest

from conformance.suite.desk.apart import BY_MATRICULE
from conformance.suite.desk.expect import expect, expect_each
from conformance.suite.desk.steps import USERS
from conformance.suite.search.alike import alike, expect_all

if TYPE_CHECKING:
    from conformance.suite.desk.steps import Desk
    from conformance.suite.search.neighbours import Neighbour

SURNAMES: Final = ("VIZ", "VIZKELOR", "D'U", "D'UMBRAZ-K")
FIRST_NAMES: Final = ("QOL", "TIV", "TIVARDO", "HUZ", "YEM")
SIGNS: Final = ("DUM", "D UMBRAZ KOR", "DUMBRAZKOR", "D'UMBRAZ--KOR")

CRITERIA: Final[dict[str, tuple[dict[str, str], ...]]] = {
    "SRC-01": ({},),
    "SRC-02": tuple({"name_prefix": letters} for letters in SURNAMES),
    "SRC-03": (
        *({"first_name_prefix": letters} for letters in FIRST_NAMES),
        *(
            {"name_prefix": name, "first_name_prefix": first}
            for name, first in (
                ("VIZ", "QOL"),
                ("VIZ", "TIV"),
                ("D'U", "QOL"),
                ("D'U", "TIV"),
                ("VIZ", "HUZ"),
            )
        ),
    ),
    "SRC-04": tuple({"name_prefix": letters} for letters in SIGNS),
}
"""What is looked for, by rule."""


@pytest.mark.title(
    fr="De mêmes noms et nés le même jour, tous sont trouvés, quels que soient le statut, l'attribut et le passé du dossier",
    en="Of the same names and born the same day, all are found, whatever the status, attribute and past of the file",
)
@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("rule", [pytest.param(key, marks=pytest.mark.rule(key), id=key) for key in CRITERIA])
def test_whoever_is_alike(desk: Desk, rule: str, user: str) -> None:
    settled = alike(desk)
    worker = desk.by(user)
    expect_each(
        {
            " + ".join(criteria.values()) or "date": partial(expect_all, worker, settled, **criteria)
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
    def judge(each: Neighbour) -> None:
        number = each.patient.matricule or ""
        found = desk.lgo.search_by_matricule(number, actor=desk.user)
        expect(
            {patient.id for patient in found} == {each.patient.id},
            fr=f"le matricule {number} devait trouver son dossier ({each.label}) et lui seul, {len(found)} trouvé(s)",
            en=f"the matricule {number} had to find its file ({each.label}) and no other, {len(found)} found",
        )

    holders = [each for each in alike(desk).files if each.patient.matricule]
    expect_each({each.label: partial(judge, each) for each in holders})
