"""Habits about the order of work: looked up twice, verified at once, cut into parts, not done a second time."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from conformance.reference.habits.front import Asked, Inner, Said, refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.habits.front import Habit

_REFUSALS: Final = frozenset({409, 422})
_FIVE_TRAITS: Final = ("birth_name", "first_name", "birth_date", "sex", "birth_place")
_COLLECTIONS: Final = 40
_PAUSE_S: Final = 0.02


def done(said: Said) -> bool:
    """Tell whether an act was done."""
    return said.status < 300  # noqa: PLR2004


def is_for(asked: Asked, method: str, *path: str) -> bool:
    """Tell whether this is asked; ``*`` in a path is any part."""
    return (
        asked.method == method
        and len(asked.path) == len(path)
        and all(wanted in {"*", part} for wanted, part in zip(path, asked.path, strict=True))
    )


def looked_up_before_creation(asked: Asked, inner: Inner) -> Said:
    """Search the files of people born that day before each creation (SRC-12)."""
    if is_for(asked, "POST", "patients") and (born := (asked.body or {}).get("birth_date")):
        inner(asked.other("GET", "patients", query={"birth_date": born}))
    return inner(asked)


def verified_when_imported(asked: Asked, inner: Inner) -> Said:
    """Have INSi verify what was just accepted, before the act is over."""
    said = inner(asked)
    patient = (said.body or {}).get("patient") if done(said) else None
    if (
        not is_for(asked, "POST", "insi-calls", "*", "decision")
        or not asked.body.get("accept")
        or not patient
    ):
        return said
    verified = inner(asked.other("POST", "patients", patient["id"], "verifications", body={}))
    now = inner(asked.other("GET", "patients", patient["id"]))
    return replace(said, body={"patient": now.body}) if done(verified) and done(now) else said


def searched_after_ko(asked: Asked, inner: Inner) -> Said:
    """Search INSi by traits as soon as a verification denied the INS of a file, and leave the proposal to the user."""
    said = inner(asked)
    if (
        is_for(asked, "POST", "patients", "*", "verifications")
        and done(said)
        and said.body["outcome"] == "KO"
    ):
        inner(asked.other("POST", "insi-calls", body={"mode": "TRAITS", "patient_id": asked.path[1]}))
    return said


def lots_of_two() -> Habit:
    """Deposit a lot as several, of two files each; the user sees one."""
    parts: dict[str, list[str]] = {}

    def whole(lot: str, answers: list[Said]) -> Said:
        bodies = [one.body for one in answers]
        return Said(
            status=answers[0].status,
            body={
                "id": lot,
                "is_complete": all(one["is_complete"] for one in bodies),
                "results": [each for one in bodies for each in one.get("results", ())],
            },
        )

    def habit(asked: Asked, inner: Inner) -> Said:
        if is_for(asked, "POST", "bulk-verifications"):
            files = list(dict.fromkeys(asked.body["patient_ids"]))
            answers = []
            for start in range(0, len(files) or 1, 2):
                said = inner(replace(asked, body={"patient_ids": files[start : start + 2]}))
                if not done(said):
                    return said
                answers.append(said)
            lot = "+".join(one.body["id"] for one in answers)
            parts[lot] = [one.body["id"] for one in answers]
            return whole(lot, answers)
        if is_for(asked, "GET", "bulk-verifications", "*") and asked.path[1] in parts:
            answers = [inner(asked.other("GET", "bulk-verifications", one)) for one in parts[asked.path[1]]]
            wrong = next((one for one in answers if not done(one)), None)
            return wrong or whole(asked.path[1], answers)
        return inner(asked)

    return habit


def lot_collected_at_once(asked: Asked, inner: Inner) -> Said:
    """Wait for the results of a lot before the act is over, as long as that takes a moment only."""
    said = inner(asked)
    if not is_for(asked, "POST", "bulk-verifications") or not done(said):
        return said
    for _ in range(_COLLECTIONS):
        if said.body["is_complete"]:
            break
        collected = inner(asked.other("GET", "bulk-verifications", said.body["id"]))
        if not done(collected):
            break
        said = replace(said, body=collected.body)
        time.sleep(_PAUSE_S)
    return said


def same_message_refused() -> Habit:
    """Refuse the very message that came from this sender before."""
    return _once(lambda _first: refused("Ce message a déjà été reçu."))


def same_message_acknowledged() -> Habit:
    """Acknowledge the very message that came from this sender before, and do nothing."""

    def again(first: Said) -> Said:
        return replace(first, body={**first.body, "outcome": "UNCHANGED", "verification": None, "alerts": []})

    return _once(again)


def _once(again: Callable[[Said], Said]) -> Habit:
    seen: dict[str, Said] = {}

    def habit(asked: Asked, inner: Inner) -> Said:
        if asked.path[0] == "reset":
            seen.clear()
        if not is_for(asked, "POST", "received-messages"):
            return inner(asked)
        key = json.dumps(asked.body, sort_keys=True)
        if key in seen:
            return again(seen[key])
        said = inner(asked)
        if done(said):
            seen[key] = said
        return said

    return habit


def second_decision_answered() -> Habit:
    """Answer a decision that was taken already like the first time, instead of refusing it."""
    taken: dict[tuple[str, bool], Said] = {}

    def habit(asked: Asked, inner: Inner) -> Said:
        if asked.path[0] == "reset":
            taken.clear()
        said = inner(asked)
        if is_for(asked, "POST", "insi-calls", "*", "decision"):
            key = (asked.path[1], bool(asked.body.get("accept")))
            if done(said):
                taken[key] = said
            elif said.status in _REFUSALS and key in taken:
                return taken[key]
        return said

    return habit


def duplicate_creation_refused() -> Habit:
    """Refuse a second file with the five traits of one that was created here, and has not changed since."""
    there: dict[tuple[Any, ...], str] = {}

    def habit(asked: Asked, inner: Inner) -> Said:
        if asked.path[0] == "reset":
            there.clear()
        if asked.method == "PATCH" and asked.path[0] == "patients":
            for key in [key for key, held in there.items() if held == asked.path[1]]:
                del there[key]
        if not is_for(asked, "POST", "patients"):
            return inner(asked)
        key = tuple((asked.body or {}).get(name) for name in _FIVE_TRAITS)
        if key in there:
            return refused("Ce patient a déjà un dossier.")
        said = inner(asked)
        if done(said):
            there[key] = said.body["id"]
        return said

    return habit


def refusals_logged() -> Habit:
    """Log what was refused about a file, under an action of one's own."""
    own: list[dict[str, Any]] = []

    def habit(asked: Asked, inner: Inner) -> Said:
        if asked.path[0] == "reset":
            own.clear()
        said = inner(asked)
        if said.status in _REFUSALS and asked.path[0] == "patients" and len(asked.path) > 1:
            own.append(
                {
                    "action": "ACTE_REFUSE",
                    "at": time.strftime("%Y-%m-%dT%H:%M:%S.000+00:00", time.gmtime()),
                    "user": asked.headers.get("x-banc-user", ""),
                    "patient_id": asked.path[1],
                }
            )
        if is_for(asked, "GET", "audit-log") and done(said):
            wanted = asked.query.get("patient_id")
            mine = [one for one in own if wanted in {None, one["patient_id"]}]
            entries = sorted([*said.body["entries"], *mine], key=lambda one: one.get("at") or "")
            return replace(said, body={"entries": entries})
        return said

    return habit
