"""The names of cases in an English report."""

from __future__ import annotations

import pytest

from conformance.suite.desk.case_names import in_english
from conformance.suite.desk.expect import gathered
from conformance.verdicts import Departure


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("tiret au début", "hyphen at the beginning"),
        ("tiret au début, en tête", "hyphen at the beginning, in front"),
        ("un nom de nulle part, en tête", "un nom de nulle part, in front"),
        ("plain", "plain"),
    ],
)
def test_a_case_is_named_in_english(name, said):
    assert in_english(name) == said


def test_a_departure_names_its_cases_in_both_languages():
    told = gathered({"tiret au début": Departure("fr", "en"), "chiffre": Departure("fr", "en")}, 3).text
    assert told.fr == "[tiret au début] fr ; de même ou autrement : chiffre (2/3)"
    assert told.en == "[hyphen at the beginning] en; likewise or otherwise: figure (2/3)"
