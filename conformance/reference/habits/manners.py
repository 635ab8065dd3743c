"""Habits of one site: what it is delivered with, what is kept to the entitled, and what an answer leaves out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.model import IDENTITY_FIELDS
from conformance.reference.habits.front import Asked, Inner, Said, refused
from conformance.reference.habits.order import done, is_for

if TYPE_CHECKING:
    from conformance.reference.habits.front import Habit

_IN_LISTS: Final = ("id", "status", "birth_name", "first_name", "birth_date", "sex", "attributes")
_NOT_FOUND: Final = 404


def delivered_with(**settings: str) -> Habit:
    """Have these settings after a reset, as the software is delivered."""

    def habit(asked: Asked, inner: Inner) -> Said:
        said = inner(asked)
        if asked.path[0] == "reset" and done(said):
            inner(asked.other("PUT", "settings", body=dict(settings)))
        return said

    return habit


def for_super_users(*acts: tuple[str, ...]) -> Habit:
    """Keep acts to the entitled: each a method and the parts of its path."""

    def habit(asked: Asked, inner: Inner) -> Said:
        is_entitled = asked.headers.get("x-banc-role") == "SUPER_USER"
        if not is_entitled and any(is_for(asked, *act) for act in acts):
            return refused("Réservé au responsable d'identitovigilance.")
        return inner(asked)

    return habit


def own_acts_in_the_log(asked: Asked, inner: Inner) -> Said:
    """Show an ordinary user what they did themselves, and the entitled one all of the log."""
    said = inner(asked)
    is_entitled = asked.headers.get("x-banc-role") == "SUPER_USER"
    if not is_for(asked, "GET", "audit-log") or is_entitled or not done(said):
        return said
    user = asked.headers.get("x-banc-user")
    return replace(said, body={"entries": [one for one in said.body["entries"] if one.get("user") == user]})


def lists_show_little(asked: Asked, inner: Inner) -> Said:
    """Show names, birth date and sex in lists of results."""
    said = inner(asked)
    is_list = is_for(asked, "GET", "patients") or is_for(asked, "GET", "matricule-search")
    if not is_list or not done(said):
        return said
    return replace(said, body={"patients": [_little(one, _IN_LISTS) for one in said.body["patients"]]})


def unknown_files_refused(asked: Asked, inner: Inner) -> Said:
    """Refuse what is asked of a file or a call that does not exist."""
    said = inner(asked)
    return refused("Dossier introuvable.") if said.status == _NOT_FOUND and len(asked.path) > 1 else said


def verbose_refusals(asked: Asked, inner: Inner) -> Said:
    """Refuse in English, with details, and with all the fields of the screen."""
    said = inner(asked)
    if said.status not in {409, 422}:
        return said
    fields = ["birth_name", "first_name", "birth_date", "sex", "birth_place", "used_name", "phone"]
    details = [{"path": f"/{name}", "rule": "validation", "severity": 2} for name in fields]
    message = "The operation could not be completed. Nothing was saved."
    return replace(
        said, body={"code": "ValidationError", "message": message, "fields": fields, "details": details}
    )


def verbs_of_tomorrow(asked: Asked, inner: Inner) -> Said:
    """Declare verbs that the driver API does not have."""
    said = inner(asked)
    if not is_for(asked, "GET", "capabilities") or not done(said):
        return said
    body: dict[str, Any] = dict(said.body)
    body["verbs"] = [*body["verbs"], "print_label", "merge_files"]
    body["not_supported"] = {**body.get("not_supported", {}), "erase_patient": "Jamais."}
    return replace(said, body=body)


def without_verbs(kept: frozenset[str]) -> Habit:
    """Declare and have these verbs only."""

    def habit(asked: Asked, inner: Inner) -> Said:
        said = inner(asked)
        if is_for(asked, "GET", "capabilities") and done(said):
            return replace(said, body={**said.body, "verbs": sorted(kept), "not_supported": {}})
        return said

    return habit


def _little(record: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    # The identity fields have to be there; what a list does not show is null.
    hidden = dict.fromkeys(IDENTITY_FIELDS)
    return hidden | {name: record[name] for name in names if name in record}
