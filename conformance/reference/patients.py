"""What a user does with patient files, each act named after its verb of the driver API.

Every act follows the same steps: read the file, let the pure modules decide (they refuse by raising
``RefusedError``), then write the file, its status history and the audit log in one transaction.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from conformance.drivers.model import Attribute, Patient, Proof
from conformance.drivers.protocol import RefusedError
from conformance.reference import identity, lifecycle, lookup, settings
from conformance.reference.files import NEW, Files
from conformance.reference.store import now

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.drivers.model import Actor, PatientTraits, SearchCriteria, Status, StatusChange
    from conformance.reference.defects import Defects


class Patients:
    """The acts on patient files.

    Args:
        files: where files are written.
        defects: the mistakes switched on.
    """

    def __init__(self, files: Files, defects: Defects) -> None:
        """Use a set of files."""
        self._files = files
        self._store = files.store
        self._defects = defects

    def create(self, traits: PatientTraits, actor: Actor) -> Patient:
        """Create a file by hand (E1); never calls INSi (SRC-12, SRC-13)."""
        values = asdict(traits)
        identity.check_mandatory(values, self._defects)
        identity.check_values(values, self._defects)
        status = lifecycle.after_creation(self._defects)
        patient = Patient(id=NEW, status=status, **self._files.kept(values))
        return self._shown(self._files.create(patient, actor, "création manuelle"), actor)

    def search(self, criteria: SearchCriteria, actor: Actor) -> list[Patient]:
        """Search the local files; each file shown is traced (SEC-01)."""
        found = lookup.search(self._store.patients(), criteria, self._defects)
        with self._store.transaction():
            for patient in found:
                self._files.trace("IDENTITY_READ", actor, patient.id, "résultat de recherche")
        return [self._shown(patient, actor) for patient in found]

    def read(self, patient_id: str, actor: Actor) -> Patient:
        """Open a file (SEC-01)."""
        patient = self._store.patient(patient_id)
        self._files.trace("IDENTITY_READ", actor, patient.id)
        return self._shown(patient, actor)

    def update(self, patient_id: str, changes: Mapping[str, str | None], actor: Actor) -> Patient:
        """Change identity fields (E13 to E15); a field sent with its present value is not changed."""
        with self._store.transaction():
            patient = self._store.patient(patient_id)
            changed = {name: value for name, value in changes.items() if value != getattr(patient, name)}
            identity.check_locks(patient, changed, actor.role, self._defects)
            identity.check_typed_ins(changed)
            identity.check_not_emptied(changed)
            identity.check_values(changed, self._defects)
            identity.check_first_name_kept_coherent(patient, changed)
            if changed:
                status = lifecycle.after_edit(patient.status, changed, actor.role, self._defects)
                edited = replace(patient, **self._files.kept(changed))
                patient = self._files.save(edited, status, actor, "modification de l'identité")
                self._files.trace("IDENTITY_CHANGED", actor, patient.id, ", ".join(sorted(changed)))
        return self._shown(patient, actor)

    def record_proof(self, patient_id: str, kind: str, actor: Actor) -> Patient:
        """Record the document presented (PRF-01); it changes no status by itself (PRF-04, E8).

        The latest document replaces the former one in the file; the audit log keeps both.
        """
        site = settings.of(self._store)
        known = settings.kinds(site, settings.HIGH_CONFIDENCE) + settings.kinds(site, settings.LOW_CONFIDENCE)
        if kind not in known:
            raise RefusedError(
                "UNKNOWN_PROOF", f"Dispositif inconnu : {kind}. Connus : {', '.join(known)}.", ["kind"]
            )
        with self._store.transaction():
            patient = self._store.patient(patient_id)
            proof = Proof(kind=kind, recorded_at=now(), recorded_by=actor.user)
            patient = self._files.save(replace(patient, proof=proof), patient.status, actor)
            self._files.trace("PROOF_RECORDED", actor, patient.id, kind)
        return self._shown(patient, actor)

    def validate(self, patient_id: str, actor: Actor) -> Patient:
        """Do the explicit act "valider" (E7): needs a recorded high-confidence document (PRF-08)."""
        high = settings.kinds(settings.of(self._store), settings.HIGH_CONFIDENCE)
        if "vitale-card-validates" in self._defects:
            high = (*high, "VITALE_CARD")
        with self._store.transaction():
            patient = self._store.patient(patient_id)
            lifecycle.check_validation(patient.attributes)
            kind = patient.proof.kind if patient.proof else None
            if kind is None:
                raise RefusedError(
                    "PROOF_MISSING", "Enregistrez d'abord le dispositif d'identité.", ["proof"]
                )
            if kind not in high:
                raise RefusedError(
                    "PROOF_NOT_HIGH_CONFIDENCE",
                    f"{kind} n'est pas un dispositif à haut niveau de confiance.",
                    ["proof"],
                )
            status = lifecycle.after_validation(patient.status, self._defects)
            patient = self._files.save(patient, status, actor, f"validation sur {kind}")
            self._files.trace("IDENTITY_VALIDATED", actor, patient.id, kind)
        return self._shown(patient, actor)

    def set_attributes(self, patient_id: str, attributes: frozenset[Attribute], actor: Actor) -> Patient:
        """Replace the attributes (E9 to E12)."""
        lifecycle.check_attributes(attributes, self._defects)
        if "homonyme-not-stored" in self._defects:
            attributes -= {Attribute.HOMONYME}
        with self._store.transaction():
            patient = self._store.patient(patient_id)
            status = lifecycle.after_attributes(patient.status, attributes, self._defects)
            names = ", ".join(sorted(attributes)) or "aucun"
            marked = replace(patient, attributes=attributes)
            patient = self._files.save(marked, status, actor, f"attributs : {names}")
            self._files.trace("ATTRIBUTES_CHANGED", actor, patient.id, names)
        return self._shown(patient, actor)

    def downgrade(self, patient_id: str, target: Status, actor: Actor) -> Patient:
        """Lower the status by hand (E16)."""
        with self._store.transaction():
            patient = self._store.patient(patient_id)
            status = lifecycle.after_downgrade(patient.status, target)
            patient = self._files.save(patient, status, actor, "abaissement manuel")
            self._files.trace("STATUS_LOWERED", actor, patient.id, status)
        return self._shown(patient, actor)

    def history(self, patient_id: str) -> list[StatusChange]:
        """Return the status changes, oldest first (STA-07)."""
        return self._store.status_changes(self._store.patient(patient_id).id)

    def _shown(self, patient: Patient, actor: Actor) -> Patient:
        return self._files.present(patient, actor)
