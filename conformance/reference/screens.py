"""The screens of the reference LGO as the driver tells them: labels, values, what can be edited (Règle 3). Pure."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from conformance.drivers.model import Status
from conformance.drivers.screens import FormField
from conformance.reference import identity, numbers
from conformance.reference.site import ALWAYS_DISPLAYED

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from conformance.drivers.model import Patient

LABELS: Mapping[str, str] = MappingProxyType(
    {
        "matricule": "Matricule INS",
        "oid": "OID",
        "birth_name": "N. Nais.",
        "first_names": "Pr. Nais.",
        "first_name": "Pr. 1",
        "birth_date": "DDN",
        "sex": "S.",
        "birth_place": "INSEE Nais.",
        "used_name": "N. Ut.",
        "used_first_name": "Pr. Ut.",
    }
)
"""The short labels of Règle 3 (DIS-01, DIS-02), in the order of the screen."""

STATUSES: Mapping[Status, str] = MappingProxyType(
    {
        Status.PROV: "Identité provisoire",
        Status.RECUP: "Identité récupérée",
        Status.VALI: "Identité validée",
        Status.QUAL: "Identité qualifiée",
    }
)
"""What is read, without a click, of the status (DIS-03): words, not a colour."""


def patient_form(patient: Patient, locked: Collection[str], displayed: Collection[str]) -> list[FormField]:
    """Return the screen of a file.

    Args:
        patient: the file.
        locked: the fields that the user cannot edit now.
        displayed: the fields that the site shows besides the four that always are.
    """
    shown = [name for name in LABELS if name in ALWAYS_DISPLAYED or name in displayed]
    lines = [
        FormField(
            name=name,
            label=_label(name, patient),
            value=_value(name, patient),
            editable=name not in locked,
            mandatory=name in identity.MANDATORY,
        )
        for name in shown
    ]
    status = FormField(name="status", label="Statut", value=STATUSES[patient.status], editable=False)
    return [*lines, status]


def creation_form() -> list[FormField]:
    """Return the empty screen on which a patient is typed: nothing is filled in."""
    typed = [name for name in LABELS if name not in identity.FED_BY_INSI]
    return [
        FormField(
            name=name,
            label=LABELS[name],
            mandatory=name in identity.MANDATORY,
            choices=identity.SEXES if name == "sex" else (),
        )
        for name in typed
    ]


def search_form() -> list[FormField]:
    """Return the empty screen of the local search."""
    labels = {
        "birth_date": "DDN",
        "name_prefix": "Nom (3 lettres)",
        "first_name_prefix": "Prénom (3 lettres)",
    }
    return [FormField(name=name, label=label) for name, label in labels.items()]


def proof_form(kinds: Collection[str]) -> list[FormField]:
    """Return the empty screen on which a document is recorded: none is selected (PRF-03)."""
    return [FormField(name="kind", label="Dispositif d'identité", mandatory=True, choices=tuple(kinds))]


def _label(name: str, patient: Patient) -> str:
    nature = numbers.nature(patient.oid) if name == "matricule" else ""
    return f"{LABELS[name]} ({nature})" if nature else LABELS[name]


def _value(name: str, patient: Patient) -> str | None:
    value: str | None = getattr(patient, name)
    if name != "birth_date":
        return value
    date = identity.display_date(value)
    return f"{date} (incertaine)" if patient.birth_date_uncertain else date
