"""Birth places: periods of codes, validity at a date, place of today, cost of the packaged table."""

from __future__ import annotations

import datetime as dt
import tracemalloc
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.ins import Cog, LexicalCode, Place, PlaceKind, Validity, check_place_format, cog
from simulator.ins.places import TABLE, UNKNOWN_PLACE

COG = cog()
CODES = list(COG.codes())
DAY = dt.timedelta(days=1)


def day(iso: str) -> dt.date:
    return dt.date.fromisoformat(iso)


def codes() -> st.SearchStrategy[str]:
    return st.sampled_from(CODES)


def test_the_packaged_table_has_every_code_of_its_sources() -> None:
    countries = [code for code in CODES if code.startswith("99")]
    assert (len(COG), len(countries)) == (39_277 + 254, 254)
    assert sorted(set(CODES)) == CODES


def test_the_packaged_table_has_every_period_of_its_sources() -> None:
    assert sum(len(COG.periods(code)) for code in CODES) == 45_310 + 254


def test_every_code_has_the_shape_of_a_birth_place() -> None:
    assert [code for code in CODES if check_place_format(code)] == []


@pytest.mark.parametrize(
    ("code", "name", "kind"),
    [
        ("63220", "Mazoires", PlaceKind.CURRENT),
        ("51215", "Dompremy", PlaceKind.CURRENT),
        ("2A004", "Ajaccio", PlaceKind.CURRENT),
        ("2B020", "Aregno", PlaceKind.CURRENT),
        ("75101", "Paris 1er Arrondissement", PlaceKind.ARRONDISSEMENT),
        ("01154", "Étrez", PlaceKind.DELEGATED),
        ("97411", "Saint-Denis", PlaceKind.CURRENT),
        ("97601", "Acoua", PlaceKind.CURRENT),
        ("98818", "Nouméa", PlaceKind.CURRENT),
        ("99352", "Algérie", PlaceKind.COUNTRY),
        ("99115", "Tchécoslovaquie", PlaceKind.COUNTRY),
        ("20020", "Aregno", PlaceKind.FORMER),
        ("99999", "Lieu inconnu", PlaceKind.UNKNOWN),
    ],
)
def test_latest_period_of_a_code(code: str, name: str, kind: PlaceKind) -> None:
    place = COG.at(code, None)
    assert place is not None
    assert (place.code, place.name, place.kind) == (code, name, kind)


@pytest.mark.parametrize(
    ("code", "date", "name"),
    [
        ("01004", "1955-03-30", "Ambérieu"),
        ("01004", "1955-03-31", "Ambérieu-en-Bugey"),
        ("01004", "1900-01-01", "Ambérieu"),
        ("01015", "2015-12-31", "Arbignieu"),
        ("01015", "2016-01-01", "Arboys en Bugey"),
    ],
)
def test_a_place_has_the_name_of_the_birth_date(code: str, date: str, name: str) -> None:
    place = COG.at(code, day(date))
    assert place is not None
    assert place.name == name


@pytest.mark.parametrize(
    ("code", "date", "validity"),
    [
        # Corsica was divided on 1 January 1976.
        ("20020", "1975-12-31", Validity.VALID),
        ("20020", "1976-01-01", Validity.NO_LONGER),
        ("2B020", "1975-12-31", Validity.NOT_YET),
        ("2B020", "1976-01-01", Validity.VALID),
        # Seine became four départements on 1 January 1968.
        ("75007", "1967-12-31", Validity.VALID),
        ("75007", "1968-01-01", Validity.NO_LONGER),
        # Mayotte.
        ("98501", "2011-03-30", Validity.VALID),
        ("98501", "2011-03-31", Validity.NO_LONGER),
        ("97601", "2011-03-30", Validity.NOT_YET),
        ("97601", "2011-03-31", Validity.VALID),
        # Saint-Barthélemy.
        ("97123", "2007-07-15", Validity.NO_LONGER),
        ("97701", "2007-07-15", Validity.VALID),
        # A commune absorbed in 1964 and restored in 1986.
        ("08377", "1964-09-30", Validity.VALID),
        ("08377", "1970-01-01", Validity.NO_LONGER),
        ("08377", "1986-01-01", Validity.VALID),
        # 1943-01-01 is where the record starts, not a creation.
        ("63220", "1850-01-01", Validity.VALID),
        # Countries.
        ("99352", "1962-07-04", Validity.NOT_YET),
        ("99352", "1962-07-05", Validity.VALID),
        ("99115", "1992-12-31", Validity.VALID),
        ("99115", "1993-01-01", Validity.NO_LONGER),
        ("99102", "1930-01-01", Validity.VALID),
        # In no list, although the live service returns the first one.
        ("2A020", "1997-02-26", Validity.UNKNOWN_CODE),
        ("99100", "1980-01-01", Validity.UNKNOWN_CODE),
        ("99999", "1980-01-01", Validity.UNKNOWN_CODE),
    ],
)
def test_validity_of_a_code_at_a_date(code: str, date: str, validity: Validity) -> None:
    assert COG.validity_at(code, day(date)) is validity


