"""Every kind of mistake that a rule can suffer from has at least two defects: the table is ``kinds_not_applying.yaml``."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
import yaml

from conformance.reference.defects import Kind, by_hand, catalogue
from conformance.rules import load_catalogue

NOT_APPLYING: dict[str, dict[str, str]] = yaml.safe_load(
    Path(__file__).with_name("kinds_not_applying.yaml").read_text("utf-8")
)
"""By rule: the kinds that cannot be, each with the reason."""

KINDS = [kind for kind in Kind if kind is not Kind.PLAIN]
"""K1 to K9."""


def test_the_table_has_rules_and_kinds_that_exist_and_a_reason_for_each() -> None:
    assert len(NOT_APPLYING) == 48
    assert set(NOT_APPLYING) <= set(load_catalogue())
    for key, reasons in NOT_APPLYING.items():
        assert set(reasons) <= set(KINDS), key
        assert all(len(reason) >= 8 for reason in reasons.values()), key


@pytest.mark.parametrize("key", NOT_APPLYING)
def test_each_kind_that_applies_has_two_defects(key: str) -> None:
    found = Counter(one.kind for one in catalogue().values() if key in one.caught_by)
    lacking = {kind.value: found[kind] for kind in KINDS if kind not in NOT_APPLYING[key] and found[kind] < 2}
    assert lacking == {}


def test_no_fault_by_hand_takes_the_name_of_another() -> None:
    names = [name for subject in by_hand.SUBJECTS for name in subject.FUNCTIONS]
    assert len(names) == len(set(names)), {name for name in names if names.count(name) > 1}
