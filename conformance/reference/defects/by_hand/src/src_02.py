"""Faults against SRC-02 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.records import key
from conformance.reference.defects.by_hand.src.common import GIVEN, SURNAMES, keys, typed_key, with_more
from simulator.ins.traits import comparison_key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record

_SHORT = 3


def contained(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Search with ``LIKE '%text%'``."""
    typed = comparison_key(about["criteria"].get("name_prefix") or "").replace(" ", "")
    if not typed:
        return records
    found = {record["id"] for record in records}
    return [
        one
        for one in about["everyone"]
        if one["id"] in found
        or (
            about["criteria"].get("birth_date") in {None, one["birth_date"]}
            and any(
                typed in comparison_key(one[name] or "").replace(" ", "")
                for name in ("birth_name", "used_name")
            )
        )
    ]


def used_name_for_want_of_birth_name(
    records: list[Record], about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Look at the names in use only when no birth name answers."""
    typed = key(about["criteria"].get("name_prefix"))
    born = [one for one in records if key(one["birth_name"]).startswith(typed)]
    return born or records


def any_criterion(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Join name and first name by OR."""
    name, first = (key(about["criteria"].get(one)) for one in ("name_prefix", "first_name_prefix"))
    if not (name and first):
        return records
    day = about["criteria"].get("birth_date")
    return [
        one
        for one in about["everyone"]
        if day in {None, one["birth_date"]}
        and (
            any(key(one[field]).startswith(name) for field in ("birth_name", "used_name"))
            or any(key(one[field]).startswith(first) for field in ("first_names", "first_name"))
        )
    ]


def short_words_not_indexed(
    records: list[Record], _about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Index words of three letters and more: LI and NG are not found."""
    return [
        {**one, "birth_name": "" if len(one["birth_name"] or "") < _SHORT else one["birth_name"]}
        for one in records
    ]


def whole_name_finds_nobody(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Want at least one letter after those typed: whoever types the whole birth name finds nobody."""
    typed = typed_key(about, "name_prefix")
    return [one for one in records if not typed or keys(one, ("birth_name",)) != [typed]]


def whole_used_name_only(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Compare the used name as a whole."""
    typed = typed_key(about, "name_prefix")
    return [
        one
        for one in records
        if not typed or keys(one, ("birth_name",))[0].startswith(typed) or typed in keys(one, SURNAMES)
    ]


def surname_among_first_names(
    records: list[Record], about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Look for the letters of a surname among the first names too."""
    return with_more(records, about, "name_prefix", GIVEN)


def shorter_found(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Find as well those whose name is the beginning of what was typed."""
    criteria = about["criteria"]
    typed, born = criteria.get("name_prefix"), criteria.get("birth_date")
    if not typed or not born or criteria.get("first_name_prefix"):
        return records
    known = {one["id"] for one in records}
    more = [
        one
        for one in about["everyone"]
        if one["birth_date"] == born
        and one["id"] not in known
        and one["birth_name"]
        and typed.startswith(one["birth_name"])
    ]
    return records + more


def narrowed_list_reused(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Look only in the list shown last, while the birth date stays the same and the name begins alike."""
    criteria = about["criteria"]
    date, name = criteria.get("birth_date"), criteria.get("name_prefix") or ""
    last: dict[str, Any] = memory.own.setdefault("last", {})
    found = records
    if last and date and name and last["date"] == date and last["name"].startswith(name[:1]) and last["name"]:
        found = [one for one in records if one["id"] in last["shown"]]
    last.update(date=date, name=name, shown={one["id"] for one in found})
    return found


def index_one_save_behind(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Search in what a file was before its last change, the status apart."""
    now: dict[str, Record] = memory.own.setdefault("now", {})
    former: dict[str, Record] = memory.own.setdefault("former", {})
    names = ("birth_name", "used_name", "first_name", "first_names", "used_first_name", "birth_date")
    out = []
    for one in records:
        view = {name: one[name] for name in names}
        known = now.setdefault(one["id"], view)
        if known != view:
            former[one["id"]], now[one["id"]] = known, view
        out.append({**one, **former.get(one["id"], view)})
    return out


def both_match_hides(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Lose the files that match by both names: the one or the other was asked for."""
    criteria = about["criteria"]
    name, first = criteria.get("name_prefix"), criteria.get("first_name_prefix")
    out = []
    for one in records:
        both = bool(name) and all((one[key] or "").startswith(name) for key in ("birth_name", "used_name"))
        twice = bool(first) and all(
            (one[key] or "").startswith(first) for key in ("first_name", "used_first_name")
        )
        if not (both or twice):
            out.append(one)
    return out


def first_letter_off(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Leave the first letter out of the key."""
    return [{**one, "key": one["key"][1:]} for one in records]


def containing_unsought(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Leave a used name that contains the birth name out of the search."""
    return [
        {**one, "used_name": None}
        if one["used_name"] and one["birth_name"] and one["birth_name"] in one["used_name"]
        else one
        for one in records
    ]


def same_day_of_any_year(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """With a surname, compare day and month only."""
    asked = about["criteria"]
    day, name = asked.get("birth_date"), asked.get("name_prefix")
    if not day or not name:
        return records
    there = {one["id"] for one in records}
    return records + [
        one
        for one in about["everyone"]
        if one["id"] not in there
        and (one["birth_date"] or "")[4:] == day[4:]
        and (one["birth_name"] or "").startswith(name.upper())
    ]


FUNCTIONS: Final[dict[str, Hand]] = {
    "any-criterion": any_criterion,
    "both-match-hides": both_match_hides,
    "contained": contained,
    "containing-unsought": containing_unsought,
    "first-letter-off": first_letter_off,
    "index-one-save-behind": index_one_save_behind,
    "narrowed-list-reused": narrowed_list_reused,
    "same-day-of-any-year": same_day_of_any_year,
    "short-words-not-indexed": short_words_not_indexed,
    "shorter-found": shorter_found,
    "surname-among-first-names": surname_among_first_names,
    "used-name-for-want-of-birth-name": used_name_for_want_of_birth_name,
    "whole-name-finds-nobody": whole_name_finds_nobody,
    "whole-used-name-only": whole_used_name_only,
}
"""What ``hand`` may name."""
