"""Faults against RSP-08 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.memory import default_of
from conformance.reference.defects.by_hand.common.records import all_with

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record
    from conformance.reference.store import Store

_FILTERED = frozenset({"LUNAR_DATE", "EMPTY_BIRTH_NAME", "EMPTY_FIRST_NAMES", "EMPTY_SEX"})


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


def same_year_lunar(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Propose an incomplete date whose year is that of the file."""
    local = (about["local"].get("birth_date") or "")[:4]
    insi = ((about["insi"] or {}).get("birth_date") or "")[:4]
    if "LUNAR_DATE" not in (about.get("reasons") or ()) or local != insi:
        return records
    return [{**one, "outcome": "FOUND", "message": "Identité trouvée.", "alerts": []} for one in records]


def filtered_history_written(
    records: list[Record], about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Keep the INS history of an answer that is not proposed."""
    store: Store = about["store"]
    for one in records:
        if one["id"] and about.get("insi"):
            store.write_former(one["id"], list(about["insi"]["history"]))
    return records


def filtered_for_ever(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Filter every answer for a file of which one was filtered."""
    filtered: set[str] = memory.own.setdefault("filtered", set())
    patient_id = about["patient_id"]
    if about["judged"] == "REJECTED" and patient_id:
        filtered.add(patient_id)
    if about["judged"] == "FOUND" and patient_id in filtered:
        alert = {"code": "LUNAR_DATE", "message": "INSi a répondu avec une date de naissance incomplète."}
        return all_with(records, outcome="REJECTED", alerts=[alert])
    return records


def alerted_once_filtered(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Alert of a filtered answer at the first call of a file only."""
    if not _FILTERED.intersection(about.get("reasons") or ()):
        return records
    file = str(about.get("patient_id") or "")
    is_known = file in memory.own
    memory.own[file] = True
    return all_with(records, alerts=[], message="Appel terminé.") if is_known else records


FUNCTIONS: Final[dict[str, Hand]] = {
    "absent-date-is-year-one": default_of(b"DateNaissance", b"0001-01-01"),
    "alerted-once-filtered": alerted_once_filtered,
    "filtered-for-ever": filtered_for_ever,
    "filtered-history-written": filtered_history_written,
    "filtered-once": filtered_once,
    "same-year-lunar": same_year_lunar,
}
"""What ``hand`` may name."""
