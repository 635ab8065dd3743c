"""Who calls the DMP: its VIHF, verified against the authorities of the bench, and held against what is asked.

What each session asks for is set as for INSi: ``authentication`` ``optional`` or ``required``, ``strictness`` ``lenient`` or
``strict``. A signature that does not hold is refused whatever they say. All of it is inferred.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from simulator.contract.evidence import EvidenceLevel
from simulator.contract.messages import Finding
from simulator.security.refusals import AssertionRefusal, AssertionRefusedError
from simulator.security.vihf import DMP_URN, Vihf, find_vihf, read_vihf, verify_vihf
from simulator.sinks.dmp.deciding import ins_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml import etree

    from simulator.security import TrustStore
    from simulator.sessions.store import Session
    from simulator.sinks.dmp.reading import Submission

_SUBCODES: Final = {
    AssertionRefusal.SIGNATURE_INVALID: "FailedCheck",
    AssertionRefusal.SIGNATURE_FORM: "FailedCheck",
    AssertionRefusal.ALGORITHM: "FailedCheck",
    AssertionRefusal.CERTIFICATE: "FailedAuthentication",
    AssertionRefusal.NOT_SIGNED: "FailedAuthentication",
    AssertionRefusal.ABSENT: "InvalidSecurity",
    AssertionRefusal.SEVERAL: "InvalidSecurity",
}
"""Fault codes of WS-Security, from memory; ``InvalidSecurityToken`` for the rest."""


class VihfRefusedError(Exception):
    """A VIHF is refused; the message says what was expected and what came, ``subcode`` is that of the fault."""

    def __init__(self, reason: AssertionRefusal, cause: str) -> None:
        """Keep both."""
        self.subcode = _SUBCODES.get(reason, "InvalidSecurityToken")
        super().__init__(f"VIHF: {cause}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who calls, as far as it is known."""

    vihf: Vihf | None = None
    """``None``: the message has none."""
    signer: str = ""
    """CN of the certificate whose signature holds; empty: nothing is proved."""
    findings: tuple[Finding, ...] = ()

    @property
    def patient(self) -> str:
        """The patient that the VIHF names, empty when it names none."""
        return "" if self.vihf is None else self.vihf.patient

    @property
    def mode(self) -> str:
        """As the journal names it."""
        return "vihf" if self.signer else "none"


def identify(root: etree._Element, trust: TrustStore | None, session: Session | None) -> Caller:
    """Return who sends a message.

    Args:
        root: its envelope.
        trust: the authorities of the bench; ``None``: no signature can be verified.
        session: whose settings count; ``None``: nothing is asked for.

    Raises:
        VihfRefusedError: the signature does not hold, or what the session asks for is not there.
    """
    settings = None if session is None else session.settings
    asks = settings is not None and (settings.authentication == "required" or settings.strictness == "strict")
    try:
        assertion = find_vihf(root)
        if assertion is None:
            return _without(
                asks=asks,
                reason=AssertionRefusal.ABSENT,
                cause="expected an assertion in wsse:Security, got none",
            )
        vihf = read_vihf(assertion)
        if not vihf.is_signed:
            cause = "expected a signed assertion, got no Signature"
            return _without(asks=asks, reason=AssertionRefusal.NOT_SIGNED, cause=cause, vihf=vihf)
        if trust is None or settings is None:
            cause = (
                "the simulator was started without a PKI and cannot verify a signature; make one with banc pki init "
                "and start banc serve --pki DIR"
            )
            return _without(asks=asks, reason=AssertionRefusal.CERTIFICATE, cause=cause, vihf=vihf)
        vihf, signer = verify_vihf(assertion, trust, settings.now())
    except AssertionRefusedError as error:
        raise VihfRefusedError(error.reason, error.cause) from error
    return Caller(vihf=vihf, signer=signer, findings=tuple(_content_findings(vihf)))


def _without(*, asks: bool, reason: AssertionRefusal, cause: str, vihf: Vihf | None = None) -> Caller:
    if asks:
        raise VihfRefusedError(reason, cause)
    findings = () if vihf is None else tuple(_content_findings(vihf))
    return Caller(vihf=vihf, findings=(_UNPROVED[reason], *findings))


def _content_findings(vihf: Vihf) -> Iterator[Finding]:
    if vihf.missing:
        names = ", ".join(vihf.missing)
        yield Finding(
            code="vihf-attributes",
            fr=f"VIHF : attributs absents ou vides : {names}",
            en=f"VIHF: attributes missing or empty: {names}",
            evidence=EvidenceLevel.REPORTED,
        )
    resource = vihf.attribute("Ressource_URN")
    if resource and resource != DMP_URN:
        yield Finding(
            code="vihf-resource",
            fr=f"VIHF : Ressource_URN {DMP_URN} attendu, reçu {resource}",
            en=f"VIHF: expected Ressource_URN {DMP_URN}, got {resource}",
            evidence=EvidenceLevel.REPORTED,
        )


def submission_findings(vihf: Vihf | None, submission: Submission) -> Iterator[Finding]:
    """Yield where a submission and the VIHF say different things, beside the patient, which is an error of its own."""
    authors = {author for entry in submission.entries for author in entry.author_ids if author}
    if vihf is not None and vihf.name_id and authors and vihf.name_id not in authors:
        named = ", ".join(sorted(authors))
        yield Finding(
            code="vihf-author",
            fr=f"l'auteur des documents ({named}) n'est pas le professionnel du VIHF ({vihf.name_id})",
            en=f"the author of the documents ({named}) is not the professional of the VIHF ({vihf.name_id})",
            evidence=EvidenceLevel.INFERRED,
        )


def patient_finding(vihf: Vihf | None, asked: str) -> Iterator[Finding]:
    """Yield the finding of a patient asked about (a CX) who is not that of the VIHF."""
    named = "" if vihf is None else vihf.patient
    if named and ins_of(named) != ins_of(asked):
        yield Finding(
            code="vihf-patient",
            fr=f"le VIHF nomme un autre patient ({named}) que la demande ({asked})",
            en=f"the VIHF names another patient ({named}) than the request ({asked})",
            evidence=EvidenceLevel.REPORTED,
        )


_UNPROVED: Final = {
    AssertionRefusal.ABSENT: Finding(
        code="vihf-missing",
        fr="Aucun VIHF : le vrai DMP en demande un",
        en="No VIHF: the real DMP wants one",
        evidence=EvidenceLevel.INFERRED,
    ),
    AssertionRefusal.NOT_SIGNED: Finding(
        code="vihf-not-signed",
        fr="VIHF sans signature : le vrai DMP en demande une",
        en="VIHF without a signature: the real DMP wants one",
        evidence=EvidenceLevel.INFERRED,
    ),
    AssertionRefusal.CERTIFICATE: Finding(
        code="vihf-not-verified",
        fr="VIHF signé, signature non vérifiée : le simulateur n'a pas de PKI (banc serve --pki)",
        en="Signed VIHF, signature not verified: the simulator has no PKI (banc serve --pki)",
        evidence=EvidenceLevel.INFERRED,
    ),
}
