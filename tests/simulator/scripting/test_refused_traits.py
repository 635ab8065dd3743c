"""What ``banc scenario check`` says of a rule for a trait that is refused before scenarios speak."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from simulator.scripting.check import dead_rules
from simulator.scripting.loader import read_scenario

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize(
    ("trait", "text", "words"),
    [
        ("birth_name", "Hélène", ["capitals A to Z without accents", "write 'HELENE', or normalised"]),
        ("birth_name", "A---B", ["expected one or two hyphens, got '---'"]),
        ("first_names", "ZOE léa", ["first names are sent in capitals", "write 'ZOE LEA', or normalised"]),
        ("sex", "X", ["a sex is sent as M or F, got 'X'"]),
        ("birth_date", "31/12/1975", ["a birth date is sent as year-month-day, such as 1985-04-12"]),
    ],
)
def test_the_right_form_is_told_in_words(
    scenario: Callable[..., dict[str, Any]], trait: str, text: str, words: list[str]
) -> None:
    ((_, message),) = said(scenario, trait, text)
    for expected in [f"traits.{trait} {text!r} is refused before scenarios speak", *words]:
        assert expected in message


def test_no_spelling_is_proposed_that_would_be_refused_too(scenario: Callable[..., dict[str, Any]]) -> None:
    ((_, message),) = said(scenario, "birth_name", "A---B")
    assert "write" not in message


@pytest.mark.parametrize(
    ("trait", "text"),
    [("birth_name", "L'HER--MITE"), ("first_names", "ZOE LEA"), ("sex", "F"), ("birth_date", "1975-00-00")],
)
def test_a_trait_that_can_be_sent_is_left_alone(
    scenario: Callable[..., dict[str, Any]], trait: str, text: str
) -> None:
    assert said(scenario, trait, text) == []


def said(scenario: Callable[..., dict[str, Any]], trait: str, text: str) -> list[tuple[int, str]]:
    data = scenario({"when": {"traits": {trait: {"exact": text}}}, "then": {"code": "02"}})
    return list(dead_rules(read_scenario(data)))
