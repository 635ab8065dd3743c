"""Faults against STA-13 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.model import STRICT_FIELDS
from conformance.drivers.protocol import RefusedError
from conformance.reference.defects.by_hand.common.constants import STRICT_TRAITS, WITH_INS
from conformance.reference.defects.by_hand.common.notes import came_from_elsewhere, seen_under
from conformance.reference.defects.by_hand.common.records import all_with
from conformance.reference.defects.by_hand.sta.common import file_told

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record

_STRICT = ("birth_date", "birth_name", "birth_place", "first_names", "sex")


def lock_sticks(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Go on showing as locked a file that has lost its INS."""
    once = memory.own.setdefault("once", set())
    out = []
    for record in records:
        if str(record["status"]) in WITH_INS:
            once.add(record["id"])
            out.append(record)
        else:
            out.append({**record, "locked_fields": list(STRICT_FIELDS)} if record["id"] in once else record)
    return out


def lock_left_over(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Show the traits of a file that was locked once as locked for ever."""
    once = seen_under(memory, "locked")
    out = []
    for record in records:
        if record["status"] in WITH_INS:
            once.add(record["id"])
        is_left = record["id"] in once and record["status"] not in WITH_INS
        out.append(
            {**record, "locked_fields": sorted({*record["locked_fields"], *_STRICT})} if is_left else record
        )
    return out


def used_names_look_locked(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Show the names in use as locked with the others."""
    is_locked = any(one["name"] == "birth_name" and not one["editable"] for one in records)
    return [
        {**one, "editable": False} if is_locked and one["name"].startswith("used_") else one
        for one in records
    ]


def _looks_open_with(*names: str) -> Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]:
    def hand(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
        has_one = any(one["name"] in names and one["value"] for one in records)
        return all_with(records, editable=True) if has_one else records

    return hand


def billed_name_looks_open(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Show the birth name of a file with a billing number as editable."""
    is_billed = any(one["name"] == "billing_number" and one["value"] for one in records)
    return [
        {**one, "editable": is_billed or one["editable"]} if one["name"] == "birth_name" else one
        for one in records
    ]


def app_fed_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the files that the app has fed."""
    memory.shared.setdefault("from-app", set()).update(one["id"] for one in records)
    return records


def app_unlocked(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Show a file that the app has fed without a lock."""
    fed = memory.shared.get("from-app", ())
    return [{**one, "locked_fields": []} if one["id"] in fed else one for one in records]


def card_fed_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the files that were called for with a card."""
    if about["way"] == "VITALE":
        memory.shared.setdefault("from-app", set()).add(about["patient_id"])
    return records


def locked_after_fall(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Go on refusing an ordinary user the strict traits of a file that was locked once."""
    locked: set[str] = memory.own.setdefault("locked", set())
    file = about.get("file") or {}
    if about["verb"] not in {"update", "attributes", "proof", "validate"}:
        return records
    if str(about["status"]) in WITH_INS:
        locked.add(file["id"])
    touched = [name for name in STRICT_TRAITS if name in records[0] and records[0][name] != file.get(name)]
    if about["verb"] == "update" and file["id"] in locked and touched and about["role"] == "USER":
        raise RefusedError("LOCKED_FIELD", "Champ verrouillé.", touched)
    return records


def locks_of_the_first_look(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Show the locks that a file had when a user first saw it."""
    seen = memory.own.setdefault("seen", {})
    return [
        {**one, "locked_fields": seen.setdefault((one["id"], _about["user"]), one["locked_fields"])}
        for one in records
    ]


def came_shown_open(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Show no lock on a file that came this way."""
    came = came_from_elsewhere(memory)
    return [{**one, "locked_fields": []} if file_told(one, about) in came else one for one in records]


FUNCTIONS: Final[dict[str, Hand]] = {
    "app-fed-noted": app_fed_noted,
    "app-unlocked": app_unlocked,
    "billed-looks-open": _looks_open_with("billing_number"),
    "billed-name-looks-open": billed_name_looks_open,
    "came-shown-open": came_shown_open,
    "card-fed-noted": card_fed_noted,
    "lock-left-over": lock_left_over,
    "lock-sticks": lock_sticks,
    "locked-after-fall": locked_after_fall,
    "thread-locks-of-the-first-look": locks_of_the_first_look,
    "used-looks-open": _looks_open_with("used_name", "used_first_name"),
    "used-names-look-locked": used_names_look_locked,
}
"""What ``hand`` may name."""
