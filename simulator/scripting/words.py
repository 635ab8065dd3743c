"""Rules in words, French and English: for ``banc scenario show`` and for the journal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from simulator.scripting.model import Take
from simulator.scripting.sinks import sink_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.scripting.model import CallCount, History, Rule, TextTest, Then, TimeWindow, When

Two = tuple[str, str]
"""French, then English."""

_ALWAYS: Final = ("toujours", "always")
_PATHS: Final = {
    "traits.birth_name": ("nom de naissance demandé", "birth name asked"),
    "traits.first_names": ("prénoms demandés", "first names asked"),
    "traits.sex": ("sexe demandé", "sex asked"),
    "traits.birth_date": ("date de naissance demandée", "birth date asked"),
    "traits.birth_place": ("lieu de naissance demandé", "birth place asked"),
    "matricule.number": ("matricule à vérifier", "matricule to verify"),
    "user": ("professionnel", "professional"),
}


def rule_words(rule: Rule) -> Two:
    """Return a rule as a sentence: *when …: then …*."""
    when, then = when_words(rule.when), then_words(rule.then)
    return f"quand {when[0]} : {then[0]}", f"when {when[1]}: {then[1]}"


def when_words(when: When) -> Two:
    """Return conditions in words."""
    return _joined(list(_conditions(when)), (" et ", " and ")) or _ALWAYS


def then_words(then: Then) -> Two:
    """Return an answer in words."""
    if then.choices:
        kind = _choice(then)
        each = _joined([then_words(entry) for entry in then.choices], (" ; ", "; "))
        assert each is not None  # noqa: S101 - the schema wants at least one
        return f"{kind[0]} : {each[0]}", f"{kind[1]}: {each[1]}"
    words = _joined(list(_answer(then)), (", ", ", "))
    return words or ("réponse du registre", "the answer of the registry")


def _choice(then: Then) -> Two:
    if then.sequence:
        return "l'une après l'autre", "one after the other"
    if then.cycle:
        return "tour à tour", "in turn"
    return "au hasard répétable", "at repeatable random"


def _joined(parts: list[Two], between: Two) -> Two | None:
    if not parts:
        return None
    return between[0].join(fr for fr, _ in parts), between[1].join(en for _, en in parts)


def _conditions(when: When) -> Iterator[Two]:
    if when.operations:
        names = " / ".join(when.operations)
        yield f"l'opération est {names}", f"the operation is {names}"
    if when.person is not None:
        yield f"la demande porte sur {when.person}", f"it is about {when.person}"
    if when.birth_name is not None:
        yield f"le nom de naissance est {when.birth_name}", f"the birth name is {when.birth_name}"
    for path, test in when.texts:
        yield _text(path, test)
    yield from (_element(name, present=present) for name, present in when.elements)
    yield from (_state(name, value) for name, value in when.state)
    if when.time is not None:
        yield _time(when.time)
    yield from map(when_words, when.all_of)
    if when.any_of:
        options = _joined([when_words(nested) for nested in when.any_of], (" ou ", " or "))
        assert options is not None  # noqa: S101 - not empty
        yield f"({options[0]})", f"({options[1]})"
    if when.none_of is not None:
        fr, en = when_words(when.none_of)
        yield f"non ({fr})", f"not ({en})"
    if when.call is not None:
        yield _call(when.call)


def _element(name: str, *, present: bool) -> Two:
    if present:
        return f"l'élément {name} est présent", f"the element {name} is present"
    return f"l'élément {name} est absent", f"the element {name} is absent"


def _state(name: str, value: str | None) -> Two:
    if value is None:
        return f"l'état {name} est indéfini", f"the state {name} is not set"
    return f"l'état {name} est {value}", f"the state {name} is {value}"


def _text(path: str, test: TextTest) -> Two:
    fr, en = _PATHS.get(path, (path, path))
    parts: list[Two] = []
    if test.exact is not None:
        parts.append((f"est {test.exact!r}", f"is {test.exact!r}"))
    if test.normalised is not None:
        parts.append((f"se lit {test.normalised!r}", f"reads {test.normalised!r}"))
    if test.pattern is not None:
        parts.append((f"contient le motif {test.pattern!r}", f"matches {test.pattern!r}"))
    if test.present is not None:
        parts.append(("est présent", "is present") if test.present else ("est absent", "is absent"))
    joined = _joined(parts, (" et ", " and ")) or ("", "")
    return f"{fr} {joined[0]}", f"{en} {joined[1]}"


def _time(window: TimeWindow) -> Two:
    parts: list[Two] = []
    if window.start is not None:
        parts.append((f"à partir du {window.start.isoformat()}", f"from {window.start.isoformat()}"))
    if window.end is not None:
        parts.append((f"avant le {window.end.isoformat()}", f"before {window.end.isoformat()}"))
    if window.from_hour is not None and window.to_hour is not None:
        hours = f"{window.from_hour:%H:%M}-{window.to_hour:%H:%M} UTC"
        parts.append((f"chaque jour {hours}", f"daily {hours}"))
    return _joined(parts, (" et ", " and ")) or _ALWAYS


def _call(call: CallCount) -> Two:
    if call.first:
        return "c'est le premier appel", "it is the first call"
    if call.nth is not None:
        return f"c'est l'appel n° {call.nth}", f"it is call number {call.nth}"
    return f"après {call.after} appels", f"after {call.after} calls"


def _answer(then: Then) -> Iterator[Two]:
    if then.fault is not None:
        changed = f" ({', '.join(then.fault_texts)} propres)" if then.fault_texts else ""
        own = f" (own {', '.join(then.fault_texts)})" if then.fault_texts else ""
        yield f"erreur {then.fault}{changed}", f"fault {then.fault}{own}"
    elif then.raw is not None:
        size, origin, status = len(then.raw.body), then.raw.origin, then.raw.status
        yield (
            f"{size} octets bruts ({origin}), HTTP {status}",
            f"{size} raw bytes ({origin}), HTTP {status}",
        )
    elif then.sink is not None:
        yield sink_words(then.sink)
    elif then.code is not None:
        who = f" : {then.person}" if then.person else ""
        yield f"code {then.code}{who}", f"code {then.code}{who.replace(' :', ':')}"
    elif then.alter or then.other_person or then.history:
        yield "réponse du registre", "the answer of the registry"
    yield from _changes(then)
    for name, value in (then.set or {}).items():
        shown = ("effacé", "forgotten") if value is None else (value, value)
        yield f"l'état {name} devient {shown[0]}", f"state {name} becomes {shown[1]}"
    if then.chaos:
        names = ", ".join(step.name for step in then.chaos)
        yield f"perturbée par {names}", f"disturbed by {names}"


def _changes(then: Then) -> Iterator[Two]:
    if then.other_person is not None:
        taken = {
            Take.ALL: ("identité", "identity"),
            Take.IDENTIFIER: ("identifiant", "identifier"),
            Take.TRAITS: ("traits", "traits"),
        }[then.take]
        yield f"avec {taken[0]} de {then.other_person}", f"with the {taken[1]} of {then.other_person}"
    if then.history is not None:
        yield _history(then.history)
    for name, value in (then.alter or {}).items():
        yield (
            (f"sans {name}", f"without {name}")
            if value is None
            else (f"{name} = {value!r}", f"{name} = {value!r}")
        )


def _history(history: History) -> Two:
    parts: list[Two] = []
    if history.own:
        parts.append(("le sien", "their own"))
    if history.repeats_active:
        parts.append(("le matricule actif répété", "the active matricule again"))
    count = history.made_up + len(history.entries)
    if count or not parts:
        parts.append((f"{count} entrée(s)", f"{count} entries"))
    joined = _joined(parts, (" + ", " + "))
    assert joined is not None  # noqa: S101 - never empty
    return f"historique : {joined[0]}", f"history: {joined[1]}"
