"""Habits of other houses about what is shown and logged: their own words, more beside a value, less in a list."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from conformance.reference.habits.order import done, is_for

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.habits.front import Asked, Inner, Said

_IN_WORDS: Final = {
    "birth_name": "nom de naissance", "first_name": "1er prénom", "first_names": "prénoms", "sex": "sexe",
    "birth_date": "date de naissance", "birth_place": "lieu de naissance", "used_name": "nom utilisé",
}  # fmt: skip


def two_entries_for_one(asked: Asked, inner: Inner) -> Said:
    """Show each thing to look into twice: once for the identity and once for the document."""
    said = inner(asked)
    if not is_for(asked, "GET", "worklist") or not done(said):
        return said
    return with_lists(said, lambda entries: [
        each
        for one in entries
        for each in (one, {**one, "id": f"{one['id']}-bis", "reason": "PIECE_A_RATTACHER", "message": "Pièce à rattacher."})
    ])  # fmt: skip


def with_lists(said: Said, change: Any) -> Said:
    """Return an answer with each of its lists changed."""
    body = {key: change(one) if isinstance(one, list) else one for key, one in said.body.items()}
    return replace(said, body=body)


def dates_logged_close(asked: Asked, inner: Inner) -> Said:
    """Write dates in the changes of the log as a database does: ``19600101``."""
    return _changes(
        asked, inner, lambda name, value: value.replace("-", "") if name == "birth_date" else value
    )


def changes_logged_in_words(asked: Asked, inner: Inner) -> Said:
    """Write in the changes of the log what was done, after the value."""
    return _changes(asked, inner, lambda name, value: f"{_IN_WORDS.get(name, name)} : {value}")


def changes_logged_from_to(asked: Asked, inner: Inner) -> Said:
    """Write an arrow before each new value."""
    return _changes(asked, inner, lambda _, value: f"→ {value}")


def _changes(asked: Asked, inner: Inner, change: Any) -> Said:
    said = inner(asked)
    if not is_for(asked, "GET", "audit-log") or not done(said):
        return said
    entries = [
        {**one, "changes": {name: change(name, value) for name, value in one["changes"].items()}}
        if one.get("changes")
        else one
        for one in said.body["entries"]
    ]
    return replace(said, body={**said.body, "entries": entries})


def displayed_with_names(asked: Asked, inner: Inner) -> Said:
    """Show places with a word and sexes in words in the comparison."""
    said = inner(asked)
    if not is_for(asked, "GET", "insi-calls", "*", "proposal") or not done(said):
        return said
    return replace(said, body={**said.body, "fields": [_in_words(one) for one in said.body["fields"]]})


def _in_words(line: Mapping[str, Any]) -> dict[str, Any]:
    words = {"M": "Masculin", "F": "Féminin"}
    shown = {}
    for side in ("local", "insi"):
        value = line[side]
        if line["field"] == "sex" and value:
            shown[f"{side}_display"] = words.get(value, value)
        elif line["field"] == "birth_place" and value:
            shown[f"{side}_display"] = f"{value} (code INSEE)"
        elif line["field"] == "birth_name" and value:
            shown[f"{side}_display"] = value.title()
    return {**line, **shown}


def recipients_named(asked: Asked, inner: Inner) -> Said:
    """Write the name of a service before its address in the trace of partners."""
    said = inner(asked)
    if not is_for(asked, "GET", "transmissions") or not done(said):
        return said
    return with_lists(said, lambda entries: [
        {**one, "recipient": f"{one.get('channel') or 'Partenaire'} <{one['recipient']}>"} for one in entries
    ])  # fmt: skip


def own_words_for_failures(asked: Asked, inner: Inner) -> Said:
    """Tell technical failures in the words of the vendor's help desk."""
    said = inner(asked)
    if (
        asked.method == "POST"
        and done(said)
        and isinstance(said.body, dict)
        and said.body.get("outcome") == "ERROR"
    ):
        return replace(
            said,
            body={
                **said.body,
                "message": "INSi ne répond pas (TECH-3). Réessayez plus tard ou appelez le 04 00 00 00 00.",
            },
        )
    return said


