"""The confidence status of an identity and what each event makes of it (ins-rules §4, events E1 to E16).

Pure functions. The rule behind all of them: a file holds matricule and OID exactly while its status is
RECUP or QUAL, and it counts as checked exactly while its status is VALI or QUAL.

Open points of the reference, and the prudent choice made here:

* E3, INSi accepted on RECUP or QUAL (inferred cells): the file is refreshed and keeps its status.
* E13, a strict trait of a VALI file changed by an ordinary user (consequence not seen): the file goes back
  to PROV, because nobody has checked the new trait against a document.
* E14, the same by a super-user (not covered by Règle 27): the file stays VALI, as a QUAL file edited by a
  super-user becomes VALI under Règle 27: the super-user's edit does not undo the document check.
* E11, attribute removed: the file stays PROV. A file that loses its "checked" half by falling to PROV also
  loses its recorded proof, so that the document must be checked again.
* E16, manual downgrade: any user may lower a status; VALI to PROV is allowed too, nothing is cleared then.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.drivers.model import STRICT_FIELDS, Attribute, Patient, Role, Status
from conformance.drivers.protocol import RefusedError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

WITH_INS = frozenset({Status.RECUP, Status.QUAL})
"""The statuses in which matricule and OID are held."""

CHECKED = frozenset({Status.VALI, Status.QUAL})
"""The statuses in which an identity document has been checked."""

DISQUALIFYING = frozenset({Attribute.DOUTEUSE, Attribute.FICTIVE})
"""The attributes that force PROV and forbid INSi calls and validation (Règle 25)."""

_LOWER: dict[Status, frozenset[Status]] = {
    Status.PROV: frozenset(),
    Status.RECUP: frozenset({Status.PROV}),
    Status.VALI: frozenset({Status.PROV}),
    Status.QUAL: frozenset({Status.PROV, Status.VALI}),
}


def after_creation() -> Status:
    """Return the status of a file created by hand (E1): provisoire (CRE-05)."""
    return Status.PROV


def after_import(status: Status) -> Status:
    """Return the status once the user has accepted the identity from INSi (E2, E3)."""
    return Status.QUAL if status in CHECKED else Status.RECUP


def after_app() -> Status:
    """Return the status once the Appli carte Vitale has handed over an INS (E27, CRE-07): qualifiée, whatever it was."""
    return Status.QUAL


def check_import(attributes: Collection[Attribute]) -> None:
    """Refuse to accept an identity for a file that became doubtful or fictitious while the dialog was open.

    Raises:
        RefusedError: code ``CALL_FORBIDDEN``.
    """
    if DISQUALIFYING.intersection(attributes):
        raise RefusedError(
            "CALL_FORBIDDEN", "Identité douteuse ou fictive : rien n'est repris.", ["attributes"]
        )


def check_validation(attributes: Collection[Attribute]) -> None:
    """Refuse to validate a doubtful or fictitious identity (E7 guard, ATT-06, inferred).

    Raises:
        RefusedError: code ``ATTRIBUTE_FORBIDS``.
    """
    if DISQUALIFYING.intersection(attributes):
        raise RefusedError(
            "ATTRIBUTE_FORBIDS",
            "Identité douteuse ou fictive : la validation est impossible.",
            ["attributes"],
        )


def check_proof(kind: str | None, high_confidence: Collection[str]) -> None:
    """Refuse to validate without a recorded high-confidence document (PRF-08).

    Raises:
        RefusedError: code ``PROOF_MISSING`` or ``PROOF_NOT_HIGH_CONFIDENCE``.
    """
    if kind is None:
        raise RefusedError("PROOF_MISSING", "Enregistrez d'abord le dispositif d'identité.", ["proof"])
    if kind not in high_confidence:
        raise RefusedError(
            "PROOF_NOT_HIGH_CONFIDENCE",
            f"{kind} n'est pas un dispositif à haut niveau de confiance.",
            ["proof"],
        )


def after_validation(status: Status) -> Status:
    """Return the status once a high-confidence document has been checked and validated (E7)."""
    return Status.QUAL if status in WITH_INS else Status.VALI


def check_attributes(attributes: Collection[Attribute]) -> None:
    """Refuse a combination other than douteuse with homonyme (ATT-02).

    Raises:
        RefusedError: code ``ATTRIBUTE_COMBINATION``.
    """
    if Attribute.FICTIVE in attributes and len(attributes) > 1:
        raise RefusedError(
            "ATTRIBUTE_COMBINATION",
            "Une identité fictive ne peut porter aucun autre attribut.",
            ["attributes"],
        )


def after_attributes(status: Status, attributes: Iterable[Attribute]) -> Status:
    """Return the status once the attributes are set (E9 to E12).

    Douteuse and fictive give PROV; homonyme changes nothing; removing an attribute restores nothing.
    """
    return Status.PROV if DISQUALIFYING.intersection(attributes) else status


def after_edit(status: Status, changed: Collection[str], role: Role) -> Status:
    """Return the status once fields have been changed (E13 to E15); ``changed`` holds field names.

    Locks are not looked at here: see ``identity.check_locks``.
    """
    if not set(STRICT_FIELDS).intersection(changed):
        return status
    match status:
        case Status.QUAL:
            return Status.VALI
        case Status.VALI if role is Role.SUPER_USER:
            return Status.VALI
    return Status.PROV


def after_downgrade(status: Status, target: Status) -> Status:
    """Return the status once lowered by hand (E16).

    Raises:
        RefusedError: ``target`` is not lower than ``status``; code ``NOT_A_DOWNGRADE``.
    """
    if target not in _LOWER[status]:
        raise RefusedError(
            "NOT_A_DOWNGRADE", f"Le statut {status} ne peut pas être abaissé à {target}.", ["status"]
        )
    return target


def with_status(patient: Patient, status: Status) -> Patient:
    """Return the file with its new status, and without what it may no longer hold (STA-08)."""
    loses_ins = patient.status in WITH_INS and status not in WITH_INS
    changed = replace(patient, status=status)
    if loses_ins:
        changed = replace(changed, matricule=None, oid=None)
    if patient.status in CHECKED and status not in CHECKED:
        changed = replace(changed, proof=None)
    return changed
