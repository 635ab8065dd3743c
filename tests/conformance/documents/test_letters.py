"""Letters, labels for printers and files of other programs: what leaves with them, and of whom, is seen; what is right is not accused."""

from __future__ import annotations

import pytest
from foreign_letters import calendar, docx, html, image_file, odt, rtf, tspl, uuencoded, v2_xml, yaml, zpl
from messages import as_json, patient
from papers import cartouche
from people import P1, P2
from sendings import mail

from conformance.documents import (
    Expected,
    Format,
    Profile,
    Severity,
    Status,
    check,
    check_document,
    read_document,
)
from conformance.documents.datamatrix import payload_of

NUMBER, OTHER = P1.matricule.value, P2.matricule.value
QUALIFIED = Expected(identity=P1, status=Status.QUAL, profile=Profile.TEST)
PROVISIONAL = Expected(identity=P1, status=Status.PROV, profile=Profile.TEST)
WITHOUT = cartouche(P1, number=None)
OF_OTHER = cartouche(P1, number=f"Matricule INS : {OTHER} NIR")
LETTERS = {"html": html, "rtf": rtf, "docx": docx, "odt": odt, "zpl": zpl, "tspl": tspl}
PARTED = {
    "html": html(WITHOUT, f"<p>Dossier <b>{NUMBER[:6]}</b><i>{NUMBER[6:]}</i></p>"),
    "html, hidden": html(WITHOUT, f'<a href="/?d={NUMBER}">x</a>'),
    "rtf": rtf([*WITHOUT, f"Dossier {{\\b {NUMBER[:6]}}}{{\\i {NUMBER[6:]}}}"]),
    "docx": docx(WITHOUT, header=f"Dossier {NUMBER}"),
    "odt": odt([*WITHOUT, f"Dossier <text:span>{NUMBER[:6]}</text:span>{NUMBER[6:]}"]),
    "odt, properties": odt(WITHOUT, meta=NUMBER),
    "zpl, symbol": zpl(WITHOUT, payload_of(P1)),
    "tspl, symbol": tspl(WITHOUT, payload_of(P1)),
    "v2 in XML": v2_xml(P1),
    "mail, file in its text": uuencoded(f"Dossier {NUMBER}".encode(), declared=False),
    "mail, file": uuencoded(f"Dossier {NUMBER}".encode(), declared=True),
    "image of a radiologist": image_file(NUMBER),
    "calendar": calendar(f"DESCRIPTION:Dossier {NUMBER[:8]}\r\n {NUMBER[8:]}\r\n"),
    "YAML": yaml(f'    dossier: "{NUMBER}"\n'),
}
PARTED |= {
    "html, entities": html(WITHOUT, "".join(f"&#{ord(one)};" for one in NUMBER)),
    "rtf, hidden": rtf([*WITHOUT, f"{{\\v {NUMBER}}}"]),
    "docx, alternative text": docx(WITHOUT, more={"word/a.xml": f'<a descr="INS {NUMBER}"/>'}),
    "docx, link": docx(WITHOUT, more={"word/_rels/a.xml.rels": f'<a Target="https://x/?d={NUMBER}"/>'}),
    "docx, object": docx(WITHOUT, more={"word/embeddings/a.bin": b"\0" * 9 + NUMBER.encode() + b"\0"}),
    "docx, name of an image": docx(WITHOUT, more={f"word/media/{NUMBER}.png": b"x"}),
    "zpl, code sets": zpl([*WITHOUT, f">:{NUMBER[0]}>5{NUMBER[1:]}"]),
    "answer of a form": as_json(
        {"resourceType": "QuestionnaireResponse", "item": [{"answer": [{"valueInteger": int(NUMBER)}]}]}
    ),
}
STRANGERS = {
    **{f"{name}, number": written(OF_OTHER) for name, written in LETTERS.items()},
    "zpl, symbol": zpl(cartouche(P1), payload_of(P2)),
    "tspl, symbol": tspl(cartouche(P1), payload_of(P2)),
    "v2 in XML": v2_xml(P1, number=OTHER),
    "v2 in XML, name": v2_xml(P1, family="PAT-QUATRE"),
    "questionnaire": as_json(
        {
            "resourceType": "Bundle",
            "entry": [
                {"resource": patient(P1)},
                {
                    "resource": {
                        "resourceType": "QuestionnaireResponse",
                        "item": [{"text": "Matricule INS", "answer": [{"valueString": OTHER}]}],
                    }
                },
            ],
        }
    ),
}
RIGHT = {
    **{f"{name}, qualified": (written(cartouche(P1)), QUALIFIED) for name, written in LETTERS.items()},
    **{f"{name}, before": (written(WITHOUT), PROVISIONAL) for name, written in LETTERS.items()},
    "zpl, symbol": (zpl(cartouche(P1), payload_of(P1)), QUALIFIED),
    "tspl, symbol": (tspl(cartouche(P1), payload_of(P1)), QUALIFIED),
    "v2 in XML": (v2_xml(P1), QUALIFIED),
    "v2 in XML, before": (v2_xml(P1, ins=False, status="PROV"), PROVISIONAL),
    "image": (image_file("OFF-0001"), PROVISIONAL),
    "calendar": (calendar("DESCRIPTION:Rappel\r\n"), PROVISIONAL),
    "mail, file": (uuencoded(b"Rappel de vaccination", declared=True), PROVISIONAL),
}


