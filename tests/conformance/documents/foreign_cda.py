"""CDA as other software writes them: full headers, other prefixes, encodings, bodies; and the same with one wrong trait."""

from __future__ import annotations

import base64
import zlib
from xml.sax.saxutils import escape

from foreign_people import AJACCIO, ALGIERS, LEA, MONTHLESS, MOTHER, REAL, TOUR
from papers import right
from people import NIA, P1, P2, compact_date, first_name

LOINC = "2.16.840.1.113883.6.1"


def ids(identity, *, oid=None, number=None):
    return f'<id root="{oid or identity.oid}" extension="{number or identity.matricule.value}"/>'


def header(
    identity,
    *,
    identifiers=None,
    name=None,
    sex=None,
    date=None,
    place=None,
    telecom="",
    after="",
    guardian="",
):
    """A patient as the French profile writes one, with an address, a home telephone and what surrounds it."""
    traits = identity.traits
    told = name if name is not None else (
        f'<family qualifier="BR">{escape(traits.birth_name)}</family><given>{escape(traits.first_names)}</given>'
        f'<given qualifier="BR">{escape(first_name(identity))}</given>'
    )  # fmt: skip
    where = (
        place
        if place is not None
        else f"<place><addr><county>{traits.birth_place}</county><city>LIEU</city></addr></place>"
    )
    return (
        '<recordTarget typeCode="RCT" contextControlCode="OP"><patientRole classCode="PAT">'
        f"{identifiers if identifiers is not None else ids(identity) + LOCAL}"
        '<addr use="H"><streetAddressLine>12 RUE DU PORT</streetAddressLine><postalCode>69002</postalCode><city>LYON</city></addr>'
        f'<telecom use="H" value="tel:0102030405"/>{telecom}<patient classCode="PSN"><name>{told}</name>'
        f'{sex if sex is not None else SEX.format(traits.sex)}<birthTime value="{date if date is not None else compact_date(identity)}"/>'
        f"{guardian}<birthplace>{where}</birthplace></patient></patientRole></recordTarget>{after}"
    )


LOCAL = '<id root="1.2.250.1.999.7.42" extension="P000123"/>'
SEX = '<administrativeGenderCode code="{}" displayName="x" codeSystem="2.16.840.1.113883.5.1"/>'
AUTHOR = (
    '<author><time value="20260601101500+0200"/><assignedAuthor><id root="1.2.250.1.71.4.2.1" extension="810001234567"/>'
    "<assignedPerson><name><given>Héloïse</given><family>BÊTA</family></name></assignedPerson><representedOrganization>"
    '<id root="1.2.250.1.71.4.2.2" extension="1750000000"/><name>Pharmacie de la Marne</name></representedOrganization></assignedAuthor></author>'
    '<custodian><assignedCustodian><representedCustodianOrganization><id root="1.2.250.1.71.4.2.2" extension="1750000000"/>'
    "<name>Pharmacie de la Marne</name></representedCustodianOrganization></assignedCustodian></custodian>"
)
STRUCTURED = "<component><structuredBody><component><section><title>Vaccinations</title><text>{}</text></section></component></structuredBody></component>"
PARENT = (
    '<participant typeCode="IND"><associatedEntity classCode="PRS"><id root="{oid}" extension="{number}"/><associatedPerson><name>'
    '<family qualifier="BR">{family}</family><given>{given}</given></name></associatedPerson></associatedEntity></participant>'
)


def document(
    role,
    body=None,
    *,
    code="87273-9",
    declaration='<?xml version="1.0" encoding="UTF-8"?>',
    root="",
    before="",
):
    return (
        f'{declaration}{before}<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" {root}>'
        '<realmCode code="FR"/><typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/><templateId root="1.2.250.1.213.1.1.1.46" extension="2023.01"/>'
        f'<id root="1.2.250.1.213.1.4.8.99999.2" extension="7"/><code code="{code}" codeSystem="{LOINC}"/><title>Note</title>'
        f'<effectiveTime value="20260601101500+0200"/><languageCode code="fr-FR"/>{role}{AUTHOR}'
        f'{body if body is not None else STRUCTURED.format("Vaccin grippe le 01/10/2025")}</ClinicalDocument>'
    )  # fmt: skip


def unstructured(content, media="application/pdf", extra="", text=None):
    told = text if text is not None else base64.b64encode(content).decode()
    return f'<component><nonXMLBody><text mediaType="{media}" representation="B64"{extra}>{told}</text></nonXMLBody></component>'


