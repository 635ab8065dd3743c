"""Habits about what a software does: more calls, later traces, other ways through the same act."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from conformance.reference.habits.front import Asked, Habit, Inner, Said, refused


def _is(asked: Asked, method: str, *path: str) -> bool:
    """Tell whether this is asked; ``*`` in a path is any part."""
    return (
        asked.method == method
        and len(asked.path) == len(path)
        and all(wanted in {"*", part} for wanted, part in zip(path, asked.path, strict=True))
    )


def _done(said: Said) -> bool:
    return said.status < 300  # noqa: PLR2004


def traces_late(seconds: float, *paths: str) -> Habit:
    """Show an entry of a log only so many seconds after it was written."""

    def habit(asked: Asked, inner: Inner) -> Said:
        said = inner(asked)
        if asked.method != "GET" or asked.path[-1] not in paths or not _done(said):
            return said
        limit = datetime.now(UTC) - timedelta(seconds=seconds)

        def seen(entries: Any) -> Any:
            if not isinstance(entries, list):
                return entries
            return [
                one
                for one in entries
                if not one.get("at") or datetime.fromisoformat(one["at"]).astimezone(UTC) <= limit
            ]

        return replace(said, body={key: seen(one) for key, one in said.body.items()})

    return habit


def old_proposals_expire() -> Habit:
    """Let a new call about a file end the proposal of the one before."""
    last: dict[str, str] = {}
    over: set[str] = set()

    def habit(asked: Asked, inner: Inner) -> Said:
        if asked.path[0] == "reset":
            last.clear()
            over.clear()
        if (
            asked.path[0] == "insi-calls"
            and asked.path[-1] in {"proposal", "decision"}
            and asked.path[1] in over
        ):
            return refused("Cette proposition n'est plus d'actualité.")
        said = inner(asked)
        if _is(asked, "POST", "insi-calls") and _done(said) and (patient := asked.body.get("patient_id")):
            if patient in last:
                over.add(last[patient])
            last[patient] = said.body["id"]
        return said

    return habit


def held_number_opens_its_file(asked: Asked, inner: Inner) -> Said:
    """Open the file that holds an INS already, instead of creating a second one from INSi."""
    is_yes = _is(asked, "POST", "insi-calls", "*", "decision") and asked.body.get("accept")
    if not is_yes:
        return inner(asked)
    call = inner(asked.other("GET", "insi-calls", asked.path[1])).body or {}
    proposal = inner(asked.other("GET", "insi-calls", asked.path[1], "proposal"))
    if (call.get("call") or {}).get("patient_id") or not _done(proposal):
        return inner(asked)
    number = next((one["insi"] for one in proposal.body["fields"] if one["field"] == "matricule"), None)
    held = inner(asked.other("GET", "matricule-search", query={"matricule": number or ""}))
    if not _done(held) or not held.body["patients"]:
        return inner(asked)
    inner(replace(asked, body={"accept": False}))
    return Said(status=200, body={"patient": held.body["patients"][0]})


def alerts_in_comparison_only(asked: Asked, inner: Inner) -> Said:
    """Alert in the comparison, not when the call ends."""
    said = inner(asked)
    if asked.path[0] == "insi-calls" and isinstance(said.body, dict):
        for call in (said.body, said.body.get("call")):
            if isinstance(call, dict) and call.get("outcome") == "FOUND":
                call["alerts"] = []
    return said


def lots_in_parts() -> Habit:
    """Tell a third more of the results of a lot at each reading, the last identity first."""
    seen: dict[str, int] = {}

    def cut(body: dict[str, Any], third: int) -> dict[str, Any]:
        results = list(reversed(body["results"]))
        count = -(-len(results) * third // 3)
        pending = [{"outcome": "PENDING", "patient_id": one.get("patient_id")} for one in results[count:]]
        return {
            **body,
            "results": [*results[:count], *pending],
            "is_complete": body["is_complete"] and not pending,
        }

    def habit(asked: Asked, inner: Inner) -> Said:
        said = inner(asked)
        if asked.path[0] != "bulk-verifications" or not _done(said):
            return said
        third = seen.get(said.body["id"], -1) + 1
        if said.body["is_complete"] or third == 0:
            seen[said.body["id"]] = third
        return replace(said, body=cut(said.body, third))

    return habit


def without_settings(*names: str) -> Habit:
    """Have no such settings."""

    def habit(asked: Asked, inner: Inner) -> Said:
        if asked.path[0] != "settings":
            return inner(asked)
        if asked.method == "PUT" and set(names) & set(asked.body or {}):
            return refused("Paramètre inconnu.", 422)
        said = inner(asked)
        if _done(said) and isinstance(said.body, dict):
            return replace(said, body={key: one for key, one in said.body.items() if key not in names})
        return said

    return habit


def lowered_by_super_user_only(asked: Asked, inner: Inner) -> Said:
    """Keep lowering by hand to the entitled."""
    if asked.path[-1] == "downgrade" and asked.headers.get("x-banc-role") != "SUPER_USER":
        return refused("Réservé au responsable d'identitovigilance.")
    return inner(asked)


def same_document_refused(asked: Asked, inner: Inner) -> Said:
    """Refuse to record the document that the file holds already."""
    if _is(asked, "POST", "patients", "*", "proofs"):
        now = inner(asked.other("GET", "patients", asked.path[1]))
        if _done(now) and (now.body.get("proof") or {}).get("kind") == asked.body.get("kind"):
            return refused("Cette pièce est déjà enregistrée.")
    return inner(asked)


def nothing_to_change_refused(asked: Asked, inner: Inner) -> Said:
    """Refuse a change that changes nothing."""
    if _is(asked, "PATCH", "patients", "*") and asked.body:
        now = inner(asked.other("GET", "patients", asked.path[1]))
        if _done(now) and all(
            (now.body.get(key) or None) == (one or None) for key, one in asked.body.items()
        ):
            return refused("Aucune modification à enregistrer.")
    return inner(asked)


def started_calls_end_late() -> Habit:
    """Say three times more than needed that a call is still running."""
    asked_for: dict[str, int] = {}

    def habit(asked: Asked, inner: Inner) -> Said:
        said = inner(asked)
        if _is(asked, "GET", "insi-calls", "*") and _done(said) and said.body.get("call"):
            count = asked_for[asked.path[1]] = asked_for.get(asked.path[1], 0) + 1
            if count <= 3:  # noqa: PLR2004
                time.sleep(0.05)
                return replace(said, body={"call": None})
        return said

    return habit


def sessions_in_the_log() -> Habit:
    """Log the opening of a session by each user, and each reading of the log."""
    known: set[str] = set()
    own: list[dict[str, Any]] = []

    def note(action: str, user: str) -> None:
        own.append({"action": action, "at": datetime.now(UTC).isoformat(), "user": user})

    def habit(asked: Asked, inner: Inner) -> Said:
        if asked.path[0] == "reset":
            known.clear()
            own.clear()
        user = asked.headers.get("x-banc-user", "")
        if user and user not in known:
            known.add(user)
            note("OUVERTURE_SESSION", user)
        said = inner(asked)
        if _is(asked, "GET", "audit-log") and _done(said) and not asked.query.get("patient_id"):
            note("CONSULTATION_JOURNAL", user)
            entries = sorted([*said.body["entries"], *own], key=lambda one: one.get("at") or "")
            return replace(said, body={"entries": entries})
        return said

    return habit


def crowded_screens(asked: Asked, inner: Inner) -> Said:
    """Show more fields on every screen, before and after."""
    said = inner(asked)
    if asked.path[0] != "forms" or not _done(said):
        return said
    own = [
        {"name": name, "label": label, "value": value, "editable": True}
        for name, label, value in (
            ("adresse", "Adresse", "1 rue de l'Église"),
            ("telephone", "Tél.", "0102030405"),
            ("medecin", "Médecin traitant", "Dr KVORLAN"),
            ("caisse", "Caisse", "01 291 0000"),
            ("mutuelle", "Mutuelle", None),
            ("commentaire", "Commentaire", "À rappeler"),
        )
    ]
    return replace(said, body={**said.body, "fields": [*own[:3], *reversed(said.body["fields"]), *own[3:]]})


def calls_of_a_creation_are_of_its_file() -> Habit:
    """Put the entries of a call made to create a file under that file, once it is there."""
    waiting: dict[str, list[Any]] = {}
    belongs: dict[tuple[str, str], str] = {}

    def entries(asked: Asked, inner: Inner) -> list[dict[str, Any]]:
        said = inner(asked.other("GET", "audit-log"))
        return list(said.body["entries"]) if _done(said) else []

    def key(entry: dict[str, Any]) -> tuple[str, str]:
        return str(entry.get("at")), str(entry.get("user"))

    def habit(asked: Asked, inner: Inner) -> Said:
        if asked.path[0] == "reset":
            waiting.clear()
            belongs.clear()
        if _is(asked, "GET", "audit-log"):
            wanted = asked.query.get("patient_id")
            said = inner(replace(asked, query={}))
            if not _done(said):
                return said
            shown = [
                {**one, "patient_id": one.get("patient_id") or belongs.get(key(one))}
                for one in said.body["entries"]
            ]
            return replace(
                said, body={"entries": [one for one in shown if wanted in {None, one["patient_id"]}]}
            )
        is_creation = _is(asked, "POST", "insi-calls") and not asked.body.get("patient_id")
        count = len(entries(asked, inner)) if is_creation else 0
        said = inner(asked)
        if is_creation and _done(said):
            waiting[said.body["id"]] = [
                key(one) for one in entries(asked, inner)[count:] if one["action"] == "INSI_CALL"
            ]
        if (
            _is(asked, "POST", "insi-calls", "*", "decision")
            and _done(said)
            and (said.body or {}).get("patient")
        ):
            belongs.update(dict.fromkeys(waiting.get(asked.path[1], ()), said.body["patient"]["id"]))
        return said

    return habit


def lowered_by_nobody(asked: Asked, inner: Inner) -> Said:
    """Let nobody lower a status by hand but the head of the pharmacy, who is neither user of the bench."""
    if asked.path[-1] == "downgrade":
        return refused("Réservé au titulaire.")
    return inner(asked)
