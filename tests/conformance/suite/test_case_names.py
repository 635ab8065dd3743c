"""The names of cases are in both languages."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import conformance.suite
from conformance.suite.desk.cases import case_text
from conformance.suite.desk.expect import expect_each
from conformance.verdicts import Departure

if TYPE_CHECKING:
    from collections.abc import Iterator

SUITE = Path(conformance.suite.__file__).parent
FRENCH = re.compile(r"[àâçéèêîôùûœ]|\b(?:d'|l'|de|du|des|le|la|les|un|une|sans|avec|par|et|ou|puis|deux)\b")
SAME_IN_BOTH = {"appli carte Vitale", "Corse-du-Sud"}


@pytest.mark.parametrize(
    ("name", "english"),
    [
        ("validée entre-temps", "validée meanwhile"),
        ("lieu inconnu, super-utilisateur", "place unknown, super-user"),
        ("DOUTEUSE+HOMONYME→aucun", "DOUTEUSE+HOMONYME→none"),
        ("clé égale au reste, inconnu", "key that is the remainder, unknown"),
        ("mois et jour 0 (modified)", "month and day 0 (modified)"),
        ("12 abaissée à la main à PROV", "12 lowered by hand to PROV"),
        ("13 caractères, super-user", "13 characters, super-user"),
        ("clé + 1", "key + 1"),
        ("birth_name+first_name", "birth_name+first_name"),
        ("kvorlan", "kvorlan"),
        ("", ""),
    ],
)
def test_a_name_is_said_part_by_part(name: str, english: str) -> None:
    assert case_text(name).en == english
    assert case_text(name).fr == name


def test_an_english_reason_names_its_cases_in_english() -> None:
    def departs() -> None:
        raise Departure("le statut a changé", "the status changed")

    with pytest.raises(Departure) as caught:
        expect_each({"par carte": departs, "sans attendre": departs, "deux fois": lambda: None})
    assert (
        caught.value.text.en == "[by card] the status changed; likewise or otherwise: without waiting (2/3)"
    )
    assert (
        caught.value.text.fr == "[par carte] le statut a changé ; de même ou autrement : sans attendre (2/3)"
    )


def names(path: Path) -> Iterator[str]:
    """Yield the keys of the mappings that a module writes out, those put together by parts too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        keys = (
            node.keys if isinstance(node, ast.Dict) else [node.key] if isinstance(node, ast.DictComp) else []
        )
        for key in keys:
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                yield key.value
            elif isinstance(key, ast.JoinedStr):
                yield "".join(part.value if isinstance(part, ast.Constant) else "4711" for part in key.values)  # type: ignore[misc]


@pytest.mark.parametrize(
    "path", sorted(SUITE.rglob("*.py")), ids=lambda path: path.relative_to(SUITE).as_posix()
)
def test_each_french_name_has_its_english(path: Path) -> None:
    french = {name for name in names(path) if FRENCH.search(name)} - SAME_IN_BOTH
    assert {name for name in french if case_text(name).en == name} == set()
