"""Contextual access to the DMP (TD0.9): a browser that the software opens on the record of one patient.

Evidence: that it exists and is for an identity qualifiée only is seen (SC.DMP.07.LGO); its wire is **not established**.
Inferred here: an HTTP GET or POST of ``/dmp/acces`` that names the patient by ``ins`` (the matricule, or a whole CX) and
``oid``, or by a VIHF in ``vihf`` (the assertion, or a message around it, in base64 or as it is), or by both.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl

from simulator.contract.evidence import EvidenceLevel
from simulator.contract.soap import envelope
from simulator.sinks.dmp.caller import Caller, VihfRefusedError, identify
from simulator.sinks.dmp.deciding import INS_OIDS, ins_of, is_matricule
from simulator.sinks.dmp.outcome import Outcome
from simulator.sinks.dmp.reading import MAX_TAGS
from simulator.sinks.dmp.recording import Texts, named_of, vihf_texts
from simulator.sinks.dmp.wire import DmpAnswer
from simulator.xml import parsed, without_declaration

if TYPE_CHECKING:
    from lxml import etree

    from simulator.contract.messages import Finding
    from simulator.security import TrustStore
    from simulator.sessions.store import Session
    from simulator.sinks.dmp.wire import DmpRequest

_MOST_FIELDS: Final = 50
_LONGEST: Final = 64 * 1024
"""Bytes of a form, and of an assertion in it."""
OPERATION: Final = "TD0.9"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A contextual access as it was understood, and what the DMP answers by itself."""

    outcome: Outcome
    texts: Texts
    caller: Caller
    findings: tuple[Finding, ...]


class _RefusedError(Exception):
    """The page is not shown; the message says what was expected and what came."""

    def __init__(self, status: int, cause: str) -> None:
        self.status = status
        super().__init__(cause)


def opened_page(request: DmpRequest, trust: TrustStore | None, session: Session | None) -> Opened:
    """Return what a contextual access asks, and the page that answers it."""
    caller, patient = Caller(), ""
    try:
        fields = _fields(request)
        caller = _caller(fields.get("vihf", ""), trust, session)
        patient = _patient(fields, caller)
        answer = _page(200, "Dossier médical partagé (simulation)", f"Dossier du patient {patient} ouvert.")
        outcome = _outcome(answer, "200", patient)
    except (_RefusedError, VihfRefusedError) as error:
        status = error.status if isinstance(error, _RefusedError) else 403
        outcome = _outcome(
            _page(status, "Accès refusé (simulation)", str(error)), str(status), patient, str(error)
        )
    texts = vihf_texts(caller.vihf) if caller.vihf is not None else {}
    return Opened(
        outcome=outcome,
        texts=Texts(texts=texts, named=named_of(patient)),
        caller=caller,
        findings=caller.findings,
    )


def _fields(request: DmpRequest) -> dict[str, str]:
    """Return the fields of the address and of the form; a body that is XML is the VIHF itself."""
    body = request.body[: _LONGEST + 1]
    if len(request.query) > _LONGEST or len(body) > _LONGEST:
        raise _RefusedError(413, f"expected at most {_LONGEST} bytes, got more")
    form: list[tuple[str, str]] = []
    try:
        if body.lstrip().startswith(b"<"):
            form = [("vihf", body.decode("utf-8", "replace"))]
        elif body:
            form = parse_qsl(body.decode("utf-8", "replace"), max_num_fields=_MOST_FIELDS)
        return dict([*parse_qsl(request.query, max_num_fields=_MOST_FIELDS), *form])
    except ValueError as error:
        raise _RefusedError(400, f"expected at most {_MOST_FIELDS} fields, got more") from error


def _caller(text: str, trust: TrustStore | None, session: Session | None) -> Caller:
    root = _message(text) if text else None
    if text and root is None:
        raise _RefusedError(400, "expected an assertion in vihf, got what is no XML")
    if root is None:
        root = parsed(envelope("").encode())
    assert root is not None  # noqa: S101 - our own message
    return identify(root, trust, session)


def _message(text: str) -> etree._Element | None:
    """Return the envelope around an assertion; one is put around it when it comes alone."""
    if not text.lstrip().startswith("<"):
        try:
            text = base64.b64decode("".join(text.split()), validate=True).decode("utf-8")
        except (binascii.Error, ValueError):
            return None
    text = without_declaration(text)
    if text.count("<") > MAX_TAGS or "<!DOCTYPE" in text:
        return None
    root = parsed(text.encode("utf-8", "replace"))
    if root is None or str(root.tag).endswith("}Envelope"):
        return root
    return parsed(envelope("", header=text).encode("utf-8", "replace"))


def _patient(fields: dict[str, str], caller: Caller) -> str:
    """Return the patient whose record is opened, a CX; the form and the VIHF must not contradict each other."""
    asked = fields.get("ins", "").strip()[:400]
    if asked and "^" not in asked:
        asked = f"{asked}^^^&{fields.get('oid', '').strip()[:100]}&ISO^NH"
    named = caller.patient
    if asked and named and ins_of(asked) != ins_of(named):
        raise _RefusedError(403, f"expected one patient, got {asked} asked for and {named} in the VIHF")
    patient = asked or named
    found = ins_of(patient)
    if found is None or found[1] not in INS_OIDS or not is_matricule(found[0]):
        raise _RefusedError(
            400, f"expected a matricule INS with its OID in ins and oid, or in the VIHF, got {patient!r:.120}"
        )
    return patient


def _outcome(answer: DmpAnswer, code: str, patient: str, cause: str = "") -> Outcome:
    return Outcome(
        operation=OPERATION,
        answer=answer,
        code=code,
        is_answer=not cause,
        cause=cause,
        evidence=EvidenceLevel.INFERRED,
        facts={"asked": patient, **({"problem": cause} if cause else {})},
        asked={"patient_id": patient},
    )


def _page(status: int, title: str, text: str) -> DmpAnswer:
    body = (
        "<!DOCTYPE html>\n<html lang='fr'><head><meta charset='utf-8'>"
        f"<title>{escape(title)}</title></head><body><h1>{escape(title)}</h1><p>{escape(text)}</p>"
        "<p>Page du banc d'essai : la forme de l'accès contextuel est déduite.</p></body></html>\n"
    )
    content_type = "text/html; charset=utf-8"
    return DmpAnswer(
        status=status,
        content_type=content_type,
        body=body.encode("utf-8", "replace"),
        headers=(
            ("Content-Type", content_type),
            ("Content-Security-Policy", "default-src 'none'"),
            ("X-Content-Type-Options", "nosniff"),
        ),
    )
