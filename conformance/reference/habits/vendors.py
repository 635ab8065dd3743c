"""Habits of vendors of another make: triggers and services that log by rows, drivers that write JSON loosely."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from conformance.reference.habits.extra import noted
from conformance.reference.habits.front import Asked, Inner, Said, walked
from conformance.reference.habits.order import done, is_for
from conformance.reference.habits.strict import file_now

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.habits.front import Habit

    Row = dict[str, Any]

_ROW: Final = (
    "birth_name", "first_names", "first_name", "birth_date", "sex", "birth_place", "used_name", "used_first_name",
)  # fmt: skip
_MAPS: Final = frozenset({"returned", "changes", "not_supported"})
_LISTS: Final = frozenset({"alerts", "candidates", "locked_fields", "fields", "results", "choices"})
_COUNTED: Final = frozenset({"insi_calls", "insi_successes", "insi_failures", "patients", "qualified"})
_WEAK: Final = frozenset({"VITALE_CARD", "DRIVING_LICENCE", "BIRTH_CERTIFICATE"})


# How answers are written


def empty_tables_as_lists(asked: Asked, inner: Inner) -> Said:
    """Write an empty table as an empty list, as PHP does."""
    return _walked(inner(asked), lambda key, one: [] if key in _MAPS and one == {} else one)


def empty_lists_as_null(asked: Asked, inner: Inner) -> Said:
    """Write null for a list that holds nothing, where it need not be there."""
    said = inner(asked)
    if isinstance(said.body, dict) and set(said.body) <= {"fields", "results"}:
        return said
    return _walked(said, lambda key, one: None if key in _LISTS and one == [] else one)


def counters_as_text(asked: Asked, inner: Inner) -> Said:
    """Write counters as texts, as a database gives them."""
    return _walked(
        inner(asked), lambda key, one: str(one) if key in _COUNTED and isinstance(one, int) else one
    )


def fields_of_ones_own_locked(asked: Asked, inner: Inner) -> Said:
    """Name among the locked fields those of one's own, and those that nobody ever types."""
    own = ["id", "created_at", "status", "proof.recorded_at", "centre"]
    return _walked(inner(asked), lambda key, one: [*own, *one] if key == "locked_fields" and one else one)


def alerts_twice(asked: Asked, inner: Inner) -> Said:
    """Give each alert twice: on top and in the frame."""
    return _walked(
        inner(asked), lambda key, one: [*one, *one] if key == "alerts" and isinstance(one, list) else one
    )


def _walked(said: Said, change: Callable[[str, Any], Any]) -> Said:
    def each(key: str, value: Any, _: Mapping[str, Any]) -> Any:
        return change(key, value)

    return replace(said, body=walked(said.body, each))


# How logs and histories are written


def changes_of_whole_rows() -> Habit:
    """Log with a correction the whole row as it then was, as a trigger does."""
    rows: dict[str, Row] = {}

    def habit(asked: Asked, inner: Inner) -> Said:
        if asked.path[0] == "reset":
            rows.clear()
        said = inner(asked)
        if is_for(asked, "PATCH", "patients", "*") and done(said):
            logged = inner(asked.other("GET", "audit-log", query={"patient_id": asked.path[1]}))
            entries = logged.body["entries"] if done(logged) else ()
            if changed := [one for one in entries if one["action"] == "IDENTITY_CHANGED"]:
                rows[_key(changed[-1])] = {name: said.body[name] for name in _ROW if said.body.get(name)}
        if is_for(asked, "GET", "audit-log") and done(said):
            entries = [
                {**one, "changes": {**rows[_key(one)], **(one.get("changes") or {})}}
                if _key(one) in rows
                else one
                for one in said.body["entries"]
            ]
            return replace(said, body={**said.body, "entries": entries})
        return said

    return habit


def _key(entry: Row) -> str:
    return json.dumps(entry, sort_keys=True)


def changes_with_columns(body: Any, _: Asked, __: Inner) -> Any:
    """Log the columns of the base with each change: who wrote, which version, when."""
    more = {"updated_at": "2026-01-02 10:00:00", "version": "7", "site": "2A", "nom_soundex": "M635"}
    return {
        **body,
        "entries": [
            {**one, "changes": {**one["changes"], **more}} if one.get("changes") else one
            for one in body["entries"]
        ],
    }


def log_of_a_file_without_its_name(body: Any, asked: Asked, _: Inner) -> Any:
    """Say of no entry whose it is where the log of one file was asked for."""
    if not asked.query.get("patient_id"):
        return body
    return {**body, "entries": [{**one, "patient_id": None} for one in body["entries"]]}


def calls_announced_in_the_log() -> Habit:
    """Log that a call is going to be made, and that it is over, beside the call itself."""
    return noted("audit-log", "entries", _call_entry)


def _call_entry(asked: Asked, said: Said) -> Row | None:
    if not is_for(asked, "POST", "insi-calls") or not done(said):
        return None
    patient = asked.body.get("patient_id")
    return {
        "action": "FILE_INSI",
        "user": "service-insi",
        "patient_id": patient,
        "mode": asked.body["mode"],
        "code": None,
    }


def synchronised_in_the_log() -> Habit:
    """Log that what was done was copied to the centre, by a service."""

    def note(asked: Asked, said: Said) -> Row | None:
        patient = said.body.get("id") if isinstance(said.body, dict) and "birth_name" in said.body else None
        if asked.method == "GET" or not done(said) or not patient:
            return None
        return {"action": "SYNCHRONISATION", "user": "svc_sync", "patient_id": patient}

    return noted("audit-log", "entries", note)


