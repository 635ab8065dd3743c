"""The language in which defects and tolerated variants are written, and what their catalogues hold."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from pathlib import Path

import pytest

import conformance.reference
from conformance.drivers.protocol import RefusedError
from conformance.reference.defects import Kind, by_hand, catalogue
from conformance.reference.defects.conditions import holds
from conformance.reference.defects.effects import changed
from conformance.reference.defects.model import SeamFault
from conformance.reference.defects.schema import SCHEMA, problems
from conformance.reference.seams import Seam, Seams
from conformance.reference.variants import variants
from conformance.rules import load_catalogue
from simulator.datafile import DataFileError, parse_yaml

RECORD = {
    "birth_name": "DE LA TOUR-MAUBOURG",
    "birth_place": "01053",
    "status": "QUAL",
    "attributes": ["HOMONYME"],
}


@pytest.mark.parametrize(
    ("condition", "met"),
    [
        ({"status": "QUAL"}, True),
        ({"status": ["RECUP", "QUAL"]}, True),
        ({"status": "!QUAL"}, False),
        ({"birth_name": "~hyphen", "birth_place": "~leading-zero"}, True),
        ({"birth_name": "~hyphen", "birth_place": "~corsica"}, False),
        ({"birth_name": "~particle"}, True),
        ({"birth_name": "!~apostrophe"}, True),
        ({"oid": None}, True),
        ({"birth_name": None}, False),
        ({"birth_name": "*", "local.used_name": "*"}, True),
        ({"local.used_name": "~same-as:birth_name"}, False),
        ({"nth": "~at-least:2"}, True),
        ({"attributes": "HOMONYME"}, True),
        ({"attributes": ["DOUTEUSE", "FICTIVE"]}, False),
        ({"attributes": None}, False),
    ],
)
def test_condition(condition: dict[str, object], *, met: bool) -> None:
    assert holds(condition, RECORD, {"nth": 3, "local": {"used_name": "MARTIN"}}) is met


@pytest.mark.parametrize(
    ("effect", "expected"),
    [
        ({"set": {"birth_name": "@local.used_name"}}, "MARTIN"),
        ({"change": {"birth_name": ["hyphen-to-space", "last-word"]}}, "MAUBOURG"),
        ({"change": {"birth_name": "cut:5"}}, "DE LA"),
        ({"keep": ["birth_name"]}, "BEFORE"),
    ],
)
def test_effect_on_a_value(effect: dict[str, object], expected: str) -> None:
    about = {"local": {"used_name": "MARTIN"}, "before": {"birth_name": "BEFORE"}}
    assert [one["birth_name"] for one in changed(RECORD, effect, about)] == [expected]


def test_a_value_that_is_not_there_is_not_made_by_a_change() -> None:
    assert changed({"sex": "M"}, {"change": {"birth_name": "upper"}}, {}) == [{"sex": "M"}]


def test_a_refusal_whose_fields_are_all_taken_out_is_lost() -> None:
    record = {"code": "LOCKED_FIELD", "fields": ["sex"]}
    assert changed(record, {"without": {"fields": ["sex"]}}, {}) == []
    assert changed(record, {"without": {"fields": ["oid"]}}, {}) == [record]


def test_an_effect_may_refuse_the_act() -> None:
    with pytest.raises(RefusedError, match="TOO_LONG"):
        changed(RECORD, {"refuse": {"code": "TOO_LONG", "message": "non"}}, {})


def test_a_fault_may_wait_until_its_condition_was_met_and_forgets_on_reset() -> None:
    seams = Seams([SeamFault(seam=Seam.SHOWN, effect={"set": {"sex": "F"}}, after=1)])
    shown = [seams.one(Seam.SHOWN, {"id": "1", "sex": "M"})["sex"] for _ in range(3)]
    seams.forget()
    assert [*shown, seams.one(Seam.SHOWN, {"id": "1", "sex": "M"})["sex"]] == ["M", "F", "F", "M"]


def test_the_first_record_of_a_file_is_remembered() -> None:
    seams = Seams([SeamFault(seam=Seam.LOG, effect={"set": {"user": "@first.user"}})])
    users = [
        seams.one(Seam.LOG, {"user": user}, patient_id=key)["user"]
        for user, key in [("a", "1"), ("b", "1"), ("c", "2")]
    ]
    assert users == ["a", "a", "c"]


def test_nothing_changes_on_seams_that_carry_nothing() -> None:
    assert Seams().many(Seam.FOUND, [RECORD, RECORD]) == [RECORD, RECORD]


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("{seam: shwon, effect: {drop: true}}", "shown"),
        ("{seam: shown, effect: {change: {birth_name: uper}}}", "birth_name"),
        ("{seam: shown, when: {birth_name: '~hyphn'}, effect: {drop: true}}", "hyphn"),
        ("{seam: shown, effect: {}}", "effect"),
    ],
)
def test_a_mistake_in_a_defect_file_is_told_with_its_place(fault: str, message: str) -> None:
    text = (
        "defects:\n  some-defect:\n    title: {fr: a, en: b}\n    description: {fr: a, en: b}\n"
        f"    caught_by: [FLD-01]\n    kind: plain\n    source: x\n    faults:\n      - {fault}\n"
    )
    with pytest.raises(DataFileError, match=message) as error:
        parse_yaml(text.encode(), "d.yaml", SCHEMA, lambda data: problems(data, known=()))
    assert all(problem.line >= 9 for problem in error.value.problems)


AT_THE_COUNTER = frozenset({"PRF-12", "ERG-08"})
"""Rules that a person judges: no defect of the reference LGO shows them."""


def test_no_two_faults_by_hand_have_one_name() -> None:
    names = Counter(name for module in by_hand.BY_MODULE.values() for name in module)
    assert {name for name, count in names.items() if count > 1} == set()
    assert set(names) == set(by_hand.FUNCTIONS)


def test_every_rule_with_a_defect_has_several_of_different_kinds() -> None:
    by_rule: dict[str, Counter[Kind]] = defaultdict(Counter)
    for one in catalogue().values():
        for key in one.caught_by:
            by_rule[key][one.kind] += 1
    assert set(by_rule) <= set(load_catalogue())
    few = {key for key in load_catalogue() if by_rule[key].total() < 5 or len(by_rule[key]) < 2}
    assert few - AT_THE_COUNTER == set()
    assert len(by_rule) >= 48


def test_the_catalogues_are_as_large_as_they_should_be() -> None:
    assert len(catalogue()) >= 400
    assert len(variants()) >= 60
    assert {key for one in variants().values() for key in one.rules} <= set(load_catalogue())


def test_texts_differ_from_language_to_language() -> None:
    same = [one.name for one in catalogue().values() if one.description["fr"] == one.description["en"]]
    assert same == []


CORE = ("identity", "lifecycle", "lookup", "strategy", "soap", "answers")


@pytest.mark.parametrize("name", CORE)
def test_the_pure_core_knows_nothing_of_defects(name: str) -> None:
    text = (Path(conformance.reference.__file__).parent / f"{name}.py").read_text("utf-8")
    assert not re.search("defect|seam", text)
