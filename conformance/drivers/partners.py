"""Words about what comes from other domains and goes to them: identities, messages, documents, verification."""

from dataclasses import dataclass
from enum import StrEnum

from conformance.drivers.formats import Identifier, Moment
from conformance.drivers.model import Alert


class VerificationOutcome(StrEnum):
    """How the software reports the verification of an INS."""

    OK = "OK"
    KO = "KO"
    PENDING = "PENDING"
    """Part of a lot whose results have not come yet."""
    BLOCKED = "BLOCKED"
    """The software made no call."""
    ERROR = "ERROR"
    """SOAP fault, time-out, network error or unreadable answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """The verification of one identity."""

    outcome: VerificationOutcome
    patient_id: str | None = None
    code: str | None = None
    """Answer or fault code; ``None`` when there was none."""
    message: str = ""
    """What the user is shown."""
    alerts: tuple[Alert, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkVerification:
    """A lot of identities given to INSi to verify."""

    id: Identifier
    is_complete: bool
    """Whether all results have come."""
    results: tuple[Verification, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedIdentity:
    """An identity that another domain sends, with or without an INS."""

    sender: Identifier
    """Who sends it; the trust contracts name senders."""
    matricule: str | None = None
    oid: str | None = None
    birth_name: str | None = None
    first_names: str | None = None
    first_name: str | None = None
    birth_date: str | None = None
    sex: str | None = None
    birth_place: str | None = None
    status: str | None = None
    """Status at the sender, such as ``QUAL``; this software must not take it over (Règle 30)."""
    document: str | None = None
    """Name of a health document that comes with it; ``None`` for an identity alone."""


class MessageFormat(StrEnum):
    """The form of a message or document."""

    HL7V2 = "HL7V2"
    CDA = "CDA"
    FHIR = "FHIR"
    MSSANTE = "MSSANTE"
    """A mail with its attachments, as it arrives in a MSSanté box (MIME)."""
    PDF = "PDF"
    CSV = "CSV"
    OTHER = "OTHER"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A message or document, as bytes."""

    name: Identifier
    format: MessageFormat
    content: bytes
    """Base64 on the wire."""


class ReceptionOutcome(StrEnum):
    """What the software did with what it received."""

    CREATED = "CREATED"
    """A patient file was created."""
    UPDATED = "UPDATED"
    """The file of a known patient was changed."""
    ATTACHED = "ATTACHED"
    """The document went to the file of a known patient, whose identity is unchanged."""
    UNCHANGED = "UNCHANGED"
    """Nothing was changed."""
    QUEUED = "QUEUED"
    """A person has to decide: see the worklist."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reception:
    """What became of an identity, message or scan."""

    outcome: ReceptionOutcome
    patient_id: str | None = None
    verification: Verification | None = None
    """The verification that the reception triggered, when there was one."""
    alerts: tuple[Alert, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkItem:
    """Something on the list of identities to look into."""

    id: Identifier
    reason: Identifier
    """Short code of the software's own choice, such as ``VERIFICATION_KO``."""
    message: str = ""
    patient_id: str | None = None
    at: Moment = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledDocument:
    """A health document in a patient file."""

    id: Identifier
    name: Identifier
    sender: str | None = None
    at: Moment = ""


class Channel(StrEnum):
    """Where documents and identities go."""

    DMP = "DMP"
    MSSANTE = "MSSANTE"
    """To a professional."""
    MSSANTE_PATIENT = "MSSANTE_PATIENT"
    """To the patient (Mon espace santé)."""
    DP = "DP"
    """Dossier pharmaceutique."""


class SendingOutcome(StrEnum):
    """What became of something to send."""

    SENT = "SENT"
    NOT_SENT = "NOT_SENT"
    """The software decided not to send, and says why."""
    ERROR = "ERROR"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """A document sent, or not."""

    id: Identifier
    outcome: SendingOutcome
    message: str = ""
    recipient: str | None = None
    """The address it went to."""
    documents: tuple[Document, ...] = ()
    """What was sent, byte for byte."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transmission:
    """One entry of the trace of partners to whom data with an INS went (Règle 31)."""

    sender: str
    """Empty when the software does not tell: a departure (SEC-08), not an answer that cannot be read."""
    recipient: Identifier
    at: Moment = ""
    patient_id: str | None = None
    channel: str | None = None
