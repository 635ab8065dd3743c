"""Building the table of birth places: what is kept, what is refused, same bytes each time."""

from __future__ import annotations

import datetime as dt
import gzip
from typing import TYPE_CHECKING

import pytest

from simulator.ins import Cog, Place, PlaceKind
from simulator.ins.build_cog import COMMUNES, COUNTRIES, build, main
from simulator.ins.cog_table import Row, pack

if TYPE_CHECKING:
    from pathlib import Path

COMMUNE_COLUMNS = "code,name,departement,kind,valid_from,valid_to,successor,parent"
COUNTRY_COLUMNS = "code,name,iso2,valid_from,valid_to,current,designation_from"
COMMUNE_ROWS = [
    "01154,Étrez,01,former,1943-01-01,2018-12-31,01154,",
    "01154,Étrez,01,delegated,2019-01-01,,,01130",
    "20020,Aregno,20,former,1943-01-01,1975-12-31,2B020,",
    "2B020,Aregno,2B,current,1976-01-01,,,",
    "98501,Acoua,985,former,,2011-03-30,97601,",
]
COUNTRY_ROWS = [
    "99115,Tchécoslovaquie,,,1992-12-31,no,1990-04-23",
    "99352,Algérie,DZ,1962-07-05,,yes,1962-07-05",
]


def write_sources(
    folder: Path,
    communes: list[str] = COMMUNE_ROWS,
    countries: list[str] = COUNTRY_ROWS,
    commune_columns: str = COMMUNE_COLUMNS,
) -> Path:
    folder.mkdir(exist_ok=True)
    text = "\n".join([commune_columns, *communes, ""])
    (folder / COMMUNES).write_bytes(gzip.compress(text.encode()))
    (folder / COUNTRIES).write_bytes("\n".join([COUNTRY_COLUMNS, *countries, ""]).encode())
    return folder


def test_periods_are_those_of_the_sources(tmp_path: Path) -> None:
    table = Cog(build(write_sources(tmp_path)))
    change = dt.date(2018, 12, 31)
    assert table.periods("01154") == (
        Place("01154", "Étrez", PlaceKind.FORMER, None, change, "01154", None),
        Place("01154", "Étrez", PlaceKind.DELEGATED, dt.date(2019, 1, 1), None, None, "01130"),
    )
    assert table.periods("99352") == (
        Place("99352", "Algérie", PlaceKind.COUNTRY, dt.date(1962, 7, 5), None, None, None),
    )
    assert list(table.codes()) == ["01154", "20020", "2B020", "98501", "99115", "99352"]


def test_start_of_the_record_and_unknown_start_are_no_lower_bound(tmp_path: Path) -> None:
    table = Cog(build(write_sources(tmp_path)))
    assert [table.periods(code)[0].valid_from for code in ("20020", "98501", "99115")] == [None, None, None]


def test_order_of_the_sources_does_not_matter(tmp_path: Path) -> None:
    straight = build(write_sources(tmp_path / "one"))
    reversed_rows = write_sources(tmp_path / "other", COMMUNE_ROWS[::-1], COUNTRY_ROWS[::-1])
    assert build(reversed_rows) == straight


def test_table_has_no_time_and_no_file_name(tmp_path: Path) -> None:
    table = build(write_sources(tmp_path))
    flags, time = table[3], table[4:8]
    assert (flags, time) == (0, b"\0\0\0\0")


def test_table_names_its_source(tmp_path: Path) -> None:
    first_line = gzip.decompress(build(write_sources(tmp_path))).split(b"\n")[0]
    assert b"Source: Insee, Licence Ouverte 2.0" in first_line


def test_command_writes_the_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = write_sources(tmp_path / "source")
    output = tmp_path / "cog.txt.gz"
    assert main([str(source), str(output)]) == 0
    assert output.read_bytes() == build(source)
    assert str(output) in capsys.readouterr().out


@pytest.mark.parametrize("code", ["2C004", "1154", "2b020"])
def test_malformed_code_is_refused(tmp_path: Path, code: str) -> None:
    rows = [*COMMUNE_ROWS, f"{code},Ailleurs,00,current,,,,"]
    with pytest.raises(ValueError, match="five digits"):
        build(write_sources(tmp_path, rows))


def test_unknown_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="hamlet"):
        build(write_sources(tmp_path, ["01001,Ailleurs,01,hamlet,,,,"]))


def test_missing_column_is_named(tmp_path: Path) -> None:
    source = write_sources(tmp_path, ["01001,Ailleurs"], commune_columns="code,name")
    with pytest.raises(ValueError, match="columns missing: kind, parent, successor, valid_from, valid_to"):
        build(source)


def row(code: str, name: str = "Ailleurs") -> Row:
    return Row(code, name, "current", "", "", "", "")


def test_unsorted_rows_are_refused() -> None:
    with pytest.raises(ValueError, match="sorted by code: 01001 after 01002"):
        pack([row("01002"), row("01001")])


@pytest.mark.parametrize("name", ["A|B", "A\tB", "A\nB"])
def test_separator_in_a_field_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="separator"):
        pack([row("01001", name)])


def test_another_file_is_not_taken_for_a_table() -> None:
    with pytest.raises(ValueError, match="expected a table beginning with"):
        Cog(gzip.compress(b"code,name\n01001,Ailleurs"))
