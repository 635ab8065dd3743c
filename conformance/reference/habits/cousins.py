"""Habits that are near to those of ``strict`` and ``extra``: told otherwise, for other acts, or by the day."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from conformance.reference.habits.front import Asked, Inner, Said, refused
from conformance.reference.habits.order import done, is_for
from conformance.reference.habits.strict import file_now, is_super_user

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.habits.front import Habit

_NOBODY: Final = frozenset({"NOT_FOUND", "SEVERAL"})
_COUNTERS: Final = ("insi_calls", "insi_successes", "insi_failures")


def told_as_blocked(habit: Habit) -> Habit:
    """Tell the refusals of a habit about calls and verifications as blocked ones."""
    count = [0]

    def blocked(asked: Asked, inner: Inner) -> Said:
        said = habit(asked, inner)
        is_own = said.status == 409 and (said.body or {}).get("code") == "REFUS"  # noqa: PLR2004
        if not is_own or asked.method != "POST":
            return said
        count[0] += 1
        body = {"outcome": "BLOCKED", "code": None, "message": said.body["message"], "alerts": []}
        if is_for(asked, "POST", "insi-calls"):
            return Said(
                status=201,
                body={"id": f"bloqué-{count[0]}", "patient_id": asked.body.get("patient_id"), **body},
            )
        if is_for(asked, "POST", "patients", "*", "verifications"):
            return Said(status=201, body={"patient_id": asked.path[1], **body})
        return said

    return blocked


def lone_lot_blocked() -> Habit:
    """Take a lot of one file, and say that it was not verified."""
    lots: dict[str, Any] = {}

    def habit(asked: Asked, inner: Inner) -> Said:
        if is_for(asked, "POST", "bulk-verifications") and len(set(asked.body["patient_ids"])) == 1:
            lot = f"seul-{len(lots)}"
            told = {
                "outcome": "BLOCKED",
                "patient_id": asked.body["patient_ids"][0],
                "message": "Un seul dossier.",
            }
            lots[lot] = {"id": lot, "is_complete": True, "results": [told]}
            return Said(status=201, body=lots[lot])
        if is_for(asked, "GET", "bulk-verifications", "*") and asked.path[1] in lots:
            return Said(status=200, body=lots[asked.path[1]])
        return inner(asked)

    return habit


def file_in_one_lot_at_a_time() -> Habit:
    """Take no file into a lot that waits for its result in another."""
    waiting: dict[str, set[str]] = {}

    def habit(asked: Asked, inner: Inner) -> Said:
        if asked.path[0] == "reset":
            waiting.clear()
        files = set(asked.body["patient_ids"]) if is_for(asked, "POST", "bulk-verifications") else set()
        if any(files & others for others in waiting.values()):
            return refused("Un dossier attend déjà son résultat dans un autre lot.")
        said = inner(asked)
        if asked.path[0] == "bulk-verifications" and done(said):
            if said.body["is_complete"]:
                waiting.pop(said.body["id"], None)
            elif files:
                waiting[said.body["id"]] = files
        return said

    return habit


def same_search_not_sent_twice() -> Habit:
    """Search INSi no more with typed traits for which it found nobody, or several."""
    in_vain: list[Any] = []

    def habit(asked: Asked, inner: Inner) -> Said:
        if asked.path[0] == "reset":
            in_vain.clear()
        traits = asked.body.get("traits") if is_for(asked, "POST", "insi-calls") else None
        if traits and traits in in_vain:
            return refused("INSi a déjà répondu pour ces traits : complétez-les d'abord.")
        said = inner(asked)
        if traits and done(said) and said.body["outcome"] in _NOBODY:
            in_vain.append(traits)
        return said

    return habit


def verified_in_a_lot_not_again() -> Habit:
    """Verify nobody by hand whom a lot has just found right."""
    right: dict[str, Any] = {}

    def habit(asked: Asked, inner: Inner) -> Said:
        if asked.path[0] == "reset":
            right.clear()
        if is_for(asked, "POST", "patients", "*", "verifications") and asked.path[1] in right:
            if file_now(asked, inner).get("matricule") == right[asked.path[1]]:
                return refused("INS déjà vérifiée par lot.")
            del right[asked.path[1]]
        said = inner(asked)
        if asked.path[0] == "bulk-verifications" and done(said):
            for one in said.body["results"]:
                if one["outcome"] == "OK" and one["patient_id"] not in right:
                    number = file_now(asked, inner, one["patient_id"]).get("matricule")
                    right[one["patient_id"]] = number
        return said

    return habit


def homonym_removed(asked: Asked, inner: Inner) -> bool:
    """Tell whether an ordinary user takes the attribute homonyme away, with nothing else to be set in its place."""
    if not is_for(asked, "PUT", "patients", "*", "attributes") or is_super_user(asked):
        return False
    wanted = set(asked.body["attributes"])
    return not wanted and "HOMONYME" in file_now(asked, inner).get("attributes", ())


def verified_after(*acts: str, status: str) -> Habit:
    """Have the INS of a file verified as soon as an act (the last part of its path) has given it a status."""

    def habit(asked: Asked, inner: Inner) -> Said:
        said = inner(asked)
        if asked.method == "POST" and asked.path[0] == "patients" and asked.path[-1] in acts and done(said):
            now = file_now(asked, inner)
            if now.get("status") == status:
                inner(asked.other("POST", "patients", asked.path[1], "verifications", body={}))
                if said.body is not None and "status" in said.body:
                    return replace(said, body=file_now(asked, inner))
        return said

    return habit


def of_one_second_in_any_order(*lists: str) -> Habit:
    """Put the entries of one second into the order of their actions."""

    def habit(asked: Asked, inner: Inner) -> Said:
        said = inner(asked)
        if asked.method != "GET" or asked.path[-1] not in lists or not done(said):
            return said
        return replace(said, body={key: _by_second(one) for key, one in said.body.items()})

    return habit


def _by_second(entries: Any) -> Any:
    if not isinstance(entries, list):
        return entries
    return sorted(entries, key=lambda one: ((one.get("at") or "")[:19], one.get("action") or ""))


def counters_of_the_day() -> Habit:
    """Count the calls anew when the clock comes to another day."""
    day, base = [""], dict.fromkeys(_COUNTERS, 0)

    def habit(asked: Asked, inner: Inner) -> Said:
        if asked.path[0] == "reset":
            day[0] = ""
            base.update(dict.fromkeys(_COUNTERS, 0))
        if is_for(asked, "PUT", "clock"):
            now = str((asked.body or {}).get("now") or "")[:10]
            if now != day[0]:
                day[0] = now
                counted = inner(asked.other("GET", "dashboard"))
                if done(counted):
                    base.update({name: counted.body[name] for name in _COUNTERS})
        said = inner(asked)
        if is_for(asked, "GET", "dashboard") and done(said):
            return replace(
                said, body={**said.body, **{name: said.body[name] - base[name] for name in _COUNTERS}}
            )
        return said

    return habit


def proposals_end_with_the_day() -> Habit:
    """Decide nothing any more that INSi answered before the clock was set."""
    before: set[str] = set()
    known: set[str] = set()

    def habit(asked: Asked, inner: Inner) -> Said:
        if asked.path[0] in {"reset", "clock"}:
            before.update(known)
        if (
            asked.path[0] == "insi-calls"
            and asked.path[-1] in {"proposal", "decision"}
            and asked.path[1] in before
        ):
            return refused("Réponse périmée : appelez de nouveau.")
        said = inner(asked)
        if is_for(asked, "POST", "insi-calls") and done(said):
            known.add(said.body["id"])
        return said

    return habit


def solved_entries_leave() -> Habit:
    """Show no entry of an INS that was denied by hand any more once the file holds one again."""
    denied: dict[str, str] = {}

    def habit(asked: Asked, inner: Inner) -> Said:
        if asked.path[0] == "reset":
            denied.clear()
        said = inner(asked)
        is_ko = is_for(asked, "POST", "patients", "*", "verifications") and done(said)
        if is_ko and said.body["outcome"] == "KO":
            waiting = inner(asked.other("GET", "worklist"))
            if done(waiting) and (
                own := [one for one in waiting.body["items"] if one.get("patient_id") == asked.path[1]]
            ):
                denied[own[-1]["id"]] = asked.path[1]
        if not is_for(asked, "GET", "worklist") or not done(said):
            return said

        def waits(item: dict[str, Any]) -> bool:
            file = denied.get(item["id"])
            return file is None or file_now(asked, inner, file).get("status") not in {"RECUP", "QUAL"}

        return replace(said, body={"items": [one for one in said.body["items"] if waits(one)]})

    return habit


def documents_newest_first(asked: Asked, inner: Inner) -> Said:
    """Show the documents of a file, the newest first."""
    said = inner(asked)
    if not is_for(asked, "GET", "patients", "*", "documents") or not done(said):
        return said
    return replace(said, body={"documents": list(reversed(said.body["documents"]))})


def no_ins_fields_without_ins(asked: Asked, inner: Inner) -> Said:
    """Show no field for an INS on the screen of a file that has none."""
    said = inner(asked)
    if not is_for(asked, "GET", "forms", "PATIENT") or not done(said):
        return said
    kept: Callable[[dict[str, Any]], bool] = lambda one: (  # noqa: E731
        one["name"] not in {"matricule", "oid"} or bool(one.get("value"))
    )
    return replace(said, body={**said.body, "fields": [one for one in said.body["fields"] if kept(one)]})
