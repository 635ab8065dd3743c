"""The words shared by the bench and the software it drives: patients, statuses, proofs, INSi calls.

The same objects travel as JSON on the driver API (``openapi.yaml``); ``wire.read`` obeys the types written here:
a field with a default may be missing or null, one without has to be there. Dates are ISO ``AAAA-MM-JJ`` strings
as the software stores them (a wrong one must be representable); names are strings exactly as stored.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self

from conformance.drivers.formats import Day, Identifier, Moment


class Status(StrEnum):
    """The four exclusive confidence statuses (Règle 20), and whatever else a software answers (``unknown``)."""

    PROV = "PROV"
    """Identité provisoire: not from INSi, identity document not checked."""
    RECUP = "RECUP"
    """Identité récupérée: from INSi, identity document not checked."""
    VALI = "VALI"
    """Identité validée: identity document checked, not from INSi."""
    QUAL = "QUAL"
    """Identité qualifiée: both."""

    @classmethod
    def unknown(cls, text: str) -> Self:
        """Return a status outside the four as the software wrote it: a departure from STA-01, not a broken answer.

        It is none of the members, whatever its text, and is not listed among them.
        """
        other = str.__new__(cls, text)
        other._name_ = "UNKNOWN"
        other._value_ = text
        return other

    @property
    def is_known(self) -> bool:
        """Whether this is one of the four."""
        return self._name_ in type(self).__members__

    def __reduce_ex__(self, protocol: object) -> tuple[object, ...]:
        """Let an unknown status travel between processes."""
        return (_status, (self.value,))


def _status(text: str) -> Status:
    return Status(text) if text in Status.__members__ else Status.unknown(text)


class Attribute(StrEnum):
    """The three attributes of an identity (EXI ID 24)."""

    DOUTEUSE = "DOUTEUSE"
    FICTIVE = "FICTIVE"
    HOMONYME = "HOMONYME"


class Role(StrEnum):
    """The right under which a verb is done."""

    USER = "USER"
    """An ordinary user of the software."""
    SUPER_USER = "SUPER_USER"
    """A user entitled to change strict traits of a récupérée or qualifiée identity (Règles 26 and 27)."""


class Verb(StrEnum):
    """What a software can declare it can do. A missing verb makes its rules NOT_TESTED."""

    CREATE_PATIENT = "create_patient"
    SEARCH_PATIENTS = "search_patients"
    READ_PATIENT = "read_patient"
    UPDATE_PATIENT = "update_patient"
    CALL_INSI_TRAITS = "call_insi_traits"
    SEARCH_INSI = "search_insi"
    READ_PROPOSAL = "read_proposal"
    DECIDE_PROPOSAL = "decide_proposal"
    RECORD_PROOF = "record_proof"
    VALIDATE_IDENTITY = "validate_identity"
    SET_ATTRIBUTES = "set_attributes"
    DOWNGRADE_STATUS = "downgrade_status"
    READ_STATUS_HISTORY = "read_status_history"
    READ_AUDIT_LOG = "read_audit_log"
    READ_SETTINGS = "read_settings"
    WRITE_SETTINGS = "write_settings"
    SEARCH_BY_MATRICULE = "search_by_matricule"
    START_INSI_CALL = "start_insi_call"
    READ_INSI_CALL = "read_insi_call"
    READ_INS_HISTORY = "read_ins_history"
    CHOOSE_AUTHENTICATION = "choose_authentication"
    READ_CARD = "read_card"
    SWAP_CARD = "swap_card"
    CALL_INSI_CARD = "call_insi_card"
    ATTACH_CARD = "attach_card"
    IMPORT_APP_IDENTITY = "import_app_identity"
    VERIFY_INS = "verify_ins"
    START_BULK_VERIFICATION = "start_bulk_verification"
    READ_BULK_VERIFICATION = "read_bulk_verification"
    WRITE_TRUSTED_SENDERS = "write_trusted_senders"
    RECEIVE_IDENTITY = "receive_identity"
    RECEIVE_MESSAGE = "receive_message"
    FETCH_MESSAGES = "fetch_messages"
    SCAN_DATAMATRIX = "scan_datamatrix"
    READ_WORKLIST = "read_worklist"
    READ_DOCUMENTS = "read_documents"
    RENDER_DOCUMENT = "render_document"
    EXPORT_MESSAGE = "export_message"
    EXPORT_PATIENTS = "export_patients"
    SEND_DOCUMENT = "send_document"
    WITHDRAW_DOCUMENT = "withdraw_document"
    RECORD_OPPOSITION = "record_opposition"
    OPEN_DMP = "open_dmp"
    READ_TRANSMISSIONS = "read_transmissions"
    READ_FORM = "read_form"
    READ_RIGHTS = "read_rights"
    WRITE_RIGHTS = "write_rights"
    READ_DASHBOARD = "read_dashboard"
    SET_CLOCK = "set_clock"


FORMER_VERBS = {"create_from_insi": Verb.SEARCH_INSI}
"""Names that ``/capabilities`` may still give."""


BIRTH_FIELDS = (
    "matricule",
    "oid",
    "birth_name",
    "first_names",
    "first_name",
    "birth_date",
    "sex",
    "birth_place",
)
"""The identity fields that may come from elsewhere; the names in use never do (FLD-04)."""

IDENTITY_FIELDS = (*BIRTH_FIELDS, "used_name", "used_first_name")
"""The ten identity fields of Règle 1."""

STRICT_FIELDS = ("matricule", "oid", "birth_name", "first_names", "birth_date", "sex", "birth_place")
"""The fields locked in RECUP and QUAL (Règle 26)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts in the software under test."""

    user: str
    role: Role = Role.USER


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientTraits:
    """What a user types to create a patient. ``None`` means: the field is left empty."""

    birth_name: str | None = None
    first_name: str | None = None
    """1er prénom de naissance."""
    first_names: str | None = None
    """Prénom(s) de naissance: the list, separated by spaces."""
    birth_date: str | None = None
    """ISO ``AAAA-MM-JJ``."""
    sex: str | None = None
    """``M`` or ``F``; a software may know other values, which cannot be sent to INSi."""
    birth_place: str | None = None
    """INSEE code (COG) of 5 characters, ``99999`` when unknown."""
    used_name: str | None = None
    used_first_name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A recorded identity document."""

    kind: Identifier
    """As it was sent: one of ``PROOF_KINDS``, or a kind that the site has added."""
    recorded_at: Moment | None = None
    recorded_by: str | None = None


