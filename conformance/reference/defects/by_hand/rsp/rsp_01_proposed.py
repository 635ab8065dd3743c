"""Faults against RSP-01 at the seam ``proposed`` that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.constants import BY_CARD
from conformance.reference.defects.by_hand.common.records import all_with, key
from conformance.reference.defects.by_hand.rsp.common import answer_given_to

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record

_START = 12
"""Characters that a careless comparison looks at."""


def insi_compared_with_itself(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Compare an identity asked for by card, without file, with itself."""
    if memory.shared.get("way") != BY_CARD:
        return records
    return [
        {**one, "local": one["insi"], "local_display": one["insi_display"], "different": False}
        for one in records
    ]


def same_first_word(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Compare lists of first names by their first word."""
    return [
        {**one, "different": False}
        if one["field"] == "first_names"
        and (one["local"] or "").split(" ")[0] == (one["insi"] or "").split(" ")[0]
        else one
        for one in records
    ]


def same_year(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Compare birth dates by their year."""
    return [
        {**one, "different": False}
        if one["field"] == "birth_date" and (one["local"] or "")[:4] == (one["insi"] or "")[:4]
        else one
        for one in records
    ]


def local_list_twice(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Show the local list on both sides of the comparison."""
    return [
        {**one, "insi": one["local"], "different": False}
        if one["local"] and one["field"] == "first_names"
        else one
        for one in records
    ]


def as_many_names(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Compare lists of first names by how many they are."""
    return [
        {**one, "different": len((one["local"] or "").split()) != len((one["insi"] or "").split())}
        if one["field"] == "first_names"
        else one
        for one in records
    ]


def column(
    name: str, change: Callable[[str], str]
) -> Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]:
    """Return a fault that shows the names in one column of the comparison otherwise."""

    def hand(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
        return [
            {**one, name: change(one[name]), f"{name}_display": change(one[name])}
            if one["field"] in {"birth_name", "first_names"} and one[name]
            else one
            for one in records
        ]

    return hand


def comparison_of_the_search_before(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Compare the answer to a typed search with what was typed for the one before."""
    local = dict(about["local"])
    before = memory.own.get("local", local)
    memory.own["local"] = local
    return [
        {
            **one,
            "local": before.get(one["field"]),
            "local_display": before.get(one["field"]),
            "different": before.get(one["field"]) != one["insi"],
        }
        for one in records
    ]


def last_answer_compared(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Show the answer that came last, whichever call the comparison is about."""
    last = memory.shared.get("answer") or {}
    return [_line(one, insi=last.get(one["field"], one["insi"])) for one in records]


def opened_compared(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Compare the answer with the file opened last, whichever file the call was made for."""
    opened = memory.shared.get("opened") or {}
    return [_line(one, local=opened.get(one["field"], one["local"])) for one in records]


def _line(line: Record, **sides: Any) -> Record:
    after = {**line, **sides}
    after |= {f"{side}_display": value for side, value in sides.items()}
    return {**after, "different": after["local"] != after["insi"]}


def signs_not_compared(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Compare names by their search key: hyphen, apostrophe and space are one."""
    return [{**one, "different": False} if key(one["local"]) == key(one["insi"]) else one for one in records]


def compared_by_start(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Compare values by their first characters."""
    return [
        {**one, "different": False} if (one["local"] or "")[:_START] == (one["insi"] or "")[:_START] else one
        for one in records
    ]


def places_by_department(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Compare places by their département."""
    return [
        {**one, "different": False}
        if one["field"] == "birth_place" and (one["local"] or "")[:2] == (one["insi"] or "")[:2]
        else one
        for one in records
    ]


def first_comparison_again(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Show again the comparison that was shown first for these local traits."""
    key = f"{about['local'].get('birth_name')} {about['local'].get('birth_date')}"
    again: list[Record] = memory.own.setdefault(key, records)
    return again


def first_difference_only(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Stop the comparison at the first difference."""
    after, met = [], False
    for one in records:
        after.append({**one, "different": one["different"] and not met})
        met = met or one["different"]
    return after


def last_difference_only(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Flag the last difference only: each line takes the mark from the one before."""
    return first_difference_only(records[::-1], _about, _memory)[::-1]


def third_look_shows_insi(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Show the values of INSi on both sides from the third look at an answer on."""
    number = str((about.get("insi") or {}).get("matricule"))
    memory.own[number] = memory.own.get(number, 0) + 1
    if memory.own[number] < 3:  # noqa: PLR2004 - third
        return records
    return [{**one, "local": one["insi"], "different": False} for one in records]


def second_look_flags_nothing(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Flag differences at the first look at an answer only."""
    number = (about.get("insi") or {}).get("matricule")
    seen = memory.own.setdefault("seen", set())
    if number in seen:
        return all_with(records, different=False)
    seen.add(number)
    return records


def compared_as_called(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Compare the answer with the traits of the time of the call."""
    then = answer_given_to(about, memory).get("local")
    if then is None:
        return records
    return [
        {**one, "local": then.get(one["field"]), "different": then.get(one["field"]) != one["insi"]}
        for one in records
    ]


def proposal_cached(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Show the comparison of the first call of a file at each later one."""
    local = about["local"]
    key = f"{local.get('birth_name')} {local.get('birth_date')}"
    first: list[Record] = memory.own.setdefault(key, records)
    return [dict(one) for one in first]


def list_hidden_by_card(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Leave the list of first names out of the comparison when the last call was one by card."""
    if memory.shared.get("way") != BY_CARD:
        return records
    return [one for one in records if one["field"] != "first_names"]


def compared_as_at_the_call(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Compare with the traits that the file had when INSi was called."""
    local = memory.shared.get("local") or {}
    return [
        {**one, "local": local[one["field"]], "different": local[one["field"]] != one["insi"]}
        if one["field"] in local
        else one
        for one in records
    ]


def nothing_flagged_by_card(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Flag no difference when the last call was one by card."""
    if memory.shared.get("way") != BY_CARD:
        return records
    return [{**one, "different": False} for one in records]


def compared_with_name_at_creation(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Compare with the birth name of a copy that the dialog has from the creation."""
    event, named = about.get("event"), memory.shared.setdefault("named", {})
    if event == "created":
        memory.shared.setdefault("born", {})[records[0]["id"]] = records[0]["birth_name"]
    elif event == "updated" and "birth_name" in (about.get("typed") or {}):
        named[records[0]["birth_name"]] = memory.shared.get("born", {}).get(records[0]["id"])
    if event is not None:
        return records
    return [
        {**one, "local": old, "local_display": old, "different": old != one["insi"]}
        if one["field"] == "birth_name" and (old := named.get(about["local"].get("birth_name")))
        else one
        for one in records
    ]


def refused_answer_on_both_sides(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Keep a refused answer in the screen, and show it as the file the next time."""
    refused = memory.shared.setdefault("refused", set())
    if about.get("event") is not None:
        refused.add(about["insi"]["matricule"])
        return records
    if about["insi"]["matricule"] not in refused:
        return records
    return [
        {**one, "local": one["insi"], "local_display": one["insi_display"], "different": False}
        for one in records
    ]


FUNCTIONS: Final[dict[str, Hand]] = {
    "as-many-names": as_many_names,
    "compared-as-at-the-call": compared_as_at_the_call,
    "compared-as-called": compared_as_called,
    "compared-by-start": compared_by_start,
    "compared-with-name-at-creation": compared_with_name_at_creation,
    "comparison-of-the-search-before": comparison_of_the_search_before,
    "first-comparison-again": first_comparison_again,
    "first-difference-only": first_difference_only,
    "insi-column-cut": column("insi", lambda text: text[:20]),
    "insi-compared-with-itself": insi_compared_with_itself,
    "last-answer-compared": last_answer_compared,
    "last-difference-only": last_difference_only,
    "list-hidden-by-card": list_hidden_by_card,
    "local-column-without-hyphens": column("local", lambda text: text.replace("-", " ")),
    "local-list-twice": local_list_twice,
    "nothing-flagged-by-card": nothing_flagged_by_card,
    "opened-compared": opened_compared,
    "places-by-department": places_by_department,
    "proposal-cached": proposal_cached,
    "refused-answer-on-both-sides": refused_answer_on_both_sides,
    "same-first-word": same_first_word,
    "same-year": same_year,
    "second-look-flags-nothing": second_look_flags_nothing,
    "signs-not-compared": signs_not_compared,
    "third-look-shows-insi": third_look_shows_insi,
}
"""What ``hand`` may name."""
