"""Habits of software that does more than is asked within an act: looks again, notes more, opens more."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from conformance.reference.habits.front import Asked, Inner, Said, refused
from conformance.reference.habits.order import done, is_for
from conformance.reference.habits.strict import file_now

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.habits.front import Habit

_STRICT: Final = frozenset({"birth_name", "first_names", "birth_date", "sex", "birth_place"})


def searched_after_correction(asked: Asked, inner: Inner) -> Said:
    """Search INSi anew as soon as a correction has lowered a file, and leave the proposal to the user."""
    is_change = is_for(asked, "PATCH", "patients", "*") and bool(_STRICT & set(asked.body or {}))
    before = file_now(asked, inner).get("status") if is_change else None
    said = inner(asked)
    if is_change and done(said) and before in {"RECUP", "QUAL"} and said.body["status"] != before:
        inner(asked.other("POST", "insi-calls", body={"mode": "TRAITS", "patient_id": asked.path[1]}))
    return said


def searched_when_validated(asked: Asked, inner: Inner) -> Said:
    """Search INSi as soon as somebody is validé, and leave the proposal to the user."""
    said = inner(asked)
    if is_for(asked, "POST", "patients", "*", "validation") and done(said) and said.body["status"] == "VALI":
        inner(asked.other("POST", "insi-calls", body={"mode": "TRAITS", "patient_id": asked.path[1]}))
    return said


def verified_before_sending(asked: Asked, inner: Inner) -> Said:
    """Have INSi verify the INS before a document of somebody qualifié leaves; what was denied does not leave."""
    if is_for(asked, "POST", "patients", "*", "sendings") and file_now(asked, inner).get("status") == "QUAL":
        verified = inner(asked.other("POST", "patients", asked.path[1], "verifications", body={}))
        if done(verified) and verified.body["outcome"] == "KO":
            return refused("INS non vérifiée : rien n'est parti.")
    return inner(asked)


def files_opened_with_the_list(asked: Asked, inner: Inner) -> Said:
    """Open each of a few files that a search has found, beside the list."""
    said = inner(asked)
    if is_for(asked, "GET", "patients") and done(said) and len(said.body["patients"]) <= 3:  # noqa: PLR2004
        for one in said.body["patients"]:
            inner(asked.other("GET", "patients", one["id"]))
    return said


def noted(trace: str, key: str, note: Callable[[Asked, Said], dict[str, Any] | None]) -> Habit:
    """Put entries of one's own into a list (``GET trace``, ``key`` of its answer), one for each act that ``note`` tells of."""
    own: list[dict[str, Any]] = []

    def habit(asked: Asked, inner: Inner) -> Said:
        if asked.path[0] == "reset":
            own.clear()
        said = inner(asked)
        if is_for(asked, "GET", trace) and done(said):
            wanted = asked.query.get("patient_id")
            mine = [one for one in own if not wanted or one.get("patient_id") == wanted]
            entries = sorted([*said.body[key], *mine], key=lambda one: one.get("at") or "")
            return replace(said, body={**said.body, key: entries})
        if entry := note(asked, said):
            own.append({"at": datetime.now(UTC).isoformat(), **entry})
        return said

    return habit


def outcomes_to_look_into() -> Habit:
    """Put what INSi did not find, found twice, or did not answer, on the worklist."""

    def note(asked: Asked, said: Said) -> dict[str, Any] | None:
        if not is_for(asked, "POST", "insi-calls") or not done(said):
            return None
        outcome = said.body["outcome"]
        if outcome in {"FOUND", "BLOCKED"}:
            return None
        own = {"id": f"i{said.body['id']}", "reason": f"INSI_{outcome}", "message": "Appel INSi à reprendre."}
        return own | {"patient_id": said.body.get("patient_id")}

    return noted("worklist", "items", note)


def declined_to_look_into() -> Habit:
    """Put an identity on the worklist whose user declined what INSi proposed."""

    def note(asked: Asked, said: Said) -> dict[str, Any] | None:
        is_no = is_for(asked, "POST", "insi-calls", "*", "decision") and not asked.body["accept"]
        if not is_no or not done(said) or not said.body.get("patient"):
            return None
        own = {"id": f"d{asked.path[1]}", "reason": "INSI_REFUSEE", "message": "Réponse d'INSi refusée."}
        return own | {"patient_id": said.body["patient"]["id"]}

    return noted("worklist", "items", note)


def declined_in_the_log() -> Habit:
    """Log that what INSi proposed was declined, under the name of the file."""

    def note(asked: Asked, said: Said) -> dict[str, Any] | None:
        is_no = is_for(asked, "POST", "insi-calls", "*", "decision") and not asked.body["accept"]
        if not is_no or not done(said):
            return None
        patient = (said.body.get("patient") or {}).get("id")
        return {"action": "INSI_REFUSEE", "user": asked.headers.get("x-banc-user"), "patient_id": patient}

    return noted("audit-log", "entries", note)


def blocked_in_the_log() -> Habit:
    """Log calls that were blocked, under an action of one's own."""

    def note(asked: Asked, said: Said) -> dict[str, Any] | None:
        if not is_for(asked, "POST", "insi-calls") or (done(said) and said.body["outcome"] != "BLOCKED"):
            return None
        return {
            "action": "APPEL_BLOQUE",
            "user": asked.headers.get("x-banc-user"),
            "patient_id": asked.body.get("patient_id"),
        }

    return noted("audit-log", "entries", note)


def more_in_the_trace() -> Habit:
    """Trace what was printed and exported, and each DMP that was opened, beside what was sent."""

    def note(asked: Asked, said: Said) -> dict[str, Any] | None:
        recipients = {"dmp-access": "DMP", "renderings": "PATIENT", "withdrawal": "RETRAIT"}
        if asked.method != "POST" or not done(said) or asked.path[-1] not in recipients:
            return None
        patient = asked.path[1] if asked.path[0] == "patients" else None
        own = {"sender": asked.headers.get("x-banc-user", ""), "patient_id": patient}
        return {**own, "recipient": recipients[asked.path[-1]], "channel": "PAPIER"}

    return noted("transmissions", "transmissions", note)