@pytest.mark.parametrize(
    ("code", "date", "accepted"),
    [
        ("20020", "1975-12-31", True),
        ("2B020", "1960-01-01", False),
        ("99352", "1950-01-01", True),
        ("99350", "1950-01-01", True),
        ("99351", "1950-01-01", True),
        ("99116", "1950-01-01", True),
        ("99115", "1950-01-01", True),
        ("99115", "1995-01-01", False),
        ("99999", "1950-01-01", False),
        ("00000", "1950-01-01", False),
    ],
)
def test_later_codes_are_accepted_for_countries_only(code: str, date: str, *, accepted: bool) -> None:
    assert COG.is_valid_at(code, day(date)) is accepted


@given(codes(), st.dates(min_value=day("1850-01-01"), max_value=day("2026-12-31")))
def test_a_place_is_found_at_a_date_exactly_when_its_code_is_valid(code: str, date: dt.date) -> None:
    assert (COG.at(code, date) is not None) == COG.is_valid_at(code, date)


def test_a_country_is_found_before_its_code() -> None:
    place = COG.at("99352", day("1950-01-01"))
    assert place is not None
    assert place.name == "Algérie"


@pytest.mark.parametrize(
    ("code", "today", "parent"),
    [
        ("63220", "63220", None),
        ("20020", "2B020", None),
        ("75007", "92007", None),
        ("01003", "01165", None),
        ("98501", "97601", None),
        ("97123", "97701", None),
        ("08377", "08377", None),
        ("01154", "01154", "01130"),
        ("75101", "75101", "75056"),
        ("99352", "99352", None),
    ],
)
def test_successors_lead_to_the_place_of_today(code: str, today: str, parent: str | None) -> None:
    place = COG.current(code)
    assert place is not None
    assert (place.code, place.parent) == (today, parent)


@pytest.mark.parametrize("code", ["08227", "77362", "99115", "2A020", "99999", ""])
def test_a_split_extinct_or_unknown_place_has_no_place_today(code: str) -> None:
    assert COG.current(code) is None


def test_every_successor_names_a_place_the_next_day() -> None:
    lost = [
        place
        for code in CODES
        for place in COG.periods(code)
        if place.successor and place.valid_to and COG.at(place.successor, place.valid_to + DAY) is None
    ]
    assert lost == []


def test_periods_of_a_code_follow_one_another() -> None:
    disordered = [
        code
        for code in CODES
        for before, after in zip(COG.periods(code), COG.periods(code)[1:], strict=False)
        if before.valid_to is None or after.valid_from is None or before.valid_to >= after.valid_from
    ]
    assert disordered == []


def test_no_period_starts_where_the_record_starts() -> None:
    starts = {place.valid_from for code in CODES for place in COG.periods(code)}
    assert day("1943-01-01") not in starts
    assert None in starts


@pytest.mark.parametrize("code", ["", "0100", "010010", "0100\t", "ééééé", "99999", "2a004"])
def test_a_text_that_is_no_code_does_not_exist(code: str) -> None:
    assert not COG.exists(code)


@given(codes())
def test_every_code_exists(code: str) -> None:
    assert COG.exists(code)
    assert {place.code for place in COG.periods(code)} == {code}


def test_unknown_place_is_named_but_not_counted() -> None:
    assert COG.periods(UNKNOWN_PLACE) == (
        Place(UNKNOWN_PLACE, "Lieu inconnu", PlaceKind.UNKNOWN, None, None, None, None),
    )
    assert UNKNOWN_PLACE not in CODES


@pytest.mark.parametrize("code", ["63220", "2A004", "2B020", "99352", "99999", "00000"])
def test_shape_of_a_birth_place(code: str) -> None:
    assert check_place_format(code) == []


@pytest.mark.parametrize(
    "code", ["", "6322", "632200", "2C004", "2a004", "2A04", "A2004", " 63220", "63220\n", "٦3220"]
)
def test_wrong_shape_of_a_birth_place(code: str) -> None:
    assert [problem.code for problem in check_place_format(code)] == [LexicalCode.FORMAT]


def test_table_is_read_once() -> None:
    assert cog() is cog()


def test_loading_the_table_costs_less_than_30_megabytes() -> None:
    table = (files("simulator.ins") / "data" / TABLE).read_bytes()
    tracemalloc.start()
    try:
        loaded = Cog(table)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(loaded) == len(COG)
    assert peak < 30e6


class TestSharedCodes:
    """985xx was Indochina until 1954 and is Mayotte after; births of Mayotte were coded so until 2011 (second-hand)."""

    @pytest.mark.parametrize("date", ["1900-01-01", "1940-05-02", "1954-07-19"])
    def test_before_1954_it_is_not_said_which_of_the_two(self, date: str) -> None:
        place = cog().at("98506", dt.date.fromisoformat(date))
        assert place is not None
        assert place.name == "Indochine ou Mayotte"

    @pytest.mark.parametrize(
        ("code", "date", "name"),
        [
            ("98506", "1954-07-20", "Chirongui"),
            ("98506", "1990-01-01", "Chirongui"),
            ("98506", "2011-03-30", "Chirongui"),
            ("98511", "1975-01-01", "Mamoudzou"),
            ("97606", "2012-01-01", "Chirongui"),
        ],
    )
    def test_then_it_is_mayotte(self, code: str, date: str, name: str) -> None:
        place = cog().at(code, dt.date.fromisoformat(date))
        assert place is not None
        assert place.name == name

    def test_after_2011_it_is_nothing(self) -> None:
        assert cog().at("98506", dt.date(2012, 1, 1)) is None

    def test_without_a_date_it_is_the_latest(self) -> None:
        place = cog().at("98506", None)
        assert place is not None
        assert place.name == "Chirongui"
