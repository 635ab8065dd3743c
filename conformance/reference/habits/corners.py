"""Habits drawn by chance, in what is done: work in the background, at night and in queues, more care before an act, another order of acts."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from conformance.reference.habits.front import Asked, Inner, Said, refused
from conformance.reference.habits.order import done, is_for
from conformance.reference.habits.strict import file_now, is_super_user

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from conformance.reference.habits.front import Habit

_WITH_INS: Final = frozenset({"RECUP", "QUAL"})
_MARKS: Final = frozenset({"DOUTEUSE", "FICTIVE"})
_STRICT: Final = frozenset({"birth_name", "first_names", "birth_date", "sex", "birth_place"})
_LOOKS: Final = frozenset({"GET"})


def _user(asked: Asked) -> str:
    return asked.headers.get("x-banc-user", "")


def _file_of(asked: Asked) -> str | None:
    """Return the file that a request names."""
    if asked.path[0] == "patients" and len(asked.path) > 1:
        return asked.path[1]
    return asked.body.get("patient_id") if isinstance(asked.body, dict) else None


def _verify(asked: Asked, inner: Inner, patient: str) -> Said:
    return inner(asked.other("POST", "patients", patient, "verifications", body={}))


def _shown(asked: Asked, said: Said) -> list[dict[str, Any]]:
    """Return the files that an answer shows."""
    if not done(said) or not isinstance(said.body, dict):
        return []
    if is_for(asked, "GET", "patients", "*"):
        return [said.body]
    if is_for(asked, "GET", "patients"):
        return list(said.body.get("patients", ()))
    return []


def _queued(shown: Callable[[Asked, Said], Iterable[dict[str, Any]]], each: int) -> Habit:
    """Have verified, once for each number, what was shown, so many at a time, while another file is worked on."""
    queue: dict[str, str] = {}
    over: set[str] = set()

    def habit(asked: Asked, inner: Inner) -> Said:
        if asked.path[0] == "reset":
            queue.clear()
            over.clear()
        said = inner(asked)
        own = _file_of(asked)
        if own and asked.method not in _LOOKS and done(said):
            for number in [one for one, patient in queue.items() if patient != own][:each]:
                patient = queue.pop(number)
                if file_now(asked, inner, patient).get("matricule") == number:
                    _verify(asked, inner, patient)
                over.add(number)
        for file in shown(asked, said):
            held = file.get("matricule")
            if held and file.get("status") in _WITH_INS and held not in over:
                queue[held] = file["id"]
        return said

    return habit


def verified_in_a_queue() -> Habit:
    """Have verified, one at a time and while another file is worked on, who was opened."""
    return _queued(lambda asked, said: _shown(asked, said) if len(asked.path) > 1 else (), 1)


def listed_verified_in_a_queue() -> Habit:
    """The same of who was found by a search, two at a time."""
    return _queued(lambda asked, said: _shown(asked, said) if len(asked.path) == 1 else (), 2)


def verified_at_night() -> Habit:
    """Have everybody verified that was opened, when the day is over."""
    opened: dict[str, str] = {}

    def habit(asked: Asked, inner: Inner) -> Said:
        if asked.path[0] == "reset":
            opened.clear()
        said = inner(asked)
        for file in _shown(asked, said):
            if file.get("matricule"):
                opened[file["id"]] = file["matricule"]
        if is_for(asked, "PUT", "clock") and done(said):
            who = replace(asked, headers={"x-banc-user": "nuit", "x-banc-role": "SUPER_USER"})
            for patient, number in opened.items():
                if file_now(who, inner, patient).get("matricule") == number:
                    _verify(who, inner, patient)
            opened.clear()
        return said

    return habit


def failed_verifications_made_later() -> Habit:
    """Verify again, once, what INSi did not answer, when another file is opened."""
    failed: dict[str, None] = {}

    def habit(asked: Asked, inner: Inner) -> Said:
        if asked.path[0] == "reset":
            failed.clear()
        said = inner(asked)
        if is_for(asked, "POST", "patients", "*", "verifications") and done(said):
            if said.body["outcome"] == "ERROR":
                failed[asked.path[1]] = None
            else:
                failed.pop(asked.path[1], None)
        other = next((one for one in failed if one != _file_of(asked)), None)
        if is_for(asked, "GET", "patients", "*") and done(said) and other:
            failed.pop(other)
            if file_now(asked, inner, other).get("status") in _WITH_INS:
                _verify(asked, inner, other)
        return said

    return habit


def verification_tried_again(asked: Asked, inner: Inner) -> Said:
    """Verify once more at once when INSi did not answer."""
    said = inner(asked)
    if (
        is_for(asked, "POST", "patients", "*", "verifications")
        and done(said)
        and said.body["outcome"] == "ERROR"
    ):
        return inner(asked)
    return said


def verified_after_each_change(asked: Asked, inner: Inner) -> Said:
    """Have the INS verified again whenever a complement of the identity is saved."""
    said = inner(asked)
    if is_for(asked, "PATCH", "patients", "*") and done(said) and said.body.get("status") in _WITH_INS:
        _verify(asked, inner, asked.path[1])
        return replace(said, body=file_now(asked, inner) or said.body)
    return said


def verified_when_qualified_is_marked(asked: Asked, inner: Inner) -> Said:
    """Have the INS verified before somebody who has one is marked as a homonym: which of the two it is, INSi knows."""
    if is_for(asked, "PUT", "patients", "*", "attributes") and asked.body.get("attributes") == ["HOMONYME"]:
        file = file_now(asked, inner)
        if file.get("status") in _WITH_INS and not file.get("attributes"):
            _verify(asked, inner, asked.path[1])
    return inner(asked)


def asked_again_before_accepted(asked: Asked, inner: Inner) -> Said:
    """Look at the comparison once more before an answer is accepted."""
    if is_for(asked, "POST", "insi-calls", "*", "decision") and asked.body.get("accept"):
        inner(asked.other("GET", "insi-calls", asked.path[1], "proposal"))
    return inner(asked)


def looked_up_before_called(asked: Asked, inner: Inner) -> Said:
    """Search the local files before INSi is searched (SRC-12)."""
    traits = (asked.body or {}).get("traits") if is_for(asked, "POST", "insi-calls") else None
    if traits and traits.get("birth_date"):
        inner(asked.other("GET", "patients", query={"birth_date": traits["birth_date"]}))
    return inner(asked)


def searched_as_typed(asked: Asked, inner: Inner) -> Said:
    """Search at each letter that is typed; the last list is the one that is shown."""
    if is_for(asked, "GET", "patients"):
        for name in ("name_prefix", "first_name_prefix"):
            letters = asked.query.get(name) or ""
            for count in range(1, len(letters)):
                inner(replace(asked, query={**asked.query, name: letters[:count]}))
    return inner(asked)


def lowered_before_changed(asked: Asked, inner: Inner) -> Said:
    """Lower an identity first when the entitled user changes a strict trait of it, then change it."""
    if is_for(asked, "PATCH", "patients", "*") and is_super_user(asked) and _STRICT & set(asked.body):
        file = file_now(asked, inner)
        changed = any(file.get(name) != asked.body[name] for name in _STRICT & set(asked.body))
        target = {"RECUP": "PROV", "QUAL": "VALI"}.get(file.get("status", ""))
        # Who may not change it lowers nothing.
        is_free = not _STRICT & set(asked.body) & set(file.get("locked_fields") or ())
        if is_free and target and changed and all(asked.body[name] for name in _STRICT & set(asked.body)):
            inner(asked.other("POST", "patients", asked.path[1], "downgrade", body={"status": target}))
    return inner(asked)


def lowered_before_marked(asked: Asked, inner: Inner) -> Said:
    """Lower an identity first when it is doubted, then mark it."""
    if is_for(asked, "PUT", "patients", "*", "attributes") and set(asked.body["attributes"]) in (
        {"DOUTEUSE"},
        {"FICTIVE"},
    ):
        file = file_now(asked, inner)
        if file.get("status") in _WITH_INS and not file.get("attributes"):
            inner(asked.other("POST", "patients", asked.path[1], "downgrade", body={"status": "PROV"}))
    return inner(asked)


def homonyms_marked_at_creation(asked: Asked, inner: Inner) -> Said:
    """Mark as homonyms a new file and those of the same birth name and date: no text says who sets the mark."""
    said = inner(asked)
    if not is_for(asked, "POST", "patients") or not done(said):
        return said
    found = inner(asked.other("GET", "patients", query={"birth_date": said.body["birth_date"]}))
    same = [
        one
        for one in (found.body or {}).get("patients", ())
        if one["id"] != said.body["id"] and one.get("birth_name") == said.body["birth_name"]
    ] if done(found) else []  # fmt: skip
    if not same:
        return said
    for one in [said.body, *same]:
        marks = set(file_now(asked, inner, one["id"]).get("attributes") or ())
        if not marks:
            inner(asked.other("PUT", "patients", one["id"], "attributes", body={"attributes": ["HOMONYME"]}))
    return replace(said, body=file_now(asked, inner, said.body["id"]))


def _confirmed(when: Callable[[Asked, Inner], bool], question: str) -> Habit:
    """Put a question before an act of some kind; the same act asked once more is the answer yes."""
    put: set[str] = set()

    def habit(asked: Asked, inner: Inner) -> Said:
        if asked.path[0] == "reset":
            put.clear()
        key = json.dumps([asked.method, asked.path, asked.body, _user(asked)], sort_keys=True)
        if asked.method not in _LOOKS and key not in put and when(asked, inner):
            put.add(key)
            return refused(question)
        put.discard(key)
        return inner(asked)

    return habit


def differing_identity_confirmed() -> Habit:
    """Ask once more before an identity is accepted whose birth name or date differs from that of the file."""

    def differs(asked: Asked, inner: Inner) -> bool:
        if not is_for(asked, "POST", "insi-calls", "*", "decision") or not asked.body.get("accept"):
            return False
        said = inner(asked.other("GET", "insi-calls", asked.path[1], "proposal"))
        fields = said.body.get("fields", ()) if done(said) else ()
        return any(
            one.get("local")
            and one["local"] != one.get("insi")
            and one["field"] in {"birth_name", "birth_date"}
            for one in fields
        )

    return _confirmed(differs, "Les traits d'INSi diffèrent de ceux du dossier : confirmez.")


def lost_ins_confirmed() -> Habit:
    """Ask once more before a mark takes the INS of somebody qualified away."""

    def loses(asked: Asked, inner: Inner) -> bool:
        if not is_for(asked, "PUT", "patients", "*", "attributes") or not _MARKS & set(
            asked.body["attributes"]
        ):
            return False
        return file_now(asked, inner).get("status") in _WITH_INS

    return _confirmed(loses, "L'INS sera effacé : confirmez.")


def file_of_the_caller() -> Habit:
    """Keep a file, while an answer of INSi waits for a decision, to who called, for one try of a colleague."""
    waiting: dict[str, tuple[str, str]] = {}

    def habit(asked: Asked, inner: Inner) -> Said:
        if asked.path[0] == "reset":
            waiting.clear()
        if is_for(asked, "PATCH", "patients", "*"):
            caller = waiting.get(asked.path[1], ("", _user(asked)))[1]
            if caller != _user(asked):
                waiting.pop(asked.path[1])
                return refused(f"Dossier en cours d'appel INSi par {caller}.")
        said = inner(asked)
        if is_for(asked, "POST", "insi-calls") and done(said) and (patient := said.body.get("patient_id")):
            waiting.pop(patient, None)
            if said.body["outcome"] == "FOUND":
                waiting[patient] = (said.body["id"], _user(asked))
        if is_for(asked, "POST", "insi-calls", "*", "decision") and done(said):
            for patient in [one for one, (call, _) in waiting.items() if call == asked.path[1]]:
                waiting.pop(patient)
        return said

    return habit


def _until_a_write(is_kept: Callable[[Asked], bool]) -> Habit:
    """Give again what was given to the same user for the same request, until anything is written or the day changes."""
    kept: dict[str, Said] = {}

    def habit(asked: Asked, inner: Inner) -> Said:
        if not is_kept(asked):
            if asked.method not in _LOOKS:
                kept.clear()
            return inner(asked)
        key = json.dumps([asked.path, asked.query, asked.body, _user(asked)], sort_keys=True)
        if key not in kept:
            said = inner(asked)
            if not done(said):
                return said
            kept[key] = said
        return kept[key]

    return habit


def counters_kept_until_a_write() -> Habit:
    """Show the counters again as they were, until anything is written."""
    return _until_a_write(lambda asked: is_for(asked, "GET", "dashboard"))


def messages_kept_until_a_write() -> Habit:
    """Give the message of a file again as it was written, until anything else is done."""
    return _until_a_write(lambda asked: is_for(asked, "POST", "patients", "*", "messages"))


def one_proposal_at_a_time() -> Habit:
    """Drop the answer that waits when the same user calls for another file."""
    last: dict[str, str] = {}
    dropped: set[str] = set()

    def habit(asked: Asked, inner: Inner) -> Said:
        if asked.path[0] == "reset":
            last.clear()
            dropped.clear()
        if is_for(asked, "POST", "insi-calls", "*", "decision") and asked.body.get("accept"):
            call = asked.path[1]
            if call not in last.values() and call in dropped:
                return refused("Cet appel a été remplacé par un appel plus récent.")
        said = inner(asked)
        if is_for(asked, "POST", "insi-calls") and done(said) and said.body["outcome"] == "FOUND":
            if before := last.get(_user(asked)):
                dropped.add(before)
            last[_user(asked)] = said.body["id"]
        return said

    return habit


def opened_in_two_windows(asked: Asked, inner: Inner) -> Said:
    """Open each file in two windows: the header and the sheet."""
    if is_for(asked, "GET", "patients", "*"):
        inner(asked)
    return inner(asked)


def history_read_with_the_file(asked: Asked, inner: Inner) -> Said:
    """Show the status history, the former INS and the documents with each file that is opened."""
    said = inner(asked)
    if is_for(asked, "GET", "patients", "*") and done(said):
        for what in ("history", "ins-history", "documents"):
            inner(asked.other("GET", "patients", asked.path[1], what))
    return said


def validation_confirmed() -> Habit:
    """Ask whether the original was seen before an identity is validated."""
    return _confirmed(
        lambda asked, inner: (
            is_for(asked, "POST", "patients", "*", "validation") and bool(file_now(asked, inner).get("proof"))
        ),
        "Avez-vous vu l'original de la pièce ? Validez de nouveau pour confirmer.",
    )


def paper_without_ins_confirmed() -> Habit:
    """Ask before a paper of somebody is printed who is not qualified: it bears no INS."""
    return _confirmed(
        lambda asked, inner: (
            is_for(asked, "POST", "patients", "*", "renderings")
            and file_now(asked, inner).get("status") != "QUAL"
        ),
        "Identité non qualifiée : le document sera imprimé sans INS. Recommencez pour confirmer.",
    )


def searched_in_a_queue() -> Habit:
    """Have INSi searched, one at a time and while another file is worked on, for whoever is validated without INS."""
    queue: list[str] = []
    over: set[str] = set()

    def habit(asked: Asked, inner: Inner) -> Said:
        if asked.path[0] == "reset":
            queue.clear()
            over.clear()
        said = inner(asked)
        own = _file_of(asked)
        if own and asked.method not in _LOOKS and done(said):
            patient = next((one for one in queue if one != own), None)
            if patient is not None:
                queue.remove(patient)
                over.add(patient)
                file = file_now(asked, inner, patient)
                if file.get("status") == "VALI" and not file.get("attributes"):
                    inner(asked.other("POST", "insi-calls", body={"mode": "TRAITS", "patient_id": patient}))
        for file in _shown(asked, said):
            if file.get("status") == "VALI" and file["id"] not in over and file["id"] not in queue:
                queue.append(file["id"])
        return said

    return habit


def lots_in_the_background() -> Habit:
    """Deposit a lot of those that were opened, as soon as there are five, while another file is worked on."""
    opened: dict[str, str] = {}

    def habit(asked: Asked, inner: Inner) -> Said:
        if asked.path[0] == "reset":
            opened.clear()
        said = inner(asked)
        own = _file_of(asked)
        ready = {patient: number for patient, number in opened.items() if patient != own}
        if own and asked.method not in _LOOKS and done(said) and len(ready) >= 5:  # noqa: PLR2004 - a lot of some size
            here = [
                one for one, number in ready.items() if file_now(asked, inner, one).get("matricule") == number
            ]
            for patient in ready:
                opened.pop(patient)
            if here:
                inner(asked.other("POST", "bulk-verifications", body={"patient_ids": here}))
        for file in _shown(asked, said):
            if len(asked.path) > 1 and file.get("matricule"):
                opened[file["id"]] = file["matricule"]
        return said

    return habit
