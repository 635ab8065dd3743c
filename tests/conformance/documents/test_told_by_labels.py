"""What a text of no format of exchange tells by labels is held against the person; only what is sure is said."""

from __future__ import annotations

import pytest
from people import P1

from conformance.documents.checking import check
from conformance.documents.expected import Expected, Status
from conformance.documents.page.running_text import words_of

NUMBER = "279035121518989"
QUAL = Expected(identity=P1, status=Status.QUAL)
PROV = Expected(identity=P1, status=Status.PROV)


def letter(**other: str) -> dict[str, str]:
    return {
        "Nom de naissance": "PAT-TROIS", "1er prénom": "DOMINIQUE", "Date de naissance": "28/03/1979", "Sexe": "F",
        "Code INSEE du lieu de naissance": "51215", "Matricule INS": f"{NUMBER} (NIR)", **other,
    }  # fmt: skip


def as_text(told: dict[str, str]) -> bytes:
    return "\n".join(f"{label} : {value}" for label, value in told.items()).encode()


def as_dotted(told: dict[str, str]) -> bytes:
    return "\n".join(f"{label} {'.' * (40 - len(label))} {value}" for label, value in told.items()).encode()


def as_html(told: dict[str, str]) -> bytes:
    rows = "\n".join(f"<tr>\n <td>{label}</td>\n <td>{value}</td>\n</tr>" for label, value in told.items())
    return f"<!DOCTYPE html><html><body><table>{rows}</table></body></html>".encode()


def as_rtf(told: dict[str, str]) -> bytes:
    lines = "\\par ".join(f"{label}\\tab {value}" for label, value in told.items())
    signs = "".join(one if ord(one) < 128 else f"\\'{ord(one):02x}" for one in lines)
    return (
        r"{\rtf1\ansi{\fonttbl{\f0 Arial;}{\f1 Symbol;}}{\*\generator Riched20;}\f0 " + signs + "}"
    ).encode("ascii")


def as_zpl(told: dict[str, str]) -> bytes:
    return (
        "^XA^CI28" + "".join(f"^FD{label} : {value}^FS" for label, value in told.items()) + "^XZ"
    ).encode()


WRITTEN = [as_text, as_dotted, as_html, as_rtf, as_zpl]


def codes(data: bytes, expected: object = QUAL) -> list[str]:
    return [one.code for one in check(data, expected) if one.code != "format-unknown"]  # type: ignore[arg-type]


@pytest.mark.parametrize("written", WRITTEN)
def test_a_right_letter_is_not_accused(written):
    assert codes(written(letter())) == []


@pytest.mark.parametrize("written", WRITTEN)
@pytest.mark.parametrize(
    ("label", "value", "code"),
    [
        ("Nom de naissance", "PAT-QUATRE", "birth-name-differs"),
        ("1er prénom", "MARIE", "first-name-differs"),
        ("Date de naissance", "03/08/1979", "birth-date-differs"),
        ("Sexe", "M", "sex-differs"),
        ("Code INSEE du lieu de naissance", "51454", "birth-place-differs"),
        ("Matricule INS", "279035121518988 (NIR)", "matricule-key"),
        ("Matricule INS", "279035121581989 (NIR)", "matricule-differs"),
        ("Matricule INS", "2790351215189 (NIR)", "matricule-without-key"),
        ("Matricule INS", f"{NUMBER} (NIA)", "nature-differs"),
    ],
)
def test_a_wrong_value_by_its_label_is_seen(written, label, value, code):
    assert code in codes(written(letter(**{label: value})))


@pytest.mark.parametrize("label", ["Nom de naissance", "1er prénom", "Date de naissance", "Sexe"])
@pytest.mark.parametrize("written", WRITTEN)
def test_what_lacks_beside_the_ins_is_seen(written, label):
    told = {name: value for name, value in letter().items() if name != label}
    assert "trait-not-printed" in codes(written(told))


def test_values_of_others_are_left_alone():
    told = letter()
    lines = [
        "Médecin : Nom de naissance : MARTIN  Sexe : M",
        *(f"{name} : {value}" for name, value in told.items()),
    ]
    assert codes("\n".join(lines).encode()) == []
    without = {name: value for name, value in told.items() if name != "Matricule INS"}
    assert codes(as_text({**without, "Sexe": "F"}), PROV) == []


def test_the_symbol_of_a_message_leaks():
    payload = f"IS01{'0' * 22}S1{NUMBER}S21.2.250.1.213.1.4.10S3DOMINIQUE"
    assert "matricule-leaks" in codes(f"Note du jour\n{payload}\nFin".encode(), PROV)


def test_tables_of_fonts_are_not_shown():
    assert words_of(as_rtf({"Sexe": "F"})).split() == ["Sexe", "F"]


def test_lists_with_commas_and_combined_labels_are_read():
    told = letter(**{"Prénoms de naissance": "DOMINIQUE, MARIE-LOUISE"})
    assert codes(as_text({"Nom/Prénom": "PAT-TROIS DOMINIQUE", **told})) == []


def test_one_person():
    assert P1.matricule.value == NUMBER
