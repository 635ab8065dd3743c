"""Habits of other houses in what they do: a second look before an act, more care for some files, something done by itself."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from conformance.reference.habits.front import Asked, Inner, Said, refused
from conformance.reference.habits.houses_shown import with_lists
from conformance.reference.habits.order import done, is_for
from conformance.reference.habits.strict import file_now, is_super_user

if TYPE_CHECKING:
    from conformance.reference.habits.front import Habit

_WITH_INS: Final = frozenset({"RECUP", "QUAL"})


def _user(asked: Asked) -> str:
    return asked.headers.get("x-banc-user", "")


def fictitious_by_super_user(asked: Asked, inner: Inner) -> bool:
    """Tell whether an ordinary user is about to set fictive on somebody who has an INS."""
    if not is_for(asked, "PUT", "patients", "*", "attributes") or is_super_user(asked):
        return False
    return "FICTIVE" in asked.body["attributes"] and file_now(asked, inner).get("status") in _WITH_INS


def verified_twice(asked: Asked, inner: Inner) -> Said:
    """Have INSi confirm at once an INS that it has just said right, for a qualified identity."""
    said = inner(asked)
    if not is_for(asked, "POST", "patients", "*", "verifications") or not done(said):
        return said
    if said.body["outcome"] != "OK" or file_now(asked, inner).get("status") != "QUAL":
        return said
    return inner(asked)


def incomplete_dates_left_to_a_person(asked: Asked, _: Inner) -> bool:
    """Tell whether an identity arrives whose birth date is incomplete."""
    return is_for(asked, "POST", "received-identities") and "-00" in (asked.body.get("birth_date") or "")


def unverifiable_refused(asked: Asked, inner: Inner) -> Said:
    """Refuse to verify who has no INS, with the words of a block."""
    said = inner(asked)
    if (
        is_for(asked, "POST", "patients", "*", "verifications")
        and done(said)
        and said.body["outcome"] == "BLOCKED"
    ):
        return refused(said.body.get("message") or "Rien à vérifier.")
    return said


def stale_changes_refused() -> Habit:
    """Refuse the change of who read a file before another user changed it."""
    changed_by: dict[str, str] = {}

    def habit(asked: Asked, inner: Inner) -> Said:
        if asked.path[0] == "reset":
            changed_by.clear()
        if len(asked.path) < 2 or asked.path[0] != "patients":  # noqa: PLR2004 - of one file
            return inner(asked)
        patient = asked.path[1]
        if asked.method == "PATCH" and changed_by.get(patient, _user(asked)) != _user(asked):
            changed_by.pop(patient)
            return refused("Dossier modifié entre-temps par un autre utilisateur : relisez-le.")
        said = inner(asked)
        if is_for(asked, "GET", "patients", "*"):
            changed_by.pop(patient, None)
        elif asked.method == "PATCH" and done(said):
            changed_by[patient] = _user(asked)
        return said

    return habit


def validated_by_who_saw_it() -> Habit:
    """Let only who recorded the document validate, or the entitled user."""
    seen_by: dict[str, str] = {}

    def habit(asked: Asked, inner: Inner) -> Said:
        if asked.path[0] == "reset":
            seen_by.clear()
        is_asked = is_for(asked, "POST", "patients", "*", "validation") and not is_super_user(asked)
        if is_asked and seen_by.get(asked.path[1], _user(asked)) != _user(asked):
            return refused("La pièce a été vue par un autre utilisateur : voyez-la aussi.")
        said = inner(asked)
        if is_for(asked, "POST", "patients", "*", "proofs") and done(said):
            seen_by[asked.path[1]] = _user(asked)
        return said

    return habit


def homonym_lifted_when_verified(asked: Asked, inner: Inner) -> Said:
    """Take the mark of a homonym away once INSi has said the INS right: the two are told apart by it."""
    said = inner(asked)
    if (
        is_for(asked, "POST", "patients", "*", "verifications")
        and done(said)
        and said.body["outcome"] == "OK"
    ):
        marks = file_now(asked, inner).get("attributes") or []
        if "HOMONYME" in marks:
            inner(
                asked.other(
                    "PUT",
                    "patients",
                    asked.path[1],
                    "attributes",
                    body={"attributes": [one for one in marks if one != "HOMONYME"]},
                )
            )
    return said


def verified_when_opened() -> Habit:
    """Have INSi verify somebody récupéré or qualifié when the file is opened for the first time."""
    opened: set[str] = set()

    def habit(asked: Asked, inner: Inner) -> Said:
        if asked.path[0] == "reset":
            opened.clear()
        said = inner(asked)
        if (
            not is_for(asked, "GET", "patients", "*")
            or not done(said)
            or said.body["status"] not in _WITH_INS
        ):
            return said
        if said.body["matricule"] in opened:
            return said
        opened.add(said.body["matricule"])
        inner(asked.other("POST", "patients", asked.path[1], "verifications", body={}))
        return inner(asked)

    return habit


def near_matches_shown_once() -> Habit:
    """Ask to look again when somebody of the same birth name and birth date is there; the same request then creates."""
    warned: set[tuple[str, ...]] = set()

    def habit(asked: Asked, inner: Inner) -> Said:
        if asked.path[0] == "reset":
            warned.clear()
        body = asked.body or {}
        if not is_for(asked, "POST", "patients") or not all(
            body.get(name) for name in ("birth_name", "birth_date", "first_name", "sex", "birth_place")
        ):
            return inner(asked)
        asked_for = tuple(
            str(body.get(name)) for name in ("birth_name", "birth_date", "first_name", "sex", "birth_place")
        )
        found = inner(asked.other("GET", "patients", query={"birth_date": body["birth_date"]}))
        near = (
            [
                one
                for one in (found.body or {}).get("patients", ())
                if one.get("birth_name") == body["birth_name"]
            ]
            if done(found)
            else []
        )
        if near and asked_for not in warned:
            warned.add(asked_for)
            return refused("Une personne de ce nom est née ce jour : vérifiez, puis confirmez la création.")
        return inner(asked)

    return habit


def locked_while_a_proposal_waits() -> Habit:
    """Lock the strict traits, visibly, as long as an answer of INSi waits for a decision."""
    waiting: dict[str, str] = {}
    strict = ["birth_name", "first_names", "birth_date", "sex", "birth_place", "matricule", "oid"]

    def habit(asked: Asked, inner: Inner) -> Said:
        if asked.path[0] == "reset":
            waiting.clear()
        if (
            asked.method == "PATCH"
            and asked.path[0] == "patients"
            and asked.path[1] in waiting.values()
            and set(strict) & set(asked.body)
        ):
            return refused("Une réponse d'INSi attend votre décision.")
        said = inner(asked)
        if is_for(asked, "POST", "insi-calls") and done(said):
            patient = said.body.get("patient_id") or ""
            for call in [one for one, whose in waiting.items() if whose == patient]:
                waiting.pop(call)
            if said.body["outcome"] == "FOUND":
                waiting[said.body["id"]] = patient
        if is_for(asked, "POST", "insi-calls", "*", "decision") and done(said):
            waiting.pop(asked.path[1], None)
        if is_for(asked, "GET", "patients", "*") and done(said) and asked.path[1] in waiting.values():
            locked = sorted({*said.body.get("locked_fields", ()), *strict})
            return replace(said, body={**said.body, "locked_fields": locked})
        return said

    return habit


def read_before_marked(asked: Asked, inner: Inner) -> Said:
    """Read the file before each change of its attributes, for the log."""
    if is_for(asked, "PUT", "patients", "*", "attributes"):
        file_now(asked, inner)
    return inner(asked)


def document_of_the_qualified(asked: Asked, inner: Inner) -> bool:
    """Tell whether a document is to be recorded for whoever has been checked with one: it is not replaced."""
    return is_for(asked, "POST", "patients", "*", "proofs") and file_now(asked, inner).get("status") == "QUAL"


def searched_after_a_change(asked: Asked, inner: Inner) -> Said:
    """Search INSi as soon as a change of a checked identity is saved, and leave the proposal to the user."""
    said = inner(asked)
    if is_for(asked, "PATCH", "patients", "*") and done(said) and said.body.get("status") == "VALI":
        inner(asked.other("POST", "insi-calls", body={"mode": "TRAITS", "patient_id": asked.path[1]}))
    return said


def failed_calls_asked_later() -> Habit:
    """Ask again for the file whose call failed, once, when the next file is called, and leave the proposal to the user."""
    failed: list[str] = []

    def habit(asked: Asked, inner: Inner) -> Said:
        if asked.path[0] == "reset":
            failed.clear()
        patient = (asked.body or {}).get("patient_id") if is_for(asked, "POST", "insi-calls") else None
        said = inner(asked)
        if not patient or not done(said):
            return said
        if said.body["outcome"] == "ERROR":
            failed.append(patient)
        elif said.body["outcome"] == "FOUND" and failed and patient not in failed:
            inner(asked.other("POST", "insi-calls", body={"mode": "TRAITS", "patient_id": failed.pop(0)}))
        return said

    return habit


def refused_validations_to_look_into() -> Habit:
    """Put on the worklist whose validation was refused."""
    entries: dict[str, dict[str, Any]] = {}

    def habit(asked: Asked, inner: Inner) -> Said:
        if asked.path[0] == "reset":
            entries.clear()
        said = inner(asked)
        if is_for(asked, "POST", "patients", "*", "validation") and not done(said):
            entries[asked.path[1]] = {
                "id": f"V-{asked.path[1]}",
                "reason": "VALIDATION_REFUSEE",
                "message": "À reprendre avec une pièce d'identité.",
                "patient_id": asked.path[1],
            }
        if is_for(asked, "GET", "worklist") and done(said):
            return with_lists(said, lambda known: [*known, *entries.values()])
        return said

    return habit
