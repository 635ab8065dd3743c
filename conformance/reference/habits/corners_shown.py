"""Habits drawn by chance, in what is shown: advice, notices and tickets, other orders, more columns, less in a line."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from conformance.reference.habits.front import walked
from conformance.reference.habits.order import done, is_for

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.habits.front import Asked, Habit, Inner, Said

_ENDED: Final = ("NOT_FOUND", "SEVERAL", "ERROR", "BLOCKED", "REJECTED")


def _is_call(asked: Asked, said: Said) -> bool:
    return done(said) and isinstance(said.body, dict) and is_for(asked, "POST", "insi-calls")


def advice_with_each_answer(asked: Asked, inner: Inner) -> Said:
    """Advise to look at a document with each identity found."""
    said = inner(asked)
    if not _is_call(asked, said) or said.body["outcome"] != "FOUND":
        return said
    advice = {"code": "CONSEIL", "message": "Pensez à contrôler une pièce d'identité."}
    return replace(said, body={**said.body, "alerts": [*(said.body.get("alerts") or ()), advice]})


def unknown_place_noticed(asked: Asked, inner: Inner) -> Said:
    """Say with each answer about a file of unknown birth place that it was searched for without it."""
    said = inner(asked)
    if not _is_call(asked, said) or not said.body.get("patient_id"):
        return said
    file = inner(asked.other("GET", "patients", said.body["patient_id"]))
    if not done(file) or file.body.get("birth_place") != "99999":
        return said
    notice = {"code": "LIEU_INCONNU", "message": "Lieu de naissance inconnu : recherche faite sans lieu."}
    return replace(said, body={**said.body, "alerts": [notice, *(said.body.get("alerts") or ())]})


def tickets_in_messages() -> Habit:
    """Give each message of a failure a ticket number, another each time."""
    numbers = itertools.count(48213, 7)

    def habit(asked: Asked, inner: Inner) -> Said:
        said = inner(asked)
        if isinstance(said.body, dict) and said.body.get("outcome") in {"ERROR", "REJECTED"}:
            text = f"{said.body.get('message') or ''} (incident n° {next(numbers)})".strip()
            return replace(said, body={**said.body, "message": text})
        return said

    return habit


def advice_before_the_fact(asked: Asked, inner: Inner) -> Said:
    """Begin each message of a call with what to do."""
    said = inner(asked)
    if not _is_call(asked, said) or said.body["outcome"] not in _ENDED:
        return said
    text = f"Vérifiez la saisie ou appelez l'assistance (09 70 00 00 00). {said.body.get('message') or ''}"
    return replace(said, body={**said.body, "message": text.strip()})


def shorter_the_second_time() -> Habit:
    """Tell a failure in full the first time and in short as long as it lasts."""
    down: set[str] = set()

    def habit(asked: Asked, inner: Inner) -> Said:
        said = inner(asked)
        if asked.path[0] == "reset":
            down.clear()
        if not _is_call(asked, said):
            return said
        user = asked.headers.get("x-banc-user", "")
        if said.body["outcome"] != "ERROR":
            down.discard(user)
        elif user in down:
            return replace(said, body={**said.body, "message": "INSi est toujours indisponible."})
        else:
            down.add(user)
        return said

    return habit


def failures_to_look_into() -> Habit:
    """Put a failure of INSi on the worklist, for nobody, until a call is answered."""
    entry: dict[str, Any] = {}

    def habit(asked: Asked, inner: Inner) -> Said:
        if asked.path[0] == "reset":
            entry.clear()
        said = inner(asked)
        if _is_call(asked, said):
            entry.clear()
            if said.body["outcome"] == "ERROR":
                entry.update(
                    id="INSI-0", reason="INSI_INDISPONIBLE", message="INSi ne répond pas.", patient_id=None
                )
        if is_for(asked, "GET", "worklist") and done(said) and entry:
            return _lists(said, lambda items: [*items, dict(entry)])
        return said

    return habit


def recovered_to_be_checked() -> Habit:
    """Put whoever is fed from INSi on the worklist, until a document is seen."""
    waiting: dict[str, str] = {}

    def habit(asked: Asked, inner: Inner) -> Said:
        if asked.path[0] == "reset":
            waiting.clear()
        said = inner(asked)
        if (
            is_for(asked, "POST", "insi-calls", "*", "decision")
            and done(said)
            and (said.body or {}).get("patient")
        ):
            file = said.body["patient"]
            if file["status"] == "RECUP":
                waiting[file["id"]] = "Pièce d'identité à contrôler."
        if is_for(asked, "POST", "patients", "*", "proofs"):
            waiting.pop(asked.path[1], None)
        if is_for(asked, "GET", "worklist") and done(said):
            more = [
                {"id": f"P-{patient}", "reason": "PIECE_A_CONTROLER", "message": text, "patient_id": patient}
                for patient, text in waiting.items()
            ]
            return _lists(said, lambda items: [*items, *more])
        return said

    return habit


def worklist_with_columns(asked: Asked, inner: Inner) -> Said:
    """Give each entry of the worklist a priority, who it is given to, and when it came, by the clock on the wall."""
    return _rows(
        asked, inner, "worklist", lambda one: {**one, "priority": 1, "assigned_to": None, "status": "OUVERT"}
    )


def transmissions_with_columns(asked: Asked, inner: Inner) -> Said:
    """Give each line of the trace its size, its kind and how often it was tried, and nothing where it is not known."""
    return _rows(
        asked,
        inner,
        "transmissions",
        lambda one: {**one, "bytes": None, "attempts": 1, "mime": "application/xml"},
    )


def log_entries_numbered(asked: Asked, inner: Inner) -> Said:
    """Number the entries of the log and say at which station they were made."""
    numbers = itertools.count(1)
    return _rows(
        asked,
        inner,
        "audit-log",
        lambda one: {**one, "number": next(numbers), "station": "POSTE-2", "details": []},
    )


def log_begins_with_the_start(asked: Asked, inner: Inner) -> Said:
    """Begin the whole log with the start of the software."""
    said = inner(asked)
    if not is_for(asked, "GET", "audit-log") or not done(said) or asked.query.get("patient_id"):
        return said
    start = {
        "action": "DEMARRAGE",
        "user": "systeme",
        "at": "2026-01-02T06:58:00.000+01:00",
        "patient_id": None,
    }
    return _lists(said, lambda entries: [start, *entries])


def lot_lines_with_names(asked: Asked, inner: Inner) -> Said:
    """Give each line of a lot its duration, and no message where there is none."""
    said = inner(asked)
    if asked.path[0] != "bulk-verifications" or not done(said):
        return said
    lines = [
        {**{key: value for key, value in one.items() if value}, "duration_ms": 12}
        for one in said.body.get("results", ())
    ]
    return replace(said, body={**said.body, "results": lines})


def first_name_in_the_comparison(asked: Asked, inner: Inner) -> Said:
    """Show the 1er prénom and the names in use in the comparison too, beside nothing."""
    said = inner(asked)
    if not is_for(asked, "GET", "insi-calls", "*", "proposal") or not done(said):
        return said
    there = {one["field"] for one in said.body["fields"]}
    more = [
        {"field": name, "local": None, "insi": None, "different": False}
        for name in ("used_name", "used_first_name")
        if name not in there
    ]
    return replace(said, body={**said.body, "fields": [*said.body["fields"], *more]})


def comparison_from_below(asked: Asked, inner: Inner) -> Said:
    """Show what differs first in a comparison, then the rest from the place to the number."""
    said = inner(asked)
    if not is_for(asked, "GET", "insi-calls", "*", "proposal") or not done(said):
        return said
    from_below = list(said.body["fields"])[::-1]
    fields = sorted(from_below, key=lambda one: not one.get("different"))
    return replace(said, body={**said.body, "fields": fields})


def beneficiaries_by_age(asked: Asked, inner: Inner) -> Said:
    """Show the people of a card with the youngest first."""
    said = inner(asked)
    if not is_for(asked, "POST", "card-readings") or not done(said):
        return said
    people = sorted(said.body["beneficiaries"], key=lambda one: one.get("birth_date") or "", reverse=True)
    return replace(said, body={**said.body, "beneficiaries": people})


def counters_with_more(asked: Asked, inner: Inner) -> Said:
    """Show more counters, with shares in percent."""
    said = inner(asked)
    if not is_for(asked, "GET", "dashboard") or not done(said):
        return said
    return replace(said, body={**said.body, "qualified_share": "37,5 %", "last_call": None, "mean_ms": 214.5})


def former_ins_oldest_last(asked: Asked, inner: Inner) -> Said:
    """Show the former INS in the other order."""
    said = inner(asked)
    if not is_for(asked, "GET", "patients", "*", "ins-history") or not done(said):
        return said
    return _lists(said, lambda entries: list(reversed(entries)))


def rows_by_name(asked: Asked, inner: Inner) -> Said:
    """Show the rows of a search by name, and the longest names first among the same."""
    said = inner(asked)
    if not is_for(asked, "GET", "patients") or not done(said):
        return said
    return _lists(
        said,
        lambda rows: sorted(
            rows, key=lambda one: (one.get("used_name") or one.get("birth_name") or "", one["id"])
        ),
    )


def alerts_with_titles(asked: Asked, inner: Inner) -> Said:
    """Give each alert a title, a level and a link to the help."""

    def change(key: str, value: Any, _: Mapping[str, Any]) -> Any:
        if key != "alerts" or not isinstance(value, list):
            return value
        return [
            {"level": "warning", "title": "Attention", "help": "https://aide.example/", **one}
            if isinstance(one, dict)
            else one
            for one in value
        ]

    said = inner(asked)
    return replace(said, body=walked(said.body, change))


def attributes_sorted_from_z(asked: Asked, inner: Inner) -> Said:
    """Write attributes and locked fields from Z to A."""

    def change(key: str, value: Any, _: Mapping[str, Any]) -> Any:
        if key in {"attributes", "locked_fields"} and isinstance(value, list):
            return sorted(value, reverse=True)
        return value

    said = inner(asked)
    return replace(said, body=walked(said.body, change))


def files_with_audit_columns(asked: Asked, inner: Inner) -> Said:
    """Tell with each file who made it, when it was last seen, and its version."""
    said = inner(asked)
    if not is_for(asked, "GET", "patients", "*") or not done(said):
        return said
    more = {"version": 3, "site": "75001", "last_seen": None, "created_by": "dupond", "links": {"self": "/"}}
    return replace(said, body={**more, **said.body})


def refusals_over_two_lines(asked: Asked, inner: Inner) -> Said:
    """Write each refusal over two lines, with what to do."""
    said = inner(asked)
    if done(said) or not isinstance(said.body, dict) or not said.body.get("message"):
        return said
    return replace(
        said, body={**said.body, "message": f"Opération impossible :\r\n• {said.body['message']}\r\n"}
    )


def _rows(asked: Asked, inner: Inner, path: str, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Said:
    said = inner(asked)
    if not is_for(asked, "GET", path) or not done(said):
        return said
    return _lists(said, lambda rows: [change(one) for one in rows])


def _lists(said: Said, change: Callable[[list[Any]], list[Any]]) -> Said:
    body = {key: change(one) if isinstance(one, list) else one for key, one in said.body.items()}
    return replace(said, body=body)
