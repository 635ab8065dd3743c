"""What a user does with patient files, each act named after its verb of the driver API.

Every act follows the same steps: read the file, let the pure modules decide (they refuse by raising
``RefusedError``), then write the file, its status history and the audit log in one transaction.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from conformance.drivers import site
from conformance.drivers.model import Attribute, Patient, Proof, SearchCriteria, StatusChange
from conformance.reference import identity, incomplete, lifecycle, lookup, settings
from conformance.reference import site as site_settings
from conformance.reference.files import NEW, Files, as_record, from_record
from conformance.reference.members import members
from conformance.reference.seams import Seam
from conformance.reference.store import now

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from conformance.drivers.model import Actor, PatientTraits, Status


class Patients:
    """The acts on patient files.

    Args:
        files: where files are written.
    """

    def __init__(self, files: Files) -> None:
        """Use a set of files."""
        self._files = files
        self._store = files.store
        self._seams = files.seams

    def create(self, traits: PatientTraits, actor: Actor) -> Patient:
        """Create a file by hand (E1); never calls INSi (SRC-12, SRC-13)."""
        typed = members(traits)
        with self._files.act("create", actor, typed=typed):
            values, uncertain = self._completed(self._typed(typed, actor, "create"), "create")
            checked = self._seams.one(Seam.CHECKED, values, verb="create", role=actor.role)
            self._check(identity.check_mandatory, checked, actor=actor, verb="create", typed=typed)
            self._check(identity.check_values, checked, actor=actor, verb="create", typed=typed)
            kept = self._files.kept(values, "created")
            patient = Patient(
                id=NEW, status=lifecycle.after_creation(), **kept, birth_date_uncertain=bool(uncertain)
            )
            patient = self._files.create(patient, actor, "created", "création manuelle")
        return self._done("created", patient, actor, "create")

    def search(self, criteria: SearchCriteria, actor: Actor) -> list[Patient]:
        """Search the local files; each file shown is traced (SEC-01)."""
        criteria = SearchCriteria(**self._typed(members(criteria), actor, "search"))
        everyone = self._store.patients()
        if not self._seams.has(Seam.SOUGHT) and not self._seams.has(Seam.FOUND):
            found = lookup.search(everyone, criteria, self._search_key)
        else:
            found = self._search_through_seams(everyone, criteria, actor)
        with self._store.transaction():
            for patient in found:
                self._files.trace("IDENTITY_READ", actor, patient.id, "résultat de recherche")
        return [self._files.present(patient, actor, "search") for patient in found]

    def search_by_matricule(self, matricule: str, actor: Actor) -> list[Patient]:
        """Search the local files by matricule INS, once its key is right (SRC-09); each file shown is traced."""
        typed = self._typed({"matricule": matricule}, actor, "search-matricule")["matricule"]
        self._check(lookup.check_matricule, typed, actor=actor, verb="search-matricule", typed=typed)
        by_id = {patient.id: patient for patient in self._store.patients()}
        everyone = [as_record(patient) for patient in by_id.values()]
        about: dict[str, Any] = {
            "verb": "search-matricule",
            "everyone": everyone,
            "criteria": {},
            "typed": typed,
        }
        views = self._seams.many(Seam.SOUGHT, everyone, role=actor.role, **about)
        found = lookup.by_matricule(map(from_record, views), typed)
        passed = self._seams.many(
            Seam.FOUND,
            [as_record(by_id.get(one.id, one)) for one in found],
            role=actor.role,
            user=actor.user,
            **about,
        )
        patients = [from_record(record) for record in passed]
        for patient in patients:
            self._files.trace("IDENTITY_READ", actor, patient.id, "recherche par matricule")
        return [self._files.present(patient, actor, "search") for patient in patients]

    def read(self, patient_id: str, actor: Actor) -> Patient:
        """Open a file (SEC-01)."""
        patient = self._store.patient(patient_id)
        self._files.trace("IDENTITY_READ", actor, patient.id)
        return self._done("read", patient, actor, "read")

    def update(self, patient_id: str, changes: Mapping[str, str | None], actor: Actor) -> Patient:
        """Change identity fields (E13 to E15); a field sent with its present value is not changed."""
        with self._files.act("update", actor, patient_id, typed=dict(changes)):
            patient = self._store.patient(patient_id)
            about: dict[str, Any] = {
                "actor": actor, "verb": "update", "status": patient.status, "file": as_record(patient)
            }  # fmt: skip
            typed = self._typed(
                dict(changes), actor, "update", status=patient.status, file=as_record(patient)
            )
            typed, uncertain = self._completed(typed, "update")
            changed = {name: value for name, value in typed.items() if value != getattr(patient, name)}
            about["typed"] = changed
            checked = self._seams.one(
                Seam.CHECKED, changed, verb="update", role=actor.role, status=patient.status
            )
            self._check(identity.check_locks, patient, changed, actor.role, **about)
            self._check(identity.check_typed_ins, changed, **about)
            self._check(identity.check_not_emptied, checked, **about)
            self._check(identity.check_values, checked, **about)
            self._check(identity.check_first_name_kept_coherent, patient, checked, **about)
            if changed:
                kept = self._files.kept(
                    changed, "modified", status=patient.status, role=actor.role, before=as_record(patient)
                )
                status = lifecycle.after_edit(patient.status, changed, actor.role)
                patient = self._files.save(
                    replace(patient, **kept), status, actor, "edited", "modification de l'identité", changed
                )
                self._files.trace("IDENTITY_CHANGED", actor, patient.id, ", ".join(sorted(changed)))
            patient = self._marked(patient, actor, changed, uncertain=uncertain)
        return self._done("updated", patient, actor, "update", typed=changed, status=about["status"])

    def record_proof(self, patient_id: str, kind: str, actor: Actor) -> Patient:
        """Record the document presented (PRF-01); it changes no status by itself (PRF-04, E8).

        The latest document replaces the former one in the file; the audit log keeps both.
        """
        with self._files.act("proof", actor, patient_id, kind=kind):
            patient = self._store.patient(patient_id)
            self._typed({"kind": kind}, actor, "proof", status=patient.status, file=as_record(patient))
            known = self._settings("record", role=actor.role, user=actor.user)
            self._check(settings.check_kind, known, kind, actor=actor, verb="proof", kind=kind)
            noted = self._seams.one(
                Seam.KEPT,
                {"kind": kind, "recorded_at": now(), "recorded_by": actor.user},
                path="proof",
                status=patient.status,
                file=as_record(patient),
            )
            proof = Proof(**{name: noted[name] for name in ("kind", "recorded_at", "recorded_by")})
            patient = self._files.save(replace(patient, proof=proof), patient.status, actor, "proof")
            self._files.trace("PROOF_RECORDED", actor, patient.id, kind)
            patient = self._validated_by_itself(patient, actor)
        automatic = settings.of(self._store)[site.AUTOMATIC_VALIDATION]
        return self._done("proof-recorded", patient, actor, "proof", kind=kind, automatic=automatic)

    def validate(self, patient_id: str, actor: Actor) -> Patient:
        """Do the explicit act "valider" (E7): needs a recorded high-confidence document (PRF-08)."""
        with self._files.act("validate", actor, patient_id):
            patient = self._store.patient(patient_id)
            high = self._validating(patient, actor)
            kind = patient.proof.kind if patient.proof else None
            about: dict[str, Any] = {
                "actor": actor, "verb": "validate", "status": patient.status, "kind": kind,
                "attributes": sorted(patient.attributes), "file": as_record(patient),
            }  # fmt: skip
            self._typed({"kind": kind}, actor, "validate", status=patient.status, file=about["file"])
            self._check(lifecycle.check_validation, patient.attributes, **about)
            self._check(lifecycle.check_proof, kind, high, **about)
            status = lifecycle.after_validation(patient.status)
            patient = self._files.save(patient, status, actor, "validated", f"validation sur {kind}")
            self._files.trace("IDENTITY_VALIDATED", actor, patient.id, kind or "")
        return self._done("validated", patient, actor, "validate", kind=kind)

    def set_attributes(self, patient_id: str, attributes: frozenset[Attribute], actor: Actor) -> Patient:
        """Replace the attributes (E9 to E12)."""
        with self._files.act("attributes", actor, patient_id, asked=sorted(attributes)):
            patient = self._store.patient(patient_id)
            before = as_record(patient)
            typed = self._typed(
                {"attributes": sorted(attributes)}, actor, "attributes", status=patient.status, file=before
            )
            chosen = frozenset(Attribute(name) for name in typed["attributes"])
            self._check(
                lifecycle.check_attributes,
                chosen,
                actor=actor,
                verb="attributes",
                status=patient.status,
                attributes=sorted(chosen),
                combination="+".join(sorted(chosen)),
            )
            status = lifecycle.after_attributes(patient.status, chosen)
            names = ", ".join(sorted(chosen)) or "aucun"
            marked = replace(patient, attributes=chosen)
            patient = self._files.save(marked, status, actor, "attributes", f"attributs : {names}")
            self._files.trace("ATTRIBUTES_CHANGED", actor, patient.id, names)
        return self._done(
            "attributes-set", patient, actor, "attributes", before=before, asked=sorted(attributes)
        )

    def downgrade(self, patient_id: str, target: Status, actor: Actor) -> Patient:
        """Lower the status by hand (E16)."""
        with self._files.act("downgrade", actor, patient_id):
            patient = self._store.patient(patient_id)
            before = as_record(patient)
            status = lifecycle.after_downgrade(patient.status, target)
            patient = self._files.save(patient, status, actor, "downgraded", "abaissement manuel")
            self._files.trace("STATUS_LOWERED", actor, patient.id, status)
        return self._done("downgraded", patient, actor, "downgrade", before=before)

    def history(self, patient_id: str) -> list[StatusChange]:
        """Return the status changes, oldest first (STA-07)."""
        changes = self._store.status_changes(self._store.patient(patient_id).id)
        if not self._seams.has(Seam.READ):
            return changes
        records = self._seams.many(
            Seam.READ, [members(change) for change in changes], verb="history", patient_id=patient_id
        )
        return [StatusChange(**record) for record in records]

    def _completed(self, typed: dict[str, Any], verb: str) -> tuple[dict[str, Any], bool | None]:
        """Return typed values with a complete birth date, and whether it is made up (TRT-08)."""
        values, uncertain = incomplete.completed(typed)
        if uncertain is None:
            return values, None
        record = {"birth_date": values["birth_date"], "uncertain": uncertain}
        passed = self._seams.one(Seam.COMPLETED, record, typed=typed["birth_date"], verb=verb)
        return {**values, "birth_date": passed["birth_date"]}, passed["uncertain"]

    def _marked(
        self, patient: Patient, actor: Actor, changed: Mapping[str, Any], *, uncertain: bool | None
    ) -> Patient:
        """Return the file with its birth date marked as made up, or as known, when one was typed that may be."""
        is_known_from_insi = patient.status in lifecycle.WITH_INS and "birth_date" not in changed
        if uncertain is None or uncertain == patient.birth_date_uncertain or is_known_from_insi:
            return patient
        marked = replace(patient, birth_date_uncertain=uncertain)
        return self._files.save(marked, patient.status, actor, "marked")

    def _settings(self, use: str, **about: Any) -> dict[str, Any]:
        return self._seams.one(Seam.SETTINGS, dict(settings.of(self._store)), use=use, **about)

    def _validating(self, patient: Patient, actor: Actor) -> tuple[str, ...]:
        """Return the kinds of documents that allow validating this person."""
        known = self._settings("validate", file=as_record(patient), role=actor.role, user=actor.user)
        return site_settings.validating_proofs(known, patient.birth_date, datetime.now(UTC).date())

    def _validated_by_itself(self, patient: Patient, actor: Actor) -> Patient:
        """Validate without an act of the user where the site wants that (PRF-05)."""
        known = self._settings("automatic", file=as_record(patient), role=actor.role, user=actor.user)
        kind = patient.proof.kind if patient.proof else None
        is_marked = lifecycle.DISQUALIFYING.intersection(patient.attributes)
        if known[site.AUTOMATIC_VALIDATION] != site.ON or is_marked:
            return patient
        if kind not in self._validating(patient, actor):
            return patient
        status = lifecycle.after_validation(patient.status)
        return self._files.save(patient, status, actor, "validated", f"validation automatique sur {kind}")

    def _typed(self, typed: dict[str, Any], actor: Actor, verb: str, **about: Any) -> dict[str, Any]:
        return self._seams.one(Seam.TYPED, typed, verb=verb, role=actor.role, user=actor.user, **about)

    def _check(self, check: Any, *arguments: Any, actor: Actor, verb: str, **about: Any) -> None:
        self._files.passes(lambda: check(*arguments), actor, verb, **about)

    def _done(self, event: str, patient: Patient, actor: Actor, verb: str, **about: Any) -> Patient:
        after = self._files.after(event, actor, patient, **about) or patient
        return self._files.present(after, actor, verb)

    def _search_key(self, text: str, side: Literal["typed", "stored"]) -> str:
        if not self._seams.has(Seam.SEARCH_KEY):
            return lookup.search_key(text)
        record = {"text": text, "key": lookup.search_key(text)}
        return str(self._seams.one(Seam.SEARCH_KEY, record, side=side)["key"])

    def _search_through_seams(
        self, everyone: list[Patient], criteria: SearchCriteria, actor: Actor
    ) -> list[Patient]:
        by_id = {patient.id: patient for patient in everyone}
        asked = members(criteria)
        records = [as_record(patient) for patient in everyone]
        views = self._seams.many(Seam.SOUGHT, records, criteria=asked, role=actor.role, everyone=records)
        found = lookup.search([from_record(view) for view in views], criteria, self._search_key)
        passed = self._seams.many(
            Seam.FOUND,
            [as_record(by_id[patient.id]) for patient in found],
            criteria=asked,
            everyone=records,
            role=actor.role,
            user=actor.user,
        )
        return [from_record(record) for record in passed]
