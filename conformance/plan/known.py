"""What a plan names and a schema cannot know: actors, rules, groups of rules, environment profiles; each mistake at its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.rules.catalogue import UnknownRuleError, find_rule, load_actors, load_catalogue
from simulator.sessions.profiles import profiles
from simulator.text import Text, closest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

Problem = tuple["Sequence[str | int]", Text]
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
                yield [*place, index], _unknown(_GROUP, group, groups)
    profile = data.get("session", {}).get("profile")
    if profile is not None and profile not in profiles():
        yield ["session", "profile"], _unknown(_PROFILE, profile, profiles())


def _actors(data: Mapping[str, Any]) -> Iterator[Problem]:
    actors = data.get("software", {}).get("actors", ())
    for index, actor in enumerate(actors):
        if actor not in load_actors():
            yield ["software", "actors", index], _unknown(_ACTOR, actor, load_actors())


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
        yield place, error.text


def _unknown(what: Text, name: str, known: Collection[str]) -> Text:
    listed = ", ".join(known)
    near = closest(name, known)
    if not near.en:
        near = Text(f" ; il y a {listed}", f"; there are {listed}")
    return Text(f"{what.fr} : {name!r}{near.fr}", f"{what.en} {name!r}{near.en}")


_GROUP: Final = Text("groupe inconnu", "unknown group")
_PROFILE: Final = Text("profil inconnu", "unknown profile")
_ACTOR: Final = Text("acteur inconnu", "unknown actor")
