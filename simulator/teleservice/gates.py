"""What refuses a call before anything is searched; each gate raises the fault of its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.contract.faults import FaultError
from simulator.contract.headers import NOT_UNDERSTOOD
from simulator.contract.parsing import COMPRESSED
from simulator.teleservice.freshness import FORM_CODES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from simulator.contract.messages import Call, Finding
    from simulator.sessions.store import Session
    from simulator.teleservice.wire import WireRequest


def check_transfer(request: WireRequest) -> None:
    """Refuse what must not be parsed.

    A compressed request: nothing is inflated, so nothing can blow up (inferred, insi-contract §10.10). A call whose tree
    would cost too much: the fault of a body that is too large.
    """
    encoding = request.headers.get("content-encoding", "")
    if encoding.lower() not in {"", "identity"}:
        raise FaultError(
            "desir_9001", f"expected no Content-Encoding, got {encoding[:40]!r}", label=COMPRESSED
        )
    if request.too_large:
        raise FaultError("desir_9004", request.too_large)


def check_understood(findings: Iterable[Finding], session: Session) -> None:
    """Refuse a mandatory header block that is not understood, before anything else is looked at (SOAP 1.2 part 1, §2.6).

    In strict sessions, and where the profile says so; else it is a finding. What the gateway does is not established.
    """
    if session.settings.strictness != "strict" and session.profile.not_understood == "finding":
        return
    for finding in findings:
        if finding.code == NOT_UNDERSTOOD:
            raise FaultError("desir_9012", finding.en)


def refuse_departures(findings: Iterable[Finding], repeated: Iterable[Finding]) -> None:
    """Refuse, in a strict session, what a homologation examiner would (inferred faults)."""
    for finding in repeated:
        raise FaultError("desir_9010", f"strict session: {finding.en}")
    for finding in findings:
        if finding.code in FORM_CODES:
            raise FaultError("desir_9011", f"strict session: {finding.en}")


def check_software(call: Call, session: Session) -> None:
    """Refuse a software without authorisation number, or not in the list of the session (desir_550)."""
    idam = call.contexts.idam
    if idam is None:
        raise FaultError("desir_550", "expected an authorisation number in ContexteLPS/LPS/IDAM, got none")
    if session.settings.idams is not None and idam not in session.settings.idams:
        raise FaultError("desir_550", f"the authorisation number {idam!r} is not in the list of the session")
