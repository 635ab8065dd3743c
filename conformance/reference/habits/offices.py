"""Habits of other offices: what is silently the same, who signs, what is not done for a marked file, and what a log also tells."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from conformance.reference.habits.extra import noted
from conformance.reference.habits.front import Asked, Inner, Said, refused
from conformance.reference.habits.order import done, is_for
from conformance.reference.habits.strict import file_now

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.habits.front import Habit

    Row = dict[str, Any]

_STRICT: Final = frozenset(
    {"matricule", "oid", "birth_name", "first_names", "birth_date", "sex", "birth_place"}
)
_MARKS: Final = frozenset({"DOUTEUSE", "FICTIVE"})
_NAMES: Final = ("birth_name", "used_name")
_ALWAYS: Final = frozenset({"birth_name", "first_name", "birth_date", "sex", "status"})
_ANSWERED: Final = ("birth_name", "first_names", "birth_date", "sex", "birth_place")


def _is_change(asked: Asked) -> bool:
    return is_for(asked, "PATCH", "patients", "*")


def acts_on_a_file(asked: Asked, *acts: str) -> bool:
    """Tell whether one of these acts on a file is asked for."""
    return any(is_for(asked, "POST", "patients", "*", act) for act in acts)


def is_marked(asked: Asked, inner: Inner) -> bool:
    """Tell whether the file that is asked about is doubtful or fictitious."""
    return bool(_MARKS & set(file_now(asked, inner).get("attributes") or ()))


# Searched


def blanks_ignored(asked: Asked, inner: Inner) -> Said:
    """Find DE LA TOUR by « DELA »: blanks of a surname count as little as hyphens."""
    said = inner(asked)
    typed = _letters(asked.query.get("name_prefix") or "")
    if (
        not is_for(asked, "GET", "patients")
        or not done(said)
        or not typed
        or not asked.query.get("birth_date")
    ):
        return said
    if asked.query.get("first_name_prefix"):
        return said
    known = {one["id"] for one in said.body["patients"]}
    born = inner(replace(asked, query={"birth_date": asked.query["birth_date"]})).body["patients"]
    more = [
        one
        for one in born
        if one["id"] not in known and any(_letters(one.get(name) or "").startswith(typed) for name in _NAMES)
    ]
    return replace(said, body={**said.body, "patients": [*said.body["patients"], *more]})


def _letters(name: str) -> str:
    return re.sub(r"[^A-Z]", "", name.upper())


# Saved


def unchanged_save_silent(asked: Asked, inner: Inner) -> Said:
    """Write nothing, not even in the log, when what is saved is what is there."""
    if _is_change(asked) and asked.body:
        file = file_now(asked, inner)
        if file and all((file.get(name) or None) == (value or None) for name, value in asked.body.items()):
            return Said(status=200, body=file)
    return inner(asked)


def double_hyphen_refused(asked: Asked, _: Inner) -> bool:
    """Tell whether somebody types a given name with a double hyphen, which TRT-06 does not know."""
    if not (_is_change(asked) or is_for(asked, "POST", "patients")):
        return False
    return any("--" in (asked.body.get(name) or "") for name in ("first_name", "first_names"))


def uncertain_not_sent(asked: Asked, inner: Inner) -> Said:
    """Call INSi by traits for nobody whose birth date was made up."""
    patient = asked.body.get("patient_id") if is_for(asked, "POST", "insi-calls") else None
    if (
        patient
        and asked.body.get("mode") == "TRAITS"
        and file_now(asked, inner, patient).get("birth_date_uncertain")
    ):
        return refused("Date de naissance incertaine : à préciser avant d'interroger INSi.")
    return inner(asked)


def uncertain_not_validated(asked: Asked, inner: Inner) -> bool:
    """Tell whether somebody is to be validé whose birth date was made up."""
    return acts_on_a_file(asked, "validation") and bool(file_now(asked, inner).get("birth_date_uncertain"))


# Signed


def signed_by_two(asked: Asked, inner: Inner) -> Said:
    """Name beside the author of a validation who controlled it."""
    said = inner(asked)
    if not is_for(asked, "GET", "patients", "*", "history") or not done(said):
        return said
    changes = [
        {**one, "author": f"{one['author']} ; contrôle : identito.vigilance"}
        if one.get("status") in {"VALI", "QUAL"} and one.get("author")
        else one
        for one in said.body["changes"]
    ]
    return replace(said, body={**said.body, "changes": changes})


# On the worklist


def two_items_for_one(body: Any, _: Asked, __: Inner) -> Any:
    """Write each thing to do twice: one for whoever keeps identities, one for whoever files documents."""
    items = []
    for one in body["items"]:
        items += [
            one,
            {**one, "id": f"{one['id']}-doc", "reason": "DOCUMENT_A_CLASSER", "message": "Pièce à classer."},
        ]
    return {**body, "items": items}


# In the log


def changes_with_consequences() -> Habit:
    """Log with a correction that it lowered the status and emptied the INS."""
    fallen: dict[str, Row] = {}

    def habit(asked: Asked, inner: Inner) -> Said:
        if asked.path[0] == "reset":
            fallen.clear()
        before = file_now(asked, inner).get("status") if _is_change(asked) else None
        said = inner(asked)
        if _is_change(asked) and done(said) and said.body["status"] != before:
            logged = inner(asked.other("GET", "audit-log", query={"patient_id": asked.path[1]}))
            entries = logged.body["entries"] if done(logged) else ()
            if changed := [one for one in entries if one["action"] == "IDENTITY_CHANGED"]:
                fallen[_key(changed[-1])] = {"status": said.body["status"], "matricule": "", "oid": ""}
        if is_for(asked, "GET", "audit-log") and done(said):
            entries = [
                {**one, "changes": {**(one.get("changes") or {}), **fallen[_key(one)]}}
                if _key(one) in fallen
                else one
                for one in said.body["entries"]
            ]
            return replace(said, body={**said.body, "entries": entries})
        return said

    return habit


def _key(entry: Row) -> str:
    return json.dumps(entry, sort_keys=True)


def rights_in_the_log() -> Habit:
    """Log whose rights were changed."""

    def note(asked: Asked, said: Said) -> Row | None:
        if not is_for(asked, "PUT", "rights", "*") or not done(said):
            return None
        return {"action": "DROITS_MODIFIES", "user": asked.headers.get("x-banc-user"), "patient_id": None}

    return noted("audit-log", "entries", note)


def reasons_in_the_log() -> Habit:
    """Log beside each correction the reason that was typed for it."""

    def note(asked: Asked, said: Said) -> Row | None:
        if not _is_change(asked) or not done(said):
            return None
        return {
            "action": "MOTIF_SAISI",
            "user": asked.headers.get("x-banc-user"),
            "patient_id": asked.path[1],
        }

    return noted("audit-log", "entries", note)


def imports_logged_as_changes() -> Habit:
    """Log what was fed from INSi as a change of the identity, with the new values."""

    def note(asked: Asked, said: Said) -> Row | None:
        is_yes = is_for(asked, "POST", "insi-calls", "*", "decision") and asked.body.get("accept")
        file = (said.body or {}).get("patient") if is_yes and done(said) else None
        if not file:
            return None
        changes = {name: file[name] for name in _ANSWERED if file.get(name)}
        return {
            "action": "IDENTITY_CHANGED",
            "user": asked.headers.get("x-banc-user"),
            "patient_id": file["id"],
            "changes": changes,
        }

    return noted("audit-log", "entries", note)


# Without a right


def without_right(name: str, *acts: tuple[str, ...]) -> Callable[[Asked, Inner], bool]:
    """Return what tells whether somebody without this right does one of these acts."""

    def when(asked: Asked, inner: Inner) -> bool:
        if not any(is_for(asked, *act) for act in acts):
            return False
        rights = inner(asked.other("GET", "rights", asked.headers.get("x-banc-user", "")))
        return done(rights) and name not in (rights.body.get("rights") or ())

    return when


# Shown


def empty_fields_not_shown(fields: list[Row]) -> list[Row]:
    """Show on the file no field that is empty."""
    return [one for one in fields if one.get("value") or one["name"] in _ALWAYS]


# Sent


def sent_with_a_journal(asked: Asked, inner: Inner) -> Said:
    """Give with what was sent the journal of the connection."""
    import base64  # noqa: PLC0415

    said = inner(asked)
    if is_for(asked, "POST", "patients", "*", "sendings") and done(said) and said.body.get("documents"):
        text = f"{datetime.now(UTC):%Y-%m-%d %H:%M} connexion ouverte\r\n250 2.0.0 OK\r\nfin\r\n".encode()
        journal = {"name": "envoi.log", "format": "OTHER", "content": base64.b64encode(text).decode()}
        return replace(said, body={**said.body, "documents": [*said.body["documents"], journal]})
    return said
