"""Every kind of mistake that a rule can suffer from has at least two defects: the table is ``kinds_not_applying.yaml``."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import fields
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from conformance.reference.defects import Kind, by_hand, catalogue
from conformance.reference.variants import variants
from conformance.rules import load_catalogue
from simulator.datafile import load_yaml

if TYPE_CHECKING:
    from conformance.reference.defects.model import SeamFault

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


def vars_of(fault: SeamFault) -> dict[str, Any]:
    return {each.name: getattr(fault, each.name) for each in fields(fault)}


def test_no_two_defects_are_the_same_mistake() -> None:
    by_faults: dict[str, list[str]] = {}
    for name, defect in catalogue().items():
        faults = [vars_of(fault) for fault in defect.faults]
        by_faults.setdefault(json.dumps(faults, sort_keys=True, default=dict), []).append(name)
    # One mistake that several rules catch is one defect with several rules.
    assert [names for names in by_faults.values() if len(names) > 1] == []


def test_each_defect_lies_with_the_rule_that_catches_it_first() -> None:
    folder = Path(str(files("conformance.reference.defects"))) / "by_rule"
    astray = [
        (str(file.relative_to(folder)), name)
        for file in folder.rglob("*.yaml")
        for name, defect in load_yaml(file)["defects"].items()
        if file.stem != (rule := str(defect["caught_by"][0]).lower())
        or file.parent.name != rule.partition("-")[0]
    ]
    assert astray == []


def test_each_fault_by_hand_lies_with_a_rule_that_needs_it() -> None:
    users: dict[str, set[str]] = {}
    for defect in catalogue().values():
        for fault in defect.faults:
            users.setdefault(str(fault.effect.get("hand")), set()).add(defect.caught_by[0])
    for variant in variants().values():
        for fault in variant.faults:
            users.setdefault(str(fault.effect.get("hand")), set()).add(f"allowed {variant.rules[0][:3]}")
    astray = {}
    for module, faults in by_hand.BY_MODULE.items():
        group, name = module.split(".")[-2:]
        # A rule with many has a second module, named after a seam: rsp_01_proposed.
        home = f"allowed {name.upper()}" if group == "allowed" else name[:6].upper().replace("_", "-")
        if group not in {"common", "families"}:
            astray.update({each: users.get(each) for each in faults if home not in users.get(each, ())})
    assert astray == {}