def utf8(identity, *, header_of=None, **options):
    return document(header_of or header(identity), **options).encode()


def _prefixed():
    text = document(header(TOUR)).replace('xmlns="urn', 'xmlns:v3="urn')
    head, _, rest = text.partition("?>")
    return (head + "?>" + rest.replace("</", "\0").replace("<", "<v3:").replace("\0", "</v3:")).encode()


def _deflated():
    raw = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = raw.compress(right(P1)) + raw.flush()
    return utf8(P1, body=unstructured(packed, extra=' compression="DF"'), code="11488-4")


def _name(br, listed, first, *, more="", order="BR,list,first"):
    parts = {
        "BR": f'<family qualifier="BR">{br}</family>',
        "list": f"<given>{listed}</given>",
        "first": f'<given qualifier="BR">{first}</given>',
    }
    return "".join(parts[one] for one in order.split(",")) + more


def _embedded_beside_text():
    picture = "<component><section><text/><entry><observationMedia classCode='OBS' moodCode='EVN'><value mediaType='application/pdf' representation='B64'>{}</value></observationMedia></entry></section></component>"
    body = STRUCTURED.format("Voir le document").replace(
        "</structuredBody>", picture.format(base64.encodebytes(right(LEA)).decode()) + "</structuredBody>"
    )
    return utf8(LEA, body=body, code="60591-5")


