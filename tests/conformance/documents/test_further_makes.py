"""Files of further makes: compressed, in boxes, with pairs of labels, of other types in a body; right ones and wrong ones."""

import bz2
import gzip
import lzma
from email.message import EmailMessage

import foreign_letters as letters
import own_files as own
import pytest
from headers import n1, n3, patient_role
from messages import as_json, patient
from papers import cartouche, pdf, right
from people import P1, P2

from conformance.documents import Expected, Profile, Status, check
from conformance.documents.datamatrix import payload_of
from conformance.documents.packed import is_packed, unpacked
from conformance.documents.page.pairs import parted
from conformance.documents.page.text import Line

NUMBER, OTHER = P1.matricule.value, P2.matricule.value
QUAL = Expected(identity=P1, status=Status.QUAL, profile=Profile.TEST)
PROV = Expected(identity=P1, status=Status.PROV, profile=Profile.TEST)


def paper(*lines):
    return pdf(lines, payload=payload_of(P1))


def pairs(names="PAT-TROIS / DOMINIQUE", born="28/03/1979 / F"):
    return paper(
        f"Nom de naissance / 1er prénom de naissance : {names}",
        f"Date de naissance / Sexe : {born}",
        f"Matricule INS / Nature : {NUMBER} / NIR",
    )


def both_languages(name="PAT-TROIS"):
    return paper(
        f"Nom de naissance / Birth name : {name}",
        "1er prénom de naissance / First birth name : DOMINIQUE",
        "Date de naissance / Date of birth : 28/03/1979",
        "Sexe / Sex : F",
        f"Matricule INS / INS number : {NUMBER} NIR",
    )


def boxes(date="2 8 0 3 1 9 7 9", sexes="[ ] M  [X] F"):
    changed = {"date": f"Date de naissance : {date}", "sex": f"Sexe : {sexes}"}
    return paper(*cartouche(P1, **changed))


def table(*, mark=b"", **changed):
    return mark + own.table([own.row(P1, **changed), own.row(P2)])


def soap(number=NUMBER):
    body = own.elements(P1).replace(NUMBER, number)
    return f'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>{body}</s:Body></s:Envelope>'.encode()


def born_at(day):
    url = "http://hl7.org/fhir/StructureDefinition/patient-birthTime"
    told = {"extension": [{"url": url, "valueDateTime": f"{day}T04:05:00+01:00"}]}
    return as_json(patient(P1) | {"_birthDate": told})


def mail_of_an_archive(lines):
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "o@p.mssante.fr", "m@h.mssante.fr", "Question"
    made["Message-ID"], made["X-MSS-NIL"], made["Date"] = "<1@p>", "1", "Mon, 01 Jun 2026 10:00:00 +0200"
    made.set_content("Bonjour")
    packed = letters._zipped({"lettre.docx": letters.docx(lines)})
    made.add_attachment(packed, maintype="application", subtype="zip", filename="l.zip")
    return made.as_bytes()


def signs_between(name="PAT-TROIS", born="28/03/1979"):
    return paper(
        f"Nom de naissance : {name} - 1er prénom de naissance : DOMINIQUE - DDN :",
        f"{born} - Sexe : F - INS : {NUMBER} NIR",
    )


def jsonp(**changed):
    return b"/**/shown(" + as_json(patient(P1) | changed) + b");"


def tabbed(name="PAT-TROIS", born="28/03/1979"):
    pairs_told = {"NOM DE NAISSANCE": name, "1ER PRENOM": "DOMINIQUE", "DATE DE NAISSANCE": born, "SEXE": "F"}
    return "\r\n".join(f"{label}\t: {value}" for label, value in pairs_told.items()).encode()


def drawing(*lines):
    told = "".join(f"<text>{line}</text>" for line in lines)
    return f'<svg xmlns="http://www.w3.org/2000/svg">{told}</svg>'.encode()


def eltron(payload):
    return f'\r\nN\r\nA20,0,0,3,1,1,N,"Rappel"\r\nb500,20,D,h4,"{payload}"\r\nP1\r\n'.encode()


