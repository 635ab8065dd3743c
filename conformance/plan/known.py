"""What a plan names and a schema cannot know: actors, rules, groups of rules, environment profiles; each mistake at its place."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any, Final

from conformance.rules.catalogue import UnknownRuleError, find_rule, load_actors, load_catalogue
from simulator.sessions.profiles import profiles

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

Problem = tuple["Sequence[str | int]", str]
"""Where it stands in the file, and what is wrong."""

_RULES: Final = (("rules",), ("select", "rules"), ("without", "rules"), ("promote",))
_GROUPS: Final = (("groups",), ("select", "groups"), ("without", "groups"))


def unknown_names(data: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield the names of a plan that are none, with the closest that is one."""
    yield from _actors(data)
    yield from _rules(data)
    groups = dict.fromkeys(key.partition("-")[0] for key in load_catalogue())
    for place in _GROUPS:
        for index, group in enumerate(_at(data, place)):
            if group not in groups:
                yield [*place, index], _unknown("group", group, groups)
    profile = data.get("session", {}).get("profile")
    if profile is not None and profile not in profiles():
        yield ["session", "profile"], _unknown("profile", profile, profiles())


def _actors(data: Mapping[str, Any]) -> Iterator[Problem]:
    actors = data.get("software", {}).get("actors", ())
    for index, actor in enumerate(actors):
        if actor not in load_actors():
            yield ["software", "actors", index], _unknown("actor", actor, load_actors())


def _rules(data: Mapping[str, Any]) -> Iterator[Problem]:
    for place in _RULES:
        for index, key in enumerate(_at(data, place)):
            yield from _rule([*place, index], key)
    for key in data.get("not_applicable", {}):
        yield from _rule(["not_applicable", key], key)
    for index, waiver in enumerate(data.get("waivers", ())):
        yield from _rule(["waivers", index, "rule"], waiver["rule"])


def _at(data: Mapping[str, Any], place: Sequence[str]) -> Sequence[str]:
    found: Any = data
    for name in place:
        found = found.get(name, {}) if isinstance(found, dict) else {}
    return list(found)


def _rule(place: Sequence[str | int], key: str) -> Iterator[Problem]:
    try:
        find_rule(load_catalogue(), key)
    except UnknownRuleError as error:
        yield place, str(error)


def _unknown(what: str, name: str, known: Collection[str]) -> str:
    close = difflib.get_close_matches(name, list(known), n=1)
    hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(known)}"
    return f"unknown {what} {name!r}; {hint}"
