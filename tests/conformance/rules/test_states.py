"""The state machine: 108 addressable cases, each with what is expected or why nothing is."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

import pytest

from conformance.rules import EvidenceLevel
from conformance.rules.states import STATUSES, StateCase, UnknownCaseError, find_case, load_states
from simulator.datafile import DataFileError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def cases() -> dict[str, StateCase]:
    return load_states()


def test_27_events_by_four_statuses(cases: dict[str, StateCase]) -> None:
    assert list(cases) == [f"E{number}/{status}" for number in range(1, 28) for status in STATUSES]


def test_each_case_says_what_is_expected_or_why_nothing_is(cases: dict[str, StateCase]) -> None:
    wrong = [key for key, case in cases.items() if (case.expectation is None) == (case.reason is None)]
    assert wrong == []


TRANSITIONS = {
    "E2": "RECUP - - -",
    "E3": "RECUP RECUP QUAL QUAL",
    "E7": "VALI QUAL VALI QUAL",
    "E9": "PROV PROV+clr PROV PROV+clr",
    "E10": "PROV PROV+clr PROV PROV+clr",
    "E13": "PROV RECUP - QUAL",
    "E14": "PROV PROV+clr - VALI+clr",
    "E16": "- PROV+clr - PROV/VALI+clr",
    "E18": "- PROV+clr - PROV+clr",
    "E19": "RECUP - - -",
    "E21": "RECUP RECUP QUAL QUAL",
    "E23": "QUAL - - -",
    "E27": "QUAL QUAL QUAL QUAL",
}


@pytest.mark.parametrize(("event", "row"), TRANSITIONS.items())
def test_the_transitions_are_those_of_the_table(cases: dict[str, StateCase], event: str, row: str) -> None:
    def shown(case: StateCase) -> str:
        return ("/".join(case.to) or "-") + "+clr" * case.clears

    assert " ".join(shown(cases[f"{event}/{status}"]) for status in STATUSES) == row


@pytest.mark.parametrize(
    "key", ["E3/RECUP", "E5/QUAL", "E6/PROV", "E18/RECUP", "E20/PROV", "E21/VALI", "E27/QUAL"]
)
def test_what_the_table_infers_is_not_official(cases: dict[str, StateCase], key: str) -> None:
    assert cases[key].evidence is EvidenceLevel.INFERRED


@pytest.mark.parametrize("key", ["E9/QUAL", "E10/RECUP", "E24/PROV", "E25/PROV"])
def test_what_rests_on_a_third_party_is_reported(cases: dict[str, StateCase], key: str) -> None:
    assert cases[key].evidence is EvidenceLevel.REPORTED


def test_an_expectation_reads_as_a_sentence(cases: dict[str, StateCase]) -> None:
    assert cases["E14/QUAL"].expectation is not None
    assert cases["E14/QUAL"].expectation.fr == (
        "Le statut devient « identité validée ». Le matricule INS et l'OID sont effacés. "
        "Le changement est propagé aux logiciels reliés."
    )
    assert cases["E13/RECUP"].expectation is not None
    assert (
        cases["E13/RECUP"].expectation.en == 'The change is refused, the status stays "identité récupérée".'
    )


def test_a_case_is_found_whatever_the_letters(cases: dict[str, StateCase]) -> None:
    assert find_case(cases, " e9/qual ").key == "E9/QUAL"
    with pytest.raises(UnknownCaseError, match=r"unknown case 'E9/QUALI'.*did you mean E9/QUAL\?"):
        find_case(cases, "E9/QUALI")


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("rules: [CRE-05, CRE-01]", "rules: [CRE-05, CRE-99]", "events[0].rules[1]: unknown rule 'CRE-99'"),
        ("- key: E2\n", "- key: E1\n", "events[1].key: event E1 is already defined above"),
        ("VALI: {none: slave}", "VALI: {none: slav}", "unknown phrase 'slav'"),
        ("PROV: {to: PROV, creates: true}", "PROV: {to: PROVI, creates: true}", "events[0].cells.PROV"),
        ("PROV: {to: PROV, creates: true}", "PROV: {to: PROV, none: slave}", "events[0].cells.PROV"),
    ],
)
def test_a_bad_file_is_refused_with_place_and_expectation(
    tmp_path: Path, before: str, after: str, message: str
) -> None:
    text = (resources.files("conformance.rules") / "states.yaml").read_text(encoding="utf-8")
    path = tmp_path / "states.yaml"
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(DataFileError) as caught:
        load_states(path)
    assert message in str(caught.value)
    assert str(caught.value).startswith(f"{path}:")
