"""What a person is asked to confirm of an answer, and the answer as they saw it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.model import (
    IDENTITY_FIELDS,
    STRICT_FIELDS,
    CallOutcome,
    InsiCall,
    Patient,
    Proposal,
    Status,
)
from conformance.engine.context import ORDINARY_USER
from conformance.guided.counter import Row, Seen, SenselessError
from conformance.suite.desk.words import label, seen
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.drivers.verbs import Declaration
    from conformance.guided.counter import Counter

Json = Any
NOTHING: Final = Text("(rien)", "(nothing)")

BILLING: Final = Text("numéro de facturation", "billing number")

OUTCOMES: Final[Mapping[CallOutcome, Text]] = {
    CallOutcome.FOUND: Text(
        "l'identité trouvée est proposée, rien n'est enregistré",
        "the identity found is proposed, nothing is stored",
    ),
    CallOutcome.REJECTED: Text(
        "l'identité reçue n'est pas proposée, une alerte dit pourquoi",
        "the identity received is not proposed, an alert says why",
    ),
    CallOutcome.NOT_FOUND: Text("aucune identité trouvée", "no identity found"),
    CallOutcome.SEVERAL: Text("plusieurs identités trouvées", "several identities found"),
    CallOutcome.BLOCKED: Text(
        "l'appel n'est pas fait, l'utilisateur le voit", "no call is made, the user sees it"
    ),
    CallOutcome.ERROR: Text("l'appel a échoué, l'utilisateur le voit", "the call failed, the user sees it"),
}
"""How the end of a call is told to a person."""

STATUSES: Final[Mapping[str, Text]] = {
    "PROV": Text("identité provisoire (PROV)", "identité provisoire (PROV)"),
    "RECUP": Text("identité récupérée (RECUP)", "identité récupérée (RECUP)"),
    "VALI": Text("identité validée (VALI)", "identité validée (VALI)"),
    "QUAL": Text("identité qualifiée (QUAL)", "identité qualifiée (QUAL)"),
}


@dataclass(slots=True)
class Sight:
    """An answer as it was seen."""

    answer: Json
    unseen: list[str] = field(default_factory=list)
    """Members that were not visible."""


def look(counter: Counter, declaration: Declaration, expected: Json) -> Sight:
    """Have what is expected of an answer confirmed, and return what was seen.

    Raises:
        Left: the person goes away.
        MistypedError: what differed was their mistake, and is mended: the act is to be looked at again.
    """
    inner = expected if declaration.answer_key is None else expected[declaration.answer_key]
    sight = _looker(declaration)(counter, inner)
    answer = sight.answer if declaration.answer_key is None else {declaration.answer_key: sight.answer}
    return Sight(answer, sight.unseen)


def _looker(declaration: Declaration) -> Callable[[Counter, Json], Sight]:
    if declaration.answer is Patient:
        return _patient
    if declaration.answer is InsiCall:
        return _call
    if declaration.answer is Proposal:
        return _proposal
    return _LISTS.get(declaration.name, _anything)


def status_of(counter_text: str) -> str:
    """Read a status as people write it.

    Raises:
        SenselessError: it is none of the four; what else a screen shows is a matter of a note.
    """
    word = counter_text.strip().casefold()
    for code, text in STATUSES.items():
        if word and (word == code.casefold() or word in text.fr.casefold()):
            return code
    raise SenselessError(
        Text("PROV, RECUP, VALI ou QUAL", "PROV, RECUP, VALI or QUAL"),
    )


def french_day(day: str | None) -> str:
    """Return a stored date as screens show it: ``JJ/MM/AAAA``."""
    parts = (day or "").split("-")
    return "/".join(reversed(parts)) if len(parts) == 3 else day or ""  # noqa: PLR2004 - year, month, day


def shown(value: object) -> Text:
    """Return a value as a line shows it."""
    return Text.same(seen(str(value))) if value else NOTHING


# A file


def _patient(counter: Counter, expected: Json) -> Sight:
    names = [
        *(name for name in IDENTITY_FIELDS if name != "birth_date"),
        "birth_date",
        "status",
        "attributes",
        "proof",
    ]
    rows = {name: _row(name, expected) for name in names}
    locks = set(STRICT_FIELDS) <= set(expected.get("locked_fields") or ())
    if locks:
        rows["locked_fields"] = Row(
            label=Text("verrou", "lock"),
            shown=Text(
                "les sept traits stricts se montrent verrouillés", "the seven strict traits show as locked"
            ),
            options=(Text("ils ne se montrent pas verrouillés", "they do not show as locked"),),
        )
    if expected.get("billing_number"):
        rows["billing_number"] = Row(label=BILLING, shown=shown(expected["billing_number"]))
    asked = {*rows, "id", "display_birth_date"}
    answer, unseen = dict(expected), [name for name in Patient.__dataclass_fields__ if name not in asked]
    for (name, row), mark in zip(rows.items(), counter.confirm(list(rows.values())), strict=True):
        if mark.seen is Seen.HIDDEN:
            unseen += [name, "display_birth_date"] if name == "birth_date" else [name]
        elif name == "birth_date":
            unseen += _take_day(answer, mark.value if mark.seen is Seen.NO else row.shown.fr)
        elif mark.seen is Seen.NO:
            _take(answer, name, mark.value)
    return Sight(answer, unseen)


def _row(name: str, expected: Json) -> Row:
    value = expected.get(name)
    match name:
        case "birth_date":
            return Row(label=label(name), shown=shown(french_day(value)))
        case "status":
            return Row(label=label(name), shown=STATUSES.get(value, Text.same(str(value))), read=status_of)
        case "attributes":
            return Row(label=label(name), shown=shown(", ".join(sorted(value or ()))), read=_attributes)
        case "proof":
            return Row(label=label(name), shown=shown((value or {}).get("kind")))
        case _:
            return Row(label=label(name), shown=shown(value))


def _take(answer: dict[str, Json], name: str, value: Json) -> None:
    if name == "locked_fields":
        # Somewhere there is a lock, or the software would be said not to tell: what is missing is named by the check.
        answer[name] = ["matricule"]
    elif name == "proof":
        answer[name] = {"kind": value} if value else None
    else:
        answer[name] = value or None


def _take_day(answer: dict[str, Json], on_screen: str) -> list[str]:
    """Take a date as the screen shows it; return what is then not known."""
    answer["display_birth_date"] = on_screen or None
    if re.fullmatch(r"\d{2}/\d{2}/\d{4}", on_screen):
        answer["birth_date"] = "-".join(reversed(on_screen.split("/")))
    elif re.fullmatch(r"\d{4}-\d{2}-\d{2}", on_screen):
        answer["birth_date"] = on_screen
    elif on_screen:
        return ["birth_date"]
    else:
        answer["birth_date"] = None
    return []


def _attributes(typed: str) -> list[str]:
    words = typed.upper().replace(",", " ").split()
    if set(words) <= {"DOUTEUSE", "FICTIVE", "HOMONYME"}:
        return words
    raise SenselessError(
        Text(
            "DOUTEUSE, FICTIVE, HOMONYME, séparés par des espaces, ou rien",
            "DOUTEUSE, FICTIVE, HOMONYME, separated by spaces, or nothing",
        )
    )


# A call


def _call(counter: Counter, expected: Json) -> Sight:
    outcome = CallOutcome(expected["outcome"])
    others = [each for each in CallOutcome if each is not outcome]
    rows = [
        Row(
            label=Text("fin de l'appel", "end of the call"),
            shown=OUTCOMES[outcome],
            options=tuple(OUTCOMES[each] for each in others),
        )
    ]
    alerts = expected.get("alerts") or []
    if alerts:
        told = " / ".join(alert["message"] for alert in alerts)
        rows.append(
            Row(
                label=Text("alerte", "alert"),
                shown=Text(
                    f"l'utilisateur est alerté, en substance : {told}",
                    f"the user is alerted, in substance: {told}",
                ),
                options=(Text("aucune alerte", "no alert"),),
            )
        )
    if outcome is CallOutcome.SEVERAL:
        rows.append(
            Row(
                label=Text("candidats", "candidates"),
                shown=Text("aucune liste de personnes n'est affichée", "no list of people is shown"),
                options=(Text("une liste est affichée", "a list is shown"),),
            )
        )
    marks = counter.confirm(rows)
    answer, unseen = dict(expected), ["code"]
    if marks[0].seen is Seen.NO:
        answer["outcome"] = others[marks[0].value].value
    elif marks[0].seen is Seen.HIDDEN:
        unseen.append("outcome")
    unseen += _take_told(
        answer,
        dict(zip([row.label.en for row in rows], marks, strict=True)),
        CallOutcome(answer["outcome"]),
        counter,
    )
    return Sight(answer, unseen)


def _take_told(
    answer: dict[str, Json], marks: Mapping[str, Any], outcome: CallOutcome, counter: Counter
) -> list[str]:
    """Take the alerts, the candidates and the message; return what was not seen."""
    unseen = []
    alert, candidates = marks.get("alert"), marks.get("candidates")
    if alert is None or alert.seen is Seen.HIDDEN:
        unseen.append("alerts")
    elif alert.seen is Seen.NO:
        answer["alerts"] = []
    if candidates is None or candidates.seen is Seen.HIDDEN:
        unseen.append("candidates")
    elif candidates.seen is Seen.NO:
        answer["candidates"] = ["…"]
    if outcome is CallOutcome.FOUND:
        unseen.append("message")
    else:
        answer["message"] = counter.text(
            Text(
                "Le message affiché, recopié (Entrée : aucun message)",
                "The message shown, copied (Enter: no message)",
            )
        )
    return unseen


# The comparison


def _proposal(counter: Counter, expected: Json) -> Sight:
    rows = [
        Row(
            label=label(line["field"]),
            shown=Text(
                f"{shown(line['local']).fr} | INSi : {shown(line['insi']).fr}{' · signalé différent' if line['different'] else ''}",
                f"{shown(line['local']).en} | INSi: {shown(line['insi']).en}{' · flagged as different' if line['different'] else ''}",
            ),
            options=_WRONG_LINE,
        )
        for line in expected["fields"]
        if line["field"] not in {"matricule", "oid"}
    ]
    marks = counter.confirm(rows)
    lines = []
    compared = [line for line in expected["fields"] if line["field"] not in {"matricule", "oid"}]
    for line, mark in zip(compared, marks, strict=True):
        if mark.seen is Seen.YES:
            lines.append(line)
        elif mark.seen is Seen.NO and mark.value:
            lines.append(_wrong_line(line, mark.value, counter))
    return Sight({**expected, "fields": lines, "alerts": []}, ["alerts"])


_WRONG_LINE: Final = (
    Text("cette ligne n'est pas affichée", "this line is not shown"),
    Text("la valeur du dossier est une autre", "the value of the file is another one"),
    Text("la valeur d'INSi est une autre", "the value of INSi is another one"),
    Text("la différence est mal signalée", "the difference is wrongly flagged"),
)


def _wrong_line(line: Json, which: int, counter: Counter) -> Json:
    if which == len(_WRONG_LINE) - 1:
        return {**line, "different": not line["different"]}
    name = ("local", "insi")[which - 1]
    return {**line, name: counter.text(_WRONG_LINE[which]) or None}


# Lists


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
    return Sight(kept)


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
    return mark.seen is Seen.HIDDEN or (mark.seen is Seen.NO and mark.value == 0)


def _entry(entry: Json, mark: Any) -> Json:
    if mark.seen is Seen.YES:
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
        [_entry(entry, mark) for entry, mark in zip(expected, marks, strict=True) if not _is_absent(mark)]
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
    return Sight(kept)


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
    return Sight({**expected, "beneficiaries": kept})


# Whatever else


def _anything(counter: Counter, expected: Json) -> Sight:
    """Have an answer without a screen of its own confirmed, one line for each value in it."""
    leaves = dict(_leaves(expected))
    if not leaves:
        return Sight(expected)
    rows = [Row(label=label(str(path[-1])), shown=shown(value)) for path, value in leaves.items()]
    answer = _copy(expected)
    for path, mark in zip(leaves, counter.confirm(rows), strict=True):
        if mark.seen is not Seen.YES:
            _put(answer, path, mark.value)
    return Sight(answer)


def _leaves(data: Json, path: tuple[str | int, ...] = ()) -> Any:
    if isinstance(data, dict):
        for name, value in data.items():
            yield from _leaves(value, (*path, name))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from _leaves(value, (*path, index))
    elif path and not str(path[-1]).endswith("id"):
        yield path, data


def _copy(data: Json) -> Json:
    if isinstance(data, dict):
        return {name: _copy(value) for name, value in data.items()}
    return [_copy(value) for value in data] if isinstance(data, list) else data


def _put(data: Json, path: tuple[str | int, ...], value: Json) -> None:
    for step in path[:-1]:
        data = data[step]
    data[path[-1]] = value or None


_LISTS: Final[Mapping[str, Callable[[Counter, Json], Sight]]] = {
    "read_status_history": _history,
    "read_audit_log": _log,
    "read_card": _reading,
    "search_patients": _found,
    "search_by_matricule": _found,
}
"""By verb: the answers that are lists of something with a screen of its own."""
