"""The payload of a Datamatrix INS: byte-exact separators both ways, each defect by name, two writers, one reader."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from people import CORSICA, EVERYBODY, NIA, P1, person
from PIL import Image
from ppf.datamatrix import DataMatrix

from conformance.documents import Severity, check, read_document
from conformance.documents.datamatrix import (
    GS,
    HEADER,
    PayloadError,
    payload_of,
    read_payload,
    read_symbols,
    write_blocks,
    write_symbol,
)
from simulator.ins import Matricule

RIGHT = payload_of(P1)


def test_the_worked_examples_are_written_byte_for_byte():
    assert RIGHT == (
        "IS010000000000000000000000S1279035121518989S21.2.250.1.213.1.4.10S3DOMINIQUE MARIE-LOUISE\x1d"
        "S4PAT-TROIS\x1dS5FS628-03-1979S751215"
    )
    ada = person("LOVELACE", "ADA", "F", "1815-12-10", "99100", "185057512345673", "1.2.250.1.213.1.4.8")
    assert payload_of(ada) == (
        "IS010000000000000000000000S1185057512345673S21.2.250.1.213.1.4.8\x1dS3ADA\x1dS4LOVELACE\x1dS5FS610-12-1815S799100"
    )


def test_a_separator_follows_no_full_block_and_not_the_last_one():
    full = "A" * 100
    assert write_blocks([("S3", full), ("S4", "B")]) == f"{HEADER}S3{full}S4B"
    assert write_blocks([("S4", "B"), ("S3", "C")]) == f"{HEADER}S4B{GS}S3C"
    assert read_payload(payload_of(P1, order=("S7", "S6", "S5", "S1", "S2", "S4", "S3"))).defects == ()


def test_an_incomplete_birth_date_is_completed():
    lunar = person("X", "Y", "F", "1979-00-00", None, P1.matricule.value)
    payload = read_payload(payload_of(lunar))
    assert payload.value("S6") == "31-12-1979"
    assert payload.value("S7") is None


@pytest.mark.parametrize(
    ("identity", "block"),
    [
        (person("Pat", "A", "F", "1979-03-28", "51215", P1.matricule.value), "S4"),
        (person("PAT", "É", "F", "1979-03-28", "51215", P1.matricule.value), "S3"),
        (person("PAT", "A", "X", "1979-03-28", "51215", P1.matricule.value), "S5"),
        (person("PAT", "A", "F", "1979", "51215", P1.matricule.value), "S6"),
        (person("PAT", "A", "F", "1979-03-28", "5121", P1.matricule.value), "S7"),
        (person("PAT", "A", "F", "1979-03-28", "51215", "279035121518988"), "S1, S2"),
    ],
)
def test_what_the_format_does_not_take_is_refused(identity, block):
    with pytest.raises(PayloadError) as refusal:
        payload_of(identity)
    assert refusal.value.block == block


def _replaced(old, new):
    assert old in RIGHT
    return RIGHT.replace(old, new)


DEFECTS = {
    "letters G S": (_replaced(GS, "GS"), "datamatrix-literal-gs"),
    "<GS>": (_replaced(GS, "<GS>"), "datamatrix-literal-gs"),
    "escaped": (_replaced(GS, "\\x1d"), "datamatrix-literal-gs"),
    "picture of a control character": (_replaced(GS, "␝"), "datamatrix-literal-gs"),
    "letters G S after the OID": (_replaced("4.10", "4.8GS"), "datamatrix-literal-gs"),
    "none after the OID .8": (_replaced("4.10", "4.8"), "datamatrix-missing-gs"),
    "one after the OID .10": (_replaced("4.10", "4.10" + GS), "datamatrix-extra-gs"),
    "none after names": (_replaced(GS, ""), "datamatrix-missing-gs"),
    "one after the matricule": (_replaced("989S2", f"989{GS}S2"), "datamatrix-extra-gs"),
    "one at the end": (RIGHT + GS, "datamatrix-extra-gs"),
    "two in a row": (_replaced(GS, GS + GS), "datamatrix-extra-gs"),
    "another version": (_replaced("IS01", "IS02"), "datamatrix-header"),
    "a zero less": (_replaced("IS010", "IS01"), "datamatrix-header"),
    "a zero more": (_replaced("IS010", "IS0100"), "datamatrix-header"),
    "the header of another kind of code": (_replaced("IS01", "DC04"), "datamatrix-header"),
    "a boolean for the matricule": (_replaced("279035121518989", "true"), "datamatrix-block-length"),
    "no key": (_replaced("279035121518989", "2790351215189"), "matricule-without-key"),
    "wrong key": (_replaced("989S2", "988S2"), "matricule-key"),
    "date with slashes": (_replaced("28-03-1979", "28/03/1979"), "datamatrix-date"),
    "date of HL7": (_replaced("28-03-1979", "19790328"), "datamatrix-date"),
    "date of FHIR": (_replaced("28-03-1979", "1979-03-28"), "datamatrix-date"),
    "a day that does not exist": (_replaced("28-03", "31-02"), "birth-date"),
    "no birth date": (_replaced("S628-03-1979", ""), "datamatrix-missing-block"),
    "no OID": (_replaced("S21.2.250.1.213.1.4.10", ""), "datamatrix-missing-block"),
    "a block twice": (RIGHT + "S5F", "datamatrix-duplicate-block"),
    "block S8": (_replaced("S5F", "S8X" + GS + "S5F"), "datamatrix-unknown-block"),
    "lower case": (_replaced("PAT", "Pat"), "name-lower-case"),
    "accents": (_replaced("DOMINIQUE ", "DOMINIQUÉ "), "name-characters"),
    "sex in words": (_replaced("S5F", "S5female"), "datamatrix-block-length"),
    "sex in lower case": (_replaced("S5F", "S5f"), "sex-value"),
    "billing OID": (_replaced("4.10", "4.13"), "oid-not-ins"),
    "OID cut": (_replaced("4.10", "4.1" + GS), "oid-not-ins"),
    "first name again after the list": (
        _replaced("LOUISE", "LOUISE DOMINIQUE"),
        "datamatrix-first-name-repeated",
    ),
    "prefix of the scanner": ("]d1" + RIGHT, "datamatrix-symbology-prefix"),
    "cut": (RIGHT[:-8], "datamatrix-block-length"),
    "cut in the middle": (RIGHT[:60], "datamatrix-missing-block"),
    "name of 101 letters": (_replaced("PAT-TROIS", "A" * 101), "datamatrix-block-length"),
}


@pytest.mark.parametrize("case", DEFECTS)
def test_each_defect_of_a_payload_has_its_name(case):
    payload, code = DEFECTS[case]
    problems = {problem.code: problem for problem in check(payload.encode(), name="scan.txt")}
    assert code in problems
    assert code == "datamatrix-first-name-repeated" or problems[code].severity is Severity.FAIL


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_payload_kept_as_a_file_may_end_with_a_line_end(end, mark):
    assert check((mark + RIGHT + end).encode()) == []


def test_a_wrong_payload_keeps_what_can_still_be_read():
    record = read_document(_replaced(GS, "GS").encode()).records[0]
    assert [value.text for value in record.values] == [
        "DOMINIQUE MARIE-LOUISE",
        "PAT-TROIS",
        "F",
        "28-03-1979",
        "51215",
    ]


_WORD = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZGS", min_size=1, max_size=20)
_NAMES = st.lists(_WORD, min_size=1, max_size=4).map(" ".join).filter(lambda text: len(text) <= 100)


@st.composite
def _people(draw):
    number = draw(
        st.from_regex(
            r"[12][0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[1-8][0-9]|2[AB])[0-9]{2}[1-9][0-9]{2}[1-9]", fullmatch=True
        )
    )
    date = draw(st.dates()).isoformat()
    oid = f"1.2.250.1.213.1.4.{draw(st.sampled_from([8, 9, 10, 11]))}"
    place = draw(st.sampled_from([None, "51215", "2A004", "99352"]))
    return person(
        draw(_NAMES),
        draw(_NAMES),
        draw(st.sampled_from("FM")),
        date,
        place,
        Matricule.from_number(number).value,
        oid,
    )


@given(_people(), st.permutations(["S1", "S2", "S3", "S4", "S5", "S6", "S7"]))
def test_what_is_written_is_read_the_same(identity, order):
    payload = read_payload(payload_of(identity, order=order))
    assert payload.defects == ()
    traits = identity.traits
    year, month, day = traits.birth_date.split("-")
    assert {block.id: block.value for block in payload.blocks} == {
        key: value
        for key, value in {
            "S1": identity.matricule.value, "S2": identity.oid, "S3": traits.first_names, "S4": traits.birth_name,
            "S5": traits.sex, "S6": f"{day}-{month}-{year}", "S7": traits.birth_place,
        }.items()
        if value
    }  # fmt: skip


@given(_people())
def test_letters_for_separators_are_never_taken_for_right(identity):
    right = payload_of(identity)
    assert GS not in right or read_payload(right.replace(GS, "GS")).defects


@given(st.text(max_size=300))
def test_any_text_is_read(text):
    payload = read_payload(text)
    assert payload.defects or payload.header == HEADER
    assert read_payload(HEADER + text).header.startswith(HEADER)


def _ppf(payload):
    matrix = DataMatrix(payload).matrix
    size, quiet, scale = len(matrix), 2, 5
    side = (size + 2 * quiet) * scale
    image = Image.new("L", (side, side), 255)
    for y, row in enumerate(matrix):
        for x, dark in enumerate(row):
            if dark:
                image.paste(
                    0,
                    (
                        (x + quiet) * scale,
                        (y + quiet) * scale,
                        (x + quiet + 1) * scale,
                        (y + quiet + 1) * scale,
                    ),
                )
    return image


@pytest.mark.parametrize("who", EVERYBODY)
@pytest.mark.parametrize("write", [write_symbol, _ppf])
def test_two_writers_make_symbols_that_are_read_byte_for_byte(who, write):
    payload = payload_of(EVERYBODY[who])
    (symbol,) = read_symbols(write(payload))
    assert (symbol.text, symbol.is_square, symbol.error) == (payload, True, "")


def _file(image, kind="PNG", **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


@pytest.mark.parametrize(
    "make",
    [
        _file,
        lambda image: _file(image.convert("RGB"), "JPEG", quality=60),
        lambda image: _file(image.convert("1")),
        lambda image: _file(image.convert("P")),
        lambda image: _file(image.rotate(90, expand=True)),
        lambda image: _file(image.rotate(10, expand=True, fillcolor=255)),
        lambda image: _file(image, "BMP"),
        lambda image: _file(image, "TIFF"),
        lambda image: _file(image, "GIF"),
        lambda image: _file(_transparent(image)),
    ],
)
def test_an_image_of_any_kind_is_read(make):
    assert check(make(write_symbol(payload_of(CORSICA)))) == []


def _transparent(image):
    made = Image.new("RGBA", image.size, (0, 0, 0, 0))
    made.paste((0, 0, 0, 255), mask=image.point(lambda level: 255 - level))
    return made


def test_an_image_without_a_symbol_is_not_a_pass():
    (problem,) = check(_file(Image.new("L", (200, 200), 255)))
    assert (problem.code, problem.unjudged) == ("symbol-undecodable", True)


def test_another_datamatrix_is_told_from_one_of_the_ins():
    assert [problem.code for problem in check(_file(write_symbol("HELLO WORLD")))] == ["symbol-not-ins"]


def test_a_rectangle_is_decoded_and_named():
    assert "symbol-not-square" in {
        problem.code for problem in check(_file(write_symbol(RIGHT, square=False)))
    }


def test_a_symbol_says_when_it_is_too_long():
    with pytest.raises(ValueError, match="at most about"):
        write_symbol("A" * 5000)


def test_the_nia_is_told_by_its_oid_alone():
    assert check(payload_of(NIA).encode()) == []
