"""Documents of an identity that is not qualified, as other software writes them: nothing of the INS is in them; and the same with one leak."""

from __future__ import annotations

from foreign_cda import LOCAL, STRUCTURED, header, unstructured, utf8
from foreign_fhir import LOCAL as FHIR_LOCAL
from foreign_fhir import birth_place, bundle, js, patient, reliability
from foreign_fhir import ins as fhir_ins
from foreign_hl7 import IPP, ins, message, oru, pid
from foreign_lots import cx, info, packed, plain
from foreign_mail import TEXT, heads, multi, numbered, paper, part, sent, subject, zipped
from foreign_mail import message as mail
from foreign_paper import Sheet, lines
from foreign_symbols import blocks, saved, symbol
from papers import XMP
from people import P1

NUMBER = P1.matricule.value
LOCAL_CX = "P000123^^^&1.2.250.1.999.7.42&ISO^PI"
WITHOUT = {"patient": LOCAL_CX, "set_patient": LOCAL_CX}


def role(who=P1, **options):
    return header(who, identifiers=options.pop("identifiers", LOCAL), **options)


def cda(who=P1, body=None, code="87273-9", **options):
    return utf8(who, header_of=role(who, **options), body=body, code=code)


def page(*more, who=P1, title="Note de vaccination", **changed):
    sheet = Sheet().rows(lines(who, **{"number": None, **changed})).text(50, 790, title)
    for index, line in enumerate(more):
        sheet.text(50, 500 - 16 * index, line)
    return sheet


def plain_page(*more, **changed):
    """A page that claims to be PDF/A-1."""
    return page(*more, **changed).done() + b"\n" + XMP.format(part="1", level="B").encode() + b"\n%%EOF\n"


def archive(documents=None, **options):
    return packed(
        P1, documents or {"DOC00001.XML": cda()}, **{**WITHOUT, "told": info(P1, _3=None), **options}
    )


def letter(**options):
    parts = options.pop("parts", None) or [
        TEXT,
        zipped(options.pop("archive", None) or archive()),
        part("application/pdf", plain_page(), name='filename="20260601_NOTE_PAT-TROIS_DOMINIQUE.pdf"'),
    ]
    return sent(P1, parts=parts, ins=options.pop("ins", "N"), **options)


def person_without(**changed):
    return patient(
        P1,
        **{
            "identifier": [FHIR_LOCAL],
            "extension": [reliability("PROV"), birth_place("51215")],
            "meta": None,
            **changed,
        },
    )


BILLED = f'<id root="1.2.250.1.213.1.4.13" extension="{NUMBER}"/>'
RIGHT = {
    "CDA": cda,
    "CDA with a billing number": lambda: cda(identifiers=LOCAL + BILLED),
    "CDA with an old INS-C": lambda: cda(identifiers=LOCAL + '<id root="1.2.250.1.213.1.4.2" extension="1234567890123456789012"/>'),
    "CDA with an ordinary mail address": lambda: cda(telecom='<telecom value="mailto:dominique@example.org"/>'),
    "CDA whose document id begins as an OID of an INS": cda,
    "CDA with numbers of lots": lambda: cda(body=STRUCTURED.format("Lot 123456789012345, GTIN 03400930000120, 27/03/1979")),
    "CDA with a page": lambda: cda(body=unstructured(plain_page()), code="11488-4"),
    "message": lambda: message(pid(P1, ids=IPP, status="PROV")),
    "message, validated": lambda: message(pid(P1, ids=IPP, status="VALI")),
    "message with a billing number": lambda: message(pid(P1, ids=f"{IPP}~{NUMBER}^^^CNAM&1.2.250.1.213.1.4.13&ISO^NH", status="PROV", f19=NUMBER), f"IN1|1|||CPAM{'|' * 32}{NUMBER}"),
    "message with a CDA": lambda: oru(P1, cda(identifiers='<id root="1.2.250.1.999.7.42" extension="P000123"/>'), ids=IPP, status="PROV"),
    "patient": lambda: js(person_without()),
    "patient with a billing number": lambda: js(person_without(identifier=[FHIR_LOCAL, {"use": "official", "type": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "NH"}]}, "system": "urn:oid:1.2.250.1.213.1.4.13", "value": NUMBER}])),
    "patient beside a practitioner": lambda: js(bundle(person_without(), {"resourceType": "Practitioner", "identifier": [{"system": "urn:oid:1.2.250.1.71.4.2.1", "value": "810001234567"}]})),
    "page": plain_page,
    "page with a billing number that says so": lambda: plain_page("N° de sécurité sociale : 2 77 07 63 220 829 10"),
    "page with the billing number of the patient": lambda: plain_page(f"N° de sécurité sociale : {NUMBER}", "Assuré 2 79 03 51 215 189 89 [N°SS-NIR]"),
    "page with the billing number without its key": lambda: plain_page("Sécurité sociale 2 79 03 51 215 189"),
    "page with other symbols": lambda: page().mark(P1, payload="0103400930000120", caption="").done(),
    "archive": archive,
    "mail": letter,
    "mail without documents": lambda: mail(heads(P1, ins=None, code=None, told="Votre patient PAT-TROIS"), TEXT),
    "mail with a page alone": lambda: mail(heads(P1, ins=None, code=None, told=subject(P1)), multi("mixed", TEXT, part("application/pdf", plain_page(), name='filename="20260601_NOTE_PAT-TROIS_DOMINIQUE.pdf"'))),
}  # fmt: skip


