"""Scenario files: what loads, and what a broken one says: file, line and expectation."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from simulator.contract.evidence import EvidenceLevel
from simulator.datafile import DataFileError
from simulator.scripting.loader import (
    ScenarioError,
    load_scenario,
    read_scenario,
    scenario_data,
    shipped_scenarios,
)
from simulator.scripting.model import Rule, Then, When

if TYPE_CHECKING:
    from pathlib import Path

GOOD = dedent("""\
    id: tests/lunar-day
    title: {fr: Jour lunaire, en: Lunar day}
    purpose: {fr: Voir, en: See}
    source: our own
    evidence: inferred
    people: [patient]
    rules:
      - when: {person: patient}
        then:
          code: "00"
          person: patient
          alter: {birth_date: "{year}-{month}-00", key: null}
      - when: {birth_name: ESSAI}
        then: {fault: insi_102}
      - when: {}
        then: {code: "01"}
    """)


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "scenario.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_scenario_is_read_whole(tmp_path: Path) -> None:
    scenario = load_scenario(written(tmp_path, GOOD))
    assert (scenario.id, scenario.title_fr, scenario.title_en) == (
        "tests/lunar-day",
        "Jour lunaire",
        "Lunar day",
    )
    assert scenario.evidence is EvidenceLevel.INFERRED
    assert scenario.people == ("patient",)
    altered = {"birth_date": "{year}-{month}-00", "key": None}
    assert scenario.rules == (
        Rule(when=When(person="patient"), then=Then(code="00", person="patient", alter=altered)),
        Rule(when=When(birth_name="ESSAI"), then=Then(fault="insi_102")),
        Rule(when=When(), then=Then(code="01")),
    )


BROKEN = [
    pytest.param("id: tests/lunar-day\n", "", 1, "expected the key 'id'", id="no id"),
    pytest.param("tests/lunar-day", "Tests/Lunar Day", 1, "expected text of the form", id="bad id"),
    pytest.param("{fr: Jour lunaire, en: Lunar day}", "{fr: Jour}", 2, "expected the key 'en', which is missing", id="no English"),
    pytest.param("evidence: inferred", "evidence: sure", 5, "expected one of official, observed", id="evidence"),
    pytest.param("people: [patient]", "people: [Le patient]", 6, "expected text of the form", id="role name"),
    pytest.param("people: [patient]", "people: patient", 6, "expected array", id="people not a list"),
    pytest.param("rules:", "rule:", 1, "unknown key 'rule'", id="unknown key"),
    pytest.param("when: {person: patient}", "when: {persone: patient}", 8, "unknown key 'persone'", id="typo in when"),
    pytest.param("      person: patient\n", "", 10, "expected code 00 with a person", id="00 without person"),
    pytest.param('then: {code: "01"}', 'then: {code: "03"}', 16, "expected one of 00, 01, 02", id="unknown code"),
    pytest.param('then: {code: "01"}', "then: {code: 01}", 16, "expected one of 00, 01, 02, got 1", id="code as number"),
    pytest.param('then: {code: "01"}', "then: {}", 16, "expected code 00 with a person", id="nothing to answer"),
    pytest.param('then: {code: "01"}', 'then: {code: "01", person: patient}', 16, "01 or 02 alone", id="01 with person"),
    pytest.param("{fault: insi_102}", '{fault: insi_102, code: "01"}', 14, "a fault alone", id="fault and code"),
    pytest.param("{fault: insi_102}", "{fault: insi_999}", 14, "expected a code of the fault catalogue, got 'insi_999'", id="unknown fault"),
    pytest.param("{fault: insi_102}", "{fault: siram_40}", 14, "expected text of the form", id="no fault at all"),
    pytest.param("{person: patient}", "{person: doctor}", 8, "expected a role listed in people (patient), got 'doctor'", id="unknown role in when"),
    pytest.param("      person: patient\n", "      person: doctor\n", 11, "got 'doctor'", id="unknown role in then"),
    pytest.param("{birth_name: ESSAI}", "{operation: verifier}", 13, "expected one of rechercherInsAvecTraitsIdentite", id="operation"),
    pytest.param('birth_date: "{year}-{month}-00"', "birth_day: x", 12, "unknown key 'birth_day'", id="unknown alteration"),
    pytest.param('birth_date: "{year}-{month}-00", key: null', "", 12, "expected at least 1 entries", id="empty alteration"),
    pytest.param("key: null", "number: null", 12, "expected string, got None", id="number left out"),
    pytest.param("key: null", 'key: "\\x01"', 12, "expected a text of characters that XML can carry", id="control character"),
    pytest.param("key: null", 'key: "\\uFFFE"', 12, "expected a text of characters", id="not an XML character"),
    pytest.param("people: [patient]", "people: [patient]\npeople: [other]", 7, "duplicate key", id="key twice"),
    pytest.param("rules:", "rules: [", 8, "not YAML", id="not YAML"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after", "line", "expectation"), BROKEN)
def test_a_broken_scenario_names_file_line_and_expectation(
    tmp_path: Path, before: str, after: str, line: int, expectation: str
) -> None:
    assert before in GOOD
    file = written(tmp_path, GOOD.replace(before, after, 1))
    with pytest.raises(DataFileError) as caught:
        load_scenario(file)
    message = str(caught.value)
    assert f"{file}:{line}:" in message
    assert expectation in message


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match="expected object, got None"):
        load_scenario(written(tmp_path, ""))


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match=r"nowhere\.yaml: cannot be read"):
        load_scenario(tmp_path / "nowhere.yaml")


def test_several_problems_are_told_at_once_in_file_order(tmp_path: Path) -> None:
    text = GOOD.replace("{person: patient}", "{person: doctor}").replace("insi_102", "insi_999")
    with pytest.raises(DataFileError) as caught:
        load_scenario(written(tmp_path, text))
    assert [problem.line for problem in caught.value.problems] == [8, 14]


def test_a_shipped_id_that_does_not_exist_is_refused() -> None:
    with pytest.raises(DataFileError, match="cannot be read"):
        scenario_data("tests/no-such-scenario")


def test_every_shipped_scenario_loads_under_its_own_path() -> None:
    for source in shipped_scenarios():
        scenario = load_scenario(source)
        assert source.name == f"{scenario.id.rpartition('/')[2]}.yaml"


class TestDataFromTheApi:
    """The same scenario decoded from JSON, where there are no lines."""

    data = {  # noqa: RUF012 - never changed
        "id": "tests/one",
        "title": {"fr": "a", "en": "b"},
        "purpose": {"fr": "a", "en": "b"},
        "source": "our own",
        "evidence": "inferred",
        "rules": [{"when": {}, "then": {"code": "01"}}],
    }

    def test_good_data_is_read(self) -> None:
        assert read_scenario(self.data).rules == (Rule(when=When(), then=Then(code="01")),)

    @pytest.mark.parametrize(
        ("changed", "where"),
        [
            ({"id": 1}, "id"),
            ({"rules": []}, "rules"),
            ({"rules": [{"when": {}, "then": {"fault": "insi_999"}}]}, r"rules\[0\]\.then\.fault"),
            ({"rules": [{"when": {"person": "x"}, "then": {"code": "01"}}]}, r"rules\[0\]\.when\.person"),
            ({"unknown": 1}, "unknown key 'unknown'"),
        ],
    )
    def test_bad_data_names_its_place(self, changed: dict[str, object], where: str) -> None:
        with pytest.raises(ScenarioError, match=f"^{where}(: |;)"):
            read_scenario(self.data | changed)

    @pytest.mark.parametrize("data", [None, [], "x", 3])
    def test_anything_but_an_object_is_refused(self, data: object) -> None:
        with pytest.raises(ScenarioError, match="expected object, got"):
            read_scenario(data)
