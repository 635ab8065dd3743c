"""A call of INSi with zeep. Job as JSON on standard input, answer as one JSON object: ``python client.py < job.json``.

Job: ``wsdl`` (URL), ``ca`` (trust store, PEM), ``cert`` and ``key`` (PEM files, mutual TLS only), ``issuer`` (Emetteur:
identifier of the card holder, or OU of the certificate), ``traits`` (parts of RECSANSVITALE). ``assertion`` (CPx only)
is a file; the search by card has a second one, ``vitale``, and ``coverage`` (COUVERTURE of ContexteBAM).
Instead of ``traits``, another operation of the WSDL: ``operation`` and its ``arguments``.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import requests
import zeep
import zeep.exceptions
import zeep.helpers
from lxml import etree
from zeep.transports import Transport

WSA = "http://www.w3.org/2005/08/addressing"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
ACTION = "urn:ServiceIdentiteCertifiee:1.0.0:"
SEARCH = "rechercherInsAvecTraitsIdentite"


def headers(client: Any, job: dict[str, Any], operation: str) -> list[Any]:
    """Return the headers; Id, Temps and MessageID are fresh in each call."""
    now, issuer = datetime.now(UTC), job["issuer"]
    bam = client.get_element("{urn:siram:bam:ctxbam}ContexteBAM")
    lps = client.get_element("{urn:siram:lps:ctxlps}ContexteLPS")
    software = {
        "IDAM": {"_value_1": "750000000001", "R": "4"},
        "Version": "01.00",
        "Instance": "5f0c4b52-7f5e-4b4e-9a55-0c5f3c1f2a12",  # constant per installation
        "Nom": "urn:lps:BANC-ZEEP:1.0",
    }
    # A list, not a dictionary of the parts of the WSDL: wsa:Action is no part of it, yet expected.
    made = [
        bam(
            Version="01_02", Id=str(uuid4()), Temps=now, Emetteur=issuer, COUVERTURE=job.get("coverage") or {}
        ),
        lps(Version="01_00", Nature="CTXLPS", Id=str(uuid4()), Temps=now, Emetteur=issuer, LPS=software),
        text_element(f"{{{WSA}}}Action", ACTION + operation),
        text_element(f"{{{WSA}}}MessageID", f"uuid:{uuid4()}"),
    ]
    assertions = [Path(job[name]) for name in ("assertion", "vitale") if name in job]
    if assertions:
        # Parsed and grafted: exclusive canonicalisation makes the signature indifferent to where it stands.
        security = etree.Element(f"{{{WSSE}}}Security")
        security.extend(etree.fromstring(path.read_bytes()) for path in assertions)
        made.append(security)
    return made


def text_element(name: str, text: str) -> etree._Element:
    element = etree.Element(name)
    element.text = text
    return element


def call(job: dict[str, Any]) -> dict[str, Any]:
    http = requests.Session()
    http.trust_env = False  # neither a proxy nor another trust store of the environment
    http.verify = job["ca"]
    if "cert" in job:
        http.cert = (job["cert"], job["key"])
    client = zeep.Client(job["wsdl"], transport=Transport(session=http))
    operation = job.get("operation", SEARCH)
    arguments = job["traits"] if operation == SEARCH else job["arguments"]
    try:
        result = client.service[operation](**arguments, _soapheaders=headers(client, job, operation))
    except zeep.exceptions.Fault as fault:
        error = fault.detail.find("{urn:siram}Erreur")
        return {
            "fault": error.get("code"),
            "severity": error.get("severite"),
            "label": error.text,
            "text": fault.message,
        }
    return told(result)


def told(result: Any) -> dict[str, Any]:
    # With one part in the answer zeep gives its content, not an object around it.
    report, person = getattr(result, "CR", result), getattr(result, "INDIVIDU", None)
    answer = {"code": report.CodeCR, "label": report.LibelleCR}
    if person is None:
        return answer
    return answer | {
        "matricule": person.INSACTIF.IdIndividu.NumIdentifiant,
        "key": person.INSACTIF.IdIndividu.Cle,
        "oid": person.INSACTIF.OID,
        "birth_name": person.TIQ.NomNaissance,
        "first_names": person.TIQ.ListePrenom,
        "birth_place": person.TIQ.LieuNaissance,
        "history": len(person.INSHISTO),
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(call(json.load(sys.stdin))) + "\n")