RIGHT = {
    "full header": (TOUR, lambda: utf8(TOUR)),
    "one prefix for every element": (TOUR, _prefixed),
    "born on Reunion": (LEA, lambda: utf8(LEA)),
    "born in Algeria before independence": (ALGIERS, lambda: utf8(ALGIERS)),
    "Corsica, apostrophe and hyphen": (AJACCIO, lambda: utf8(AJACCIO)),
    "a real OID, double hyphen": (REAL, lambda: utf8(REAL)),
    "month 20 in the number": (MONTHLESS, lambda: utf8(MONTHLESS)),
    "a waiting number": (NIA, lambda: utf8(NIA)),
    "ISO-8859-1": (TOUR, lambda: document(header(TOUR), declaration="<?xml version='1.0' encoding='iso-8859-1' standalone='yes'?>").encode("latin-1")),
    "windows-1252": (TOUR, lambda: document(header(TOUR), STRUCTURED.format("œdème à 20 €"), declaration='<?xml version="1.0" encoding="windows-1252"?>').encode("cp1252")),
    "UTF-16 big-endian": (TOUR, lambda: b"\xfe\xff" + document(header(TOUR), declaration='<?xml version="1.0" encoding="UTF-16"?>').encode("utf-16-be")),
    "no declaration": (TOUR, lambda: utf8(TOUR, declaration="")),
    "style sheet and comments before the root": (TOUR, lambda: utf8(TOUR, before='\n<?xml-stylesheet type="text/xsl" href="cda.xsl"?>\n<!-- patient 1.2.250.1.213.1.4.8 -->\n')),
    "a DOCTYPE without entities": (TOUR, lambda: utf8(TOUR, before="<!DOCTYPE ClinicalDocument>")),
    "CDATA and character references": (TOUR, lambda: utf8(TOUR, header_of=header(TOUR, name=_name("<![CDATA[DE LA TOUR D'AUVERGNE]]>", "JEAN&#45;FRANCOIS MARIE&#x20;LOUIS", "JEAN-FRANCOIS")))),
    "the parts of the name in another order": (TOUR, lambda: utf8(TOUR, header_of=header(TOUR, name=_name("DE LA TOUR D&apos;AUVERGNE", "JEAN-FRANCOIS MARIE LOUIS", "JEAN-FRANCOIS", order="first,list,BR")))),
    "prefix, name used, given name used": (TOUR, lambda: utf8(TOUR, header_of=header(TOUR, name="<prefix>M.</prefix>" + _name("DE LA TOUR D'AUVERGNE", "JEAN-FRANCOIS MARIE LOUIS", "JEAN-FRANCOIS", more='<given qualifier="CL">Jeff</given><family qualifier="CL">de la Tour</family><suffix>Jr</suffix>')))),
    "three names, each in its element": (TOUR, lambda: utf8(TOUR, header_of=header(TOUR, name=_name("DE LA TOUR D'AUVERGNE", "JEAN-FRANCOIS</given><given>MARIE</given><given>LOUIS", "JEAN-FRANCOIS")))),
    "date with hours and zone": (TOUR, lambda: utf8(TOUR, header_of=header(TOUR, date="194802290000+0100"))),
    "identifiers in another order, with attributes": (TOUR, lambda: utf8(TOUR, header_of=header(TOUR, identifiers=LOCAL + f'<id extension="{TOUR.matricule.value}" assigningAuthorityName="INS" displayable="true" root="{TOUR.oid}"/><id nullFlavor="NI"/>'))),
    "identifiers of five other authorities": (TOUR, lambda: utf8(TOUR, header_of=header(TOUR, identifiers=LOCAL + '<id root="1.2.250.1.176.1.2" extension="987654"/><id root="1.2.250.1.213.1.4.14" extension="109076322088835"/><id root="1.2.250.1.213.1.4.2" extension="1234567890123456789012"/>' + ids(TOUR) + '<id root="2.16.840.1.113883.2.8.1" extension="X/12"/>'))),
    "the INS of the mother as participant": (LEA, lambda: utf8(LEA, header_of=header(LEA, after=PARENT.format(oid=MOTHER.oid, number=MOTHER.matricule.value, family="NGUYEN", given="THI MAI")))),
    "a guardian with a telephone": (LEA, lambda: utf8(LEA, header_of=header(LEA, guardian='<guardian><id root="1.2.3.4" extension="9"/><telecom value="tel:06"/><guardianPerson><name><given>THI MAI</given><family>NGUYEN</family></name></guardianPerson></guardian>'))),
    "secure address with capitals": (LEA, lambda: utf8(LEA, header_of=header(LEA, telecom=f'<telecom value="mailto:{LEA.matricule.value}@Patient.MSSante.fr" use="H"/>'))),
    "several mail addresses": (LEA, lambda: utf8(LEA, header_of=header(LEA, telecom=f'<telecom value="mailto:lea@example.org"/><telecom value="mailto:{LEA.matricule.value}@patient.mssante.fr"/>'))),
    "country beside the code of the place": (ALGIERS, lambda: utf8(ALGIERS, header_of=header(ALGIERS, place="<place><name>ALGER</name><addr><country>ALGERIE</country><county> 99352 </county></addr></place>"))),
    "the style of deceased and twins": (TOUR, lambda: utf8(TOUR, root='xmlns:sdtc="urn:hl7-org:sdtc"').replace(b"<birthplace>", b'<sdtc:deceasedInd value="false"/><sdtc:multipleBirthInd value="true"/><birthplace>')),
    "PDF in one line": (P1, lambda: utf8(P1, body=unstructured(right(P1)), code="11488-4")),
    "PDF in lines with indentation": (P1, lambda: utf8(P1, body=unstructured(b"", text="\n        " + base64.encodebytes(right(P1)).decode().replace("\n", "\n        ")), code="11488-4")),
    "PDF compressed": (P1, _deflated),
    "PDF beside a structured body": (LEA, _embedded_beside_text),
    "narrative as a table with other numbers": (TOUR, lambda: utf8(TOUR, body=STRUCTURED.format("<table><tbody><tr><td>Lot</td><td>279035121518989</td></tr><tr><td>Né le 14/07/1977</td></tr></tbody></table>"))),
    "RTF body": (TOUR, lambda: utf8(TOUR, body=unstructured(b"{\\rtf1 Bonjour}", "text/rtf"), code="11488-4")),
    "text body in base64": (TOUR, lambda: utf8(TOUR, body=unstructured("Été".encode(), "text/plain"), code="11488-4")),
    "every element on its line with CRLF": (TOUR, lambda: utf8(TOUR).replace(b"><", b">\r\n\t<")),
    "a namespace declared again on the patient": (TOUR, lambda: utf8(TOUR).replace(b"<patientRole ", b'<patientRole xmlns="urn:hl7-org:v3" ')),
}  # fmt: skip


def _swap(identity):
    return compact_date(identity)[:4] + compact_date(identity)[6:] + compact_date(identity)[4:6]


