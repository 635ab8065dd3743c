"""The packaged tables and lists themselves."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from pathlib import Path
from random import Random

import pytest

import simulator
from simulator.ins.places import PlaceKind, cog
from simulator.population.compiling import build_names
from simulator.population.drawing import names
from simulator.population.drawing.births import order_is_impossible
from simulator.population.drawing.names import WeightedNames, draw_birth_name, draw_first_names

DATA = Path(simulator.__file__).parent / "population" / "data"


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_busy_commune_is_in_the_cog_under_that_name() -> None:
    for row in rows("busy_communes.csv"):
        assert row["name"] in {place.name for place in cog().periods(row["code"])}, row


def test_every_quiet_country_is_a_country_of_the_cog() -> None:
    for row in rows("quiet_countries.csv"):
        assert {(place.name, place.kind) for place in cog().periods(row["code"])} == {
            (row["name"], PlaceKind.COUNTRY)
        }, row


@pytest.mark.parametrize(
    "code",
    [
        "06088",
        "13055",
        "13201",
        "31555",
        "33063",
        "35238",
        "59350",
        "67482",
        "69381",
        "75056",
        "75114",
        "75012",
        "93066",
    ],
)
def test_a_place_known_to_run_out_of_order_numbers_is_busy(code: str) -> None:
    assert not order_is_impossible(code)


@pytest.mark.parametrize("code", ["99352", "99350", "99351", "99139", "99127", "99999"])
def test_a_country_where_many_people_of_france_were_born_is_busy(code: str) -> None:
    assert not order_is_impossible(code)


@pytest.mark.parametrize("code", ["63220", "21331", "2B020", "99102"])
def test_a_tiny_place_is_quiet(code: str) -> None:
    assert order_is_impossible(code)


def test_draws_have_the_weights_of_the_table() -> None:
    table = WeightedNames.of(["RARE", "COMMON"], [1, 9])
    random = Random(5)
    drawn = Counter(table.draw(random) for _ in range(10_000))
    assert drawn["RARE"] == pytest.approx(1000, abs=120)


def test_the_most_frequent_birth_name_is_the_most_drawn() -> None:
    random = Random(6)
    drawn = Counter(draw_birth_name(random) for _ in range(20_000))
    assert drawn.most_common(1)[0][0] == "MARTIN"


def test_a_year_outside_the_tables_takes_the_nearest_decade() -> None:
    assert draw_first_names(Random(7), "F", 1850, count=1) == draw_first_names(Random(7), "F", 1905, count=1)
    assert draw_first_names(Random(7), "F", 2099, count=1) == draw_first_names(Random(7), "F", 2021, count=1)


def test_every_decade_from_1900_has_both_sexes() -> None:
    assert set(names._blocks()) == {(sex, decade) for sex in "MF" for decade in range(1900, 2030, 10)}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    first_names = "sex,first_name,decade,count\nF,ZOE,1990,5\nF,ANNE,1990,9\nM,JEAN-,1990,3\nM,LUC,1990,2\n"
    birth_names = "name,count\nLE GOFF,7\nBAD--NAME,1\n-WRONG,3\nMARTIN,7\n"
    (tmp_path / "prenoms.csv.gz").write_bytes(gzip.compress(first_names.encode()))
    (tmp_path / "noms.csv.gz").write_bytes(gzip.compress(birth_names.encode()))
    return tmp_path


def test_build_sorts_and_leaves_out_what_insi_cannot_hold(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build_names, "DATA", tmp_path)
    assert build_names.main([str(source)]) == 0
    first_names = gzip.decompress((tmp_path / "first_names.txt.gz").read_bytes()).decode()
    birth_names = gzip.decompress((tmp_path / "birth_names.txt.gz").read_bytes()).decode()
    assert first_names == "F1990\nANNE,ZOE\n9,5\nM1990\nLUC\n2\n"
    assert birth_names == "LE GOFF,MARTIN,BAD--NAME\n7,7,1\n"


def test_build_gives_the_same_bytes_twice(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build_names, "DATA", tmp_path)
    build_names.main([str(source)])
    first = (tmp_path / "birth_names.txt.gz").read_bytes()
    build_names.main([str(source)])
    assert (tmp_path / "birth_names.txt.gz").read_bytes() == first


def test_build_without_a_source_says_how_to_use_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert build_names.main([]) == 2
    assert "SRC_DIR" in capsys.readouterr().err