def acts_as_readings_too() -> Habit:
    """Log a reading with each act that shows the file afterwards."""

    def note(asked: Asked, said: Said) -> Row | None:
        file = said.body.get("patient", said.body) if isinstance(said.body, dict) else None
        if asked.method == "GET" or not done(said) or not isinstance(file, dict) or "birth_name" not in file:
            return None
        return {
            "action": "IDENTITY_READ",
            "user": asked.headers.get("x-banc-user"),
            "patient_id": file.get("id"),
        }

    return noted("audit-log", "entries", note)


def comparisons_in_the_log() -> Habit:
    """Log each comparison as a reading of the file that it is about."""
    of: dict[str, str] = {}

    def note(asked: Asked, said: Said) -> Row | None:
        if asked.path[0] == "reset":
            of.clear()
        if is_for(asked, "POST", "insi-calls") and done(said) and asked.body.get("patient_id"):
            of[said.body["id"]] = asked.body["patient_id"]
        if not is_for(asked, "GET", "insi-calls", "*", "proposal") or not done(said):
            return None
        user = asked.headers.get("x-banc-user")
        return {"action": "IDENTITY_READ", "user": user, "patient_id": of.get(asked.path[1])}

    return noted("audit-log", "entries", note)


def history_with_documents() -> Habit:
    """Write documents recorded into the history of statuses too: the status stays."""
    own: list[tuple[str, Row]] = []

    def habit(asked: Asked, inner: Inner) -> Said:
        if asked.path[0] == "reset":
            own.clear()
        said = inner(asked)
        if is_for(asked, "POST", "patients", "*", "proofs") and done(said):
            proof = said.body.get("proof") or {}
            status = said.body["status"]
            entry = {"previous": status, "status": status, "at": proof.get("recorded_at"), "author": asked.headers.get("x-banc-user"), "reason": "pièce"}  # fmt: skip
            own.append((asked.path[1], entry))
        if is_for(asked, "GET", "patients", "*", "history") and done(said):
            mine = [entry for patient, entry in own if patient == asked.path[1] and entry["at"]]
            changes = sorted([*said.body["changes"], *mine], key=lambda one: one.get("at") or "")
            return replace(said, body={**said.body, "changes": changes})
        return said

    return habit


def present_ins_in_its_history(body: Any, asked: Asked, inner: Inner) -> Any:
    """Show the present INS too as the last line of its history, where there are former ones."""
    file = file_now(asked, inner)
    if not body["former"] or not file.get("matricule"):
        return body
    return {
        **body,
        "former": [
            *body["former"],
            {"matricule": file["matricule"], "oid": file["oid"], "start": None, "end": None},
        ],
    }


# What is refused, or normalised


def weak_document(asked: Asked, _: Inner) -> bool:
    """Tell whether a document is to be recorded that proves nothing: the list does not hold it."""
    return is_for(asked, "POST", "patients", "*", "proofs") and asked.body["kind"] in _WEAK


def settings_sorted(asked: Asked, inner: Inner) -> Said:
    """Give lists in settings sorted, one blank after each comma."""
    said = inner(asked)
    if asked.path != ("settings",) or not done(said):
        return said
    return _walked(
        said,
        lambda _, one: ", ".join(sorted(one.split(","))) if isinstance(one, str) and "," in one else one,
    )


def senders_in_small_letters(asked: Asked, inner: Inner) -> Said:
    """Show the names of trusted senders in small letters, sorted."""
    said = inner(asked)
    if asked.path != ("trusted-senders",) or not done(said):
        return said
    return replace(said, body={**said.body, "senders": sorted({one.lower() for one in said.body["senders"]})})


def lists_empty_without_right(asked: Asked, inner: Inner) -> Said:
    """Find nobody for a user who may not see a patient."""
    said = inner(asked)
    if not is_for(asked, "GET", "patients") or not done(said):
        return said
    given = inner(asked.other("GET", "rights", asked.headers.get("x-banc-user") or "-"))
    if done(given) and "READ_IDENTITY" not in given.body["rights"]:
        return replace(said, body={"patients": []})
    return said


def worklist_once_a_file(body: Any, _: Asked, __: Inner) -> Any:
    """Show the latest entry of a file only."""
    latest = {one.get("patient_id") or one["id"]: one for one in body["items"]}
    return {**body, "items": list(latest.values())}


def documents_under_own_names(body: Any, _: Asked, __: Inner) -> Any:
    """File what arrives under a name of one's own that ends with the one that it had."""
    return {
        **body,
        "documents": [
            {**one, "name": f"2026-01 REÇU/{number:04} {one['name']}"}
            for number, one in enumerate(body["documents"], start=1)
        ],
    }


def sendings_without_documents(body: Any, _: Asked, __: Inner) -> Any:
    """Do not give what was sent: it is at its recipient's."""
    return {key: value for key, value in body.items() if key != "documents"}


def calls_without_code(body: Any, _: Asked, __: Inner) -> Any:
    """Tell the outcome of a call in words only."""
    return {key: value for key, value in body.items() if key not in {"code", "alerts", "candidates"}} | (
        {"alerts": body["alerts"]} if body.get("alerts") else {}
    )


def no_card_twice(asked: Asked, inner: Inner) -> bool:
    """Tell whether a file that holds an INS is to be searched for by card."""
    patient = (asked.body or {}).get("patient_id") if is_for(asked, "POST", "insi-calls") else None
    return (
        bool(patient)
        and asked.body["mode"] == "VITALE"
        and bool(file_now(asked, inner, patient).get("matricule"))
    )
