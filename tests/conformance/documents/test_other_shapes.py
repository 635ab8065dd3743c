"""Files of patients in shapes of other makes are judged like tables; symbols are found in drawings; bounds hold."""

import pytest
from other_shapes import (
    DRAWINGS,
    KEYS,
    SHAPES,
    fields,
    labels_under,
    rows,
    saved_page,
    sections,
    sql,
    squares,
    tape,
    yaml,
)
from own_files import table
from papers import cartouche
from people import P1, P2
from sendings import mail

from conformance.documents import Expected, Format, Limits, Profile, Status, check, read_document
from conformance.documents.datamatrix import payload_of

NUMBER, OTHER = P1.matricule.value, P2.matricule.value
QUAL = Expected(identity=P1, status=Status.QUAL, profile=Profile.TEST)
PROV = Expected(identity=P1, status=Status.PROV, profile=Profile.TEST)
ALONE = Expected(profile=Profile.TEST)
CHANGED = {
    "birth-date-differs": ({"date": "1979-03-29"}, QUAL),
    "matricule-differs": ({"number": OTHER}, QUAL),
    "matricule-key": ({"number": NUMBER[:-1] + "8"}, ALONE),
    "ins-before-qual": ({"status": "PROVISOIRE"}, ALONE),
    "matricule-without-oid": ({"oid": ""}, ALONE),
}


def told(document, expected):
    return {one.code for one in check(document, expected, name="file") if not one.unjudged}


@pytest.mark.parametrize("shape", SHAPES)
def test_right_people_in_any_shape(shape):
    assert not told(SHAPES[shape](rows()), QUAL)
    assert not told(SHAPES[shape](rows(ins=False, status="PROVISOIRE")[:1]), PROV)
    assert len([one for part in read_document(SHAPES[shape](rows())).walk() for one in part.records]) == 2


@pytest.mark.parametrize("code", CHANGED)
@pytest.mark.parametrize("shape", SHAPES)
def test_wrong_people_in_any_shape(shape, code):
    changed, expected = CHANGED[code]
    assert code in told(SHAPES[shape](rows(**changed)), expected)


@pytest.mark.parametrize("drawing", DRAWINGS)
def test_symbols_in_drawings(drawing):
    made = DRAWINGS[drawing](payload_of(P1))
    assert not told(made, QUAL)
    assert "ins-before-qual" in told(made, PROV)
    assert "matricule-differs" in told(DRAWINGS[drawing](payload_of(P2)), QUAL)


def test_a_drawing_in_a_mail():
    made = mail(P1, squares(payload_of(P1)), ins=None).replace(b"IHE_XDM.ZIP", b"etiquette.svg")
    assert "ins-before-qual" in told(made, PROV)


def test_labels_under_their_values():
    assert not told(labels_under(), QUAL)
    assert "birth-name-differs" in told(labels_under(name="PAT-QUATRE"), QUAL)
    assert "birth-date-differs" in told(labels_under(date="29/03/1979"), QUAL)
    assert "matricule-differs" in told(labels_under(number=f"{OTHER} NIR"), QUAL)
    assert "nature-missing" in told(labels_under(number=NUMBER), QUAL)


def test_a_saved_page_is_no_mail():
    assert not told(saved_page(cartouche(P1)), QUAL)
    assert "matricule-leaks" in told(saved_page(cartouche(P1)), PROV)
    assert "text-of-another" in told(saved_page(cartouche(P2)), QUAL)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\n\n"])
def test_a_letter_of_labels_is_no_list_of_people(end):
    letter = end.join(["Officine : DU PORT", *cartouche(P1), "Fait le : 01/06/2026"]).encode()
    assert [one.code for one in check(letter, QUAL)] == ["format-unknown"]
    table_of_words = (
        "Nom de naissance   DDN          Matricule INS\nPAT-TROIS          28/03/1979   279035121518989 NIR\n"
    )
    # No list either, and without first name and sex beside the INS.
    assert {one.code for one in check(table_of_words.encode(), QUAL)} == {
        "format-unknown",
        "trait-not-printed",
    }


def test_records_of_lines_are_told_apart():
    held = "\n\n".join(
        "\n".join(f"{key}: {value}" for key, value in zip(KEYS, one, strict=True)) for one in rows()
    )
    assert len(read_document(held.encode()).records) == 2
    assert not told(held.encode(), QUAL)
    assert "matricule-key" in told(held.replace(OTHER, OTHER[:-1] + "9").encode(), ALONE)
    # Whoever tells a thing twice in YAML tells it of two: one of them would not be looked at.
    assert (
        read_document(b"p:\n  ddn: 1979-03-28\n  ddn: 1979-03-29\n  sexe: F\n  nom_naissance: X\n").format
        is Format.UNKNOWN
    )


def test_files_of_a_tape_that_nobody_knows_are_looked_through():
    held = table(rows(status="PROVISOIRE")[:1])
    assert "matricule-leaks" in told(tape({"export": held}), PROV)
    assert "matricule-leaks" in told(
        mail(P1, tape({"p.csv": held}), ins=None).replace(b"IHE_XDM.ZIP", b"p.tar"), PROV
    )


def test_a_billing_number_may_stay_in_a_reading_of_a_card():
    person = f"<nomPatronymique>PAT-TROIS</nomPatronymique><prenomUsuel>DOMINIQUE</prenomUsuel><naissance><dateEnCarte>28031979</dateEnCarte></naissance><NIR>{NUMBER}</NIR>"
    card = f"<T_AsnDonneesVitale><listeBenef><T_AsnBeneficiaire>{person}</T_AsnBeneficiaire></listeBenef></T_AsnDonneesVitale>"
    assert not told(card.encode(), PROV)


def test_what_begins_like_other_formats_is_none_of_them():
    assert read_document(b"-- a comment\nSELECT 1;\n").format is Format.UNKNOWN
    assert read_document(sections(rows())).format is Format.EXPORT
    assert read_document(b"--\n-- PostgreSQL\n--\nSELECT 1;\n").format is Format.UNKNOWN


@pytest.mark.parametrize(
    "document",
    [
        b"nom_naissance: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n",
        tape({"a.csv": table(rows())})[:700],
        squares(payload_of(P1)).replace(b'width="1"', b'width="1e99"'),
        squares(payload_of(P1)).replace(b'x="4"', b'x="-999999999"'),
        fields(rows()).replace(b"<field", b"<p><field"),
        sql(rows()).replace(b"');", b"'"),
        yaml(rows()) + b"\t- : [",
    ],
)
def test_what_is_spoilt_is_answered(document):
    assert "bench-error" not in {one.code for one in check(document, QUAL)}


def test_a_tape_is_unpacked_within_bounds():
    limits = Limits(bytes_unpacked=1000)
    assert read_document(tape({"a.csv": table(rows())}), "f", limits).problems[0].code == "too-large"
