"""A second harvest, of every format, thought up after the first was mended: stranger software, subtler mistakes."""

from __future__ import annotations

import io
import json
import re
import zipfile

from foreign_cda import LOCAL, SEX, STRUCTURED, document, header, ids, unstructured, utf8
from foreign_fhir import LOCAL as FHIR_LOCAL
from foreign_fhir import birth_place, bundle, js, named, patient, reliability
from foreign_fhir import ins as fhir_ins
from foreign_hl7 import IPP, full, ins, message, msh, oru, pid
from foreign_lots import cx, info, lot, mtom, packed, plain
from foreign_mail import HTML, TEXT, multi, numbered, part, sent, subject, zipped
from foreign_paper import Sheet, lines, usual
from foreign_people import AJACCIO, ALGIERS, LEA, MOTHER, REAL, TOUR
from foreign_symbols import blocks, page, saved, symbol
from papers import right
from people import NIA, P1, P2, person
from PIL import Image, ImageFilter, ImageOps

from simulator.ins import Matricule

TWINS = person(
    "PETIT-JEAN", "ANNE MARIE", "F", "2015-02-03", "13055", Matricule.from_number("2150213055017").value
)
OVERSEAS = person(
    "TEUIRA", "HINANO", "F", "1999-09-09", "98735", Matricule.from_number("2990998735012").value
)
LONG = person(
    "DE LA ROCHE-SAINT-ANDRE DU PLESSIS", "MARIE-CHARLOTTE ANNE-SOPHIE ELISABETH MARIE-THERESE JOSEPHINE BEATRICE CLOTILDE", "F", "1934-11-30", "44109",
    Matricule.from_number("2341144109222").value,
)  # fmt: skip
SHORT = person("O", "IO", "M", "2020-01-01", "75056", Matricule.from_number("1200175056009").value)


def encoded(identity, codec, name):
    return document(header(identity), declaration=f'<?xml version="1.0" encoding="{name}"?>').encode(codec)


def sideways():
    """A label printed along the side of the sheet, without a page rotation."""
    sheet = Sheet()
    sheet.page.translate(595, 0)
    sheet.page.rotate(90)
    sheet.size = (842, 595)
    return sheet.rows(lines(TOUR)).mark(TOUR).done()


def watermark():
    sheet = Sheet().rows(lines(TOUR)).mark(TOUR)
    sheet.page.saveState()
    sheet.page.setFillGray(0.85)
    sheet.page.setFont("Helvetica-Bold", 80)
    sheet.page.translate(150, 300)
    sheet.page.rotate(45)
    sheet.page.drawString(0, 0, "DUPLICATA")
    sheet.page.restoreState()
    return sheet.done()


def two_people_on_a_page():
    """A child and her mother, whose own traits stand below under a heading of their own."""
    sheet = Sheet().rows(lines(LEA)).mark(LEA)
    sheet.text(50, 500, "Personne à prévenir : NGUYEN THI MAI, née le 02/03/1965, tél. 06 12 34 56 78")
    return sheet.text(50, 480, "Médecin traitant : Dr Nom BETA - RPPS 10001234567").done()


def wrapped():
    """Long names that go on under themselves."""
    sheet = Sheet(points=9)
    names = LONG.traits.first_names
    sheet.rows(
        [
            ("INS", f"{LONG.matricule.value} NIR"),
            ("Nom de naissance", LONG.traits.birth_name),
            ("1er prénom", "MARIE-CHARLOTTE"),
            ("Sexe", "F"),
            ("DDN", "30/11/1934"),
        ],
        50,
        720,
    )
    return (
        sheet.text(50, 620, f"Prénoms de naissance : {names[: names.index(' JOSEPHINE')]}")
        .text(160, 609, names[names.index("JOSEPHINE") :])
        .mark(LONG, mm=22)
        .done()
    )


def label_only():
    sheet = Sheet((180, 100), points=6)
    told = [
        ("N. Nais.", "NGUYEN"),
        ("Pr. 1", "LEA"),
        ("DDN", "01/12/1992"),
        ("S", "F"),
        ("INS", f"{LEA.matricule.value} NIR"),
    ]
    return sheet.rows(told, 6, 88, step=9).mark(LEA, 118, 30, 20).done()


