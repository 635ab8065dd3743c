"""The faults of values that hardly differ, and of answers kept for another call, that data cannot say; see ``by_hand``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.ins.traits import comparison_key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.seams import Memory, Record

_START = 12
"""Characters that a careless comparison looks at."""

_NOT_START = "FIRST_NAME_NOT_START_OF_LIST"


def one_per_first_name(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Show one file for each list of first names, sex and place."""
    return list(
        {
            (one["first_names"], one["first_name"], one["sex"], one["birth_place"]): one for one in records
        }.values()
    )


def signs_not_compared(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Compare names by their search key: hyphen, apostrophe and space are one."""
    return [
        {**one, "different": False} if _key(one["local"]) == _key(one["insi"]) else one for one in records
    ]


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


def signs_not_fed(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Leave a name that differs by a sign only."""
    local = about["local"]
    return [
        {**one, "birth_name": local["birth_name"]}
        if _key(local.get("birth_name")) == _key(one["birth_name"])
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


def alerted_once(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Tell of a 1er prénom that is not the start of the list at the first call of a file only."""
    told: set[str] = memory.own.setdefault("told", set())
    file = str(about.get("patient_id") or "")
    if not file or _NOT_START not in (about.get("reasons") or ()):
        return records
    if file not in told:
        told.add(file)
        return records
    return [
        {**one, "alerts": [alert for alert in one["alerts"] if alert["code"] != _NOT_START]}
        for one in records
    ]


def _key(text: str | None) -> str:
    return comparison_key(text or "").replace(" ", "")


FUNCTIONS: dict[str, Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]] = {
    function.__name__.replace("_", "-"): function
    for function in (
        one_per_first_name,
        signs_not_compared,
        compared_by_start,
        places_by_department,
        first_comparison_again,
        signs_not_fed,
        swapped_day_not_fed,
        as_many_first_names_not_fed,
        number_of_a_twin,
        alerted_once,
    )
}
