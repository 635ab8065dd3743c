"""The command: whole files or none, clear refusals, its registry usable."""

from __future__ import annotations

import csv
from contextlib import closing
from importlib.resources import files
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from simulator.bench import BenchOptions, open_bench
from simulator.commands import practice as command_module
from simulator.commands.practice import practice_command
from simulator.population.build import people as population
from simulator.population.practice.lines import NAMESAKE_TAG
from simulator.population.practice.parameters import DEFAULT
from simulator.registry.matching import SearchTraits, judge
from simulator.registry.store import RegistryStore

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result


def run(*arguments: object) -> Result:
    return CliRunner().invoke(practice_command, [str(argument) for argument in arguments])


def read(path: Path, delimiter: str = ",") -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


@pytest.fixture
def people(tmp_path: Path) -> Path:
    path = tmp_path / "people.sqlite"
    store = RegistryStore(path)
    store.add(population(3000, "command", "officine"))
    store.close()
    return path


def test_the_files_agree_with_the_registry_written_beside_them(tmp_path: Path) -> None:
    out = tmp_path / "new" / "out"
    result = run("--size", 300, "--seed", "s", "--out", out)
    assert result.exit_code == 0, result.output
    assert sorted(file.name for file in out.iterdir()) == ["expected.csv", "practice.csv", "registry.sqlite"]
    registry = RegistryStore(out / "registry.sqlite")
    lines = {row["code_patient"]: row for row in read(out / "practice.csv", ";")}
    expected = read(out / "expected.csv")
    assert len(lines) == len(expected) == 300
    for row in expected:
        if row["code"] != "00" or not lines[row["line"]]["nom_naissance"].isupper():
            continue
        typed = lines[row["line"]]
        day, month, year = typed["date_naissance"].split("/")
        wanted = SearchTraits(
            birth_name=typed["nom_naissance"],
            first_names=typed["prenom"],
            sex=typed["sexe"],
            birth_date=f"{year}-{month}-{day}",
            birth_place=typed["lieu_naissance"] or None,
        )
        found = [each.person for each in judge(wanted, registry.same_name_and_date(wanted)) if each.matches]
        assert [person.identity.matricule.value for person in found] == [row["matricule"]]
    registry.close()


def test_the_table_shows_what_was_published_beside_what_was_measured(tmp_path: Path) -> None:
    shown = run("--size", 200, "--out", tmp_path, "--lang", "en").output
    assert "everybody" in shown
    assert "(75.2)" in shown
    assert "75+ years" in shown


@pytest.mark.parametrize(
    ("lang", "said"), [("fr", "Ensuite : banc serve --registry"), ("en", "Next: banc serve --registry")]
)
def test_what_to_do_next_is_said(tmp_path: Path, lang: str, said: str) -> None:
    shown = run("--size", 50, "--out", tmp_path, "--lang", lang).output
    assert f"{said} {tmp_path / 'registry.sqlite'}" in shown.replace("\n", "")
    assert str(tmp_path / "practice.csv") in shown


def test_the_registry_of_a_bench_as_it_comes_has_the_patients_of_a_practice(tmp_path: Path) -> None:
    with closing(open_bench(BenchOptions(data_dir=tmp_path / "bench"))) as bench:
        registry = tmp_path / "bench" / "registry.sqlite"
        before = bench.registry.count()
        result = run("--size", 400, "--registry", registry, "--plant", "--out", tmp_path / "out")
        assert result.exit_code == 0, result.output
        expected = read(tmp_path / "out" / "expected.csv")
        assert {"00", "01", "insi_24"} <= {row["code"] for row in expected}
        assert not any(row["person"].startswith("cnda/") for row in expected)
        # The bench that runs knows the people planted meanwhile.
        planted = bench.registry.people(tag=NAMESAKE_TAG)
        assert bench.registry.count() == before + len(planted)
        for row in expected:
            if row["found"]:
                assert bench.registry.by_key(row["found"]) is not None


def test_a_share_of_no_answer_is_not_shown_as_nought(tmp_path: Path) -> None:
    shown = run("--size", 3, "--out", tmp_path, "--lang", "en").output
    rows = [line.split() for line in shown.splitlines() if line.startswith(("0-17", "18-39", "40-59"))]
    nobody = [row for row in rows if row[2] == "0"]
    assert nobody
    assert {row[3] for row in nobody} == {"-"}


