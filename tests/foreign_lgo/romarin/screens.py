"""The screens of Romarin: which fields, under which labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from words import LABELS, shown

if TYPE_CHECKING:
    from collections.abc import Iterable

ALWAYS = frozenset({"birth_name", "first_name", "birth_date", "sex"})
SEARCHED = {"birth_date": "DDN", "name_prefix": "Nom (naissance ou utilisé)", "first_name_prefix": "Prénom"}
STATUSES = {"PROV": "Provisoire", "RECUP": "Récupérée", "VALI": "Validée", "QUAL": "Qualifiée"}


def fields(form: str, view: dict | None, extra: list[str], kinds: Iterable[str]) -> list[dict]:
    """Return the fields of a screen; `view` is the file that is open."""
    if form == "SEARCH":
        return [field(name, label) for name, label in SEARCHED.items()]
    if form == "PROOF":
        return [field("kind", "Pièce présentée", choices=sorted(kinds))]
    if form == "CREATION" or view is None:
        return [
            field(name, label, mandatory=name in ALWAYS | {"birth_place"})
            for name, label in LABELS.items()
            if name not in {"matricule", "oid"}
        ]
    said = view | {"birth_date": shown(view["birth_date"])}
    rows = [
        field(
            name,
            label,
            value=said[name],
            editable=name not in view["locked_fields"],
            always_visible=name in ALWAYS or name in extra,
        )
        for name, label in LABELS.items()
    ]
    billing = field("billing_number", "N° de facturation", value=view["billing_number"], editable=False)
    status = field("status", "Statut", value=STATUSES[view["status"]], editable=False, always_visible=True)
    return [*rows, billing, status]


def field(name: str, label: str, **more: object) -> dict:
    """Return one field, empty and open unless more is said."""
    return {"name": name, "label": label, "value": None, "editable": True, **more}
