"""What a person is asked to confirm of an answer, and the answer as they saw it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.model import (
    IDENTITY_FIELDS,
    STRICT_FIELDS,
    CallOutcome,
    InsiCall,
    Patient,
    Proposal,
)
from conformance.drivers.partners import Reception, Verification
from conformance.guided.counter import Row, Seen, SenselessError
from conformance.guided.elsewhere import reception, verification, worklist
from conformance.guided.lists import LISTS
from conformance.guided.seeing import LINES
from conformance.guided.sight import (
    BILLING,
    OUTCOMES,
    STATUSES,
    Json,
    Sight,
    french_day,
    hidden_lines,
    shown,
    status_of,
)
from conformance.suite.desk.words import label
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.drivers.verbs import Declaration
    from conformance.guided.counter import Counter


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
    if declaration.answer is Verification:
        return verification
    if declaration.answer is Reception:
        return reception
    if declaration.name == "read_worklist":
        return worklist
    return LISTS.get(declaration.name, _anything)


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
    hidden = ["fields"] if hidden_lines(marks) else []
    return Sight({**expected, "fields": lines, "alerts": []}, ["alerts", *hidden])


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


# Whatever else


def _anything(counter: Counter, expected: Json) -> Sight:
    """Have an answer without a screen of its own confirmed, one line for each value in it."""
    leaves = dict(_leaves(expected))
    if not leaves:
        return Sight(expected)
    rows = [Row(label=label(str(path[-1])), shown=shown(value)) for path, value in leaves.items()]
    answer, unseen = _copy(expected), list[str]()
    for path, mark in zip(leaves, counter.confirm(rows), strict=True):
        if mark.seen is Seen.HIDDEN:
            unseen.append(path[0] if isinstance(path[0], str) else LINES)
        elif mark.seen is Seen.NO:
            _put(answer, path, mark.value)
    return Sight(answer, unseen)


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
