"""Faults of entry: a date read the other way, a check that is skipped, a name cut or taken apart."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from conformance.drivers.protocol import RefusedError
from conformance.reference.defects.by_hand.common import all_with

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.seams import Memory, Record

_MONTHS = 12
_COLUMN, _CARD_COLUMN = 60, 50
_BY_CARD = "VITALE"


def month_taken_for_day(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Read a month beyond twelve as the day."""
    out = []
    for one in records:
        parts = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", one.get("birth_date") or "")
        swaps = parts and int(parts[2]) > _MONTHS and 1 <= int(parts[3]) <= _MONTHS
        out.append({**one, "birth_date": f"{parts[1]}-{parts[3]}-{parts[2]}"} if parts and swaps else one)
    return out


def date_alone_checked(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Check a date only when nothing else is changed with it."""
    return [
        {name: value for name, value in one.items() if name != "birth_date" or len(one) == 1}
        for one in records
    ]


def first_name_field_checked(
    records: list[Record], _about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Check the first of the names changed only."""
    names = ("birth_name", "first_name", "first_names")
    out = []
    for one in records:
        skipped = [name for name in names if name in one][1:]
        out.append({name: value for name, value in one.items() if name not in skipped})
    return out


def quotes_doubled_again(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Double the apostrophes of a name that is saved along with another field."""
    touched = about["event"] == "updated" and "birth_name" not in (about.get("typed") or {})
    return [
        {**one, "birth_name": (one["birth_name"] or "").replace("'", "''")} if touched else one
        for one in records
    ]


def particle_last(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Show DE LA TOUR as TOUR (DE LA)."""
    out = []
    for one in records:
        found = re.match(r"((?:DE |DU |DES |LA |LE )+)(.+)", one["birth_name"] or "")
        out.append({**one, "birth_name": f"{found[2]} ({found[1].strip()})"} if found else one)
    return out


def escaped_length(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Cut names whose escaped form is longer than the column."""
    out = []
    for one in records:
        cut = dict(one)
        for name in ("birth_name", "first_names", "first_name"):
            while len(html.escape(cut.get(name) or "")) > _COLUMN:
                cut[name] = cut[name][:-1]
        out.append(cut)
    return out


def way_of_call_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note how INSi was called last."""
    memory.shared["way"] = about.get("way")
    return records


def list_cut_by_card(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Cut the list that a call by card brings."""
    if memory.shared.get("way") != _BY_CARD:
        return records
    return all_with(records, first_names=(records[0].get("first_names") or "")[:_CARD_COLUMN])


def compound_of_first_split(
    records: list[Record], _about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Split the compound name that heads the list when the 1er prénom is its first half."""
    out = []
    for one in records:
        first, listed = one.get("first_name") or "", one.get("first_names") or ""
        split = first and listed.startswith(f"{first}-")
        out.append({**one, "first_names": listed.replace("-", " ", 1)} if split else one)
    return out


def place_of_today(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Replace the code of Corsica before 1976 by one of today."""
    return [
        {**one, "birth_place": f"2A{place[2:]}"}
        if re.fullmatch(r"20\d{3}", place := one["birth_place"] or "")
        else one
        for one in records
    ]


def sex_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the last sex of each file that can be sent."""
    for one in records:
        if one["sex"] in {"M", "F"}:
            memory.shared.setdefault("sex", {})[one["id"]] = one["sex"]
    return records


def unblocked_by_former_sex(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Let the call go when a sex is remembered."""
    known = about.get("patient_id") in memory.shared.get("sex", {})
    return [one for one in records if not known or one["code"] != "SEX_NOT_SENDABLE"]


def former_sex_sent(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Send the sex that is remembered."""
    sex = memory.shared.get("sex", {}).get(about.get("patient_id"))
    return all_with(records, sex=sex) if sex else records


def newborn_refused(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Refuse a birth of today, at a counter of the Antilles."""
    if records[0].get("birth_date") == (datetime.now(UTC) - timedelta(hours=4)).date().isoformat():
        raise RefusedError("INVALID_VALUE", "Date de naissance : avant aujourd'hui.", ["birth_date"])
    return records


FUNCTIONS: dict[str, Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]] = {
    function.__name__.replace("_", "-"): function
    for function in (
        month_taken_for_day,
        date_alone_checked,
        first_name_field_checked,
        quotes_doubled_again,
        particle_last,
        escaped_length,
        way_of_call_noted,
        list_cut_by_card,
        compound_of_first_split,
        place_of_today,
        sex_noted,
        unblocked_by_former_sex,
        former_sex_sent,
        newborn_refused,
    )
}
