"""Matricules: keys against an independent library, structure, errors that name the wrong part."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.fr import nir as oracle

from simulator.ins import Matricule, MatriculeError, key_of

# Every matricule of the public test identities (ins-formats §7), but HERMANN's, whose key is wrong.
PUBLIC = [
    "279035121518989",
    "277076322082910",
    "110086322083060",
    "275126322074974",
    "109076322083489",
    "209076322083439",
    "209066322012355",
    "236066322083656",
    "180032B02040123",
    "297022A02077878",
    "160012B02077713",
    "101066322075460",
    "109076322088835",
    "181016322075140",
    "277010115400329",
    # Corsican vectors of ins-rules MAT-02.
    "185052A00400181",
    "185052B00400111",
]

MONTHS = [f"{month:02d}" for month in (*range(1, 13), *range(20, 100))]
DEPARTEMENTS = [*(f"{number:02d}" for number in range(1, 97)), "2A", "2B", "99"]
OVERSEAS = [f"{number}" for number in range(970, 990)]


def three_digits() -> st.SearchStrategy[str]:
    return st.integers(1, 999).map("{:03d}".format)


def places() -> st.SearchStrategy[str]:
    return st.one_of(
        st.tuples(st.sampled_from(DEPARTEMENTS), three_digits()).map("".join),
        st.tuples(st.sampled_from(OVERSEAS), st.integers(1, 99).map("{:02d}".format)).map("".join),
    )


def numbers() -> st.SearchStrategy[str]:
    years = st.integers(0, 99).map("{:02d}".format)
    return st.tuples(st.sampled_from("123478"), years, st.sampled_from(MONTHS), places(), three_digits()).map(
        "".join
    )


def wrong_part(text: str) -> str | None:
    try:
        Matricule.parse(text)
    except MatriculeError as error:
        return error.part
    return None


@pytest.mark.parametrize("value", PUBLIC)
def test_public_matricules_are_read_and_written_back(value: str) -> None:
    assert Matricule.parse(value).value == value


@given(numbers())
def test_key_is_the_one_of_the_oracle(number: str) -> None:
    assert key_of(number) == oracle.calc_check_digits(number)


@given(numbers())
def test_every_well_formed_number_with_its_key_is_valid_for_the_oracle(number: str) -> None:
    assert oracle.is_valid(Matricule.from_number(number).value)


@given(numbers())
def test_parse_gives_back_what_from_number_built(number: str) -> None:
    built = Matricule.from_number(number)
    assert Matricule.parse(built.value) == built
    assert built.key_is_valid
    assert built.is_valid


@given(st.from_regex(r"[0-9]{5}([0-9]{2}|2A|2B)[0-9]{6}", fullmatch=True))
def test_with_a_right_key_only_the_known_gaps_of_the_oracle_are_refused(number: str) -> None:
    # Sex, month, département 00, commune 000 and order 000 are what python-stdnum lets through.
    value = number + oracle.calc_check_digits(number)
    assert oracle.is_valid(value)
    assert wrong_part(value) in {None, "sex", "month", "place", "order"}


@given(st.from_regex(r"[12478][0-9]{2}0[1-9](0[1-9]|[1-9][0-9]|2A|2B)[0-9]{8}", fullmatch=True))
def test_what_the_oracle_refuses_is_refused(value: str) -> None:
    if not oracle.is_valid(value):
        with pytest.raises(MatriculeError):
            Matricule.parse(value)


@given(numbers(), st.integers(0, 14), st.sampled_from("0123456789"))
def test_any_one_digit_change_is_refused(number: str, position: int, digit: str) -> None:
    value = Matricule.from_number(number).value
    changed = value[:position] + digit + value[position + 1 :]
    if changed == value:
        return
    with pytest.raises(MatriculeError):
        Matricule.parse(changed)


@given(st.text(max_size=20))
def test_any_text_is_a_matricule_or_has_a_wrong_part(text: str) -> None:
    parts = {None, "length", "characters", "sex", "year", "month", "place", "order", "key"}
    assert wrong_part(text) in parts


def test_key_goes_from_01_to_97() -> None:
    keys = {key_of(f"1850578006{order:03d}") for order in range(1, 98)}
    assert keys == {f"{key:02d}" for key in range(1, 98)}


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "length"),
        ("2790351215189", "length"),
        ("27903512151898", "length"),
        ("2790351215189890", "length"),
        ("2 79 03 51 215 189 89", "characters"),
        ("279035121518989 ", "characters"),
        ("185052a00400181", "characters"),
        ("27903512151898O", "characters"),
        ("27903512151898٩", "characters"),
        ("27903512151898²", "characters"),
        ("079035121518989", "sex"),
        ("579035121518989", "sex"),
        ("679035121518989", "sex"),
        ("979035121518989", "sex"),
        ("A79035121518989", "sex"),
        ("2A9035121518989", "year"),
        ("279005121518989", "month"),
        ("279135121518989", "month"),
        ("279195121518989", "month"),
        ("2790B5121518989", "month"),
        ("279030021518989", "place"),
        ("279035A21518989", "place"),
        ("2790321B1518989", "place"),
        ("279035100018989", "place"),
        ("279039740018989", "place"),
        ("279039900018989", "place"),
        ("279035121500089", "order"),
        ("27903512151B989", "order"),
        ("279035121518988", "key"),
        ("279035121518900", "key"),
        ("279035121518998", "key"),
        ("27903512151898A", "key"),
        ("181036322045660", "key"),
        ("281036322045610", "key"),
    ],
)
def test_refusal_names_the_wrong_part(text: str, part: str) -> None:
    with pytest.raises(MatriculeError) as caught:
        Matricule.parse(text)
    assert caught.value.part == part


def test_wrong_key_error_reads_well() -> None:
    with pytest.raises(MatriculeError) as caught:
        Matricule.parse("181036322045660")
    assert str(caught.value) == "matricule, key: expected 76 for 1810363220456, got '60'"


def test_wrong_character_error_tells_where() -> None:
    with pytest.raises(MatriculeError, match="got 'a' at character 7"):
        Matricule.parse("185052a00400181")


def test_error_survives_a_trip_between_processes() -> None:
    error = MatriculeError("key", "76", "60")
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    assert (copy.part, copy.expected, copy.got, str(copy)) == ("key", "76", "60", str(error))


@pytest.mark.parametrize(
    ("month", "told"),
    [("01", 1), ("12", 12), ("31", 1), ("36", 6), ("42", 12), ("20", None), ("30", None), ("43", None), ("50", None), ("99", None),
     ("00", None), ("13", None), ("3B", None), ("", None)],
)  # fmt: skip
def test_the_month_that_a_matricule_tells(month: str, told: int | None) -> None:
    """31 to 42 are the month plus 30 (reported, several agree)."""
    matricule = Matricule(f"280{month}63220401", "00") if month else Matricule("280", "")
    assert matricule.birth_month == told


@pytest.mark.parametrize("month", ["20", "29", "30", "42", "43", "49", "50", "99"])
def test_unknown_months_are_accepted(month: str) -> None:
    matricule = Matricule.from_number(f"180{month}63220456")
    assert not matricule.month_is_known
    assert matricule.month == month


@pytest.mark.parametrize("month", ["01", "12"])
def test_calendar_months_are_known(month: str) -> None:
    assert Matricule.from_number(f"180{month}63220456").month_is_known


@pytest.mark.parametrize(
    ("place", "departement", "commune"),
    [
        ("63220", "63", "220"),
        ("2A020", "2A", "020"),
        ("2B020", "2B", "020"),
        ("20020", "20", "020"),
        ("75101", "75", "101"),
        ("96001", "96", "001"),
        ("97411", "974", "11"),
        ("97613", "976", "13"),
        ("98735", "987", "35"),
        ("99352", "99", "352"),
    ],
)
def test_place_is_cut_into_departement_and_commune(place: str, departement: str, commune: str) -> None:
    matricule = Matricule.from_number(f"18003{place}401")
    assert (matricule.place, matricule.departement, matricule.commune) == (place, departement, commune)


@pytest.mark.parametrize(
    ("digit", "sex"), [("1", "M"), ("2", "F"), ("3", "M"), ("4", "F"), ("7", "M"), ("8", "F")]
)
def test_sex_is_read_from_the_first_digit(digit: str, sex: str) -> None:
    assert Matricule.from_number(f"{digit}800363220456").sex == sex


def test_parts_of_a_public_matricule() -> None:
    matricule = Matricule.parse("279035121518989")
    assert (matricule.sex_digit, matricule.year, matricule.month, matricule.order, matricule.key) == (
        "2",
        "79",
        "03",
        "189",
        "89",
    )
    assert str(matricule) == "279035121518989"


def test_constructor_holds_the_wrong_key_of_hermann() -> None:
    hermann = Matricule("1810363220456", "60")
    assert hermann.value == "181036322045660"
    assert not hermann.key_is_valid
    assert not hermann.is_valid


def test_a_good_key_does_not_make_a_good_number() -> None:
    matricule = Matricule("1801363220456", key_of("1801363220456"))
    assert matricule.key_is_valid
    assert not matricule.is_valid


@pytest.mark.parametrize(
    ("number", "key"), [("", ""), ("1", "01"), ("18003É3220456", "12"), ("1A00363220456", "12")]
)
def test_an_unreadable_number_has_no_valid_key(number: str, key: str) -> None:
    assert not Matricule(number, key).key_is_valid


@pytest.mark.parametrize(
    ("number", "part"),
    [
        ("185057800608", "length"),
        ("18505780060844", "length"),
        ("185 578006084", "characters"),
        ("1A50578006084", "place"),
    ],
)
def test_key_of_refuses_what_it_cannot_divide(number: str, part: str) -> None:
    with pytest.raises(MatriculeError) as caught:
        key_of(number)
    assert caught.value.part == part


def test_from_number_refuses_a_wrong_structure() -> None:
    with pytest.raises(MatriculeError) as caught:
        Matricule.from_number("1801363220456")
    assert caught.value.part == "month"
