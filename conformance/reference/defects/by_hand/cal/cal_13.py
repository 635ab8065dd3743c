"""Faults against CAL-13 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.files import ask_insi
from conformance.reference.defects.by_hand.common.memory import asks_insi
from conformance.reference.files import as_record

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record
    from conformance.reference.store import Store

_OTHERS = 3
"""Further people asked for: enough to be seen."""


def others_asked(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Ask INSi, on the same occasion, for other files that have no INS yet."""
    store: Store = about["store"]
    own = {one["id"] for one in records}
    ask_insi(store, _without_ins([one for one in map(as_record, store.patients()) if one["id"] not in own]))
    return records


def lot_asks_the_rest(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Search, with a lot to verify, the INS of those who have none."""
    ask_insi(memory.shared.get("store"), _without_ins(about["everyone"]))
    return records


def _without_ins(files: Iterable[Record]) -> list[Record]:
    return [one for one in files if not one.get("matricule")][:_OTHERS]


def lot_asks_for_those_without(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Search INSi for the files of a lot that have no INS."""
    store = memory.shared.get("store")
    if store is None:
        return records
    for patient_id in records[0]["patient_ids"]:
        patient = store.patient(patient_id)
        if not patient.matricule:
            asks_insi([as_record(patient)], {"store": store}, memory)
    return records


FUNCTIONS: Final[dict[str, Hand]] = {
    "lot-asks-for-those-without": lot_asks_for_those_without,
    "lot-asks-the-rest": lot_asks_the_rest,
    "others-asked": others_asked,
}
"""What ``hand`` may name."""
