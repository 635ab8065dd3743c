"""What the schema of a scenario cannot say: roles, faults, patterns, dates, and which answers go together."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any, Final

from simulator.chaos.catalogue import ChaosError, read_steps
from simulator.contract.faults import fault_catalogue
from simulator.contract.names import Operation
from simulator.registry.person import PersonError, from_json
from simulator.scripting.alterations import ALTERATIONS
from simulator.scripting.model import Stage
from simulator.scripting.patterns import pattern_problem
from simulator.scripting.reading import instant
from simulator.scripting.sinks import ANSWERS, sink_problems
from simulator.text import closest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from simulator.chaos.catalogue import Answered

    Place = tuple[str | int, ...]
    Found = tuple[Place, str]

MAX_NESTING: Final = 5
"""How deep ``all``, ``any`` and ``not`` may nest."""

MAX_RAW_BYTES: Final = 1024 * 1024
"""Largest raw answer."""

_LOTS: Final = frozenset({Operation.DEPOSIT_LOT.value, Operation.COLLECT_LOT.value})
_CHOICES: Final = ("sequence", "cycle", "weighted")
_ON_A_PERSON: Final = ("alter", "other_person", "history")
_FORM: Final = (
    "expected code 00 with a person (and alter, other_person, history), code 01 or 02 alone, a fault alone, raw alone, "
    "dmp, smtp or imap alone, "
    "one of sequence, cycle, weighted alone, or what applies to the answer of the registry "
    "(alter, other_person, history, set, chaos); set and chaos go with any of them but a choice"
)


def meaning_problems(data: Mapping[str, Any]) -> Iterator[Found]:
    """Yield what is wrong with data that satisfies the schema: where, and what was expected."""
    roles = data.get("people", [])
    if isinstance(roles, dict):
        yield from _picks(roles)
    known = tuple(roles)
    for index, rule in enumerate(data["rules"]):
        at: Place = ("rules", index)
        stage = rule.get("stage", data.get("stage", Stage.AFTER))
        yield from _when((*at, "when"), rule["when"], known, stage)
        yield from _then((*at, "then"), rule["then"], known, stage)
        yield from _for_lots(at, rule)
        yield from sink_problems(at, rule)
    for index, step in enumerate(data.get("outcome", ())):
        if "person" in step["ask"]:
            yield from _role(("outcome", index, "ask", "person"), step["ask"]["person"], known)


def _role(at: Place, role: str, roles: tuple[str, ...]) -> Iterator[Found]:
    if role not in roles:
        listed = ", ".join(roles) or "none"
        yield at, f"expected a role listed in people ({listed}), got {role!r}{closest(role, roles).en}"


def _picks(people: Mapping[str, Any]) -> Iterator[Found]:
    seen: list[str] = []
    for role, pick in people.items():
        for name in ("twin_of", "namesake_of"):
            other = (pick or {}).get(name)
            if other is not None and other not in seen:
                listed = ", ".join(seen) or "none"
                yield (
                    ("people", role, name),
                    f"expected a role that stands before this one ({listed}), got {other!r}",
                )
        if pick and "person" in pick:
            try:
                from_json(pick["person"])
            except PersonError as error:
                yield (
                    ("people", role, "person", error.field.split(".")[0].split("[")[0]),
                    f"expected {error.expected}, got {error.got}",
                )
        seen.append(role)


def _when(
    at: Place, when: Mapping[str, Any], roles: tuple[str, ...], stage: str, depth: int = 0
) -> Iterator[Found]:
    if depth > MAX_NESTING:
        yield (
            at,
            f"expected all, any and not nested at most {MAX_NESTING} deep, got more; flatten the conditions",
        )
        return
    if "person" in when:
        yield from _role((*at, "person"), when["person"], roles)
        if stage == Stage.BEFORE_AUTHENTICATION:
            yield (
                (*at, "person"),
                (
                    "expected no person before authentication, where fields are not checked yet; "
                    "use traits, or stage: after"
                ),
            )
    if "call" in when and depth:
        yield (
            (*at, "call"),
            "expected call at the top of when, got it inside all, any or not; move it up or use a state",
        )
    yield from _patterns(at, when)
    yield from _window(at, when.get("time", {}))
    for name in ("all", "any"):
        for index, nested in enumerate(when.get(name, ())):
            yield from _when((*at, name, index), nested, roles, stage, depth + 1)
    if "not" in when:
        yield from _when((*at, "not"), when["not"], roles, stage, depth + 1)


def _patterns(at: Place, when: Mapping[str, Any]) -> Iterator[Found]:
    def visit(place: Place, value: Any) -> Iterator[Found]:
        if not isinstance(value, dict):
            return
        pattern = value.get("pattern")
        problem = pattern_problem(pattern) if isinstance(pattern, str) else None
        if problem is not None:
            yield (*place, "pattern"), problem
        for name, nested in value.items():
            yield from visit((*place, name), nested)

    for name in (
        "traits",
        "matricule",
        "headers",
        "certificate",
        "assertion",
        "lps",
        "user",
        "document",
        "mail",
    ):
        yield from visit((*at, name), when.get(name))


def _window(at: Place, window: Mapping[str, Any]) -> Iterator[Found]:
    for name in ("from", "to"):
        if name in window:
            try:
                instant(window[name])
            except (ValueError, OverflowError):
                yield (
                    (*at, "time", name),
                    (
                        "expected an ISO 8601 date and time with its zone, such as 2026-11-23T10:00:00Z, "
                        f"got {window[name]!r}{_zone_remedy(window[name])}"
                    ),
                )


def _zone_remedy(text: str) -> str:
    try:
        instant(f"{text}Z")
    except (ValueError, OverflowError):
        return ""
    return "; add Z (UTC) or an offset such as +01:00"


def _then(
    at: Place, then: Mapping[str, Any], roles: tuple[str, ...], stage: str, *, inside: bool = False
) -> Iterator[Found]:
    if not _form_is_right(then):
        given = ", ".join(then) or "nothing"
        yield at, f"{_FORM}; got {given}"
        return
    early = stage == Stage.BEFORE_AUTHENTICATION
    if early and any(name in then for name in ("code", *_ON_A_PERSON)):
        yield (
            at,
            (
                "expected a fault, raw bytes, set or chaos before authentication, where nobody was looked for yet; "
                f"got {', '.join(then)}; use stage: after"
            ),
        )
    choice = next((name for name in _CHOICES if name in then), None)
    if choice is not None:
        if inside:
            yield (*at, choice), f"expected no choice inside another one, got {choice}"
            return
        entries = then[choice]["of"] if choice == "weighted" else then[choice]
        steps: Place = (choice, "of") if choice == "weighted" else (choice,)
        for index, entry in enumerate(entries):
            place: Place = (*at, *steps, index)
            nested = entry["then"] if choice == "weighted" else entry
            yield from _then(
                (*place, "then") if choice == "weighted" else place, nested, roles, stage, inside=True
            )
    yield from _answer(at, then, roles)
    yield from _chaos(at, then)


def _chaos(at: Place, then: Mapping[str, Any]) -> Iterator[Found]:
    if "chaos" in then:
        on: Answered | None = "fault" if "fault" in then else "answer" if "code" in then else None
        try:
            read_steps(then["chaos"], on=on)
        except ChaosError as error:
            yield (*at, "chaos", *error.path), error.message


def _form_is_right(then: Mapping[str, Any]) -> bool:
    main = [name for name in ("code", "fault", "raw", *ANSWERS, *_CHOICES) if name in then]
    on_a_person = [name for name in _ON_A_PERSON if name in then]
    if len(main) > 1:
        return False
    if not main:
        return "person" not in then and bool(then)
    if main[0] in _CHOICES:
        return len(then) == 1
    if main[0] == "code" and then["code"] == "00":
        return "person" in then
    return "person" not in then and not on_a_person


def _answer(at: Place, then: Mapping[str, Any], roles: tuple[str, ...]) -> Iterator[Found]:
    other = then.get("other_person")
    where: Place = (*at, "other_person")
    if isinstance(other, dict):
        other, where = other["role"], (*where, "role")
    answered = then.get("dmp", {}).get("person")
    for place, role in (
        ((*at, "person"), then.get("person")),
        (where, other),
        ((*at, "dmp", "person"), answered),
    ):
        if role is not None:
            yield from _role(place, role, roles)
    fault = then.get("fault")
    place = (*at, "fault")
    if isinstance(fault, dict):
        fault, place = fault["code"], (*place, "code")
    if fault is not None and fault not in fault_catalogue():
        yield (
            place,
            f"expected a code of the fault catalogue, got {fault!r}{closest(fault, fault_catalogue()).en}",
        )
    alter = then.get("alter")
    for index, entry in enumerate(alter if isinstance(alter, list) else ()):
        if isinstance(entry, str) and entry not in ALTERATIONS:
            yield (
                (*at, "alter", index),
                (
                    f"expected an alteration by name ({', '.join(ALTERATIONS)}), got {entry!r}"
                    f"{closest(entry, ALTERATIONS).en}"
                ),
            )
    if "raw" in then:
        yield from _raw((*at, "raw"), then["raw"])


def _raw(at: Place, raw: Mapping[str, Any]) -> Iterator[Found]:
    given = [name for name in ("file", "text", "base64") if name in raw]
    if given not in (["file"], ["text"], ["base64"], ["file", "base64"]):
        yield at, f"expected one of file, text, base64, got {' and '.join(given) or 'none'}"
    elif given == ["file"]:
        yield (
            (*at, "file"),
            "expected text or base64: a file can only be named in a scenario that is read from a folder",
        )
    elif "base64" in raw:
        try:
            size = len(base64.b64decode(raw["base64"], validate=True))
        except (ValueError, binascii.Error):
            yield (*at, "base64"), "expected base64, got something else"
        else:
            if size > MAX_RAW_BYTES:
                yield (*at, "base64"), f"expected at most {MAX_RAW_BYTES} bytes, got {size}"


def _for_lots(at: Place, rule: Mapping[str, Any]) -> Iterator[Found]:
    operation = rule["when"].get("operation", ())
    asked = {operation} if isinstance(operation, str) else set(operation)
    names = [name for name in ("code", *_ON_A_PERSON) if name in rule["then"]]
    if asked and asked <= _LOTS and names:
        yield (
            (*at, "then", names[0]),
            (
                f"expected a fault, raw bytes, set or chaos for {' and '.join(sorted(asked))}, whose answer has neither "
                f"code nor identity; got {names[0]}"
            ),
        )
