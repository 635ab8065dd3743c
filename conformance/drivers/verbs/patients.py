"""Verbs on patient files."""

from collections.abc import Mapping
from typing import Annotated

from conformance.drivers.declaring import Performer, verb
from conformance.drivers.formats import Format, Identifier
from conformance.drivers.model import (
    IDENTITY_FIELDS,
    Actor,
    Attribute,
    Patient,
    PatientTraits,
    SearchCriteria,
    Status,
    StatusChange,
)
from simulator.text import Text

_FIELDS = ", ".join(IDENTITY_FIELDS)
IdentityField = Annotated[
    str,
    Format(
        "identity_field",
        lambda text: text in IDENTITY_FIELDS,
        Text(f"le nom d'un champ d'identité ({_FIELDS})", f"the name of an identity field ({_FIELDS})"),
    ),
]
LoweredStatus = Annotated[
    Status,
    Format("lowered_status", lambda text: text in {"PROV", "VALI"}, Text("PROV ou VALI", "PROV or VALI")),
]


class PatientVerbs(Performer):
    """Creating, finding, reading and changing patient files."""

    @verb(
        "POST /patients",
        body="traits",
        created=True,
        title=Text("Créer un patient", "Create a patient"),
        task=Text(
            "Créez ce patient à la main, sans appeler INSi. Laissez vides les champs qui ne sont pas donnés.",
            "Create this patient by hand, without calling INSi. Leave the fields that are not given empty.",
        ),
    )
    def create_patient(self, traits: PatientTraits, *, actor: Actor) -> Patient:
        """Create a patient by hand (event E1)."""

    @verb(
        "GET /patients",
        answer="patients",
        title=Text("Rechercher des patients", "Search patients"),
        task=Text(
            "Cherchez dans les dossiers locaux avec ces critères, sans appeler INSi.",
            "Search the local files with these criteria, without calling INSi.",
        ),
    )
    def search_patients(self, criteria: SearchCriteria, *, actor: Actor) -> list[Patient]:
        """Search local patients; never calls INSi."""

    @verb(
        "GET /patients/{patient_id}",
        title=Text("Ouvrir le dossier", "Open the file"),
        task=Text("Ouvrez ce dossier et lisez l'identité.", "Open this file and read the identity."),
    )
    def read_patient(self, patient_id: Identifier, *, actor: Actor) -> Patient:
        """Open a patient file."""

    @verb(
        "PATCH /patients/{patient_id}",
        body="changes",
        title=Text("Modifier l'identité", "Change the identity"),
        task=Text(
            "Modifiez ces champs de l'identité et enregistrez ; « vide » veut dire effacer le champ.",
            "Change these fields of the identity and save; “empty” means to clear the field.",
        ),
    )
    def update_patient(
        self, patient_id: Identifier, changes: Mapping[IdentityField, str | None], *, actor: Actor
    ) -> Patient:
        """Change identity fields (names of ``IDENTITY_FIELDS``); events E13 to E15."""

    @verb(
        "POST /patients/{patient_id}/proofs",
        title=Text("Enregistrer le dispositif d'identité", "Record the identity document"),
        task=Text(
            "Enregistrez ce dispositif d'identité dans le dossier, sans valider l'identité.",
            "Record this identity document in the file, without validating the identity.",
        ),
    )
    def record_proof(self, patient_id: Identifier, kind: Identifier, *, actor: Actor) -> Patient:
        """Record the identity document presented (Règle 19)."""

    @verb(
        "POST /patients/{patient_id}/validation",
        title=Text("Valider l'identité", "Validate the identity"),
        task=Text(
            "Faites l'action « valider l'identité » de ce dossier.",
            "Do the action “validate the identity” on this file.",
        ),
    )
    def validate_identity(self, patient_id: Identifier, *, actor: Actor) -> Patient:
        """Do the explicit user action "valider" (event E7)."""

    @verb(
        "PUT /patients/{patient_id}/attributes",
        title=Text("Poser les attributs", "Set the attributes"),
        task=Text(
            "Donnez à l'identité exactement ces attributs (aucun si la liste est vide).",
            "Give the identity exactly these attributes (none when the list is empty).",
        ),
    )
    def set_attributes(
        self, patient_id: Identifier, attributes: frozenset[Attribute], *, actor: Actor
    ) -> Patient:
        """Replace the set of attributes (events E9 to E12)."""

    @verb(
        "POST /patients/{patient_id}/downgrade",
        title=Text("Déclasser l'identité", "Downgrade the identity"),
        task=Text("Abaissez à la main le statut de l'identité.", "Lower the status of the identity by hand."),
    )
    def downgrade_status(self, patient_id: Identifier, status: LoweredStatus, *, actor: Actor) -> Patient:
        """Lower the status by hand to PROV or VALI (event E16)."""

    @verb(
        "GET /patients/{patient_id}/history",
        answer="changes",
        title=Text("Lire l'historique des statuts", "Read the status history"),
        task=Text("Affichez l'historique des statuts du dossier.", "Show the status history of the file."),
    )
    def read_status_history(self, patient_id: Identifier, *, actor: Actor) -> list[StatusChange]:
        """Return the status changes, oldest first."""

    @verb(
        "GET /matricule-search",
        answer="patients",
        title=Text("Rechercher par matricule", "Search by matricule"),
        task=Text(
            "Cherchez dans les dossiers locaux avec ce matricule INS.",
            "Search the local files with this matricule INS.",
        ),
    )
    def search_by_matricule(self, matricule: Identifier, *, actor: Actor) -> list[Patient]:
        """Search local patients by matricule; refused without search when it is incomplete or its key is wrong."""