RIGHT = {
    "gzip": (gzip.compress(table()), QUAL),
    "bzip2": (bz2.compress(table()), QUAL),
    "xz": (lzma.compress(table()), QUAL),
    "pairs of labels": (pairs(), QUAL),
    "labels in two languages": (both_languages(), QUAL),
    "digits in boxes": (boxes(), QUAL),
    "boxes ticked otherwise": (boxes("28031979", "(x) Féminin ( ) Masculin"), QUAL),
    "own message": (soap(), QUAL),
    "time of birth": (born_at("1979-03-28"), QUAL),
    "archive of a letter": (mail_of_an_archive(cartouche(P1, number=None)), PROV),
    "gzip in a body": (n1(patient_role(P1), gzip.compress(right(P1)), media="application/gzip"), QUAL),
    "drawing": (drawing(*cartouche(P1, number=None)), PROV),
    "symbol of a printer": (eltron(payload_of(P1)), QUAL),
    "signs between": (signs_between(), QUAL),
    "resource in a script": (jsonp(), QUAL),
    "colons behind tabs": (tabbed(), PROV),
    "JSON of no resource": (own.js({"rows": [["PAT-TROIS", "DOMINIQUE"]]}), PROV),
}
WRONG = {
    "gzip": (gzip.compress(table(number=OTHER)), QUAL),
    "bzip2": (bz2.compress(table(date="29/03/1979")), QUAL),
    "xz": (lzma.compress(table(status="PROVISOIRE")), PROV),
    "pairs of labels": (pairs("PAT-QUATRE / DOMINIQUE"), QUAL),
    "pairs exchanged": (pairs("DOMINIQUE / PAT-TROIS"), QUAL),
    "pairs of dates": (pairs(born="28/03/1978 / F"), QUAL),
    "pairs of sexes": (pairs(born="28/03/1979 / M"), QUAL),
    "labels in two languages": (both_languages("PAT-QUATRE"), QUAL),
    "digits in boxes": (boxes("2 9 0 3 1 9 7 9"), QUAL),
    "boxes ticked otherwise": (boxes(sexes="[X] M  [ ] F"), QUAL),
    "own message": (soap(OTHER), QUAL),
    "time of birth": (born_at("1979-04-28"), QUAL),
    "archive of a letter": (mail_of_an_archive(cartouche(P1)), PROV),
    "gzip in a body": (n1(patient_role(P1), gzip.compress(right(P2)), media="application/gzip"), QUAL),
    "drawing": (drawing(f"INS <tspan>{NUMBER[:5]}</tspan><tspan>{NUMBER[5:]}</tspan>"), PROV),
    "symbol of a printer": (eltron(payload_of(P1)), PROV),
    "symbol of another": (eltron(payload_of(P2)), QUAL),
    "signs between": (signs_between("PAT-QUATRE"), QUAL),
    "signs between dates": (signs_between(born="29/03/1979"), QUAL),
    "resource in a script": (jsonp(birthDate="1979-03-29"), QUAL),
    "name in a script": (jsonp(name=patient(P2)["name"]), QUAL),
    "colons behind tabs": (tabbed("PAT-QUATRE"), PROV),
    "date behind tabs": (tabbed(born="29/03/1979"), PROV),
    "body of bytes": (n1(patient_role(P1, ins=False), NUMBER.encode(), media="application/x-own"), PROV),
}


@pytest.mark.parametrize("name", RIGHT)
def test_right_ones_are_not_accused(name):
    content, expected = RIGHT[name]
    assert [one.code for one in check(content, expected) if not one.unjudged] == []


@pytest.mark.parametrize("name", WRONG)
def test_wrong_ones_are_seen(name):
    content, expected = WRONG[name]
    assert [one.code for one in check(content, expected) if not one.unjudged]


def test_a_body_that_nobody_reads_is_said_to_be_unread():
    document = n1(patient_role(P1), b"\x01\x02\x03own", media="application/x-own")
    assert "format-unknown" in {one.code for one in check(document, QUAL) if one.unjudged}


def test_a_level_three_note_has_no_body_to_read():
    assert "format-unknown" not in {one.code for one in check(n3(patient_role(P1)), QUAL)}


@pytest.mark.parametrize(
    "packed",
    [gzip.compress(b"a" * 999), bz2.compress(b"a" * 999), lzma.compress(b"a" * 999)],
    ids=["gzip", "bzip2", "xz"],
)
def test_what_is_compressed_is_unpacked_within_bounds(packed):
    assert is_packed(packed)
    assert unpacked(packed, 999) == b"a" * 999
    assert unpacked(packed, 998) is None
    assert unpacked(packed[:-9], 999) is None
    assert unpacked(packed[:12] + b"\xff" * 20, 999) is None


def test_a_compressed_file_that_is_spoilt_is_said_to_be_unread():
    assert [one.code for one in check(gzip.compress(table())[:-20], QUAL)] == ["not-unpacked"]
    assert [one.code for one in check(gzip.compress(gzip.compress(table())), QUAL)] == ["not-unpacked"]


def line(text):
    return Line(
        text=text, number=1, edges=tuple(float(at) for at in range(len(text) + 1)), top=0.0, height=10.0
    )


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Nom de naissance / Sexe : DUPONT / F", "Nom de naissance : DUPONT\tSexe : F"),
        ("Sexe / Sex : F", "Sexe : F"),
        ("Nom de naissance / Sexe : DUPONT F", None),
        ("Médecin / Service : MARTIN / PNEUMOLOGIE", None),
        ("Nom de naissance : DUPONT / MARTIN", None),
        ("Date de naissance / Sexe : 01/02/1960 / F : oui", None),
    ],
)
def test_a_line_of_pairs_is_parted(text, parts):
    made = parted(line(text))
    assert made.text == (parts or text)
    assert len(made.edges) == len(made.text) + 1
    assert made.edges[made.text.index(text.split()[-1])] == text.index(text.split()[-1])


def test_a_file_without_a_name_in_an_archive_is_passed_over():
    packed = letters._zipped({"a.txt": "Rappel", "b.txt": "Bonjour"}).replace(b"b.txt", b"\0.txt")
    assert not any(one.code == "bench-error" for one in check(packed, PROV))
