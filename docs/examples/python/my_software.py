"""Looks an identity up: the software under test, in its simplest form (standard library alone)."""

import urllib.error
import urllib.request
import uuid
import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from xml.sax.saxutils import escape

OPERATION = "urn:ServiceIdentiteCertifiee:1.0.0:rechercherInsAvecTraitsIdentite"
RESULT = "{http://www.cnamts.fr/INSiResultat}"
SIRAM = "{urn:siram}"

ENVELOPE = """<?xml version="1.0" encoding="UTF-8"?>
<soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope" xmlns:wsa="http://www.w3.org/2005/08/addressing">
<soap:Header>
<bam:ContexteBAM xmlns:bam="urn:siram:bam:ctxbam" Version="01_02"><bam:Id>{bam}</bam:Id><bam:Temps>{now}</bam:Temps>\
<bam:Emetteur>10B0000001</bam:Emetteur><bam:COUVERTURE/></bam:ContexteBAM>
<lps:ContexteLPS xmlns:lps="urn:siram:lps:ctxlps" Nature="CTXLPS" Version="01_00"><lps:Id>{lps}</lps:Id>\
<lps:Temps>{now}</lps:Temps><lps:Emetteur>10B0000001</lps:Emetteur><lps:LPS><lps:IDAM R="4">750000000001</lps:IDAM>\
<lps:Version>01.00</lps:Version><lps:Instance>5f0c4b52-7f5e-4b4e-9a55-0c5f3c1f2a10</lps:Instance>\
<lps:Nom>urn:lps:EXAMPLE-PY:1.0</lps:Nom></lps:LPS></lps:ContexteLPS>
<wsa:Action>{action}</wsa:Action><wsa:MessageID>uuid:{message}</wsa:MessageID>
</soap:Header>
<soap:Body><RECSANSVITALE xmlns="http://www.cnamts.fr/INSiRecSans"><NomNaissance>{birth_name}</NomNaissance>\
<Prenom>{first_name}</Prenom><Sexe>{sex}</Sexe><DateNaissance>{birth_date}</DateNaissance></RECSANSVITALE></soap:Body>
</soap:Envelope>"""


class InsiUnavailableError(Exception):
    """INSi answered a fault; its code is the message."""


def look_up(url: str, birth_name: str, first_name: str, sex: str, birth_date: str) -> str | None:
    """Return the matricule (15 characters) of a person, or None when INSi finds nobody or several.

    Raises:
        InsiUnavailableError: INSi answered a fault.
    """
    texts = {"birth_name": birth_name, "first_name": first_name, "sex": sex, "birth_date": birth_date}
    message = ENVELOPE.format(
        **{name: escape(text) for name, text in texts.items()},
        action=OPERATION,
        # A fresh identifier in each call is asked for.
        **{name: uuid.uuid4() for name in ("bam", "lps", "message")},
        now=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    )
    request = urllib.request.Request(
        url, message.encode(), {"Content-Type": "application/soap+xml; charset=utf-8"}
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            answer = ET.fromstring(response.read())
    except urllib.error.HTTPError as error:
        fault = ET.fromstring(error.read()).find(f".//{SIRAM}Erreur")
        raise InsiUnavailableError("unknown" if fault is None else fault.get("code")) from error
    if answer.findtext(f".//{RESULT}CodeCR") != "00":
        return None
    active = answer.find(f".//{RESULT}INSACTIF/{RESULT}IdIndividu")
    return active.findtext(f"{RESULT}NumIdentifiant") + active.findtext(f"{RESULT}Cle")
