"""Which verbs a check needs, read from its source."""

from __future__ import annotations

import importlib.util
import re
import sys
from typing import TYPE_CHECKING, Any

import pytest

from conformance.drivers.model import Verb
from conformance.engine.asked import Reader

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SAMPLE = '''
import re
from functools import partial

class Counter:
    def arrive(self):
        return self.lgo.create_patient()
    def maybe(self):
        with self.if_offered("history"):
            return self.lgo.read_status_history("1")
    @property
    def found(self):
        return self.lgo.search_patients()

def fed(desk):
    return desk.lgo.decide_proposal()

def checked(desk):
    return desk.lgo.validate_identity()

WAYS = {"fed": fed, "checked": [checked]}

def test_direct(desk):
    desk.lgo.read_patient("1")

def test_through_a_method(desk):
    desk.arrive()
    assert desk.found

def test_what_may_be_missing(desk):
    desk.maybe()

def test_answered_without(desk):
    try:
        desk.lgo.read_audit_log()
    except (ValueError, VerbNotSupportedError):
        return True

def test_kept_for_later(desk):
    try:
        desk.lgo.read_audit_log()
    except VerbNotSupportedError as missing:
        return missing

def test_by_a_table(desk):
    for way in WAYS.values():
        way(desk)

def test_not_a_verb(desk):
    re.search("x", "read_patient")
    read_patient = 1
    """read_proposal"""

def test_parameter(desk, way):
    way(desk)
'''


@pytest.fixture
def sample(tmp_path: Path) -> Iterator[Any]:
    path = tmp_path / "test_sample_of_verbs.py"
    path.write_text(SAMPLE, encoding="utf-8")
    spec = importlib.util.spec_from_file_location("test_sample_of_verbs", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


@pytest.mark.parametrize(
    ("check", "verbs"),
    [
        ("test_direct", {Verb.READ_PATIENT}),
        ("test_through_a_method", {Verb.CREATE_PATIENT, Verb.SEARCH_PATIENTS}),
        ("test_what_may_be_missing", set()),
        ("test_answered_without", set()),
        ("test_kept_for_later", {Verb.READ_AUDIT_LOG}),
        ("test_by_a_table", {Verb.DECIDE_PROPOSAL, Verb.VALIDATE_IDENTITY}),
        ("test_not_a_verb", set()),
        ("test_parameter", set()),
    ],
)
def test_verbs_are_found_through_steps(sample: Any, check: str, verbs: set[Verb]) -> None:
    assert Reader("test_sample_of_verbs").verbs(getattr(sample, check)) == verbs


def test_a_step_given_as_a_parameter_is_followed(sample: Any) -> None:
    reader = Reader("test_sample_of_verbs")
    assert reader.verbs(sample.test_parameter, [("x", sample.fed)]) == {Verb.DECIDE_PROPOSAL}


def test_what_is_no_function_needs_nothing() -> None:
    assert Reader().verbs(re.compile("x"), [None, 3, "read_patient"]) == frozenset()
