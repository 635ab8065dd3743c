"""How a software under test is driven: one protocol, implemented by several drivers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from conformance.verdicts import Ending, Verdict
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from conformance.drivers.model import (
        Actor,
        Attribute,
        AuditEntry,
        Capabilities,
        InsiCall,
        Patient,
        PatientTraits,
        Proposal,
        SearchCriteria,
        Status,
        StatusChange,
        Verb,
    )


class DriverError(Ending):
    """The software could not be driven: unreachable, crashed, or answered outside the driver API.

    Leads to INCONCLUSIVE, never to FAIL: a set-up error is not blamed on the vendor.
    """

    def __init__(self, message: str, *, hint: str = "") -> None:
        """Store what happened and, in ``hint``, what the user can do about it."""
        super().__init__(message)
        self.text = Text(
            f"Le logiciel n'a pas pu être piloté : {message}", f"The software could not be driven: {message}"
        )
        self.hint = hint


class VerbNotSupportedError(Ending):
    """The software declares that it cannot do this verb. Leads to NOT_TESTED with the declared reason."""

    verdict = Verdict.NOT_TESTED

    def __init__(self, verb: Verb, reason: str) -> None:
        """Store the verb and the reason declared by the software."""
        super().__init__(f"{verb.value}: {reason}")
        self.text = Text(
            f"Le logiciel déclare ne pas offrir « {verb.value} » : {reason}",
            f"The software declares that it does not offer “{verb.value}”: {reason}",
        )
        self.verb = verb
        self.reason = reason


class RefusedError(Ending):
    """The software refused the act and changed nothing: what many rules demand.

    A check that expects it catches it; one that does not has found an act that the software has to allow.
    """

    verdict = Verdict.FAIL

    def __init__(self, code: str, message: str, fields: Sequence[str] = ()) -> None:
        """Store the software's own code, the text shown to the user and the fields concerned."""
        super().__init__(f"{code}: {message}")
        self.text = Text(
            f"Le logiciel a refusé un acte qu'il doit permettre : {message} ({code})",
            f"The software refused an act that it has to allow: {message} ({code})",
        )
        self.code = code
        self.message = message
        self.fields = tuple(fields)


class Driver(Protocol):
    """The verbs of a software under test.

    Every method raises ``RefusedError`` when the software refuses, ``VerbNotSupportedError`` when it
    declares that it cannot, and ``DriverError`` when it cannot be reached or understood.
    """

    def capabilities(self) -> Capabilities:
        """Return what the software declares about itself."""
        ...

    def reset(self, *, insi_url: str) -> None:
        """Forget all patients and logs, restore default settings, and call INSi at ``insi_url`` from now on."""
        ...

    def create_patient(self, traits: PatientTraits, *, actor: Actor) -> Patient:
        """Create a patient by hand (event E1)."""
        ...

    def search_patients(self, criteria: SearchCriteria, *, actor: Actor) -> list[Patient]:
        """Search local patients; never calls INSi."""
        ...

    def read_patient(self, patient_id: str, *, actor: Actor) -> Patient:
        """Open a patient file."""
        ...

    def update_patient(self, patient_id: str, changes: Mapping[str, str | None], *, actor: Actor) -> Patient:
        """Change identity fields (names of ``IDENTITY_FIELDS``); events E13 to E15."""
        ...

    def call_insi_traits(self, patient_id: str, *, actor: Actor) -> InsiCall:
        """Call INSi with the traits of an existing patient."""
        ...

    def search_insi(self, traits: PatientTraits, *, actor: Actor) -> InsiCall:
        """Call INSi with typed traits to create a patient from the answer (event E2)."""
        ...

    def read_proposal(self, call_id: str, *, actor: Actor) -> Proposal:
        """Return the comparison shown for a call that found somebody."""
        ...

    def decide_proposal(self, call_id: str, *, accept: bool, actor: Actor) -> Patient | None:
        """Accept or refuse the proposed identity. ``None`` when a creation from INSi is refused."""
        ...

    def record_proof(self, patient_id: str, kind: str, *, actor: Actor) -> Patient:
        """Record the identity document presented (Règle 19)."""
        ...

    def validate_identity(self, patient_id: str, *, actor: Actor) -> Patient:
        """Do the explicit user action "valider" (event E7)."""
        ...

    def set_attributes(self, patient_id: str, attributes: frozenset[Attribute], *, actor: Actor) -> Patient:
        """Replace the set of attributes (events E9 to E12)."""
        ...

    def downgrade_status(self, patient_id: str, status: Status, *, actor: Actor) -> Patient:
        """Lower the status by hand to PROV or VALI (event E16)."""
        ...

    def read_status_history(self, patient_id: str, *, actor: Actor) -> list[StatusChange]:
        """Return the status changes, oldest first."""
        ...

    def read_audit_log(self, *, actor: Actor, patient_id: str | None = None) -> list[AuditEntry]:
        """Return the audit log, oldest first, optionally of one patient."""
        ...

    def read_settings(self) -> dict[str, str]:
        """Return the site settings."""
        ...

    def write_settings(self, settings: Mapping[str, str]) -> dict[str, str]:
        """Change site settings and return them all."""
        ...
