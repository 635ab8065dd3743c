"""Words about what users see and may do: forms, rights, counters."""

from dataclasses import dataclass
from enum import StrEnum

from conformance.drivers.formats import Identifier


class Form(StrEnum):
    """A screen on which identities are shown or typed."""

    PATIENT = "PATIENT"
    """The file of a patient."""
    CREATION = "CREATION"
    SEARCH = "SEARCH"
    """The local search."""
    PROOF = "PROOF"
    """Recording an identity document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    """One field of a form, as the acting user sees it."""

    name: Identifier
    """An identity field, ``status``, ``billing_number``, ``kind`` (of a document), or the software's own name."""
    label: str
    """The words on screen, exactly."""
    value: str | None = None
    """What it shows, exactly as shown; the default selection in an empty form."""
    editable: bool = True
    mandatory: bool = False
    always_visible: bool = True
    """Whether it is seen without a click."""
    choices: tuple[str, ...] = ()


class Right(StrEnum):
    """What a user may be entitled to, each on its own (Règle 4)."""

    READ_IDENTITY = "READ_IDENTITY"
    """See the personal data of patients."""
    READ_INS = "READ_INS"
    """See matricule and OID."""
    CALL_INSI = "CALL_INSI"
    CHANGE_STRICT_TRAITS = "CHANGE_STRICT_TRAITS"
    VALIDATE_IDENTITY = "VALIDATE_IDENTITY"


class Authentication(StrEnum):
    """How a user proves who they are to INSi."""

    CPX = "CPX"
    """Card of the professional (CPS, CPE…)."""
    PSC = "PSC"
    """Pro Santé Connect."""
    CERTIFICATE = "CERTIFICATE"
    """Certificate of the organisation, in mutual TLS."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormerIns:
    """An entry of the INS history of a patient."""

    matricule: Identifier
    oid: Identifier
    start: str | None = None
    """Date as INSi returned it."""
    end: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dashboard:
    """The counters shown to those who run the site."""

    insi_calls: int
    insi_successes: int
    insi_failures: int
    patients: int
    qualified: int
