"""The screens of a user, filled: which one, for which file, under which settings."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from conformance.drivers import site
from conformance.drivers.protocol import RefusedError
from conformance.drivers.screens import Form, FormField
from conformance.reference import screens, settings
from conformance.reference.seams import Seam
from conformance.reference.site import known_proofs, parts

if TYPE_CHECKING:
    from conformance.drivers.model import Actor
    from conformance.reference.files import Files


class Screens:
    """Shows screens.

    Args:
        files: where files are shown and traced.
    """

    def __init__(self, files: Files) -> None:
        """Use a set of files."""
        self._files = files

    def read(self, form: Form, patient_id: str | None, actor: Actor) -> list[FormField]:
        """Return the fields of a screen; that of a file counts as opening it (SEC-01).

        Raises:
            RefusedError: the screen of a file is asked for without a file.
        """
        known = settings.of(self._files.store)
        match form:
            case Form.PATIENT:
                if patient_id is None:
                    raise RefusedError("MISSING_FIELD", "Quel dossier ? patient_id attendu.", ["patient_id"])
                fields = self._of_patient(patient_id, known[site.DISPLAYED_FIELDS], actor)
            case Form.PROOF:
                fields = screens.proof_form(known_proofs(known))
            case Form.CREATION:
                fields = screens.creation_form()
            case Form.SEARCH:
                fields = screens.search_form()
        records = [asdict(field) for field in fields]
        passed = self._files.seams.many(
            Seam.FORM, records, form=form, patient_id=patient_id, role=actor.role, user=actor.user
        )
        return [FormField(**record) for record in passed]

    def _of_patient(self, patient_id: str, displayed: str, actor: Actor) -> list[FormField]:
        patient = self._files.store.patient(patient_id)
        self._files.trace("IDENTITY_READ", actor, patient.id, "écran du dossier")
        shown = self._files.present(patient, actor, "form")
        return screens.patient_form(shown, shown.locked_fields, parts(displayed))
