"""The faults of entering, calling and answers that data cannot say; see ``by_hand``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.ins.traits import starts_list

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.seams import Memory, Record

_BLOCKING = frozenset({"DOUTEUSE", "FICTIVE"})

_FILTERED = frozenset({"LUNAR_DATE", "EMPTY_BIRTH_NAME", "EMPTY_FIRST_NAMES", "EMPTY_SEX"})


def one_per_surname(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Show one file for each birth name."""
    return list({one["birth_name"]: one for one in records}.values())


def blocked_once_called(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Allow one call for each file and block the next ones."""
    called: set[str] = memory.own.setdefault("called", set())
    file = str(about.get("patient_id") or "")
    if not file or records:
        return records
    if file not in called:
        called.add(file)
        return records
    return [{"code": "ALREADY_CALLED", "message": "INSi a déjà été interrogé pour ce patient."}]


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


def list_starts_first_name(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Stop the comparison of the 1er prénom at the end of the list: a longer one passes."""
    first, listed = about["local"].get("first_name") or "", (about["insi"] or {}).get("first_names") or ""
    if not listed or not starts_list(listed, first):
        return records
    return [
        {
            **one,
            "alerts": [alert for alert in one["alerts"] if alert["code"] != "FIRST_NAME_NOT_START_OF_LIST"],
        }
        for one in records
    ]


def filtered_once(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Filter the first incomplete answer for a file and propose the next ones."""
    if not _FILTERED.intersection(about.get("reasons") or ()):
        return records
    seen: set[str] = memory.own.setdefault("seen", set())
    file = str(about.get("patient_id") or "")
    if file not in seen:
        seen.add(file)
        return records
    return [{**one, "outcome": "FOUND", "message": "Identité trouvée.", "alerts": []} for one in records]


def incoherent_first_name_corrected(
    records: list[Record], about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Replace a 1er prénom that is not the start of the list by the first of the list."""
    first, listed = about["local"].get("first_name") or "", about["insi"].get("first_names") or ""
    if not first or not listed or starts_list(first, listed):
        return records
    return [{**one, "first_name": listed.split(" ")[0]} for one in records]


def prenom_compared(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Show the element Prenom in the comparison, in place of the list."""
    prenom = about["insi"].get("prenom")
    return [{**one, "insi": prenom} if prenom and one["field"] == "first_names" else one for one in records]


def local_list_twice(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Show the local list on both sides of the comparison."""
    return [
        {**one, "insi": one["local"], "different": False}
        if one["local"] and one["field"] == "first_names"
        else one
        for one in records
    ]


def still_blocked(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Keep a call blocked for a file that was once called while doubtful or fictitious."""
    once: set[str] = memory.own.setdefault("once", set())
    file = str(about.get("patient_id") or "")
    if _BLOCKING.intersection(about.get("attributes") or ()):
        once.add(file)
    if records or file not in once:
        return records
    return [{"code": "CALL_FORBIDDEN", "message": "Identité douteuse : pas d'appel INSi."}]


def lifted_without_homonym(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Let a doubtful identity be called once it is no longer a homonym."""
    homonyms: set[str] = memory.own.setdefault("homonyms", set())
    file, attributes = str(about.get("patient_id") or ""), about.get("attributes") or ()
    if "HOMONYME" in attributes:
        homonyms.add(file)
        return records
    return [] if file in homonyms else records


FUNCTIONS: dict[str, Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]] = {
    function.__name__.replace("_", "-"): function
    for function in (
        one_per_surname,
        blocked_once_called,
        same_first_word,
        same_year,
        list_starts_first_name,
        filtered_once,
        incoherent_first_name_corrected,
        prenom_compared,
        local_list_twice,
        still_blocked,
        lifted_without_homonym,
    )
}
