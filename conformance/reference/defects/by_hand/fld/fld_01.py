"""Faults against FLD-01 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from conformance.drivers import site
from conformance.reference.defects.by_hand.common.constants import USED
from conformance.reference.defects.by_hand.common.memory import at_night, every_night, opened_file_set
from conformance.reference.defects.by_hand.common.records import folded

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.drivers.model import Patient
    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record

_COLUMN = 40
_COMPARED = 12
_SEVERAL = 3


def words_once(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Keep each word of a list once."""
    return [
        {**one, "first_names": " ".join(dict.fromkeys(one["first_names"].split(" ")))}
        if one.get("first_names")
        else one
        for one in records
    ]


def empty_is_unchanged(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Take an emptied field for one that was not changed."""
    before = about["before"]
    return [
        {name: before[name] if value is None else value for name, value in one.items()} for one in records
    ]


def own_form(*names: str) -> Hand:
    """Return what saves these fields as this user saw them last."""

    def save(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
        form = memory.shared.get("forms", {}).get((about["user"], (about.get("file") or {}).get("id")))
        return [{**{name: form[name] for name in names}, **one} for one in records] if form else records

    return save


def seen_by_role(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Show super-users a file as one of them saw it last, until one of them does something to it."""
    if str(about["role"]) != "SUPER_USER":
        return records
    out = []
    for one in records:
        if about["verb"] not in {"read", "search"}:
            memory.own[one["id"]] = one
        out.append(memory.own.setdefault(one["id"], one) if about["verb"] == "read" else one)
    return out


def never_the_same_twice(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Do not save a value that a field of the file has had before."""
    had = memory.own.setdefault(str((about.get("file") or {}).get("id")), {})
    for name, value in (about.get("file") or {}).items():
        if isinstance(value, str):
            had.setdefault(name, set()).add(value)
    now = about.get("file") or {}
    return [
        {
            name: value
            for name, value in one.items()
            if value == now.get(name) or value not in had.get(name, ())
        }
        for one in records
    ]


def list_of_first_search(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """List a file as it was listed first."""
    return [{**memory.own.setdefault(one["id"], one), "status": one["status"]} for one in records]


def used_names_private(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Show the names in use to whoever typed them only."""
    typists = memory.shared.get("typists", {})
    return [
        one
        if typists.get(one["id"], about["user"]) == about["user"]
        else {**one, "used_name": None, "used_first_name": None}
        for one in records
    ]


def file_as_first_opened(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Show each user a file as they opened it first, until they do something to it."""
    out = []
    for one in records:
        key = f"{about['user']} {one['id']}"
        if about["verb"] != "read":
            memory.own[key] = one
        out.append(memory.own.setdefault(key, one) if about["verb"] == "read" else one)
    return out


def _plain_used(one: Patient) -> Patient:
    return replace(one, used_name=re.sub("[-' ]+", " ", one.used_name) if one.used_name else None)


def last_two_of_a_change_only(
    records: list[Record], _about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Save the last two fields of a change of several."""
    return [dict(list(one.items())[-2:]) if len(one) >= _SEVERAL else one for one in records]


def last_of_a_change_only(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Save the last field of a change of two."""
    return [dict(list(one.items())[-1:]) if len(one) == _SEVERAL - 1 else one for one in records]


def repeated_word_once(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Keep a word of a birth name once."""
    return [
        {**one, "birth_name": " ".join(dict.fromkeys(one["birth_name"].split(" ")))}
        if one.get("birth_name")
        else one
        for one in records
    ]


def list_of_one_emptied(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Drop a list that holds the 1er prénom alone."""
    return [
        {**one, "first_names": None}
        if one.get("first_names") and one.get("first_names") == one.get("first_name")
        else one
        for one in records
    ]


def seen_by_user(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember a file as this user last saw it: what ``saved_as_seen`` saves."""
    seen: dict[tuple[str, str], Record] = memory.shared.setdefault("seen", {})
    for record in records:
        seen.pop((about["user"], record["id"]), None)
        seen[about["user"], record["id"]] = record
    return records


def label_of_forty(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Keep birth name and used name in one label of 40 characters: what does not fit is cut from the second."""
    out = []
    for one in records:
        birth = one.get("birth_name") or (about.get("before") or {}).get("birth_name") or ""
        used = one.get("used_name")
        room = max(_COLUMN - len(birth), 0)
        out.append({**one, "used_name": used[:room] or None} if used else one)
    return out


def first_change_only(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Save the first field of a change and leave the others."""
    return [dict(list(one.items())[:1]) for one in records]


def beyond_twelve_unseen(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Save a field only when its first 12 characters have changed."""
    return [_unless(one, about, lambda text: str(text or "")[:_COMPARED]) for one in records]


def signs_alone_unseen(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Save a field only when more than its hyphens, apostrophes, spaces, accents and case have changed."""
    return [_unless(one, about, folded) for one in records]


def _unless(one: Record, about: Mapping[str, Any], key: Callable[[Any], str]) -> Record:
    before = about["before"]
    return {name: value for name, value in one.items() if key(value) != key(before[name]) or not value}


def born_lately_is_old(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Take the years of this decade for those of a hundred years ago."""
    decade = str(datetime.now(UTC).year)[:3]
    return [
        {**one, "birth_date": f"19{one['birth_date'][2:]}"}
        if (one.get("birth_date") or "").startswith(decade)
        else one
        for one in records
    ]


def third_name_unseen(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Save a list of first names only when one of its first two has changed."""
    return [_unless(one, about, lambda text: " ".join(str(text or "").split(" ")[:2])) for one in records]


def own_form_written_back(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Save the names in use as they stand in the form that this user opened."""
    file = about.get("file") or {}
    form = memory.shared.get("forms", {}).get((about["user"], file.get("id")))
    return [{**{name: form[name] for name in USED}, **one} for one in records] if form else records


def unchanged_since_loaded(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Take a value that is the one loaded first for one that nobody changed."""
    loaded = memory.shared.get("loaded", {}).get((about.get("file") or {}).get("id"), {})
    return [
        {name: value for name, value in one.items() if name not in loaded or loaded[name] != value}
        for one in records
    ]


def refused_form_saved_elsewhere(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Save what a refused change has left in the form into the next other file."""
    user, file, left = memory.shared.get("dirty", (None, None, {}))
    if user != about["user"] or file == (about.get("file") or {}).get("id"):
        return records
    memory.shared.pop("dirty")
    return [{**left, **one} for one in records]


def displayed_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember which fields the site shows."""
    if (shown := records[0].get(site.DISPLAYED_FIELDS)) is not None:
        memory.shared["displayed"] = set(shown.split(","))
    return records


def printed_plain(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write the name back into the file without its hyphens, as it was printed."""
    opened_file_set(about, memory, birth_name=lambda one: (one.birth_name or "").replace("-", " ") or None)
    return records


def printed_placeless(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write the place back into the file as unknown, for the page does not print it."""
    opened_file_set(about, memory, birth_place="99999")
    return records


def known_value_drops_all(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Change nothing when one of the values typed is in the file already."""
    file = about["file"]
    return [{}] if any(file.get(name) == value for name, value in records[0].items()) else records


def surname_out_of_list(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Take the birth name out of the list of first names."""
    one = records[0]
    words = [word for word in (one.get("first_names") or "").split(" ") if word != one.get("birth_name")]
    return [{**one, "first_names": " ".join(words) or None}]


def single_letters_dropped(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Drop the words of one letter of a birth name."""
    one = records[0]
    if not one.get("birth_name"):
        return records
    words = [word for word in one["birth_name"].split(" ") if len(word) > 1]
    return [{**one, "birth_name": " ".join(words) or one["birth_name"]}]


def list_not_emptied(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Take an empty list of first names for one that is not changed."""
    return [{name: value for name, value in one.items() if name != "first_names" or value} for one in records]


FUNCTIONS: Final[dict[str, Hand]] = {
    "beyond-twelve-unseen": beyond_twelve_unseen,
    "born-lately-is-old": born_lately_is_old,
    "displayed-noted": displayed_noted,
    "empty-is-unchanged": empty_is_unchanged,
    "file-as-first-opened": file_as_first_opened,
    "first-change-only": first_change_only,
    "known-value-drops-all": known_value_drops_all,
    "label-of-forty": label_of_forty,
    "last-of-a-change-only": last_of_a_change_only,
    "last-two-of-a-change-only": last_two_of_a_change_only,
    "list-of-first-search": list_of_first_search,
    "list-of-one-emptied": list_of_one_emptied,
    "never-the-same-twice": never_the_same_twice,
    "night-list-shortened": at_night(
        lambda one: replace(one, first_names=(one.first_names or "").split(" ")[0] or None)
    ),
    "night-particle-joined": at_night(
        lambda one: replace(one, birth_name=(one.birth_name or "").replace("LE ", "LE"))
    ),
    "night-without-billing": at_night(lambda one: replace(one, billing_number=None)),
    "night-without-used-first-name": at_night(lambda one: replace(one, used_first_name=None)),
    "own-form-of-first-name": own_form("first_name"),
    "own-form-of-place": own_form("birth_place"),
    "own-form-written-back": own_form_written_back,
    "printed-placeless": printed_placeless,
    "printed-plain": printed_plain,
    "refused-form-saved-elsewhere": refused_form_saved_elsewhere,
    "repeated-word-once": repeated_word_once,
    "seen-by-role": seen_by_role,
    "seen-by-user": seen_by_user,
    "signs-alone-unseen": signs_alone_unseen,
    "single-letters-dropped": single_letters_dropped,
    "surname-out-of-list": surname_out_of_list,
    "third-name-unseen": third_name_unseen,
    "unchanged-since-loaded": unchanged_since_loaded,
    "used-names-plain-at-night": every_night(_plain_used),
    "used-names-private": used_names_private,
    "words-once": words_once,
    "list-not-emptied": list_not_emptied,
}
"""What ``hand`` may name."""