@pytest.mark.parametrize("name", PARTED)
def test_number_that_leaves(name):
    found = {
        problem.code for problem in check(PARTED[name], PROVISIONAL) if problem.severity is Severity.FAIL
    }
    assert found & {"matricule-leaks", "ins-before-qual"}


@pytest.mark.parametrize("name", STRANGERS)
def test_somebody_else(name):
    assert [one for one in check(STRANGERS[name], QUALIFIED) if one.severity is Severity.FAIL]


@pytest.mark.parametrize("name", RIGHT)
def test_right(name):
    data, expected = RIGHT[name]
    assert [one.line("en") for one in check(data, expected) if not one.unjudged] == []


@pytest.mark.parametrize("name", LETTERS)
def test_a_letter_is_not_judged_as_a_page(name):
    assert check_document(read_document(LETTERS[name](cartouche(P1)))).unjudged


@pytest.mark.parametrize("name", ["other name", "other date"])
def test_person_of_a_letter(name):
    changed = {
        "other name": {"name": "Nom de naissance : NESSI", "date": "Date de naissance : 14/07/1977"},
        "other date": {"date": "Date de naissance : 29/03/1979"},
    }
    assert any(not one.unjudged for one in check(docx(cartouche(P1, **changed[name])), QUALIFIED))


def test_a_letter_attached_is_no_archive():
    told = mail(P1, docx(WITHOUT), ins=None).replace(b"IHE_XDM.ZIP", b"lettre.docx")
    assert not {one.code for one in check(told, PROVISIONAL)} & {"xdm-no-metadata"}
    other = mail(P1, docx(OF_OTHER), ins=None).replace(b"IHE_XDM.ZIP", b"lettre.docx")
    assert "text-of-another" in {one.code for one in check(other, QUALIFIED)}
    leaking = mail(P1, docx([*WITHOUT, f"Dossier {NUMBER}"]), ins=None).replace(
        b"IHE_XDM.ZIP", b"lettre.docx"
    )
    assert "matricule-leaks" in {one.code for one in check(leaking, PROVISIONAL)}


def test_a_label_in_a_mail():
    told = mail(P1, zpl(WITHOUT, payload_of(P1)), ins=None).replace(b"IHE_XDM.ZIP", b"etiquette.z")
    assert "ins-before-qual" in {one.code for one in check(told, PROVISIONAL)}


def test_yaml_is_no_mail():
    assert read_document(yaml("")).format is Format.EXPORT


def test_markup_of_v2_in_xml_is_bounded():
    deep = b'<ADT_A05 xmlns="urn:hl7-org:v2xml"><PID>' + b"<PID.3>" * 300 + b"</ADT_A05>"
    assert check_document(read_document(deep)).unjudged
