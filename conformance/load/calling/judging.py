"""Whether an answer is right, wrong, or no answer at all."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from simulator.contract.names import REP_COLLECT, RESULTAT, SIRAM, SOAP12, VERIFICATION_ANSWER
from simulator.xml import parsed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml import etree

    from conformance.load.calling.expected import Lookup

MAX_ANSWER: Final = 8 * 1024 * 1024
"""No answer of the teleservice comes near: what is longer is none."""

_BODY: Final = f"{{{SOAP12}}}Body"
_ERROR: Final = f"{{{SIRAM}}}Erreur"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What an answer is worth."""

    code: str
    """``00``, ``01``, ``02``, the code of a fault, ``HTTP 503``, ``unreadable``…"""
    problem: str | None = None
    """What was expected and what came; ``None``: right."""
    wrong: bool = False
    """An answer, and not the right one: never to be taken for an error of the service."""


def judge(lookup: Lookup, status: int, answer: bytes) -> Verdict:
    """Return what an answer to a look-up is worth.

    Wrong: the service answered, with something else than what the registry says. An error: no answer (another HTTP
    status than 200, a fault, bytes that are no SOAP envelope).
    """
    root = _read(answer)
    if root is None:
        code = f"HTTP {status}" if status != 200 else "unreadable"  # noqa: PLR2004 - what it stands for is in the line
        return Verdict(code=code, problem=f"{lookup}: expected an answer, got {code}")
    error = root.find(f".//{_ERROR}")
    if error is not None or status != 200:  # noqa: PLR2004 - what it stands for is in the line
        code = (error.get("code") if error is not None else None) or f"HTTP {status}"
        return Verdict(code=code, problem=f"{lookup}: expected an answer, got {code}")
    content = root.find(f"{_BODY}/*")
    check = {"verify": _verification}.get(lookup.operation, _search)
    if content is None:
        return Verdict(code="empty", problem=f"{lookup}: expected an answer, got an empty body")
    code = next((text.text or "" for text in content.iterfind("./{*}CR/{*}CodeCR")), "")
    problem = next(check(lookup, content, code), None)
    if problem is None:
        return Verdict(code=code)
    return Verdict(code=code or "none", problem=f"{lookup}: {problem}", wrong=True)


def read_root(answer: bytes) -> etree._Element | None:
    """Return the SOAP envelope of an answer; ``None`` when it is none."""
    return _read(answer)


def lot_of(root: etree._Element) -> tuple[str | None, str | None, int, dict[str, str]]:
    """Return the id and the state of a lot, how many pages it has, and the codes of the lines of this page."""
    content = root.find(f"{_BODY}/*")
    if content is None:
        return None, None, 0, {}
    lines = {
        line.findtext("{*}IdLigne") or "": line.findtext("{*}CR/{*}CodeCR") or ""
        for line in content.iterfind(f"{{{REP_COLLECT}}}Ligne")
    }
    pages = content.findtext("{*}NbPages") or "0"
    return (
        content.findtext("{*}IdLot"),
        content.findtext("{*}Etat"),
        int(pages) if pages.isdecimal() else 0,
        lines,
    )


def fault_of(root: etree._Element) -> str | None:
    """Return the code of a fault."""
    error = root.find(f".//{_ERROR}")
    return None if error is None else error.get("code")


def _read(answer: bytes) -> etree._Element | None:
    if len(answer) > MAX_ANSWER:
        return None
    root = parsed(answer, remove_comments=True, remove_pis=True)
    return root if root is not None and root.tag == f"{{{SOAP12}}}Envelope" else None


def _verification(lookup: Lookup, content: etree._Element, code: str) -> Iterator[str]:
    if content.tag != f"{{{VERIFICATION_ANSWER}}}Resultat":
        yield f"expected Resultat, got {content.tag!s}"
    if code != lookup.code:
        yield f"expected CodeCR {lookup.code}, got {code}"


def _search(lookup: Lookup, content: etree._Element, code: str) -> Iterator[str]:
    if content.tag != f"{{{RESULTAT}}}RESULTAT":
        yield f"expected RESULTAT, got {content.tag!s}"
    if code != lookup.code:
        yield f"expected CodeCR {lookup.code}, got {code}"
    individual = content.find(f"{{{RESULTAT}}}INDIVIDU")
    if lookup.code != "00":
        if individual is not None:
            number = individual.findtext(f".//{{{RESULTAT}}}NumIdentifiant")
            yield f"expected nobody, got the matricule {number}"
        return
    if individual is None:
        yield "expected an INDIVIDU, got none"
        return
    yield from _identity(lookup, individual)


def _identity(lookup: Lookup, individual: etree._Element) -> Iterator[str]:
    active, traits = f"{{{RESULTAT}}}INSACTIF", f"{{{RESULTAT}}}TIQ"
    within = f"{{{RESULTAT}}}IdIndividu/{{{RESULTAT}}}"
    matricule = lookup.matricule or ""
    for name, path, expected in (
        ("NumIdentifiant", f"{active}/{within}NumIdentifiant", matricule[:13]),
        ("Cle", f"{active}/{within}Cle", matricule[13:]),
        ("OID", f"{active}/{{{RESULTAT}}}OID", lookup.oid),
        ("NomNaissance", f"{traits}/{{{RESULTAT}}}NomNaissance", lookup.birth_name),
        ("ListePrenom", f"{traits}/{{{RESULTAT}}}ListePrenom", lookup.first_names),
        ("Sexe", f"{traits}/{{{RESULTAT}}}Sexe", lookup.sex),
        ("DateNaissance", f"{traits}/{{{RESULTAT}}}DateNaissance", lookup.birth_date),
        ("LieuNaissance", f"{traits}/{{{RESULTAT}}}LieuNaissance", lookup.place_answered),
    ):
        found = individual.findtext(path)
        if found != expected:
            yield f"expected {name} {expected}, got {found}"
    former = [
        (
            (each.findtext(f"{within}NumIdentifiant") or "") + (each.findtext(f"{within}Cle") or ""),
            each.findtext(f"{{{RESULTAT}}}OID"),
        )
        for each in individual.iterfind(f"{{{RESULTAT}}}INSHISTO")
    ]
    expected_former = [(each.matricule, each.oid) for each in lookup.history]
    if Counter(former) != Counter(expected_former):
        yield f"expected INSHISTO {expected_former}, got {former}"