def billing_number_not_in_lists(asked: Asked, inner: Inner) -> Said:
    """Show no billing number in lists."""
    said = inner(asked)
    if not (is_for(asked, "GET", "patients") or is_for(asked, "GET", "matricule-search")) or not done(said):
        return said
    return with_lists(said, lambda patients: [{**one, "billing_number": None} for one in patients])


def falls_with_a_word(asked: Asked, inner: Inner) -> Said:
    """Add words of the software to the reasons in the history."""
    said = inner(asked)
    if not is_for(asked, "GET", "patients", "*", "history") or not done(said):
        return said
    return with_lists(
        said,
        lambda changes: [
            {**one, "reason": (one.get("reason") or "") + " (contrôle de cohérence effectué)"}
            for one in changes
        ],
    )


def documents_numbered(asked: Asked, inner: Inner) -> Said:
    """Number the documents of a file before their names."""
    said = inner(asked)
    if not is_for(asked, "GET", "patients", "*", "documents") or not done(said):
        return said
    return with_lists(
        said,
        lambda documents: [
            {**one, "name": f"{rank:03d} - {one['name']}"} for rank, one in enumerate(documents, 1)
        ],
    )


def latest_first(asked: Asked, inner: Inner) -> Said:
    """Find most recent files first."""
    said = inner(asked)
    if not is_for(asked, "GET", "patients") or not done(said):
        return said
    return with_lists(said, lambda patients: list(reversed(patients)))


def lot_lines_numbered(asked: Asked, inner: Inner) -> Said:
    """Number the lines of a lot in their messages."""
    said = inner(asked)
    if asked.path[0] != "bulk-verifications" or not done(said):
        return said
    lot = said.body["id"]
    return replace(said, body={**said.body, "results": [
        {**one, "message": f"Lot {lot}, ligne {rank} : {one.get('message') or one['outcome']}"} for rank, one in enumerate(said.body.get("results", ()), 1)
    ]})  # fmt: skip


def calls_tell_the_file(asked: Asked, inner: Inner) -> Said:
    """Name the file by its number before whatever is told of a call."""
    said = inner(asked)
    if (
        is_for(asked, "POST", "insi-calls")
        and done(said)
        and said.body.get("patient_id")
        and said.body.get("message")
    ):
        return replace(
            said, body={**said.body, "message": f"Dossier {said.body['patient_id']} : {said.body['message']}"}
        )
    return said


def log_with_more_columns(asked: Asked, inner: Inner) -> Said:
    """Show more in each entry of the log: how long it took, and at which station."""
    said = inner(asked)
    if not is_for(asked, "GET", "audit-log") or not done(said):
        return said
    return replace(
        said,
        body={
            **said.body,
            "entries": [{**one, "duration_ms": 41, "station": "POSTE-2"} for one in said.body["entries"]],
        },
    )


def documents_not_in_lists(asked: Asked, inner: Inner) -> Said:
    """Show in lists no recorded document."""
    said = inner(asked)
    if not (is_for(asked, "GET", "patients") or is_for(asked, "GET", "matricule-search")) or not done(said):
        return said
    return with_lists(
        said, lambda patients: [{**one, "proof": None, "locked_fields": []} for one in patients]
    )


def authors_with_their_station(asked: Asked, inner: Inner) -> Said:
    """Write who did each thing with the workstation behind the user in the history."""
    said = inner(asked)
    if not is_for(asked, "GET", "patients", "*", "history") or not done(said):
        return said
    return with_lists(
        said,
        lambda changes: [
            {**one, "author": f"{one['author']} (poste 2)"} if one.get("author") else one for one in changes
        ],
    )


def messages_with_a_signature(asked: Asked, inner: Inner) -> Said:
    """End whatever is told of a call or a verification with the help desk of the vendor."""
    said = inner(asked)
    if (
        asked.method == "POST"
        and done(said)
        and isinstance(said.body, dict)
        and said.body.get("message")
        and "outcome" in said.body
    ):
        return replace(
            said, body={**said.body, "message": f"{said.body['message']} — LGO Service, 04 00 00 00 00"}
        )
    return said


def refusals_numbered(asked: Asked, inner: Inner) -> Said:
    """Refuse with a number of the incident in front."""
    said = inner(asked)
    if said.status in {409, 422} and isinstance(said.body, dict):
        return replace(
            said, body={**said.body, "message": f"[INC-20417] {said.body.get('message', '')}", "code": "INC"}
        )
    return said