def _titled():
    sheet = page()
    sheet.page.setTitle(f"Note {NUMBER}")
    return sheet.done()


def _field():
    sheet = page()
    sheet.page.acroForm.textfield(
        name="f", value=NUMBER, x=220, y=400, width=300, height=16, fontSize=10, borderWidth=0
    )
    return sheet.done()


WRONG = {
    "CDA: the INS": (lambda: utf8(P1), "ins-before-qual", "id[1]"),
    "CDA: the INS of a demonstration": (lambda: cda(identifiers=LOCAL + f'<id root="1.2.250.1.213.1.4.11" extension="{NUMBER}"/>'), "ins-before-qual", "id[2]"),
    "CDA: the number as a local id": (lambda: cda(identifiers=f'<id root="1.2.250.1.999.7.42" extension="{NUMBER}"/>'), "matricule-as-local-id", "id"),
    "CDA: the address": (lambda: cda(telecom=f'<telecom value="mailto:{NUMBER}@patient.mssante.fr"/>'), "mailbox-before-qual", "telecom[2]"),
    "CDA: the number in the narrative": (lambda: cda(body=STRUCTURED.format(f"INS {NUMBER}")), "matricule-leaks", "line"),
    "CDA: the number in groups": (lambda: cda(body=STRUCTURED.format("2 79 03 51 215 189 89")), "matricule-leaks", "line"),
    "CDA: the number without its key": (lambda: cda(body=STRUCTURED.format("N° 2790351215189")), "matricule-leaks", "line"),
    "CDA: an OID without a number": (lambda: cda(identifiers=LOCAL + '<id root="1.2.250.1.213.1.4.10"/>'), "ins-before-qual", "id[2]"),
    "CDA: the INS of the page inside": (lambda: cda(body=unstructured(Sheet().rows(lines(P1)).done()), code="11488-4"), "ins-before-qual", "nonXMLBody.pdf"),
    "CDA: the symbol inside": (lambda: cda(body=unstructured(saved(symbol(blocks(P1))), "image/png"), code="11488-4"), "ins-before-qual", "nonXMLBody.png"),
    "CDA: the number in a comment of the title": (lambda: cda().replace(b"<title>Note", f"<title>Note {NUMBER}".encode(), 1), "matricule-leaks", "line"),
    "message: the INS": (lambda: message(pid(P1, status="PROV")), "ins-before-qual", "PID-3[2]"),
    "message: an INS that has ended": (lambda: message(pid(P1, ids=f"{IPP}~{ins(P1, tail='^^20200101^20211231')}", status="PROV")), "ins-before-qual", "PID-3[2]"),
    "message: the number under no authority": (lambda: message(pid(P1, ids=f"{IPP}~{NUMBER}", status="PROV")), "matricule-without-oid", "PID-3[2]"),
    "message: the number in PID-2": (lambda: message(pid(P1, ids=IPP, status="PROV", f2=NUMBER)), "matricule-leaks", "line"),
    "message: the number in a note": (lambda: message(pid(P1, ids=IPP, status="PROV"), f"NTE|1||INS {NUMBER} NIR"), "matricule-leaks", "line"),
    "message: the address in PID-13": (lambda: message(pid(P1, ids=IPP, status="PROV", f13=f"^NET^X.400^{NUMBER}@patient.mssante.fr")), "mailbox-before-qual", "PID-13"),
    "message: the number in ZFD": (lambda: message(pid(P1, ids=IPP, status="PROV"), f"ZFD|||{NUMBER}"), "matricule-leaks", "line"),
    "patient: the INS": (lambda: js(person_without(identifier=[FHIR_LOCAL, fhir_ins(P1)])), "ins-before-qual", "identifier[1]"),
    "patient: the INS kept as old": (lambda: js(person_without(identifier=[FHIR_LOCAL, fhir_ins(P1, use="old")])), "ins-before-qual", "identifier[1]"),
    "patient: the number as id": (lambda: js(person_without(id=NUMBER)), "matricule-leaks", "line"),
    "patient: the number in a reference": (lambda: js(bundle(person_without(), {"resourceType": "Observation", "subject": {"identifier": {"system": "urn:oid:1.2.250.1.213.1.4.10", "value": NUMBER}}})), "matricule-leaks", "line"),
    "patient: the address": (lambda: js(person_without(telecom=[{"system": "email", "value": f"{NUMBER}@patient.mssante.fr"}])), "mailbox-before-qual", "telecom[0]"),
    "page: the number": (lambda: plain_page(number=f"{NUMBER} NIR"), "ins-before-qual", "page 1"),
    "page: the number without a label": (lambda: plain_page(f"Réf. {NUMBER}"), "matricule-leaks", "line"),
    "page: the number beside the word NIR": (lambda: plain_page(f"NIR : {NUMBER}"), "matricule-leaks", "line"),
    "page: the number beside INS on the line of the insured": (lambda: plain_page(f"Assuré, matricule INS : {NUMBER}"), "ins-before-qual", "page 1"),
    "page: the number on page 2": (lambda: page().next().text(50, 700, f"INS {NUMBER} NIR").done(), "matricule-leaks", "line"),
    "page: the symbol": (lambda: page().mark(P1).done(), "ins-before-qual", "S1"),
    "page: the symbol on page 2": (lambda: page().next().mark(P1).done(), "ins-before-qual", "page 2"),
    "page: the caption": (lambda: plain_page("INS à scanner"), "caption-before-qual", "page 1"),
    "page: the number in the title of the file": (_titled, "matricule-leaks", "line"),
    "page: the number in a field of a form": (_field, "matricule-leaks", "line"),
    "archive: the INS as patient": (lambda: archive(patient=cx(P1)), "ins-before-qual", "ExternalIdentifier"),
    "archive: the INS as source": (lambda: archive(source=cx(P1)), "ins-before-qual", "Slot"),
    "archive: the INS among the facts of the source": (lambda: archive(told=info(P1)), "ins-before-qual", "Value"),
    "archive: the number as the name of a file": (lambda: archive(more=[(f"{NUMBER}.TXT", b"x")]), "matricule-leaks", "line"),
    "submission": (lambda: plain(P1), "ins-before-qual", "ExternalIdentifier"),
    "mail: to the patient": (lambda: letter(to=f"{NUMBER}@patient.mssante.fr"), "mailbox-before-qual", "To"),
    "mail: the number in the subject": (lambda: letter(told=f"{subject(P1)} {NUMBER}"), "matricule-leaks", "line"),
    "mail: the number in the text": (lambda: letter(parts=[numbered(f"INS {NUMBER}"), zipped(archive())]), "matricule-leaks", "line"),
    "mail: the number in the text in HTML": (lambda: letter(parts=[TEXT, part("text/html", f"<b>{NUMBER}</b>".encode()), zipped(archive())]), "matricule-leaks", "line"),
    "mail: the number in the name of the PDF": (lambda: letter(parts=[TEXT, zipped(archive()), part("application/pdf", plain_page(), name=f'filename="{NUMBER}.pdf"')]), "matricule-leaks", "line"),
    "mail: the INS on the page": (lambda: letter(parts=[TEXT, zipped(archive()), paper(P1)]), "ins-before-qual", ".pdf"),
    "mail: X-MSS-INS O": (lambda: letter(ins="O"), "mss-ins-wrong", "X-MSS-INS"),
    "mail: the INS in the zip": (lambda: letter(archive=packed(P1)), "ins-before-qual", "DOC00001.XML"),
    "mail: the number in a header": (lambda: letter(more=[("X-Patient", NUMBER)]), "matricule-leaks", "line"),
    "mail: the number in base64 of a text attached": (lambda: letter(parts=[TEXT, zipped(archive()), part("text/plain", f"INS {NUMBER}".encode(), name='filename="note.txt"')]), "matricule-leaks", "line"),
    "payload": (lambda: blocks(P1).encode(), "ins-before-qual", "S1"),
}  # fmt: skip