PLACE = "<place><addr>{}</addr></place>"
ROLE = "/ClinicalDocument/recordTarget/patientRole"
WRONG = {
    "the place as a label": (LEA, lambda: utf8(LEA, header_of=header(LEA, place=PLACE.format("<county>SAINT-DENIS</county>"))), "birth-place-code", "addr/county"),
    "the department for the place": (P1, lambda: utf8(P1, header_of=header(P1, place=PLACE.format("<county>51</county>"))), "birth-place-code", "addr/county"),
    "the place in city alone": (P1, lambda: utf8(P1, header_of=header(P1, place=PLACE.format("<city>51215</city>"))), "cda-trait-missing", "addr/city"),
    "the post code for the place": (P1, lambda: utf8(P1, header_of=header(P1, place=PLACE.format("<county>51300</county>"))), "birth-place-differs", "addr/county"),
    "day and month swapped": (LEA, lambda: utf8(LEA, header_of=header(LEA, date=_swap(LEA))), "birth-date-differs", "birthTime/@value"),
    "day and month swapped into no month": (P1, lambda: utf8(P1, header_of=header(P1, date=_swap(P1))), "birth-date", "birthTime/@value"),
    "year and month alone": (P1, lambda: utf8(P1, header_of=header(P1, date="197903")), "birth-date", "birthTime/@value"),
    "a French date": (P1, lambda: utf8(P1, header_of=header(P1, date="28/03/1979")), "birth-date", "birthTime/@value"),
    "an ISO date": (P1, lambda: utf8(P1, header_of=header(P1, date="1979-03-28")), "birth-date", "birthTime/@value"),
    "date without value": (P1, lambda: utf8(P1).replace(b'<birthTime value="19790328"/>', b'<birthTime nullFlavor="UNK"/>'), "birth-date", "birthTime"),
    "sex 1": (P1, lambda: utf8(P1, header_of=header(P1, sex=SEX.format("1"))), "sex-value", "administrativeGenderCode"),
    "sex UN": (P1, lambda: utf8(P1, header_of=header(P1, sex=SEX.format("UN"))), "sex-value", "administrativeGenderCode"),
    "sex of the other": (P1, lambda: utf8(P1, header_of=header(P1, sex=SEX.format("M"))), "sex-differs", "administrativeGenderCode"),
    "the name used as birth name": (P1, lambda: utf8(P1, header_of=header(P1, name=_name("DURAND", P1.traits.first_names, "DOMINIQUE", more='<family qualifier="CL">PAT-TROIS</family>'))), "birth-name-differs", "name/family[1]"),
    "the name used in both": (P1, lambda: utf8(P1, header_of=header(P1, name=_name("DURAND", P1.traits.first_names, "DOMINIQUE", more='<family qualifier="CL">DURAND</family>'))), "birth-name-differs", "name/family[1]"),
    "family without qualifier": (P1, lambda: utf8(P1).replace(b'<family qualifier="BR">', b"<family>"), "cda-trait-missing", "name/family"),
    "the list in the place of the first": (P1, lambda: utf8(P1, header_of=header(P1, name=_name("PAT-TROIS", P1.traits.first_names, P1.traits.first_names))), "first-name-is-list", "given[2]"),
    "the first in the place of the list": (P1, lambda: utf8(P1, header_of=header(P1, name=_name("PAT-TROIS", "DOMINIQUE", "DOMINIQUE"))), "first-names-differs", "given[1]"),
    "no list": (P1, lambda: utf8(P1).replace(b"<given>DOMINIQUE MARIE-LOUISE</given>", b""), "cda-trait-missing", "given"),
    "second name first": (P1, lambda: utf8(P1, header_of=header(P1, name=_name("PAT-TROIS", P1.traits.first_names, "MARIE-LOUISE"))), "first-name-not-in-list", "given[2]"),
    "list with commas": (P1, lambda: utf8(P1, header_of=header(P1, name=_name("PAT-TROIS", "DOMINIQUE, MARIE-LOUISE", "DOMINIQUE"))), "name-characters", "given[1]"),
    "hyphen lost in the list": (P1, lambda: utf8(P1, header_of=header(P1, name=_name("PAT-TROIS", "DOMINIQUE MARIE LOUISE", "DOMINIQUE"))), "first-names-differs", "given[1]"),
    "accent kept": (LEA, lambda: utf8(LEA, header_of=header(LEA, name=_name("NGUYEN", "LÉA", "LÉA"))), "name-characters", "given"),
    "given name in the family": (P1, lambda: utf8(P1, header_of=header(P1, name=_name("PAT-TROIS DOMINIQUE", P1.traits.first_names, "DOMINIQUE"))), "birth-name-differs", "family"),
    "apostrophe lost": (AJACCIO, lambda: utf8(AJACCIO, header_of=header(AJACCIO, name=_name("OCONNOR-ROSSI", "MARIE-ANGE", "MARIE-ANGE"))), "birth-name-differs", "family"),
    "typographic apostrophe": (AJACCIO, lambda: utf8(AJACCIO, header_of=header(AJACCIO, name=_name("O’CONNOR-ROSSI", "MARIE-ANGE", "MARIE-ANGE"))), "name-characters", "family"),
    "test OID in production": (P1, lambda: utf8(P1), "oid-of-test", "id[1]/@root"),
    "OID of a NIA": (P1, lambda: utf8(P1, header_of=header(P1, identifiers=ids(P1, oid="1.2.250.1.213.1.4.9"))), "oid-differs", "id/@root"),
    "OID of the billing number alone": (P1, lambda: utf8(P1, header_of=header(P1, identifiers=ids(P1, oid="1.2.250.1.213.1.4.13"))), "ins-missing", ROLE),
    "OID with a letter typed": (P1, lambda: utf8(P1, header_of=header(P1, identifiers=ids(P1, oid="1.2.250.1.213.1.4.1O"))), "oid-not-ins", "id/@root"),
    "OID .5": (P1, lambda: utf8(P1, header_of=header(P1, identifiers=ids(P1, oid="1.2.250.1.213.1.4.5"))), "oid-not-ins", "id/@root"),
    "two figures of the number swapped": (P1, lambda: utf8(P1, header_of=header(P1, identifiers=ids(P1, number="279035121581989"))), "matricule-key", "id/@extension"),
    "number grouped": (P1, lambda: utf8(P1, header_of=header(P1, identifiers=ids(P1, number="2 79 03 51 215 189 89"))), "matricule-length", "id/@extension"),
    "number of the mother": (LEA, lambda: utf8(LEA, header_of=header(LEA, identifiers=ids(MOTHER))), "matricule-differs", "id/@extension"),
    "Corsica as 20": (AJACCIO, lambda: utf8(AJACCIO, header_of=header(AJACCIO, identifiers=ids(AJACCIO, number=AJACCIO.matricule.value.replace("2A", "20")))), "matricule-key", "id/@extension"),
    "two INS": (P1, lambda: utf8(P1, header_of=header(P1, identifiers=ids(P1) + ids(P2))), "several-ins", "id[2]/@extension"),
    "INS in one attribute": (P1, lambda: utf8(P1, header_of=header(P1, identifiers='<id root="1.2.250.1.213.1.4.10.279035121518989"/>' + LOCAL)), "ins-missing", ROLE),
    "address of another number": (P1, lambda: utf8(P1, header_of=header(P1, telecom=f'<telecom value="mailto:{P2.matricule.value}@patient.mssante.fr"/>')), "mailbox-of-another", "telecom[2]/@value"),
    "address with a wrong key": (P1, lambda: utf8(P1, header_of=header(P1, telecom='<telecom value="mailto:279035121518980@patient.mssante.fr"/>')), "mailbox-number", "telecom[2]/@value"),
    "address with the local number": (P1, lambda: utf8(P1, header_of=header(P1, telecom='<telecom value="mailto:P000123@patient.mssante.fr"/>')), "mailbox-number", "telecom[2]/@value"),
    "PDF of another": (P1, lambda: utf8(P1, body=unstructured(right(P2)), code="11488-4"), "matricule-contradicts", "id[1]/@extension"),
    "PDF/A-3": (P1, lambda: utf8(P1, body=unstructured(right(P1, claim=("3", "B"))), code="11488-4"), "pdfa-claim", "nonXMLBody.pdf"),
    "an image called PDF": (P1, lambda: utf8(P1, body=unstructured(b"\x89PNG\r\n\x1a\n...."), code="11488-4"), "embedded-not-pdf", "nonXMLBody/text"),
    "cut base64": (P1, lambda: utf8(P1, body=unstructured(b"", text="JVBERi0!!!"), code="11488-4"), "embedded-base64", "nonXMLBody/text"),
    "a note that is a file": (P1, lambda: utf8(P1, body=unstructured(right(P1))), "note-not-structured", ""),
    "no patient": (P1, lambda: utf8(P1, header_of=header(P1)).replace(b"recordTarget", b"recordtarget"), "cda-no-patient", "ClinicalDocument"),
}  # fmt: skip
PRODUCTION = {"test OID in production"}
