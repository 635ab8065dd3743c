"""An error of an import quotes what stands in the file, once, and says what to do."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest

from simulator.registry.exporting import export_csv
from simulator.registry.importing import ImportRefusedError, ImportReport, valid_people
from simulator.registry.records import Problem, read_csv, read_jsonl

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.registry.person import Person

GOOD = {
    "key": "a",
    "birth_name": "ESSAI",
    "first_names": "ANNE LOUISE",
    "first_name": "ANNE",
    "sex": "F",
    "birth_date": "1985-04-12",
    "birth_place": "63220",
    "matricule": "285046322000110",
}


def problems_of(**changes: str) -> list[Problem]:
    row = GOOD | changes
    text = f"{','.join(row)}\n{','.join(row.values())}\n"
    report = ImportReport()
    with pytest.raises(ImportRefusedError):
        list(valid_people(read_csv(io.BytesIO(text.encode())), report))
    return report.problems


def test_the_row_of_these_tests_is_valid() -> None:
    text = f"{','.join(GOOD)}\n{','.join(GOOD.values())}\n"
    assert len(list(valid_people(read_csv(io.BytesIO(text.encode())), ImportReport()))) == 1


@pytest.mark.parametrize(
    ("spoilt", "expected"),
    [
        ("2.85046E+14", "digits"),
        ("2.85046322000110E+014", "digits"),
        ("285046322000000e1", "digits"),
        ("2 85 04 63 220 001 10", "digits"),
        ("2850463220001", "15 characters"),
        ("285046322000", "15 characters"),
        ("285046322000111", "the key of 2850463220001"),
        ("28504632200011O", "digits"),
        ("085046322000110", "1, 2, 3, 4, 7 or 8"),
        ("285156322000110", "01 to 12"),
        ("285040022000110", "five digits"),
        ("285046322000010", "001 to 999"),
    ],
)
def test_a_spoilt_matricule_is_told_once_with_what_stands_there(spoilt: str, expected: str) -> None:
    (problem,) = problems_of(matricule=spoilt)
    assert problem.column == "matricule (8)"
    assert expected in problem.expected
    assert repr(spoilt) in problem.value
    assert problem.remedy


@pytest.mark.parametrize("spoilt", ["2.85046E+14", "2E14", "2.8e+14"])
def test_a_number_rounded_by_a_spreadsheet_is_recognised(spoilt: str) -> None:
    (problem,) = problems_of(matricule=spoilt)
    assert problem.remedy.startswith("A spreadsheet has rounded it")


@pytest.mark.parametrize("spoilt", ["2 85 04", "285E", "E14"])
def test_another_spoilt_one_is_not(spoilt: str) -> None:
    (problem,) = problems_of(matricule=spoilt)
    assert problem.remedy.startswith("Write the 15 characters")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("birth_name", "essai"),
        ("first_names", "Anne Louise"),
        ("first_names", "ANNE  LOUISE"),
        ("first_name", "LOUISE"),
        ("sex", "X"),
        ("birth_date", "12/04/1985"),
        ("birth_date", "1985-02-30"),
        ("birth_date", "1985-13-01"),
        ("birth_place", "6322"),
    ],
)
def test_any_other_wrong_value_is_told_once_with_what_stands_there(field: str, value: str) -> None:
    (problem,) = problems_of(**{field: value})
    assert problem.column.startswith(field)
    assert value in problem.value


@pytest.mark.parametrize("field", ["birth_name", "first_names", "sex", "birth_date", "matricule"])
def test_a_missing_value_is_told_once(field: str) -> None:
    (problem,) = problems_of(**{field: ""})
    assert problem.column.startswith(field)
    assert problem.value == "nothing"


def test_everything_that_is_wrong_is_told_at_once() -> None:
    wrong = {"birth_name": "", "first_names": "anne", "sex": "x", "birth_date": "hier", "matricule": "1 2"}
    problems = problems_of(**wrong, birth_place="ici")
    assert sorted(problem.column.partition(" ")[0] for problem in problems) == sorted([*wrong, "birth_place"])


VALUES: list[tuple[str, Any]] = [
    ("matricule", 285046322000110),
    ("sex", 2),
    ("birth_date", 1985),
    ("history", "x"),
]


@pytest.mark.parametrize(("field", "value"), VALUES)
def test_a_value_of_another_json_type_is_told_once(field: str, value: object) -> None:

    report = ImportReport()
    line = json.dumps({name: text for name, text in GOOD.items() if name != "first_name"} | {field: value})
    with pytest.raises(ImportRefusedError):
        list(valid_people(read_jsonl(io.BytesIO(line.encode())), report))
    (problem,) = report.problems
    assert problem.column == f"{field}" or problem.column.startswith(f"{field} ")


@pytest.mark.parametrize("text", ["=1+1", "-2", "@sum", "'=x", "''-y", " =z", "plain", "it's", "'quoted'"])
def test_what_an_export_kept_from_being_a_formula_comes_back_as_it_was(
    make_person: Callable[..., Person], text: str
) -> None:
    person = make_person(text, note=text, tags=[text.strip().replace(" ", "")])
    exported = b"".join(export_csv([person]))
    report = ImportReport()
    assert list(valid_people(read_csv(io.BytesIO(exported)), report)) == [person], report.problems
