"""``banc population`` as a user types it: whole registries or none, people found, files read and written back."""

from __future__ import annotations

import csv
import hashlib
import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from simulator.cli import main
from simulator.commands import population as command_module
from simulator.commands.population import population_group
from simulator.population.build import FORMAT, people, profile_of, recipe
from simulator.population.cnda import load_cnda
from simulator.registry.exporting import export_csv, export_jsonl
from simulator.registry.opening import build_registry, open_registry
from simulator.serving import REGISTRY_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from click.testing import Result

    from simulator.registry.person import Person

SIZE = 600
ISSUE_COLUMNS = "birth_name,first_names,first_name,sex,birth_date,birth_place,matricule,oid,tags"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["population", *(str(argument) for argument in arguments)])


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("population") / "people.sqlite"
    assert run("build", "--size", SIZE, "--seed", 5, "--out", path).exit_code == 0
    return path


@pytest.fixture(autouse=True)
def _no_registry_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(REGISTRY_VARIABLE, raising=False)


@pytest.mark.parametrize("name", sorted(population_group.commands))
def test_the_help_of_every_command_shows_examples(name: str) -> None:
    result = run(name, "--help")
    assert result.exit_code == 0
    assert f"\n    banc population {name}" in result.output


class TestBuild:
    @pytest.mark.parametrize("profile", ["france", "officine", "edge"])
    def test_a_registry_holds_the_people_of_its_profile_and_tells_its_recipe(
        self, tmp_path: Path, profile: str
    ) -> None:
        out = tmp_path / "new" / "r.sqlite"
        result = run("build", "--size", 300, "--seed", 3, "--profile", profile, "--out", out)
        assert result.exit_code == 0, result.output
        assert f"banc serve --registry {out}" in result.output
        store = open_registry(out)
        assert list(store.everyone()) == [*load_cnda(), *people(300, 3, profile)]
        assert recipe(300, 3, profile) in str(store.meta("recipe"))
        assert profile_of(store.meta("recipe")) == profile
        store.close()

    def test_the_public_people_come_beside_the_size_asked_for(self, registry: Path) -> None:
        store = open_registry(registry)
        everybody = list(store.everyone())
        store.close()
        assert sum(person.key.startswith("syn/5/") for person in everybody) == SIZE
        assert any(person.key == "cnda/adrun-zoe" for person in everybody)

    def test_an_unknown_profile_is_refused_with_those_there_are(self, tmp_path: Path) -> None:
        result = run("build", "--size", 1, "--profile", "spain", "--out", tmp_path / "r.sqlite")
        assert result.exit_code == 2
        assert "'france', 'officine', 'edge'" in result.output

    def test_an_interruption_leaves_what_was_there(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        out = tmp_path / "r.sqlite"
        build_registry(out, people(50, 1), "before")
        before = out.read_bytes()

        def interrupted(size: int, seed: int, profile: str) -> Iterator[Person]:
            yield from people(size // 2, seed, profile)
            raise KeyboardInterrupt

        monkeypatch.setattr(command_module, "people", interrupted)
        result = run("build", "--size", 200, "--out", out)
        assert result.exit_code == 130
        assert "est comme avant" in result.output
        assert out.read_bytes() == before
        assert [file.name for file in tmp_path.iterdir()] == ["r.sqlite"]


class TestLooking:
    def test_people_of_a_case_are_listed(self, registry: Path) -> None:
        result = run("find", "--tag", "twin", "--registry", registry, "--limit", 3)
        assert result.exit_code == 0
        assert result.output.count("syn/5/") == 3

    def test_people_are_listed_for_programs(self, registry: Path) -> None:
        listed = json.loads(
            run("find", "--tag", "twin", "--registry", registry, "--limit", 3, "--json").output
        )
        assert len(listed) == 3
        assert all("twin" in each["tags"] for each in listed)

    def test_nobody_found_is_exit_code_1(self, registry: Path) -> None:
        result = run("find", "--name", "NOBODY", "--registry", registry)
        assert result.exit_code == 1
        assert "banc population stats" in result.output

    def test_a_person_is_shown_by_key_by_matricule_and_by_former_matricule(self, registry: Path) -> None:
        store = open_registry(registry)
        person = next(each for each in store.everyone() if each.identity.history)
        store.close()
        former = person.identity.history[0].matricule.value
        for wanted in (person.key, person.identity.matricule.value, former):
            result = run("show", wanted, "--registry", registry)
            assert json.loads(result.output)["key"] == person.key

    def test_an_unknown_person_is_refused_with_the_way_to_find_one(self, registry: Path) -> None:
        result = run("show", "syn/5/999999", "--registry", registry)
        assert result.exit_code == 2
        assert "banc population find" in result.output

    def test_a_file_that_is_no_registry_is_refused(self, tmp_path: Path) -> None:
        file = tmp_path / "notes.txt"
        file.write_text("not a registry, but long enough to be looked at as one" * 50)
        result = run("find", "--registry", file)
        assert result.exit_code == 2
        assert str(file) in result.output

    def test_the_sheet_tells_the_traits_and_what_each_call_answers(
        self, registry: Path, tmp_path: Path
    ) -> None:
        out = tmp_path / "sheet.html"
        result = run("card", "cnda/adrun-zoe", "--registry", registry, "--out", out)
        assert result.exit_code == 0, result.output
        page = out.read_text(encoding="utf-8")
        assert "ADRUN" in page
        assert "Recherche par traits, sans le lieu" in page
        assert "identité trouvée" in page


GOLDEN = {
    "csv": "c0b32ce4b00b839097db006e5f9da8285152b2ec11eb2d613824b6f3788b6064",
    "jsonl": "4d87c2d3cc4900f0eaf3fcea442e3a7a081df363fa0eafe2c33ce5dc8ffe6458",
}
"""SHA-256 of the export of 1,000 people of seed 7, format 4 of the population. It changes only with what is generated, or with
the columns: say so in the change log."""


@pytest.mark.parametrize(("kind", "export"), [("csv", export_csv), ("jsonl", export_jsonl)])
def test_an_export_is_the_same_bytes_on_every_platform(
    kind: str, export: Callable[[Iterable[Person]], Iterator[bytes]]
) -> None:
    assert FORMAT == 4
    assert hashlib.sha256(b"".join(export(people(1000, 7)))).hexdigest() == GOLDEN[kind]


class TestFiles:
    def test_csv_begins_with_the_promised_columns(self, registry: Path, tmp_path: Path) -> None:
        out = tmp_path / "people.csv"
        assert run("export", "--registry", registry, "--out", out).exit_code == 0
        assert out.read_text(encoding="utf-8").startswith(f"{ISSUE_COLUMNS},")

    @pytest.mark.parametrize("kind", ["csv", "jsonl"])
    def test_the_same_seed_and_size_give_the_same_bytes(self, tmp_path: Path, kind: str) -> None:
        files = []
        for number in range(2):
            path, out = tmp_path / f"{number}.sqlite", tmp_path / f"{number}.{kind}"
            run("build", "--size", 400, "--seed", 9, "--out", path)
            run("export", "--registry", path, "--format", kind, "--out", out)
            files.append(out.read_bytes())
        assert files[0] == files[1]
        assert b"\r" not in files[0]
        assert files[0].count(b"\n") == 400 + len(load_cnda()) + (kind == "csv")

    @pytest.mark.parametrize("kind", ["csv", "jsonl"])
    def test_what_was_exported_is_imported_as_it_was(self, registry: Path, tmp_path: Path, kind: str) -> None:
        out, copy = tmp_path / f"people.{kind}", tmp_path / "copy.sqlite"
        run("export", "--registry", registry, "--format", kind, "--out", out)
        result = run("import", out, "--registry", copy, "--wrong-keys")
        assert result.exit_code == 0, result.output
        first, second = open_registry(registry), open_registry(copy)
        assert list(first.everyone()) == list(second.everyone())
        first.close()
        second.close()

    def test_only_people_of_a_case_are_exported(self, registry: Path) -> None:
        lines = run(
            "export", "--registry", registry, "--format", "jsonl", "--tag", "twin"
        ).output.splitlines()
        assert lines
        assert all("twin" in json.loads(line)["tags"] for line in lines)


class TestImportOfBadLines:
    @pytest.fixture
    def file(self, tmp_path: Path) -> Path:
        """Three people, the second with a wrong sex, an impossible date and a wrong key."""
        lines = [
            "birth_name,first_names,sex,birth_date,matricule",
            "ESSAI,ANNE,F,1985-04-12,285046322000111",
            "ESSAI,PAUL,X,1985-02-31,185046322000199",
            "ESSAI,ZOE,F,1985-04-12,285046322000208",
        ]
        path = tmp_path / "people.csv"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    @pytest.fixture
    def valid_keys(self, file: Path) -> Path:
        """Give the same file with the keys of lines 2 and 4 computed."""
        rows = list(csv.reader(file.open(encoding="utf-8", newline="")))
        for row in (rows[1], rows[3]):
            row[4] = row[4][:13] + f"{97 - int(row[4][:13]) % 97:02d}"
        file.write_text("\n".join(",".join(row) for row in rows) + "\n", encoding="utf-8")
        return file

    @pytest.mark.usefixtures("in_english")
    def test_nothing_is_imported_and_each_fault_has_line_column_value_and_remedy(
        self, valid_keys: Path, tmp_path: Path
    ) -> None:
        out = tmp_path / "r.sqlite"
        result = run("import", valid_keys, "--registry", out)
        assert result.exit_code == 1
        assert not out.exists()
        assert "line 3, column sex (3)" in result.output
        assert "got 'X'. Write M or F." in result.output
        assert "line 3, column birth_date (4)" in result.output
        assert "1 invalid line(s), 2 valid: nothing was imported." in result.output

    def test_the_valid_ones_are_imported_when_asked_and_the_others_written_to_a_file(
        self, valid_keys: Path, tmp_path: Path
    ) -> None:
        out = tmp_path / "r.sqlite"
        result = run("import", valid_keys, "--registry", out, "--skip-invalid")
        assert result.exit_code == 1
        store = open_registry(out)
        assert [person.first_name for person in store.everyone()] == ["ANNE", "ZOE"]
        store.close()
        skipped = list(
            csv.DictReader((tmp_path / "people.csv.skipped.csv").open(encoding="utf-8", newline=""))
        )
        assert {row["line"] for row in skipped} == {"3"}
        assert {row["column"] for row in skipped} >= {"sex (3)", "birth_date (4)"}
        assert all(row["record"] == "ESSAI,PAUL,X,1985-02-31,185046322000199" for row in skipped)

    def test_a_refused_import_leaves_the_registry_as_it_was(self, valid_keys: Path, tmp_path: Path) -> None:
        out = tmp_path / "r.sqlite"
        build_registry(out, people(50, 1), "before")
        assert run("import", valid_keys, "--registry", out).exit_code == 1
        store = open_registry(out)
        assert store.count() == 50
        assert list(store.everyone()) == list(people(50, 1))
        store.close()
