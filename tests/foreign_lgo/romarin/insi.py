"""The INSi client of Romarin: one text per request, one connection per request, answers read by local names."""

from __future__ import annotations

import http.client
import re
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

URN = "urn:ServiceIdentiteCertifiee:1.0.0:"
OIDS = {f"1.2.250.1.213.1.4.{n}": nature for n, nature in ((8, "NIR"), (9, "NIA"), (10, "NIR"), (11, "NIR"))}
INSTANCE = str(uuid.uuid4())
ENVELOPE = """<?xml version="1.0" encoding="UTF-8"?>
<env:Envelope xmlns:env="http://www.w3.org/2003/05/soap-envelope">
 <env:Header>
  <Action xmlns="http://www.w3.org/2005/08/addressing">{action}</Action>
  <MessageID xmlns="http://www.w3.org/2005/08/addressing">uuid:{message}</MessageID>
  <ContexteLPS xmlns="urn:siram:lps:ctxlps" Version="01_00" Nature="CTXLPS"><Id>{lps}</Id><Temps>{now}</Temps>\
<Emetteur>OFFICINE-ROMARIN</Emetteur><LPS><IDAM R="4">ROMARIN00001</IDAM><Version>01.00</Version>\
<Instance>{instance}</Instance><Nom>urn:lps:romarin:01.00</Nom></LPS></ContexteLPS>
  <ContexteBAM xmlns="urn:siram:bam:ctxbam" Version="01_02" Nature="CTXBAM"><Id>{bam}</Id><Temps>{now}</Temps>\
<Emetteur>OFFICINE-ROMARIN</Emetteur>{cover}</ContexteBAM>
{proof} </env:Header>
 <env:Body>{body}</env:Body>
</env:Envelope>"""


@dataclass(frozen=True)
class Found:
    """What INSi returned with 00."""

    matricule: str | None
    oid: str | None
    birth_name: str | None
    first_names: str | None
    birth_date: str | None
    sex: str | None
    birth_place: str | None
    former: tuple[dict, ...] = ()

    @property
    def traits(self) -> dict:
        """The seven data, without the history."""
        return {name: getattr(self, name) for name in FED}


FED = ("matricule", "oid", "birth_name", "first_names", "birth_date", "sex", "birth_place")


@dataclass(frozen=True)
class Answer:
    """How one request ended: code None when INSi gave no usable one."""

    code: str | None
    found: Found | None = None
    trouble: str | None = None
    sent: dict = field(default_factory=dict)


def ask(
    url: str,
    operation: str,
    body: str,
    *,
    seconds: float,
    now: datetime,
    cover: str = "<COUVERTURE/>",
    proof: str = "",
) -> Answer:
    """Send one request and read the answer; network trouble and nonsense come back as an Answer with `trouble`."""
    stamp = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    fresh = {name: str(uuid.uuid4()) for name in ("message", "lps", "bam")}
    text = ENVELOPE.format(
        action=URN + operation, now=stamp, instance=INSTANCE, body=body, cover=cover, proof=proof, **fresh
    )
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    link = kind(parts.hostname, parts.port, timeout=seconds)
    try:
        link.request(
            "POST",
            parts.path,
            text.encode("utf-8"),
            {"Content-Type": f'application/soap+xml; charset=utf-8; action="{URN}{operation}"'},
        )
        content = link.getresponse().read(1 << 20)
        root = ET.fromstring(content)
    except (OSError, http.client.HTTPException, ET.ParseError, ValueError, LookupError) as error:
        return Answer(None, trouble=f"{type(error).__name__}: {error}")
    finally:
        link.close()
    return read(root)


def read(root: ET.Element) -> Answer:
    """Read an envelope: RESULTAT or fault."""
    fault = first(root, "Fault")
    if fault is not None:
        detail = first(fault, "Erreur")
        code = detail.get("code") if detail is not None else None
        return Answer(
            code, trouble=(detail.text if detail is not None else None) or "INSi a répondu par une erreur"
        )
    result = first(root, "RESULTAT") if first(root, "RESULTAT") is not None else first(root, "Resultat")
    code = said(result, "CodeCR") if result is not None else None
    if code is None:
        return Answer(None, trouble="réponse INSi illisible")
    person = first(result, "INDIVIDU")
    return Answer(code, found=None if person is None else found(person))


def found(person: ET.Element) -> Found:
    """Read INDIVIDU."""
    active, traits = first(person, "INSACTIF"), first(person, "TIQ")
    former = [
        {
            "matricule": matricule(each),
            "oid": said(each, "OID"),
            "start": said(each, "DateDeb"),
            "end": said(each, "DateFin"),
        }
        for each in person
        if local(each) == "INSHISTO"
    ]
    return Found(
        matricule(active),
        said(active, "OID"),
        said(traits, "NomNaissance"),
        said(traits, "ListePrenom"),
        said(traits, "DateNaissance"),
        said(traits, "Sexe"),
        said(traits, "LieuNaissance"),
        tuple(former),
    )


def local(element: ET.Element) -> str:
    """Name without namespace."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def first(root: ET.Element | None, name: str) -> ET.Element | None:
    """First descendant of this name."""
    return None if root is None else next((each for each in root.iter() if local(each) == name), None)


def said(root: ET.Element | None, name: str) -> str | None:
    """Text of the first descendant of this name, None when empty."""
    element = first(root, name)
    return ("".join(element.itertext()).strip() or None) if element is not None else None


def matricule(element: ET.Element | None) -> str | None:
    """13 characters and key, as one text."""
    number, key = said(element, "NumIdentifiant"), said(element, "Cle")
    return number + (key or "") if number else None


def is_matricule(text: str | None) -> bool:
    """Whether these are 15 characters whose key is right."""
    if not re.fullmatch(r"[1-478][0-9]{4}(?:[0-9][0-9]|2[AB])[0-9]{8}", text or ""):
        return False
    digits = text[:13].replace("2A", "19").replace("2B", "18")
    return 97 - int(digits) % 97 == int(text[13:])


def search_body(traits: dict, given: str, *, with_place: bool) -> str:
    """RECSANSVITALE for these traits."""
    place = f"<LieuNaissance>{escape(traits['birth_place'])}</LieuNaissance>" if with_place else ""
    return (
        f'<RECSANSVITALE xmlns="http://www.cnamts.fr/INSiRecSans"><NomNaissance>{escape(traits["birth_name"])}</NomNaissance>'
        f"<Prenom>{escape(given)}</Prenom><Sexe>{traits['sex']}</Sexe><DateNaissance>{traits['birth_date']}</DateNaissance>{place}</RECSANSVITALE>"
    )


def verification_body(identity: dict) -> str:
    """Requete of the unit verification."""
    number = identity["matricule"]
    rows = (
        ("NomNaissance", identity["birth_name"]),
        ("Prenom", identity["first_name"]),
        ("ListePrenom", identity["first_names"]),
        ("Sexe", identity["sex"]),
        ("DateNaissance", identity["birth_date"]),
        ("LieuNaissance", None if identity["birth_place"] == "99999" else identity["birth_place"]),
    )
    traits = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in rows if value)
    return (
        '<Requete xmlns="http://www.cnamts.fr/INSiLot2/REQUnitaire"><IndividuVerifie><INSFourni><IdIndividu>'
        f"<NumIdentifiant>{number[:13]}</NumIdentifiant><Cle>{number[13:]}</Cle></IdIndividu><OID>{identity['oid']}</OID></INSFourni>"
        f"<TraitsIdentiteIndividu>{traits}</TraitsIdentiteIndividu></IndividuVerifie></Requete>"
    )
