"""Documents that really leave: TD0.2 and ITI-41 to the DMP, SMTP to the MSSanté operator, at the addresses of the settings.

Without an address nothing is called, as in a pharmacy that has not subscribed: a sending then only says what would leave.
"""

from __future__ import annotations

import smtplib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4
from xml.sax.saxutils import quoteattr

from conformance.drivers.partners import Channel, SendingOutcome
from conformance.reference import settings
from conformance.reference.papers.leaving import SENDER, is_qualified, passing
from conformance.reference.posting import Lines, PostError
from conformance.reference.seams import Seam
from simulator.xml import parsed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.drivers.model import Actor, Patient
    from conformance.drivers.partners import Document
    from conformance.reference.files import Files
    from conformance.reference.seams import Record

_TIMEOUT_S: Final = 20.0
_MAX_ANSWER: Final = 1024 * 1024
"""Bytes."""
SOAP: Final = "application/soap+xml; charset=utf-8"
_NAME: Final = "lgo.banc.example"
"""How it greets: left to itself smtplib asks the network for the name of this machine, at each mail."""
_ASKED: Final = "td0.2"
_PASSWORD: Final = "banc"  # noqa: S105 - of a test account that takes any


@dataclass(frozen=True, slots=True)
class Stopped:
    """Why a document did not get there."""

    outcome: SendingOutcome
    message: str
    """What the user is shown."""


