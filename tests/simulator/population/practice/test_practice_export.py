"""The files: what an LGO imports, and apart from it what each line must lead to."""

from __future__ import annotations

import csv
import hashlib
import io
from typing import TYPE_CHECKING

import pytest

from simulator.population.practice.export import (
    EXPECTED_COLUMNS,
    PRACTICE_COLUMNS,
    write_expected,
    write_practice,
)
from simulator.population.practice.making import EXPECTED, PRACTICE, Order, make_with_registry

if TYPE_CHECKING:
    from pathlib import Path

    from simulator.population.practice.parameters import Parameters

GOLDEN = {
    PRACTICE: "90bdd2b3047a28504eda7391f73c43c7a4872c348928cd6a92e09c0256d3d4ff",
    EXPECTED: "33f7b77d24a0c20912b629bc2622238df24576458c9f91c6d5607d6f0bb18d25",
}
"""SHA-256 of the files of 200 lines, seed golden. They change with the people drawn and with the parameters: say so in the
change log."""


def rows(path: Path, delimiter: str = ",", encoding: str = "utf-8") -> list[dict[str, str]]:
    text = path.read_bytes().decode(encoding)
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter))


def test_the_same_order_gives_the_same_bytes_everywhere(tmp_path: Path, parameters: Parameters) -> None:
    make_with_registry(tmp_path, Order(size=200, seed="golden", parameters=parameters), lambda *_: None)
    got = {name: hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() for name in GOLDEN}
    assert got == GOLDEN


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", ","])
def test_the_file_reads_back_as_what_was_typed(tmp_path: Path, practice, delimiter, encoding) -> None:
    path = tmp_path / "practice.csv"
    write_practice(path, practice.file.lines, delimiter=delimiter, encoding=encoding)
    read = rows(path, delimiter, encoding)
    assert tuple(read[0]) == PRACTICE_COLUMNS
    assert len(read) == len(practice.file.lines)
    for row, line in zip(read, practice.file.lines, strict=True):
        record = line.record
        assert row == {
            "code_patient": str(line.number),
            "nom_naissance": record.birth_name,
            "nom_usage": record.usage_name,
            "prenom": record.first_name,
            "sexe": record.sex,
            "date_naissance": "/".join(reversed(record.birth_date.split("-"))),
            "lieu_naissance": record.birth_place,
        }


def test_the_file_to_import_tells_nothing_of_the_answers(tmp_path: Path, practice) -> None:
    write_practice(tmp_path / "practice.csv", practice.file.lines)
    text = (tmp_path / "practice.csv").read_text("utf-8")
    for line in practice.file.lines:
        if line.patient.person is not None:
            assert line.patient.person.identity.matricule.value not in text
            assert line.patient.key not in text
    assert "usage-name" not in text


def test_the_expected_answers_name_the_ins_only_when_it_is_found(tmp_path: Path, practice) -> None:
    write_expected(tmp_path / "expected.csv", practice.answers)
    read = rows(tmp_path / "expected.csv")
    assert tuple(read[0]) == EXPECTED_COLUMNS
    by_number = {str(answer.line.number): answer for answer in practice.answers}
    for row in read:
        answer = by_number[row["line"]]
        assert row["code"] == answer.code
        assert bool(row["matricule"]) == bool(row["oid"]) == (row["code"] == "00")
        assert bool(row["tried_matricule"]) == (row["tried_code"] == "00")
        assert row["why_fr"]
        assert row["why_en"]
        if answer.person is not None:
            assert row["matricule"] == answer.person.identity.matricule.value
            assert row["oid"] == answer.person.identity.oid
    assert {"00", "01", "02", "insi_24"} <= {row["code"] for row in read}
