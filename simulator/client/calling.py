"""Making the calls that show a scenario, as a client of the SOAP address, and comparing what comes back."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final
from xml.sax.saxutils import escape

from simulator.contract.names import (
    RECSANS,
    RECVIT,
    REQ_COLLECT,
    REQ_DEPOSIT,
    RESULTAT,
    SIRAM,
    SOAP12,
    VERIFICATION_REQUEST,
    Operation,
)
from simulator.contract.request import Software, write_request
from simulator.security.tls import usual_tls
from simulator.xml import parsed

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator, Mapping

    from lxml import etree

    from simulator.registry.person import Person
    from simulator.scripting.model import Step

IDAM: Final = "BANCINSI0001"
"""A fictional authorisation number."""

_SOFTWARE: Final = Software(
    idam=IDAM, version="1.0", instance="banc-scenario-run", name="urn:lps:banc-insi:1.0"
)
_ISSUER: Final = "BANC"

_DEFAULT: Final = {"birth_name": "ADRUN", "first_names": "ZOE", "sex": "F", "birth_date": "1975-12-31"}
"""The public test person asked for when a step names nobody."""

SILENT_AFTER_S: Final = 2.0
"""How long a step waits before it calls a service silent."""

_FAULT_STATUS: Final = 500
_ROLE: Final = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came back from one call."""

    transport: str
    """``answered``, ``broken`` or ``silent``."""
    seconds: float
    status: int = 0
    content_type: str = ""
    body: bytes = b""


def request_of(ask: Mapping[str, Any], people: Mapping[str, Person]) -> bytes:
    """Return the request of a step: see ``ask`` in the schema of scenarios."""
    if "body" in ask:
        return str(ask["body"]).encode()
    operation = Operation(ask.get("operation", Operation.SEARCH_BY_TRAITS))
    person = people[ask["person"]] if "person" in ask else None
    traits = _traits(person) | {name: ask[name] for name in (*_DEFAULT, "birth_place") if name in ask}
    software = replace(_SOFTWARE, idam=ask["idam"]) if "idam" in ask else _SOFTWARE
    content = _BODIES[operation](ask, person, traits)
    return write_request(operation, content, software=software, issuer=_ISSUER).encode()


def send(
    url: str,
    body: bytes,
    *,
    headers: Mapping[str, str] | None = None,
    wait: float = 0.0,
    tls: ssl.SSLContext | None = None,
) -> Reply:
    """Post one request.

    Args:
        url: the SOAP address.
        body: the request.
        headers: more than the Content-Type, or another one.
        wait: how many seconds the answer is expected to take.
        tls: whom to trust and which certificate to show, on a TLS port.
    """
    import httpx  # noqa: PLC0415 - slow to import, and no campaign makes such a call

    started = time.monotonic()
    typed = {"Content-Type": "application/soap+xml; charset=utf-8", **(headers or {})}
    try:
        # A proxy of the environment must never see local test traffic.
        answer = httpx.post(
            url,
            content=body,
            headers=typed,
            timeout=wait + SILENT_AFTER_S,
            trust_env=False,
            verify=tls or usual_tls(),
        )
    except httpx.TimeoutException:
        return Reply(transport="silent", seconds=time.monotonic() - started)
    except (httpx.TransportError, httpx.DecodingError):
        return Reply(transport="broken", seconds=time.monotonic() - started)
    return Reply(
        transport="answered",
        seconds=time.monotonic() - started,
        status=answer.status_code,
        content_type=answer.headers.get("content-type", ""),
        body=answer.content,
    )


def play(
    step: Step, url: str, people: Mapping[str, Person], *, tls: ssl.SSLContext | None = None
) -> Iterator[tuple[Reply, list[str]]]:
    """Make the calls of a step; yield each reply with how it differs from what the step expects."""
    for _ in range(step.times):
        reply = send(
            url,
            request_of(step.ask, people),
            headers=step.ask.get("headers"),
            wait=float(step.expect.get("at_least", 0)),
            tls=tls,
        )
        yield reply, list(differences(step.expect, reply, people))


def differences(expect: Mapping[str, Any], reply: Reply, people: Mapping[str, Person]) -> Iterator[str]:
    """Yield how a reply differs from what is expected, in English."""
    transport = expect.get("transport", "answered")
    if reply.transport != transport:
        yield f"expected the transport {transport}, got {reply.transport}"
        return
    least = float(expect.get("at_least", 0))
    if reply.seconds < least:
        yield f"expected at least {least} s, got {reply.seconds:.2f} s"
    if transport != "answered":
        return
    code = expect.get("code")
    default = _FAULT_STATUS if code is not None and "_" in code else 200
    if reply.status != expect.get("http_status", default):
        yield f"expected HTTP {expect.get('http_status', default)}, got {reply.status}"
    media = reply.content_type.partition(";")[0].strip()
    if "content_type" in expect and media != expect["content_type"]:
        yield f"expected the media type {expect['content_type']}, got {media}"
    text = reply.body.decode("utf-8", "replace")
    for wanted in expect.get("contains", ()):
        if wanted not in text:
            yield f"expected {wanted!r} in the answer, got {text[:400]!r}"
    for unwanted in expect.get("lacks", ()):
        if unwanted in text:
            yield f"expected no {unwanted!r} in the answer, got it"
    yield from _content(expect, reply.body, people)


