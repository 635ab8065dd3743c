"""Faults against RSP-06 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from simulator.ins.traits import comparison_key, starts_list

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def starts_by_characters(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Take JEAN for the start of JEANNE: no alert."""
    first, listed = about["local"].get("first_name") or "", (about["insi"] or {}).get("first_names") or ""
    return [_without_alert(record) if listed.startswith(first) else record for record in records]


def anywhere_in_list(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Take any given name of the list for its start: no alert."""
    first, listed = about["local"].get("first_name") or "", (about["insi"] or {}).get("first_names") or ""
    inside = set(comparison_key(first).split()) <= set(comparison_key(listed).split())
    return [_without_alert(record) if inside else record for record in records]


def only_first_word(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Compare the first word of each only: MARIE CLAIRE passes before MARIE ANNE."""
    first, listed = about["local"].get("first_name") or "", (about["insi"] or {}).get("first_names") or ""
    same = comparison_key(first).split()[:1] == comparison_key(listed).split()[:1]
    return [_without_alert(record) if same else record for record in records]


def strict_comparison(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Compare with the list as it is written, hyphens included: an alert too many."""
    first, listed = about["local"].get("first_name") or "", (about["insi"] or {}).get("first_names") or ""
    return [record if f"{listed} ".startswith(f"{first} ") else _with_alert(record) for record in records]


def whole_list_only(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Accept one given name or the whole list, nothing between: an alert too many."""
    first, listed = about["local"].get("first_name") or "", (about["insi"] or {}).get("first_names") or ""
    count = len(comparison_key(first).split())
    accepted = count in {1, len(comparison_key(listed).split())} and starts_list(first, listed)
    return [record if accepted else _with_alert(record) for record in records]


def _without_alert(record: Record) -> Record:
    return {
        **record,
        "alerts": [one for one in record["alerts"] if one["code"] != "FIRST_NAME_NOT_START_OF_LIST"],
    }


def _with_alert(record: Record) -> Record:
    if record["outcome"] != "FOUND" or any(
        one["code"] == "FIRST_NAME_NOT_START_OF_LIST" for one in record["alerts"]
    ):
        return record
    alert = {
        "code": "FIRST_NAME_NOT_START_OF_LIST",
        "message": "Le 1er prénom n'est pas le début de la liste des prénoms.",
    }
    return {**record, "alerts": [*record["alerts"], alert]}


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


def apostrophe_typed_alerts(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Take an apostrophe typed for a letter when the start of the list is judged."""
    first = about["local"].get("first_name") or ""
    listed = (about.get("insi") or {}).get("first_names") or ""
    is_alerted = "'" in first and not listed.startswith(first)
    alert = {"code": "FIRST_NAME", "message": "Le 1er prénom n'est pas le début de la liste."}
    return [
        {**one, "alerts": [*one["alerts"], alert]} if is_alerted and one["outcome"] == "FOUND" else one
        for one in records
    ]


def list_before_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the list of a file that INSi is about to feed."""
    before = about["before"]
    memory.shared[before["id"]] = before["first_names"] or before["first_name"]
    return records


def judged_by_list_before(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Let pass a 1er prénom that starts the list of before INSi."""
    listed = memory.shared.get(about["file"]["id"])
    first = (about.get("typed") or {}).get("first_name")
    return [] if listed and first and starts_list(first, listed) else records


FUNCTIONS: Final[dict[str, Hand]] = {
    "anywhere-in-list": anywhere_in_list,
    "apostrophe-typed-alerts": apostrophe_typed_alerts,
    "judged-by-list-before": judged_by_list_before,
    "list-before-noted": list_before_noted,
    "list-starts-first-name": list_starts_first_name,
    "only-first-word": only_first_word,
    "starts-by-characters": starts_by_characters,
    "strict-comparison": strict_comparison,
    "whole-list-only": whole_list_only,
}
"""What ``hand`` may name."""
