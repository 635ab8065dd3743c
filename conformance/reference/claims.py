"""The verification of an INS on the wire: one identity at once, or a lot of them (WS_INS3 to WS_INS5). Pure.

Nothing of these formats is public but the name of the unit operation, the namespace of its answer and the parts of an
identity (insi-contract §2.4 and §2.5). The rest is **inferred**, and is that of the simulator of the bench: a vendor who
has the real contract follows that one.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from lxml import etree

from conformance.reference.soap import Reply, ReplyKind, add, envelope_xml, failure, read_body

if TYPE_CHECKING:
    from collections.abc import Mapping

UNIT_REQUEST = "http://www.cnamts.fr/INSiLot2/REQUnitaire"
UNIT_ANSWER = "http://www.cnamts.fr/INSiLot2/REPUnitaire"
DEPOSIT_REQUEST = "http://www.cnamts.fr/INSiLot2/REQDepot"
DEPOSIT_ANSWER = "http://www.cnamts.fr/INSiLot2/REPDepot"
COLLECTION_REQUEST = "http://www.cnamts.fr/INSiLot2/REQCollecte"
COLLECTION_ANSWER = "http://www.cnamts.fr/INSiLot2/REPCollecte"

_ACTIONS = "urn:ServiceIdentiteCertifiee:1.0.0:"
UNIT_ACTION = f"{_ACTIONS}verifierInsAvecTraitsIdentite"
DEPOSIT_ACTION = f"{_ACTIONS}deposerLotIdentites"
COLLECTION_ACTION = f"{_ACTIONS}collecterLotIdentites"

FINISHED = "TERMINE"
"""The state of a lot all of whose lines are done."""

MAX_PAGES = 1000
"""A lot of more pages is not read to its end."""

KEY_DIGITS = 2
"""How many of the 15 characters of a matricule are its key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """An identity to verify: this INS is said to be that of these traits."""

    matricule: str
    """15 characters, key included."""
    oid: str
    birth_name: str
    first_name: str
    first_names: str | None = None
    birth_date: str
    sex: str
    birth_place: str | None = None


class Result(StrEnum):
    """What a verification says."""

    OK = "OK"
    KO = "KO"
    ERROR = "ERROR"
    """Nothing: a fault, no answer, or a code that is neither. Never taken for a KO (ERR-02)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """The result of one line of a lot."""

    line_id: str
    code: str | None
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One answer to the collection of a lot."""

    is_finished: bool
    pages: int
    lines: tuple[Line, ...]


_RESULTS = {"00": Result.OK, "01": Result.KO}


def result_of(code: str | None, kind: ReplyKind = ReplyKind.ANSWER) -> Result:
    """Return what an answer code says: OK and KO are known, everything else is an error."""
    if kind is not ReplyKind.ANSWER:
        return Result.ERROR
    return _RESULTS.get(code or "", Result.ERROR)


def claim_of(values: Mapping[str, str | None]) -> Claim | None:
    """Return the claim that identity fields make, ``None`` when the INS or a trait is missing.

    The first given name is that of the list, which came with the INS: the 1er prénom is the user's, and may be written
    otherwise (RSP-06). Sending that one would have a right INS answered KO.
    """
    first_names = values.get("first_names")
    first_name = (first_names or "").partition(" ")[0] or values.get("first_name")
    needed = {
        name: values.get(name) or "" for name in ("matricule", "oid", "birth_name", "birth_date", "sex")
    }
    if not first_name or not all(needed.values()):
        return None
    return Claim(
        **needed,
        first_name=first_name,
        first_names=first_names or None,
        birth_place=values.get("birth_place") or None,
    )


def unit_xml(claim: Claim, *, instance: str) -> bytes:
    """Return the request that verifies one identity (WS_INS3)."""
    request = etree.Element(f"{{{UNIT_REQUEST}}}Requete", nsmap={"insi": UNIT_REQUEST})
    _individual(request, UNIT_REQUEST, claim)
    return envelope_xml(request, action=UNIT_ACTION, instance=instance)


def deposit_xml(claims: Mapping[str, Claim], *, instance: str) -> bytes:
    """Return the request that deposits a lot (WS_INS4): claims by the identifier of their line."""
    request = etree.Element(f"{{{DEPOSIT_REQUEST}}}Requete", nsmap={"insi": DEPOSIT_REQUEST})
    for line_id, claim in claims.items():
        line = add(request, DEPOSIT_REQUEST, "Ligne")
        add(line, DEPOSIT_REQUEST, "IdLigne", line_id)
        _individual(line, DEPOSIT_REQUEST, claim)
    return envelope_xml(request, action=DEPOSIT_ACTION, instance=instance)


