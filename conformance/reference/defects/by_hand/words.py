"""The faults of what people read around the traits: texts of a template filled with somebody else, and values in another form; see ``by_hand``."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.seams import Memory, Record


def _person_before(about: Mapping[str, Any], memory: Memory) -> Record | None:
    """Return the file written about before this one, another person's; it is remembered with the fault."""
    file, own = about["file"], memory.own
    if own.get("now", {}).get("id") != about["patient_id"]:
        own["before"] = own.get("now")
        own["now"] = {**file, "id": about["patient_id"]}
    before: Record | None = own.get("before")
    same = before is not None and any(before[name] == file[name] for name in ("birth_name", "birth_date"))
    return None if same else before


def _words(before: Record) -> str:
    day = "/".join(reversed(before["birth_date"].split("-")))
    return f"Nom de naissance : {before['birth_name']}\nDate de naissance : {day}"


def _in(*names: str, who: str = "") -> Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]:
    """Return a fault that writes the name and the birth date of the person before into a text of the record."""

    def fault(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
        before = _person_before(about, memory)
        if before is None:
            return records
        told = dict.fromkeys(names, _words(before))
        if who:
            told[who] = f"{before['birth_name']} {before['first_name']}"
        return [{**one, **told} for one in records]

    return fault


def second_page_of_the_person_before(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Print the traits of the person before on a second page: the spooler joined two documents."""
    before = _person_before(about, memory)
    if before is None:
        return records
    lines = [
        {"key": "left", "label": label, "value": value, "page": 2}
        for label, value in (line.split(" : ") for line in _words(before).split("\n"))
    ]
    return [*records, *({**line, "label": f"{line['label']} :"} for line in lines)]


def birth_time_in_utc(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Write midnight of the birth date in Paris as a moment of universal time: the evening before."""
    out = []
    for one in records:
        if one["element"] == "birthTime":
            day = date.fromisoformat(f"{one['text'][:4]}-{one['text'][4:6]}-{one['text'][6:8]}")
            eve = day - timedelta(days=1)
            one = {**one, "text": f"{eve:%Y%m%d}230000+0000"}  # noqa: PLW2901 - the same element
        out.append(one)
    return out


def root_as_uri(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Write the OIDs of identifiers as FHIR does."""
    return [{**one, "root": f"urn:oid:{one['root']}"} if one["element"] == "id" else one for one in records]


def birth_date_with_time(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Write a birth date as a moment."""
    return [{**one, "birth_date": f"{one['birth_date']}T00:00:00+01:00"} for one in records]


FUNCTIONS: dict[str, Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]] = {
    "narrative-of-the-person-before": _in("narrative", who="who"),
    "index-of-the-person-before": _in("index"),
    "readme-of-the-person-before": _in("readme"),
    "hints-of-the-person-before": _in("hints"),
    "note-of-the-person-before": _in("note"),
    "title-of-the-person-before": _in("title"),
    **{
        function.__name__.replace("_", "-"): function
        for function in (
            second_page_of_the_person_before,
            birth_time_in_utc,
            root_as_uri,
            birth_date_with_time,
        )
    },
}
"""The faults of this module, by the name used under ``hand``."""