def same_line():
    sheet = Sheet(points=8)
    sheet.text(
        30,
        780,
        "PAT-TROIS DOMINIQUE - Nom de naissance : PAT-TROIS - Prénom de naissance : DOMINIQUE - Sexe : F - Né(e) le : 28/03/1979",
    )
    return (
        sheet.text(30, 765, f"Matricule INS : {P1.matricule.value} (INS-NIR) - OID : {P1.oid}")
        .mark(P1, 480, 650)
        .done()
    )


def english():
    sheet = Sheet()
    told = [
        ("Birth name", "NGUYEN"),
        ("Birth first name", "LEA"),
        ("Sexe", "F"),
        ("Date of birth", "01/12/1992"),
        ("INS", f"{LEA.matricule.value} NIR"),
    ]
    return sheet.rows(told).mark(LEA).done()


def inverted():
    return saved(ImageOps.invert(symbol(blocks(LEA), 6)))


def perspective():
    flat = page(symbol(blocks(TOUR), 8), (1100, 1000), (600, 200))
    return saved(
        flat.transform(
            flat.size,
            Image.Transform.QUAD,
            (-40, -20, 60, 1040, 1180, 960, 1060, 40),
            Image.Resampling.BICUBIC,
            fillcolor=255,
        ),
        "JPEG",
        quality=80,
    )


def stained():
    flat = symbol(blocks(TOUR), 8).convert("L")
    flat.paste(200, (60, 60, 76, 76))
    return saved(flat.filter(ImageFilter.GaussianBlur(1.5)))


