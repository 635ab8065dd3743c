"""Answers that are lists, as a person saw them: histories, logs, what a search found, who is on a card."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.model import Status
from conformance.engine.context import ORDINARY_USER
from conformance.guided.counter import Row, Seen, SenselessError
from conformance.guided.sight import Json, Sight, french_day, hidden_lines, status_of
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.guided.counter import Counter


def _history(counter: Counter, expected: Json) -> Sight:
    entries = [entry for entry in expected if entry.get("previous") not in {None, entry["status"]}]
    rows = [
        Row(
            label=Text("changement", "change"),
            shown=Text(
                f"{entry['previous']} → {entry['status']}, avec date, heure et auteur ({entry.get('author')})",
                f"{entry['previous']} → {entry['status']}, with date, time and author ({entry.get('author')})",
            ),
            options=_WRONG_ENTRY,
        )
        for entry in entries
    ]
    rows.append(
        Row(
            label=Text("autres", "others"),
            shown=Text("aucun autre changement de statut", "no other change of status"),
            options=(Text("d'autres changements", "other changes"),),
        )
    )
    *marks, others = counter.confirm(rows)
    kept = [_entry(entry, mark) for entry, mark in zip(entries, marks, strict=True) if not _is_absent(mark)]
    if others.seen is Seen.NO:
        changes = counter.ask(_OTHER_CHANGES, _changes)
        author = next((entry.get("author") for entry in entries), None) or ORDINARY_USER.user
        if counter.yes(
            Text(
                f"Chacun avec date, heure et auteur ({author}) ?",
                f"Each with date, time and author ({author})?",
            )
        ):
            changes = [
                {**change, "at": datetime.now(UTC).isoformat(), "author": author} for change in changes
            ]
        kept += changes
    return Sight(kept, hidden_lines([*marks, others]))


_OTHER_CHANGES: Final = Text(
    "Lesquels, dans l'ordre ? (par exemple : PROV VALI, VALI QUAL)",
    "Which, in their order? (for example: PROV VALI, VALI QUAL)",
)


def _changes(typed: str) -> list[Json]:
    """Read changes of status, each of two words."""
    words = typed.replace("→", " ").replace(",", " ").split()
    if not words or len(words) % 2:
        raise SenselessError(
            Text("des paires de statuts, telles que PROV VALI", "pairs of statuses, such as PROV VALI")
        )
    codes = [status_of(word) for word in words]
    return [{"previous": old, "status": new} for old, new in zip(codes[::2], codes[1::2], strict=True)]


_WRONG_ENTRY: Final = (
    Text("cette ligne est absente ou dit autre chose", "this line is missing or says something else"),
    Text("la date ou l'heure manque", "the date or the time is missing"),
    Text("l'auteur manque ou est un autre", "the author is missing or is another one"),
)


def _is_absent(mark: Any) -> bool:
    return bool(mark.seen is Seen.NO and mark.value == 0)


def _entry(entry: Json, mark: Any) -> Json:
    if mark.seen is not Seen.NO:
        return entry
    missing = {1: ("at",), 2: ("author", "user")}[mark.value]
    return {name: value for name, value in entry.items() if name not in missing}


def _log(counter: Counter, expected: Json) -> Sight:
    rows = [
        Row(label=label_of_action(entry["action"]), shown=_log_line(entry), options=_WRONG_ENTRY)
        for entry in expected
    ]
    if not rows:
        return Sight([])
    marks = counter.confirm(rows)
    return Sight(
        [_entry(entry, mark) for entry, mark in zip(expected, marks, strict=True) if not _is_absent(mark)],
        hidden_lines(marks),
    )


def label_of_action(action: str) -> Text:
    """Return what an entry of the audit log is about."""
    return _ACTIONS.get(action, Text.same(action))


_ACTIONS: Final = {
    "INSI_CALL": Text("appel INSi", "INSi call"),
    "IDENTITY_READ": Text("accès au dossier", "access to the file"),
    "IDENTITY_CHANGED": Text("modification", "change"),
}


def _log_line(entry: Json) -> Text:
    returned = ", ".join(f"{value}" for value in (entry.get("returned") or {}).values())
    code = f" · code {entry['code']}" if entry.get("code") else ""
    more = f"{code}{' · ' + returned if returned else ''}"
    return Text(f"date, heure, {entry.get('user')}{more}", f"date, time, {entry.get('user')}{more}")


def _found(counter: Counter, expected: Json) -> Sight:
    rows = [
        Row(
            label=Text("dans la liste", "in the list"),
            shown=Text.same(
                f"{patient.get('birth_name')} {patient.get('first_name') or ''} · {french_day(patient.get('birth_date'))}"
            ),
            options=(Text("absent de la liste", "not in the list"),),
        )
        for patient in expected
    ]
    rows.append(
        Row(
            label=Text("autres", "others"),
            shown=Text(
                "personne d'autre que ceux que la recherche vise", "nobody but those whom the search is for"
            ),
            options=(Text("quelqu'un que la recherche ne vise pas", "somebody whom the search is not for"),),
        )
    )
    *marks, others = counter.confirm(rows)
    kept = [patient for patient, mark in zip(expected, marks, strict=True) if mark.seen is Seen.YES]
    if others.seen is Seen.NO:
        kept.append({"id": "?", "status": Status.PROV.value, "birth_date": "0000-00-00"})
    return Sight(kept, hidden_lines([*marks, others]))


def _reading(counter: Counter, expected: Json) -> Sight:
    rows = [
        Row(
            label=Text(f"bénéficiaire {person['rank']}", f"beneficiary {person['rank']}"),
            shown=Text.same(
                f"{person.get('birth_name')} {person.get('first_name')} · {french_day(person.get('birth_date'))}"
            ),
            options=(Text("absent, ou autrement nommé", "not there, or named otherwise"),),
        )
        for person in expected["beneficiaries"]
    ]
    marks = counter.confirm(rows)
    kept = [
        person for person, mark in zip(expected["beneficiaries"], marks, strict=True) if mark.seen is Seen.YES
    ]
    unseen = ["beneficiaries"] if hidden_lines(marks) else []
    return Sight({**expected, "beneficiaries": kept}, unseen)


LISTS: Final[Mapping[str, Callable[[Counter, Json], Sight]]] = {
    "read_status_history": _history,
    "read_audit_log": _log,
    "read_card": _reading,
    "search_patients": _found,
    "search_by_matricule": _found,
}
"""By verb: the answers that are lists of something with a screen of its own."""
