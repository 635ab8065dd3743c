"""Faults against VER-06 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.model import Status

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record
    from conformance.reference.store import Store


def suspect_after_ko(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Mark as douteuse the known patient whose received INS is not confirmed."""
    ko = about["event"] == "received-nothing" and str(about.get("standing")) == "SAME_TRAITS"
    return [{**one, "attributes": [*one["attributes"], "DOUTEUSE"]} if ko else one for one in records]


def namesake_without_number(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Take the INS out of the first file that has one and bears the name of the patient denied."""
    [one] = records
    store: Store = about["store"]
    for other in store.patients():
        if other.id != one["id"] and other.birth_name == one["birth_name"] and other.matricule:
            store.save_patient(replace(other, status=Status.PROV, matricule=None, oid=None))
            break
    return records


FUNCTIONS: Final[dict[str, Hand]] = {
    "namesake-without-number": namesake_without_number,
    "suspect-after-ko": suspect_after_ko,
}
"""What ``hand`` may name."""