def _content(expect: Mapping[str, Any], body: bytes, people: Mapping[str, Person]) -> Iterator[str]:
    root = _read(body)
    if root is None:
        if expect.get("readable", True):
            yield f"expected a SOAP envelope, got {body[:80]!r}"
        return
    if not expect.get("readable", True):
        yield "expected bytes that are no SOAP envelope, got one"
    for name, (path, meaning) in _FIELDS.items():
        if name in expect:
            found = root.findtext(f".//{path}", None)
            wanted = _meant(expect[name], meaning, people)
            if found != wanted:
                yield f"expected {name} {wanted!r}, got {found!r}"
    if "history" in expect:
        path = f".//{{{RESULTAT}}}INSHISTO/{{{RESULTAT}}}IdIndividu/{{{RESULTAT}}}NumIdentifiant"
        numbers = [element.text for element in root.iterfind(path)]
        expected = [_meant(number, "number", people) for number in expect["history"]]
        if numbers != expected:
            yield f"expected the history {expected}, got {numbers}"
    if "code" in expect and code_of(root) != expect["code"]:
        yield f"expected the code {expect['code']}, got {code_of(root)}"


def code_of(root: etree._Element) -> str | None:
    """Return the CodeCR of an answer, or the code of a fault."""
    error = root.find(f".//{{{SIRAM}}}Erreur")
    if error is not None:
        return error.get("code")
    return next((element.text for element in root.iterfind(".//{*}CodeCR")), None)


def _read(body: bytes) -> etree._Element | None:
    root = parsed(body)
    return root if root is not None and root.tag == f"{{{SOAP12}}}Envelope" else None


_FIELDS: Final = {
    "number": (f"{{{RESULTAT}}}INSACTIF/{{{RESULTAT}}}IdIndividu/{{{RESULTAT}}}NumIdentifiant", "number"),
    "oid": (f"{{{RESULTAT}}}INSACTIF/{{{RESULTAT}}}OID", "oid"),
    "birth_name": (f"{{{RESULTAT}}}TIQ/{{{RESULTAT}}}NomNaissance", "birth_name"),
}


def _meant(text: str, meaning: str, people: Mapping[str, Person]) -> str:
    """Return a text with each role in braces replaced by the value of that person."""

    def value(match: re.Match[str]) -> str:
        person = people.get(match[1])
        if person is None:
            return match[0]
        identity = person.identity
        return {
            "number": identity.matricule.number,
            "oid": identity.oid,
            "birth_name": identity.traits.birth_name,
        }[meaning]

    return _ROLE.sub(value, text)


def _traits(person: Person | None) -> dict[str, str]:
    if person is None:
        return dict(_DEFAULT)
    traits = person.identity.traits
    return {
        "birth_name": traits.birth_name,
        "first_names": person.first_name,
        "sex": traits.sex,
        "birth_date": traits.birth_date,
    }


def _element(name: str, value: str | None) -> str:
    return "" if value is None else f"<{name}>{escape(value)}</{name}>"


def _five(traits: Mapping[str, str]) -> str:
    return (
        _element("NomNaissance", traits["birth_name"])
        + _element("Prenom", traits["first_names"])
        + _element("Sexe", traits["sex"])
        + _element("DateNaissance", traits["birth_date"])
        + _element("LieuNaissance", traits.get("birth_place"))
    )


def _search(_ask: Mapping[str, Any], _person: Person | None, traits: Mapping[str, str]) -> str:
    return f'<RECSANSVITALE xmlns="{RECSANS}">{_five(traits)}</RECSANSVITALE>'


def _card(ask: Mapping[str, Any], person: Person | None, traits: Mapping[str, str]) -> str:
    card = None if person is None else person.card
    number = ask.get("number") or (card.insured_number if card else "2770763220829")
    rank = card.birth_rank if card else "1"
    return (
        f'<RECVITALE xmlns="{RECVIT}"><MatriculeOD>{_element("NumIdentifiant", number)}</MatriculeOD>'
        f"{_element('DateNaissance', traits['birth_date'])}{_element('RangNaissance', rank)}</RECVITALE>"
    )


def _claim(ask: Mapping[str, Any], person: Person | None, traits: Mapping[str, str]) -> str:
    number, key, oid = "2751263220749", "74", "1.2.250.1.213.1.4.10"
    if person is not None:
        identity = person.identity
        number, key, oid = identity.matricule.number, identity.matricule.key, identity.oid
    number = ask.get("number", number)
    return (
        f"<IndividuVerifie><INSFourni><IdIndividu>{_element('NumIdentifiant', number)}{_element('Cle', key)}"
        f"</IdIndividu>{_element('OID', oid)}</INSFourni><TraitsIdentiteIndividu>{_five(traits)}"
        "</TraitsIdentiteIndividu></IndividuVerifie>"
    )


def _verification(ask: Mapping[str, Any], person: Person | None, traits: Mapping[str, str]) -> str:
    return f'<Requete xmlns="{VERIFICATION_REQUEST}">{_claim(ask, person, traits)}</Requete>'


def _deposit(ask: Mapping[str, Any], person: Person | None, traits: Mapping[str, str]) -> str:
    line = f"<Ligne><IdLigne>1</IdLigne>{_claim(ask, person, traits)}</Ligne>"
    return f'<Requete xmlns="{REQ_DEPOSIT}">{line}</Requete>'


def _collection(ask: Mapping[str, Any], _person: Person | None, _traits: Mapping[str, str]) -> str:
    return f'<Requete xmlns="{REQ_COLLECT}">{_element("IdLot", ask.get("number", "none"))}</Requete>'


_BODIES: Final = {
    Operation.SEARCH_BY_TRAITS: _search,
    Operation.SEARCH_BY_CARD: _card,
    Operation.VERIFY: _verification,
    Operation.DEPOSIT_LOT: _deposit,
    Operation.COLLECT_LOT: _collection,
}