HIGH_CONFIDENCE_PROOFS = (
    "CNI",
    "PASSPORT",
    "RESIDENCE_PERMIT",
    "FRANCE_IDENTITE",
    "IDENTITE_NUMERIQUE_LA_POSTE",
)
"""High-confidence documents (PRF-06, PRF-07; second-hand: regional bodies citing the RNIV)."""

LOW_CONFIDENCE_PROOFS = ("VITALE_CARD", "DRIVING_LICENCE", "BIRTH_CERTIFICATE")
"""Documents that are not high-confidence when alone, for an adult (PRF-08; second-hand)."""

PROOF_KINDS = HIGH_CONFIDENCE_PROOFS + LOW_CONFIDENCE_PROOFS


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """A patient file as read back from the software: the ten identity fields and what goes with them."""

    id: Identifier
    status: Status
    matricule: str | None = None
    """15 characters, key included."""
    oid: str | None = None
    birth_name: str | None = None
    first_names: str | None = None
    first_name: str | None = None
    birth_date: Day | None = None
    sex: str | None = None
    birth_place: str | None = None
    used_name: str | None = None
    used_first_name: str | None = None
    attributes: frozenset[Attribute] = frozenset()
    proof: Proof | None = None
    locked_fields: frozenset[str] = frozenset()
    """Names of the fields the acting user cannot edit now."""
    display_birth_date: str | None = None
    """The birth date as shown on screen, ``JJ/MM/AAAA`` (Règle 6 NB)."""
    billing_number: str | None = None
    """NIR used for billing, when the software keeps it: never the matricule INS (FLD-02)."""
    birth_date_uncertain: bool | None = None
    """Whether the date is marked as made up for an incomplete one (EXI ID 11); ``None``: the software does not tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchCriteria:
    """A search among local patients (*recherche d'antériorité*, Règle 17)."""

    birth_date: str | None = None
    name_prefix: str | None = None
    """First letters of a surname: nom de naissance or nom utilisé."""
    first_name_prefix: str | None = None
    """First letters of a given name: list, 1er prénom or prénom utilisé."""


class CallOutcome(StrEnum):
    """How the software reports the end of an INSi call."""

    FOUND = "FOUND"
    """INSi answered 00 and the answer is proposed to the user."""
    REJECTED = "REJECTED"
    """INSi answered 00 but the software refused to propose it (Règles 11 and 12); an alert says why."""
    NOT_FOUND = "NOT_FOUND"
    """INSi answered 01."""
    SEVERAL = "SEVERAL"
    """INSi answered 02."""
    BLOCKED = "BLOCKED"
    """The software made no call: doubtful or fictitious identity, or traits that cannot be sent."""
    ERROR = "ERROR"
    """SOAP fault, time-out, network error or unreadable answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """A message shown to the user."""

    code: Identifier
    """Stable short code, e.g. ``FIRST_NAME_NOT_START_OF_LIST``; free for the software to choose."""
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InsiCall:
    """An INSi call as the software reports it."""

    id: Identifier
    outcome: CallOutcome
    patient_id: str | None = None
    """``None`` until a patient is created from the answer."""
    code: str | None = None
    """Answer code 00/01/02, or the fault code (``insi_102``, ``desir_550``…) when there was one."""
    message: str = ""
    """What the user is shown."""
    alerts: tuple[Alert, ...] = ()
    candidates: tuple[str, ...] = ()
    """Identities listed to the user on 02; must be empty: INSi returns none (RSP-13)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedField:
    """One line of the comparison dialog."""

    field: Identifier
    local: str | None
    insi: str | None
    different: bool
    local_display: str | None = None
    insi_display: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """The comparison of local traits with those of INSi, before anything is written (Règle 6)."""

    call_id: Identifier
    fields: tuple[ComparedField, ...]
    alerts: tuple[Alert, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusChange:
    """One entry of the status history (Règle 21)."""

    previous: Status | None
    status: Status
    at: Moment = ""
    """ISO date and time; empty when the software does not tell."""
    author: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One entry of the audit log (Règles 4, 16, 37, 39)."""

    action: Identifier
    """``INSI_CALL`` for each search, ``INSI_VERIFICATION`` for each verification; for the rest ``IDENTITY_READ``,
    ``IDENTITY_CHANGED`` or the software's own."""
    at: Moment = ""
    """ISO date and time; empty when the software does not tell."""
    user: str = ""
    patient_id: str | None = None
    mode: str | None = None
    """``TRAITS`` or ``VITALE`` for an INSi call."""
    code: str | None = None
    """Answer or fault code for an INSi call; ``None`` when there was no answer."""
    returned: dict[str, str] = field(default_factory=dict)
    """For a 00: matricule, oid and the strict traits returned, under the names of the identity fields."""
    authentication: str | None = None
    """How the user proved who they are to INSi: ``CPX``, ``PSC`` or ``CERTIFICATE`` (CAL-16)."""
    changes: dict[str, str] = field(default_factory=dict)
    """For ``IDENTITY_CHANGED``: the new values by field (Règle 16); empty when the log does not hold them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What the software declares about itself."""

    name: Identifier
    version: Identifier
    verbs: frozenset[Verb]
    vendor: str = ""
    not_supported: dict[Verb, str] = field(default_factory=dict)
    """Reason for each verb the software cannot do; shown in the report."""
    with_patient: frozenset[Verb] = frozenset()
    """What it can answer together with ``read_patient``, in one request; only ``read_status_history`` is asked for so."""
