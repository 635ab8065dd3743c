"""Habits of careful counters: what waits is decided first, what a colleague changed is opened again, what was checked is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.reference.habits.front import Asked, Inner, Said, refused
from conformance.reference.habits.order import done, is_for

if TYPE_CHECKING:
    from conformance.reference.habits.front import Habit

_CHECKED = frozenset({"VALI", "QUAL"})


def decided_first() -> Habit:
    """Neither validate nor call INSi for a file of which an answer waits for its decision."""
    waiting: dict[str, str] = {}

    def habit(asked: Asked, inner: Inner) -> Said:
        if asked.path[0] == "reset":
            waiting.clear()
        if asked.method == "POST" and _file_of(asked) in waiting and _waits_for_decision(asked):
            return refused("Une réponse d'INSi attend : acceptez-la ou refusez-la d'abord.")
        said = inner(asked)
        if done(said):
            if is_for(asked, "POST", "insi-calls", "*", "decision"):
                for patient in [one for one, call in waiting.items() if call == asked.path[1]]:
                    del waiting[patient]
            elif call := _found(asked, said):
                waiting[call["patient_id"]] = call["id"]
        return said

    return habit


def _found(asked: Asked, said: Said) -> dict[str, Any] | None:
    """Return the call for a file that has just ended with somebody found."""
    call = said.body if is_for(asked, "POST", "insi-calls") else None
    if is_for(asked, "GET", "insi-calls", "*"):
        call = said.body.get("call")
    return call if call and call["outcome"] == "FOUND" and call.get("patient_id") else None


def _file_of(asked: Asked) -> str | None:
    found = (asked.body or {}).get("patient_id") if isinstance(asked.body, dict) else None
    return found or (asked.path[1] if asked.path[0] == "patients" and len(asked.path) > 1 else None)


def _waits_for_decision(asked: Asked) -> bool:
    return is_for(asked, "POST", "insi-calls") or asked.path[-1] in {"started-insi-calls", "validation"}


def opened_before_changed() -> Habit:
    """Change a file only as whoever has opened it as it is now, which the driver does first, as at the screen."""
    seen_by: dict[str, set[str]] = {}

    def act(asked: Asked, inner: Inner) -> Said:
        user = asked.headers.get("x-banc-user", "")
        if is_for(asked, "PATCH", "patients", "*") and user not in seen_by.get(asked.path[1], {user}):
            return refused("Ce dossier a été modifié par un collègue : rouvrez-le.")
        said = inner(asked)
        if done(said):
            if is_for(asked, "GET", "patients", "*"):
                seen_by.get(asked.path[1], set()).add(user)
            elif patient := _changed(asked, said):
                seen_by[patient] = {user}
        return said

    def habit(asked: Asked, inner: Inner) -> Said:
        if asked.path[0] == "reset":
            seen_by.clear()
        if is_for(asked, "PATCH", "patients", "*"):
            act(asked.other("GET", *asked.path), inner)
        return act(asked, inner)

    return habit


def _changed(asked: Asked, said: Said) -> str | None:
    """Return the file that an act has changed."""
    if is_for(asked, "POST", "insi-calls", "*", "decision"):
        return str(said.body["patient"]["id"]) if said.body and said.body.get("patient") else None
    is_act = asked.method in {"PATCH", "PUT"} or asked.path[-1] in {"proofs", "validation", "downgrade"}
    return asked.path[1] if asked.path[0] == "patients" and len(asked.path) > 1 and is_act else None


def checked_document_kept(asked: Asked, inner: Inner) -> Said:
    """Leave the document of a checked identity to the super-user."""
    if is_for(asked, "POST", "patients", "*", "proofs") and asked.headers.get("x-banc-role") != "SUPER_USER":
        now = inner(asked.other("GET", "patients", asked.path[1]))
        if done(now) and now.body["status"] in _CHECKED:
            return refused("Identité déjà contrôlée : voyez le responsable d'identitovigilance.")
    return inner(asked)
