"""Faults against RSP-02 at the seam ``imported`` that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.constants import BY_CARD, STRICT_TRAITS
from conformance.reference.defects.by_hand.common.memory import turn_of_file
from conformance.reference.defects.by_hand.common.notes import came_from_elsewhere
from conformance.reference.defects.by_hand.common.records import all_with, key
from conformance.reference.defects.by_hand.rsp.common import answer_given_to
from simulator.ins.traits import starts_list

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record

_KEY = 13
_FED: Final = ("birth_name", "first_names", "birth_date", "sex", "birth_place")


def card_name_kept(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Create the file under the name on the card."""
    name = about["local"].get("birth_name")
    return all_with(records, birth_name=name) if memory.shared.get("way") == BY_CARD and name else records


def third_import_is_empty(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write nothing at the third acceptance."""
    key = {"id": (about.get("before") or {}).get("id", "")}
    return [{}] if key["id"] and turn_of_file({}, memory, key) >= 3 else records  # noqa: PLR2004 - third


def three_words(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Take three names of the list at most."""
    return [
        {**one, "first_names": " ".join(one["first_names"].split(" ")[:3])} if one.get("first_names") else one
        for one in records
    ]


def last_traits_written(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write the traits of the answer that came last, with the number of the one that is accepted."""
    last = memory.shared.get("answer") or {}
    return [{**one, **{name: last[name] for name in STRICT_TRAITS if last.get(name)}} for one in records]


def signs_not_fed(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Leave a name that differs by a sign only."""
    local = about["local"]
    return [
        {**one, "birth_name": local["birth_name"]}
        if key(local.get("birth_name")) == key(one["birth_name"])
        else one
        for one in records
    ]


def swapped_day_not_fed(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Leave a birth date that has the same numbers."""
    local = about["local"].get("birth_date") or ""
    return [
        {**one, "birth_date": local}
        if local and sorted(local.split("-")) == sorted((one["birth_date"] or "").split("-"))
        else one
        for one in records
    ]


def as_many_first_names_not_fed(
    records: list[Record], about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Leave a list that holds as many first names."""
    local = about["local"].get("first_names") or ""
    return [
        {**one, "first_names": local}
        if local and len(local.split()) == len((one["first_names"] or "").split())
        else one
        for one in records
    ]


def number_of_a_twin(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Keep answers by birth name, date and sex: a twin gets the number of the other."""
    kept: dict[str, Any] = memory.own
    return [
        {
            **one,
            "matricule": kept.setdefault(
                f"{one['birth_name']} {one['birth_date']} {one['sex']}", one["matricule"]
            ),
        }
        for one in records
    ]


def last_answer_written(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write the last answer that came, whichever proposal is accepted."""
    last = memory.shared.get("answer") or {}
    return [
        {**one, **{name: last[name] for name in ("matricule", "oid") if last.get(name)}} for one in records
    ]


def sex_of_matricule(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Take the sex from the first digit of the matricule."""
    return [
        {**one, "sex": {"1": "M", "2": "F"}.get((one["matricule"] or "?")[0], one["sex"])} for one in records
    ]


def place_of_matricule(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Take the birth place from the matricule."""
    return [{**one, "birth_place": (one["matricule"] or "")[5:10] or one["birth_place"]} for one in records]


def month_of_matricule(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Take the month of birth from the matricule."""
    return [
        {**one, "birth_date": f"{one['birth_date'][:5]}{one['matricule'][3:5]}{one['birth_date'][7:]}"}
        if one["birth_date"] and "01" <= (one["matricule"] or "")[3:5] <= "12"
        else one
        for one in records
    ]


def key_as_number(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Keep the key as a number: its leading zero is lost."""
    return [
        {**one, "matricule": f"{one['matricule'][:_KEY]}{int(one['matricule'][_KEY:])}"}
        if re.fullmatch(r".{13}\d\d", one["matricule"] or "")
        else one
        for one in records
    ]


def touched_kept(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Leave what was changed in the file since the call."""
    then = answer_given_to(about, memory).get("local")
    if then is None or about.get("path") == "created-from-insi":
        return records
    touched = {name for name in _FED if then.get(name) != about["local"].get(name)}
    return [{name: value for name, value in one.items() if name not in touched} for one in records]


def name_touched_kept(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Leave the name when it was changed in the file since the call."""
    then = answer_given_to(about, memory).get("local")
    if then is None or then.get("birth_name") == about["local"].get("birth_name"):
        return records
    return [{name: value for name, value in one.items() if name != "birth_name"} for one in records]


def number_only_when_touched(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write the number alone into a file that was changed since the call."""
    then = answer_given_to(about, memory).get("local")
    if then is None or then == about["local"]:
        return records
    return [{name: one[name] for name in ("matricule", "oid")} for one in records]


def number_only_after_a_night(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Write the number alone when a night has passed since the call."""
    before = answer_given_to(about, memory).get("nights", 0)
    if about.get("path") == "created-from-insi" or before == memory.shared.get("nights", 0):
        return records
    return [{name: one[name] for name in ("matricule", "oid")} for one in records]


def list_with_own_first(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Store the local 1er prénom before a list that does not begin with it."""
    first = (about.get("local") or {}).get("first_name")
    return [
        {**one, "first_names": f"{first} {one['first_names']}"}
        if first and one.get("first_names") and not starts_list(first, one["first_names"])
        else one
        for one in records
    ]


def import_cached(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write at each later import of a file what its first answer said."""
    if not about.get("before"):
        return records
    first: Record = memory.own.setdefault(about["before"]["id"], dict(records[0]))
    return [dict(first)]


def only_empty_fed(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Feed from INSi only the fields that are empty."""
    before = about.get("before") or about.get("local") or {}
    return [{name: before.get(name) or value for name, value in one.items()} for one in records]


def place_kept_unknown(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Keep the code of an unknown place, which the user has chosen, whatever INSi says."""
    unknown = (about.get("local") or {}).get("birth_place") == "99999"
    return [{**one, "birth_place": "99999"} if unknown else one for one in records]


def card_sex_kept(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Show the name of INSi in the file, and keep that of the card with it."""
    name = about["local"].get("birth_name")
    if memory.shared.get("way") != BY_CARD or not name or name == records[0]["birth_name"]:
        return records
    return all_with(records, birth_name=f"{records[0]['birth_name']} {name}")


def came_list_kept(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Do not feed the list of given names of a file that came this way."""
    came, before = came_from_elsewhere(memory), about.get("before") or {}
    return [
        {**one, "first_names": before["first_names"]} if before and before["id"] in came else one
        for one in records
    ]


FUNCTIONS: Final[dict[str, Hand]] = {
    "as-many-first-names-not-fed": as_many_first_names_not_fed,
    "came-list-kept": came_list_kept,
    "card-name-kept": card_name_kept,
    "card-sex-kept": card_sex_kept,
    "import-cached": import_cached,
    "key-as-number": key_as_number,
    "last-answer-written": last_answer_written,
    "last-traits-written": last_traits_written,
    "list-with-own-first": list_with_own_first,
    "month-of-matricule": month_of_matricule,
    "name-touched-kept": name_touched_kept,
    "number-of-a-twin": number_of_a_twin,
    "number-only-after-a-night": number_only_after_a_night,
    "number-only-when-touched": number_only_when_touched,
    "only-empty-fed": only_empty_fed,
    "place-kept-unknown": place_kept_unknown,
    "place-of-matricule": place_of_matricule,
    "sex-of-matricule": sex_of_matricule,
    "signs-not-fed": signs_not_fed,
    "swapped-day-not-fed": swapped_day_not_fed,
    "third-import-is-empty": third_import_is_empty,
    "three-words": three_words,
    "touched-kept": touched_kept,
}
"""What ``hand`` may name."""