class Network:
    """The two partners as they are reached.

    Args:
        files: where files are read and acts traced.
    """

    def __init__(self, files: Files) -> None:
        """Use a set of files."""
        self._files, self._store, self._seams = files, files.store, files.seams
        # No proxy of the environment: it must not see identities.
        self._lines = Lines()

    def close(self) -> None:
        """Close the connections."""
        self._lines.close()

    def feeds_dmp_by_itself(self, patient: Patient, kind: str) -> bool:
        """Tell whether a document goes to the DMP once it is made (TRA-15): that of an *identité qualifiée* only (TRA-12)."""
        told = settings.of(self._store)
        if not told[settings.DMP_URL]:
            return False
        step = {"feeds": told[settings.DMP_AUTOMATIC] == "true" and is_qualified(patient)}
        return bool(self._passing("automatic", step, patient, kind)["feeds"])

    def may_feed(self, patient: Patient, kind: str, actor: Actor) -> Stopped | str:
        """Ask the DMP whose it is before it is fed (TRA-13); return why it is not, or what the user is warned of."""
        url = settings.of(self._store)[settings.DMP_URL]
        if not (url and patient.matricule):
            return ""  # nobody to ask, or nobody to ask about
        step: Record = {"asks": True, "is_first": not self._store.notes(_ASKED, patient.id)}
        if not self._passing("td0.2", step, patient, kind)["asks"]:
            return ""
        self._store.add_note(_ASKED, patient.id, {"kind": kind})
        answer = self._posted(url, existence(patient.matricule, patient.oid or ""))
        if isinstance(answer, Stopped):
            return answer
        root = parsed(answer)
        known = None if root is None else root.find(".//{urn:hl7-org:v3}patient/{urn:hl7-org:v3}id")
        if known is None:
            return Stopped(
                SendingOutcome.NOT_SENT, "Le patient n'a pas de DMP : le document n'est pas envoyé."
            )
        number, oid = known.get("extension", ""), known.get("root", "")
        if (number, oid) == (patient.matricule, patient.oid):
            return ""
        alert = f"L'INS du DMP ({number}) diffère de celle du dossier ({patient.matricule}) : le document n'est pas envoyé."
        step = {"alert": alert, "event": "DMP_IDENTITY_DIFFERS", "stops": True, "number": number}
        told = self._passing("differs", step, patient, kind)
        if told["event"]:
            self._files.trace(told["event"], actor, patient.id, f"{number} ≠ {patient.matricule}")
        return Stopped(SendingOutcome.NOT_SENT, told["alert"]) if told["stops"] else str(told["alert"])

    def said(self, patient: Patient, kind: str, channel: Channel, why: str) -> str:
        """Return what the user is shown of a document that is not sent."""
        if channel is not Channel.DMP:
            return why
        return str(self._passing("said", {"message": why}, patient, kind)["message"])

    def told_of_success(self, patient: Patient, kind: str, warning: str) -> str:
        """Return what the user is shown of a document that is sent: the warning, when there is one."""
        return str(self._passing("sent", {"message": warning}, patient, kind)["message"])

    def deliver(
        self, patient: Patient, kind: str, channel: Channel, recipient: str, documents: Sequence[Document]
    ) -> Stopped | None:
        """Hand a document over; return why it did not get there."""
        told = settings.of(self._store)
        match channel:
            case Channel.DMP if told[settings.DMP_URL]:
                return self._submitted(told[settings.DMP_URL], patient, kind, documents)
            case Channel.MSSANTE | Channel.MSSANTE_PATIENT if told[settings.MSSANTE_SMTP]:
                return self._mailed(told, patient, kind, recipient, documents)
            case _:
                return None

    def _submitted(
        self, url: str, patient: Patient, kind: str, documents: Sequence[Document]
    ) -> Stopped | None:
        errors = ""
        times = self._passing("submitting", {"times": 1}, patient, kind)["times"]
        for _ in range(times):
            answer = self._posted(url, documents[0].content)
            if isinstance(answer, Stopped):
                return answer
            root = parsed(answer)
            codes = (
                [] if root is None else [one.get("errorCode", "") for one in root.iter("{*}RegistryError")]
            )
            errors = ", ".join(codes) or ("" if b":Success" in answer else "réponse illisible")
            if not errors:
                break
        errors = self._passing("answered", {"errors": errors}, patient, kind)["errors"]
        return Stopped(SendingOutcome.ERROR, f"Le DMP a refusé le document : {errors}.") if errors else None

    def _mailed(
        self, told: dict[str, str], patient: Patient, kind: str, recipient: str, documents: Sequence[Document]
    ) -> Stopped | None:
        host, _, port = told[settings.MSSANTE_SMTP].rpartition(":")
        step = {"recipient": recipient, "copy": "", "content": documents[0].content}
        leaving = self._passing("envelope", step, patient, kind)
        try:
            with smtplib.SMTP(host, int(port), _NAME, timeout=_TIMEOUT_S) as client:
                if told[settings.MSSANTE_ACCOUNT]:
                    client.login(told[settings.MSSANTE_ACCOUNT], _PASSWORD)
                recipients = [one for one in (leaving["recipient"], leaving["copy"]) if one]
                client.sendmail(SENDER, recipients, leaving["content"])
        except (OSError, ValueError, smtplib.SMTPException) as error:
            return Stopped(SendingOutcome.ERROR, f"La messagerie a refusé le message : {error}")
        return None

    def _posted(self, url: str, content: bytes) -> bytes | Stopped:
        try:
            _, answer = self._lines.post(
                url, content, {"Content-Type": SOAP}, timeout=_TIMEOUT_S, limit=_MAX_ANSWER
            )
        except PostError as error:
            return Stopped(SendingOutcome.ERROR, f"Le DMP ne répond pas : {error}")
        return answer

    def _passing(self, step: str, record: dict[str, Any], patient: Patient, kind: str) -> Record:
        passed = passing(self._seams, Seam.NETWORK, [record], patient, where=step, document=kind)
        return passed[0] if passed else record


def existence(matricule: str, oid: str) -> bytes:
    """Return the TD0.2 about an INS."""
    number, root = quoteattr(matricule), quoteattr(oid)
    return (
        '<?xml version="1.0" encoding="UTF-8"?><soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope" '
        'xmlns:wsa="http://www.w3.org/2005/08/addressing"><soap:Header>'
        "<wsa:Action>urn:hl7-org:v3:PRPA_IN201307UV02</wsa:Action>"
        f"<wsa:MessageID>urn:uuid:{uuid4()}</wsa:MessageID></soap:Header><soap:Body>"
        f'<PRPA_IN201307UV02 xmlns="urn:hl7-org:v3" ITSVersion="XML_1.0"><id root="2.999.250.1.1" extension="{uuid4()}"/>'
        '<controlActProcess classCode="CACT" moodCode="EVN"><queryByParameter><statusCode code="new"/><parameterList>'
        f"<patientIdentifier><value root={root} extension={number}/><semanticsText>Patient.id</semanticsText>"
        "</patientIdentifier></parameterList></queryByParameter></controlActProcess></PRPA_IN201307UV02>"
        "</soap:Body></soap:Envelope>"
    ).encode()