def nested_zip():
    """The archive in a zip of the mail program."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("IHE_XDM.ZIP", packed(TOUR))
    return out.getvalue()


def mixed_bundle():
    return js(
        bundle(
            patient(TOUR),
            patient(LEA, identifier=[FHIR_LOCAL], extension=[reliability("PROV")], meta=None),
            patient(NIA),
        )
    )


def meta_old():
    made = patient(
        TOUR,
        name=[
            {
                "use": "official",
                "family": "DE LA TOUR D'AUVERGNE",
                "given": ["JEAN-FRANCOIS"],
                "text": "JEAN-FRANCOIS MARIE LOUIS",
            }
        ],
        meta=None,
    )
    return js(made)


def comments(data):
    return data.replace(b"><", b"><!-- x --><")


RIGHT = {
    "CDA of a town with quarters": (TWINS, lambda: utf8(TWINS)),
    "CDA of Polynesia": (OVERSEAS, lambda: utf8(OVERSEAS)),
    "CDA with very long names": (LONG, lambda: utf8(LONG)),
    "CDA with very short names": (SHORT, lambda: utf8(SHORT)),
    "CDA in UTF-16 little-endian without a mark": (TOUR, lambda: encoded(TOUR, "utf-16-le", "UTF-16LE")),
    "CDA in latin-9": (TOUR, lambda: encoded(TOUR, "iso-8859-15", "ISO-8859-15")),
    "CDA in utf8 written so": (TOUR, lambda: encoded(TOUR, "utf-8", "utf8")),
    "CDA with comments everywhere": (TOUR, lambda: comments(utf8(TOUR))),
    "CDA with two names, the second of use": (TOUR, lambda: utf8(TOUR).replace(b"</name><admin", b'</name><name use="A"><given qualifier="CL">Jeff</given></name><admin')),
    "CDA with a translated code": (TOUR, lambda: utf8(TOUR).replace(b'codeSystem="2.16.840.1.113883.6.1"/>', b'codeSystem="2.16.840.1.113883.6.1" displayName="Note"><translation code="1" codeSystem="1.2"/></code>', 1)),
    "CDA with the mother's maiden name in a guardian": (LEA, lambda: utf8(LEA, header_of=header(LEA, guardian="<guardian><guardianPerson><name><family qualifier='BR'>TRAN</family><given qualifier='BR'>MAI</given></name></guardianPerson></guardian>"))),
    "CDA whose author is the patient": (TOUR, lambda: utf8(TOUR).replace(b'<id root="1.2.250.1.71.4.2.1" extension="810001234567"/>', ids(TOUR).encode(), 1)),
    "CDA with an image of the symbol": (TOUR, lambda: utf8(TOUR, body=unstructured(saved(symbol(blocks(TOUR))), "image/png"), code="11488-4")),
    "CDA with a replaced document": (TOUR, lambda: utf8(TOUR).replace(b"<component>", b'<relatedDocument typeCode="RPLC"><parentDocument><id root="1.2.250.1.213.1.4.10.1.5"/></parentDocument></relatedDocument><component>', 1)),
    "message of Polynesia": (OVERSEAS, lambda: full(OVERSEAS)),
    "message of very long names": (LONG, lambda: full(LONG)),
    "message with trailing separators": (TOUR, lambda: full(TOUR).replace(b"\rPV1", b"||||\rPV1")),
    "message with a patient group twice": (TOUR, lambda: message(pid(TOUR), "OBR|1", "OBX|1|TX|A||x", pid(TOUR), "OBR|2", "OBX|1|TX|A||y", head=msh("ORU^R01^ORU_R01"))),
    "message with a nickname of type S": (TOUR, lambda: message(pid(TOUR).replace("^^M.^^L", "^^M.^^L~JEFF^^^^^^S~^^^^^^U"))),
    "message with sub-components in CX-4": (TOUR, lambda: message(pid(TOUR, ids=f"{IPP}~{ins(TOUR, tail='^&510000123&N^20240101')}"))),
    "message with an expiry in the future": (TOUR, lambda: message(pid(TOUR, ids=ins(TOUR, tail="^^20240101^20991231")))),
    "message with dotted date in OBX": (TOUR, lambda: oru(TOUR, utf8(TOUR), names="DE LA TOUR D'AUVERGNE^JEAN-FRANCOIS^JEAN-FRANCOIS MARIE LOUIS^^M.^^L^^^^^20200101")),
    "message with escaped formatting": (TOUR, lambda: message(pid(TOUR), "OBX|1|FT|A||\\.sp\\Bonjour\\.br\\\\H\\gras\\N\\ \\T\\ \\Z01\\")),
    "message with lower-case status": (TOUR, lambda: message(pid(TOUR, f31="N", f30="N", f33="20260101"))),
    "message begun by MLLP without end": (TOUR, lambda: b"\x0b" + full(TOUR)),
    "patients of several states in one bundle": (TOUR, mixed_bundle),
    "patient with the list in the text": (TOUR, meta_old),
    "patient whose extension comes twice": (TOUR, lambda: js(patient(TOUR, extension=[reliability("VALI"), birth_place("75101"), {"url": "http://hl7.org/fhir/StructureDefinition/patient-nationality", "extension": [{"url": "code", "valueCodeableConcept": {"coding": [{"code": "FRA"}]}}]}]))),
    "patient with a null": (TOUR, lambda: json.dumps(patient(TOUR) | {"_gender": None, "photo": [], "deceasedBoolean": False}).encode()),
    "patient with a large number": (TOUR, lambda: js(patient(TOUR, multipleBirthInteger=10**15))),
    "patient in a subscription notification": (TOUR, lambda: js({"resourceType": "Bundle", "type": "history", "entry": [{"resource": {"resourceType": "Parameters", "parameter": []}}, {"resource": patient(TOUR), "response": {"status": "200"}}]})),
    "page printed sideways": (TOUR, sideways),
    "page with a watermark": (TOUR, watermark),
    "page with somebody to call": (LEA, two_people_on_a_page),
    "page with names that go on below": (LONG, wrapped),
    "label of 6 by 3.5 cm": (LEA, label_only),
    "page with all on one line": (P1, same_line),
    "page in English": (LEA, english),
    "page with the number before the label of nature": (P1, lambda: usual(P1, number=f"{P1.matricule.value} - Nature : NIR")),
    "page with nature in brackets and test": (P1, lambda: usual(P1, number=f"{P1.matricule.value} [INS-NIR de test]")),
    "page with thin spaces": (P1, lambda: usual(P1, number="2\u202f79\u202f03\u202f51\u202f215\u202f189\u202f89 NIR")) if False else (P1, lambda: Sheet(font="Vera").rows(lines(P1, number="2\u00a079\u00a003\u00a051\u00a0215\u00a0189\u00a089 NIR")).mark(P1).done()),
    "page with the date in capitals": (P1, lambda: usual(P1, date="28 MARS 1979")),
    "page with the first of a month": (OVERSEAS, lambda: usual(OVERSEAS, date="9 septembre 1999")),
    "symbol seen in perspective": (TOUR, perspective),
    "symbol with a stain": (TOUR, stained),
    "symbol in white on black": (LEA, inverted),
    "payload with names of one letter": (SHORT, lambda: blocks(SHORT).encode()),
    "payload of long names": (LONG, lambda: blocks(LONG).encode()),
    "mail in HTML and text with a related logo and a calendar": (TOUR, lambda: sent(TOUR, body=multi("alternative", TEXT, HTML, part("text/calendar", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR"), boundary="alt"))),
    "mail with an image beside": (TOUR, lambda: sent(TOUR, parts=[TEXT, zipped(packed(TOUR)), part("image/png", saved(page(symbol("x" * 20)).resize((200, 200))), name='filename="logo.png"'), part("application/pdf", right(TOUR), name='filename="20260601_NOTE_DE-LA-TOUR-D-AUVERGNE_JEAN-FRANCOIS.pdf"')])),
    "mail whose text tells the number of the patient": (P1, lambda: sent(P1, body=numbered(f"Patient PAT-TROIS, INS {P1.matricule.value} NIR, tél 0612345678"))),
    "mail with the date after a comma": (P1, lambda: sent(P1, told=subject(P1, date=False) + " 28/03/1979")),
    "mail with a label that has a date": (P1, lambda: sent(P1, told=subject(P1, label="Entretien du 01/06/2026"))),
    "archive with a signature beside": (TOUR, lambda: packed(TOUR, more=[("IHE_XDM/SUBSET01/SIGN.XML", b"<ds:Signature xmlns:ds='http://www.w3.org/2000/09/xmldsig#'/>")])),
    "archive in a zip": (TOUR, nested_zip),
    "archive of Polynesia": (OVERSEAS, lambda: packed(OVERSEAS)),
    "submission of long names": (LONG, lambda: plain(LONG)),
    "submission with a folder": (TOUR, lambda: plain(TOUR, extra='<rim:RegistryPackage id="fol"/>')),
    "MTOM with a preamble": (TOUR, lambda: mtom(TOUR).replace(b"--MIMEBoundary_0c2f\r\n", b"preamble\r\n--MIMEBoundary_0c2f\r\n", 1)),
}  # fmt: skip


def _page(**changed):
    return lambda: usual(P1, **changed)


def _text(old, new, who=P1):
    return lambda: utf8(who).replace(old.encode(), new.encode())


WRONG = {
    "CDA: place of the domicile": (P1, lambda: utf8(P1, header_of=header(P1, place="")).replace(b"<city>LYON</city>", b"<city>LYON</city><county>51215</county>"), "cda-trait-missing", "patient"),
    "CDA: list with a tab": (P1, _text("DOMINIQUE MARIE-LOUISE", "DOMINIQUE&#9;MARIE-LOUISE"), "first-names-differs", "given[1]"),
    "CDA: two spaces in the list": (P1, _text("DOMINIQUE MARIE-LOUISE", "DOMINIQUE  MARIE-LOUISE"), "first-names-differs", "given[1]"),
    "CDA: name with its title": (P1, _text(">PAT-TROIS<", ">MME PAT-TROIS<"), "birth-name-differs", "family"),
    "CDA: nbsp in the name": (TOUR, lambda: utf8(TOUR).replace(b"DE LA TOUR", "DE\u00a0LA TOUR".encode()), "name-characters", "family"),
    "CDA: non-breaking hyphen": (P1, _text(">PAT-TROIS<", ">PAT\u2011TROIS<"), "name-characters", "family"),
    "CDA: nothing in the birth name": (P1, _text(">PAT-TROIS<", "><"), "cda-trait-missing", "family"),
    "CDA: letter O in the number": (P1, _text("279035121518989", "27903512151898O"), "matricule-characters", "id[1]"),
    "CDA: spaces around the number": (P1, _text('extension="279035121518989"', 'extension=" 279035121518989"'), "matricule-length", "id[1]"),
    "CDA: OID with urn": (P1, _text('root="1.2.250.1.213.1.4.10"', 'root="urn:oid:1.2.250.1.213.1.4.10"'), "oid-not-ins", "id[1]"),
    "CDA: OID with a trailing point": (P1, _text('root="1.2.250.1.213.1.4.10"', 'root="1.2.250.1.213.1.4.10."'), "oid-not-ins", "id[1]"),
    "CDA: number and OID swapped": (P1, lambda: utf8(P1, header_of=header(P1, identifiers=f'<id root="{P1.matricule.value}" extension="{P1.oid}"/>{LOCAL}')), "ins-missing", "patientRole"),
    "CDA: number in root and extension of a local id": (P1, lambda: utf8(P1, header_of=header(P1, identifiers=ids(P1) + f'<id root="1.2.250.1.999.7.42" extension="{P1.matricule.value}"/>')), "matricule-as-local-id", "id[2]"),
    "CDA: NIA where INSi answered a NIR": (P1, lambda: utf8(P1, header_of=header(P1, identifiers=ids(NIA))), "matricule-differs", "id/@extension"),
    "CDA: INS with an extension left empty": (P1, lambda: utf8(P1, header_of=header(P1, identifiers=f'<id root="{P1.oid}" extension=""/>{LOCAL}')), "oid-without-matricule", "id[1]"),
    "CDA: date of the document": (P1, lambda: utf8(P1, header_of=header(P1, date="20260601")), "birth-date-differs", "birthTime"),
    "CDA: date with a slash of zeros": (P1, lambda: utf8(P1, header_of=header(P1, date="19790300")), "birth-date", "birthTime"),
    "CDA: sex in small": (P1, lambda: utf8(P1, header_of=header(P1, sex=SEX.format("f"))), "sex-value", "administrativeGenderCode"),
    "CDA: sex in the display only": (P1, lambda: utf8(P1, header_of=header(P1, sex='<administrativeGenderCode displayName="F" codeSystem="2.16.840.1.113883.5.1"/>')), "sex-value", "administrativeGenderCode"),
    "CDA: place of Algeria as a department": (ALGIERS, lambda: utf8(ALGIERS, header_of=header(ALGIERS, place="<place><addr><county>91352</county></addr></place>")), "birth-place-differs", "county"),
    "CDA: Corsica as 20": (AJACCIO, lambda: utf8(AJACCIO, header_of=header(AJACCIO, place="<place><addr><county>20004</county></addr></place>")), "birth-place-differs", "county"),
    "CDA: the table of the body tells another INS": (P1, lambda: utf8(P1, body=STRUCTURED.format(f"Matricule INS : {P2.matricule.value} NIR")), "narrative-of-another", "section/text"),
    "CDA: two patients": (P1, lambda: utf8(P1).replace(b"<author>", header(P2).encode() + b"<author>", 1), "matricule-differs", "recordTarget[2]"),
    "message: INS in PID-2 too": (P1, lambda: message(pid(P1, ids=IPP, f2=P1.matricule.value)), "ins-missing", "PID"),
    "message: INS in PID-19 only": (P1, lambda: message(pid(P1, ids=IPP, f19=P1.matricule.value)), "ins-missing", "PID"),
    "message: number of a NIA under the name of a NIA with the OID of a NIR": (NIA, lambda: message(pid(NIA, ids=ins(NIA, oid="1.2.250.1.213.1.4.8"))), "hl7-authority-name", "PID-3"),
    "message: INS ended yesterday": (P1, lambda: message(pid(P1, ids=f"{IPP}~{ins(P1, tail='^^20200101^20211231')}")), "ins-missing", "PID"),
    "message: legal name of type D and the reverse": (P1, lambda: message(pid(P1, names="PAT-TROIS^DOMINIQUE^DOMINIQUE MARIE-LOUISE^^^^D~DURAND^DOM^^^^^L")), "birth-name-differs", "PID-5[2].1"),
    "message: used name appended": (P1, lambda: message(pid(P1, names="PAT-TROIS EPOUSE DURAND^DOMINIQUE^DOMINIQUE MARIE-LOUISE^^^^L")), "birth-name-differs", "PID-5.1"),
    "message: title in XPN-3": (P1, lambda: message(pid(P1, names="PAT-TROIS^DOMINIQUE^MME^^^^L")), "first-name-not-in-list", "PID-5.3"),
    "message: date and time of the message": (P1, lambda: message(pid(P1, date="20260601101500")), "birth-date-differs", "PID-7"),
    "message: place under H": (P1, lambda: message(pid(P1, place="^^DOMPREMY^^^FRA^H^^51215")), "hl7-trait-missing", "PID"),
    "message: place in XAD-8": (P1, lambda: message(pid(P1, place="^^DOMPREMY^^^FRA^BDL^51215")), "hl7-trait-missing", "PID"),
    "message: escaped separator broken": (P1, lambda: message(pid(P1, names="PAT\\TROIS^DOMINIQUE^DOMINIQUE MARIE-LOUISE^^^^L")), "name-characters", "PID-5.1"),
    "message: second patient of the link": (P1, lambda: message("EVN||1", pid(P1), pid(P2, ids=ins(P2, number="277076322082911")), head=msh("ADT^A24^ADT_A24")), "matricule-key", "PID-3"),
    "message: double-encoded UTF-8": (TOUR, lambda: message(pid(LEA, names="NGUYEN^LÃ‰A^LÃ‰A^^^^L")), "name-characters", "PID-5"),
    "patient: OID in upper case urn": (P1, lambda: js(patient(P1, identifier=[fhir_ins(P1, system=f"URN:OID:{P1.oid}")])), "oid-not-ins", "identifier[0]"),
    "patient: INS in the NSS slice": (P1, lambda: js(patient(P1, identifier=[fhir_ins(P1, system="urn:oid:1.2.250.1.213.1.4.13")])), "oid-not-ins", "identifier[0]"),
    "patient: id of the resource is the number": (P1, lambda: js(patient(P1, id=P1.matricule.value)), "fhir-id-is-matricule", "id"),
    "patient: official name twice": (P1, lambda: js(patient(P1, name=[*named(P1), {"use": "official", "family": "DURAND", "given": ["DOM"]}])), "fhir-several-official-names", "name[2]"),
    "patient: list in the wrong name": (P1, lambda: js(patient(P1, name=[{"use": "official", "family": "PAT-TROIS", "given": ["DOMINIQUE"]}, {"use": "usual", "family": "DURAND", "extension": named(P1)[1]["extension"]}])), "fhir-trait-missing", "Patient"),
    "patient: birth place in the address": (P1, lambda: js(patient(P1, extension=[reliability()], address=[{"use": "home", "district": "51215"}])), "fhir-trait-missing", "Patient"),
    "patient: status of a word": (P1, lambda: js(patient(P1, extension=[reliability("Qualifiée"), birth_place("51215")])), "fhir-status-code", "extension[0]"),
    "patient: status RECUP with INS": (P1, lambda: js(patient(P1, extension=[reliability("RECUP"), birth_place("51215")])), "fhir-ins-not-qualified", "extension[0]"),
    "page: name of the birth and of use swapped": (P1, _page(name="DURAND"), "birth-name-differs", "page 1"),
    "page: INS of the insured for the patient": (LEA, lambda: usual(LEA, number=f"{MOTHER.matricule.value} NIR"), "matricule-differs", "page 1"),
    "page: INS-C beside": (P1, lambda: Sheet().rows([*lines(P1), ("INS", "1234567890123456789012")]).mark(P1).done(), "ins-c-printed", "page 1"),
    "page: nature told twice and differently": (P1, lambda: Sheet().rows([*lines(P1), ("Nature", "NIA")]).mark(P1).done(), "nature-differs", "page 1"),
    "page: production OID printed beside a test symbol": (P1, _page(place="51215  OID : 1.2.250.1.213.1.4.8"), "oid-differs", "page 1"),
    "page: age instead of a date": (P1, _page(date="47 ans"), "trait-not-printed", "page 1"),
    "page: symbol of the right person with the old list": (P1, lambda: Sheet().rows(lines(P1)).mark(P1, payload=blocks(P1, _3="DOMINIQUE MARIE LOUISE")).done(), "first-names-differs", "S3"),
    "page: address of another": (P1, lambda: Sheet().rows([*lines(P1), ("MSS", f"{P2.matricule.value}@patient.mssante.fr")]).mark(P1).done(), "mailbox-of-another", "page 1"),
    "mail: address of the mother": (LEA, lambda: sent(LEA, to=f"{MOTHER.matricule.value}@patient.mssante.fr"), "mailbox-of-another", "To"),
    "mail: address in Bcc": (P1, lambda: sent(P1, more=[("Bcc", f"{P2.matricule.value}@patient.mssante.fr")]), "mailbox-of-another", "Bcc"),
    "mail: X-MSS-INS twice": (P1, lambda: sent(P1, more=[("X-MSS-INS", "N")]), "mss-ins-twice", "X-MSS-INS"),
    "mail: zip of an empty kind": (P1, lambda: sent(P1, parts=[TEXT, zipped(b"PK\x05\x06" + b"\0" * 18)]), "xdm-no-metadata", "IHE_XDM"),
    "mail: two patients": (P1, lambda: sent(P1, parts=[TEXT, zipped(packed(P1)), part("application/pdf", right(P2), name='filename="20260601_NOTE_NESSI_RUTH.pdf"')]), "matricule-differs", "page 1"),
    "archive: patient of the second entry": (P1, lambda: packed(P1, {"DOC00001.XML": utf8(P1), "DOC00002.XML": utf8(P1, code="11488-4")}, patient=cx(P1)).replace(b"x", b"x") if False else _second_entry(), "matricule-differs", "ExtrinsicObject[2]"),
    "archive: INS of another as source": (P1, lambda: packed(P1, source=cx(P2)), "matricule-differs", "Slot"),
    "archive: sex of the other": (P1, lambda: packed(P1, told=info(P1, _8="M")), "sex-differs", "Value"),
    "submission: lower case name": (P1, lambda: plain(P1, told=info(P1, _5="Pat-Trois^Dominique^^^^^L")), "birth-name-differs", "Value"),
    "submission: number with spaces": (P1, lambda: plain(P1, patient=cx(P1, number="2 79 03 51 215 189 89")), "matricule-length", "ExternalIdentifier"),
    "picture: symbol of the sibling": (TWINS, lambda: saved(symbol(blocks(TWINS, _3="LISE MARIE"))), "first-names-differs", "S3"),
    "picture: number of thirteen and a key elsewhere": (P1, lambda: saved(symbol(blocks(P1, _1="279035121518900"))), "matricule-key", "S1"),
    "real OID of the NIA for a NIR in production": (REAL, lambda: utf8(REAL, header_of=header(REAL, identifiers=ids(REAL, oid="1.2.250.1.213.1.4.9"))), "oid-differs", "id/@root"),
}  # fmt: skip


def _second_entry():
    documents = {"DOC00001.XML": utf8(P1), "DOC00002.XML": utf8(P1, code="11488-4")}
    text = lot(P1, documents)
    head, mark, rest = text.partition('id="DOC00002.XML"')
    return packed(
        P1,
        documents,
        metadata=(
            head
            + mark
            + re.sub(
                re.escape(P1.matricule.value) + r"(?=\^\^\^&amp;1\.2\.250\.1\.213\.1\.4\.10&amp;ISO\^NH)",
                P2.matricule.value,
                rest,
                count=1,
            )
        ).encode(),
    )
