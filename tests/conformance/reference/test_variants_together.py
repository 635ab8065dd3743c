"""Tolerated variants share a campaign where none can hide another."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest

from conformance.reference.defects.model import fault_of
from conformance.reference.variants import Variant, variants
from conformance.reference.variants.together import LARGEST, parties, stand_together


def variant(name: str, *faults: dict[str, Any], rules: tuple[str, ...] = ("SEC-06",)) -> Variant:
    return Variant(name=name, title={}, rules=rules, why="", faults=tuple(fault_of(one) for one in faults))


MODE = {"seam": "log", "effect": {"set": {"mode": None}}}
USER = {"seam": "log", "effect": {"change": {"user": "upper"}}}
USER_OF_FAULTS = {"seam": "log", "when": {"mode": "*"}, "effect": {"set": {"user": "x"}}}
IN_MESSAGE = {"seam": "judged", "effect": {"set": {"alerts": []}}}
IN_ALERT = {"seam": "judged", "effect": {"set": {"message": ""}}}
SHOWN = {"seam": "shown", "effect": {"hand": "anything"}}
REFUSED = {"seam": "typed", "when": {"verb": "a"}, "effect": {"refuse": {"code": "X", "message": "x"}}}
OF_SCREENS = {"seam": "form", "when": {"form": ["a", "b"]}, "effect": {"drop": True}}
OF_ANOTHER = {"seam": "form", "when": {"form": "c"}, "effect": {"reverse": True}}


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        (MODE, SHOWN, True),
        (MODE, USER, True),
        (USER, USER_OF_FAULTS, False),
        (MODE, USER_OF_FAULTS, False),
        (SHOWN, SHOWN, False),
        (IN_MESSAGE, IN_ALERT, False),
        (REFUSED, MODE, False),
    ],
)
def test_they_stand_together_when_neither_can_hide_the_other(
    one: dict[str, Any], other: dict[str, Any], *, together: bool
) -> None:
    assert stand_together(variant("a", one), variant("b", other)) is together
    assert stand_together(variant("b", other), variant("a", one)) is together


def test_what_stops_an_act_stands_beside_variants_of_other_rules_only() -> None:
    stopping = variant("a", OF_SCREENS)
    assert not stand_together(stopping, variant("b", OF_ANOTHER))
    assert stand_together(stopping, variant("b", OF_ANOTHER, rules=("CRE-01",)))


def test_each_variant_is_in_one_party_and_may_stand_with_all_others_in_it() -> None:
    groups = parties(variants().values())
    assert sorted(one.name for group in groups for one in group) == sorted(variants())
    assert all(len(group) <= LARGEST for group in groups)
    assert all(stand_together(one, other) for group in groups for one, other in combinations(group, 2))


def test_the_order_in_which_they_are_written_does_not_matter() -> None:
    known = list(variants().values())
    assert parties(known) == parties(reversed(known))