def test_patients_come_from_the_registry_given(tmp_path: Path, people: Path) -> None:
    out = tmp_path / "out"
    assert run("--size", 200, "--registry", people, "--out", out).exit_code == 0
    assert sorted(file.name for file in out.iterdir()) == ["expected.csv", "practice.csv"]
    keys = {row["person"] for row in read(out / "expected.csv")}
    assert all(key.startswith(("syn/command/", "none/practice-1/")) for key in keys)


def test_a_registry_is_not_changed_unless_told(tmp_path: Path, people: Path) -> None:
    assert run("--size", 500, "--registry", people, "--out", tmp_path / "out").exit_code == 0
    store = RegistryStore(people)
    assert store.count() == 3000
    assert store.people(tag=NAMESAKE_TAG) == []
    store.close()


@pytest.fixture
def many_namesakes(tmp_path: Path) -> Path:
    """Give a parameter set whose files need far more namesakes than a population has."""
    known = (files("simulator.population.practice") / "data" / f"{DEFAULT}.yaml").read_text("utf-8")
    asked = known.replace("rates: [{percent: 0.75}]", "rates: [{percent: 20}]")
    assert asked != known
    path = tmp_path / "many-namesakes.yaml"
    path.write_text(asked, encoding="utf-8")
    return path


def test_planting_again_adds_nobody_and_gives_the_same_files(
    tmp_path: Path, people: Path, many_namesakes: Path
) -> None:
    options = ("--size", 500, "--registry", people, "--plant", "--parameters", many_namesakes)
    seen = []
    for name in ("first", "second"):
        result = run(*options, "--out", tmp_path / name)
        assert result.exit_code == 0, result.output
        store = RegistryStore(people)
        planted = store.people(tag=NAMESAKE_TAG)
        assert planted
        assert store.count() == 3000 + len(planted)
        store.close()
        files = sorted((tmp_path / name).iterdir())
        seen.append((planted, [file.read_bytes() for file in files]))
    assert seen[0] == seen[1]


def test_planting_makes_lines_ambiguous(tmp_path: Path, people: Path, many_namesakes: Path) -> None:
    codes = []
    order = ("--size", 600, "--registry", people, "--parameters", many_namesakes, "--out", tmp_path / "out")
    for options in ([], ["--plant"]):
        assert run(*order, *options).exit_code == 0
        codes.append([row["code"] for row in read(tmp_path / "out" / "expected.csv")].count("02"))
    assert codes[0] < codes[1]


@pytest.mark.usefixtures("in_english")
def test_planting_without_a_registry_is_refused(tmp_path: Path) -> None:
    result = run("--plant", "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert "--plant goes with --registry" in result.output
    assert not (tmp_path / "out").exists()


@pytest.mark.usefixtures("in_english")
def test_a_registry_too_small_is_refused_and_nothing_is_written(tmp_path: Path, people: Path) -> None:
    result = run("--size", 10_000, "--registry", people, "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert "expected" in result.output
    assert "in the population" in result.output
    assert not (tmp_path / "out").exists()


def test_something_else_than_a_registry_is_refused(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.sqlite"
    wrong.write_text("not a database, by far: " * 100, encoding="utf-8")
    result = run("--registry", wrong, "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert "wrong.sqlite" in result.output


def test_a_faulty_parameter_file_is_refused_with_its_line(tmp_path: Path) -> None:
    wrong = tmp_path / "mine.yaml"
    wrong.write_text("id: mine\n", encoding="utf-8")
    result = run("--parameters", wrong, "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert "mine.yaml:1:1" in result.output


def test_an_interruption_leaves_the_files_that_were_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    assert run("--size", 100, "--out", out).exit_code == 0
    before = {file.name: file.read_bytes() for file in out.iterdir()}
    make = command_module.make_with_registry

    def interrupted(*arguments: object) -> None:
        make(*arguments)
        raise KeyboardInterrupt

    monkeypatch.setattr(command_module, "make_with_registry", interrupted)
    result = run("--size", 120, "--out", out)
    assert result.exit_code == 130
    assert {file.name: file.read_bytes() for file in out.iterdir()} == before


def test_separator_and_encoding_are_those_asked_for(tmp_path: Path) -> None:
    assert run("--size", 300, "--separator", ",", "--encoding", "cp1252", "--out", tmp_path).exit_code == 0
    text = (tmp_path / "practice.csv").read_bytes().decode("cp1252")
    assert text.startswith(
        "code_patient,nom_naissance,nom_usage,prenom,sexe,date_naissance,lieu_naissance\r\n"
    )
    assert "é" in text