def collection_xml(lot_id: str, page: int, *, instance: str) -> bytes:
    """Return the request that collects one page of a lot (WS_INS5); pages count from 1."""
    request = etree.Element(f"{{{COLLECTION_REQUEST}}}Requete", nsmap={"insi": COLLECTION_REQUEST})
    add(request, COLLECTION_REQUEST, "IdLot", lot_id)
    add(request, COLLECTION_REQUEST, "Page", str(page))
    return envelope_xml(request, action=COLLECTION_ACTION, instance=instance)


def read_unit(status: int, content: bytes) -> Reply:
    """Return what the answer to a unit verification says; no trait ever comes with it."""
    result = _result(status, content, UNIT_ANSWER)
    if isinstance(result, Reply):
        return result
    code, message = _report(result, UNIT_ANSWER)
    return Reply(kind=ReplyKind.ANSWER, code=code, message=message)


def read_deposit(status: int, content: bytes) -> str | Reply:
    """Return the identifier of the lot, or why it was not taken."""
    result = _result(status, content, DEPOSIT_ANSWER)
    if isinstance(result, Reply):
        return result
    lot_id = (result.findtext(f"{{{DEPOSIT_ANSWER}}}IdLot") or "").strip()
    return lot_id or failure("le lot déposé n'a pas reçu d'identifiant")


def read_collection(status: int, content: bytes) -> Page | Reply:
    """Return one page of the results of a lot, or why there is none."""
    result = _result(status, content, COLLECTION_ANSWER)
    if isinstance(result, Reply):
        return result
    pages = (result.findtext(f"{{{COLLECTION_ANSWER}}}NbPages") or "").strip()
    if not (pages.isascii() and pages.isdecimal() and 1 <= int(pages[:9]) <= MAX_PAGES):
        return failure(f"nombre de pages inexploitable : {pages[:20]!r}")
    lines = []
    for line in result.iterfind(f"{{{COLLECTION_ANSWER}}}Ligne"):
        code, message = _report(line, COLLECTION_ANSWER)
        line_id = (line.findtext(f"{{{COLLECTION_ANSWER}}}IdLigne") or "").strip()
        lines.append(Line(line_id=line_id, code=code, message=message))
    state = (result.findtext(f"{{{COLLECTION_ANSWER}}}Etat") or "").strip()
    return Page(is_finished=state == FINISHED, pages=int(pages), lines=tuple(lines))


def _individual(parent: etree._Element, namespace: str, claim: Claim) -> None:
    individual = add(parent, namespace, "IndividuVerifie")
    ins = add(individual, namespace, "INSFourni")
    number = add(ins, namespace, "IdIndividu")
    add(number, namespace, "NumIdentifiant", claim.matricule[:-KEY_DIGITS])
    add(number, namespace, "Cle", claim.matricule[-KEY_DIGITS:])
    add(ins, namespace, "OID", claim.oid)
    traits = add(individual, namespace, "TraitsIdentiteIndividu")
    add(traits, namespace, "NomNaissance", claim.birth_name)
    add(traits, namespace, "Prenom", claim.first_name)
    if claim.first_names:
        add(traits, namespace, "ListePrenom", claim.first_names)
    add(traits, namespace, "Sexe", claim.sex)
    add(traits, namespace, "DateNaissance", claim.birth_date)
    if claim.birth_place:
        add(traits, namespace, "LieuNaissance", claim.birth_place)


def _result(status: int, content: bytes, namespace: str) -> etree._Element | Reply:
    body = read_body(status, content)
    if isinstance(body, Reply):
        return body
    result = body.find(f"{{{namespace}}}Resultat")
    if result is None:
        return failure(f"la réponse (HTTP {status}) ne contient ni Resultat ni Fault")
    return result


def _report(parent: etree._Element, namespace: str) -> tuple[str | None, str]:
    """Return the code of a CR and its label."""
    code = parent.findtext(f"{{{namespace}}}CR/{{{namespace}}}CodeCR") or ""
    label = parent.findtext(f"{{{namespace}}}CR/{{{namespace}}}LibelleCR") or ""
    return code.strip() or None, label.strip()
