"""Faults against CRE-07 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.model import Status
from conformance.reference.defects.by_hand.common.records import all_with

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def app_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember whom the Appli carte Vitale has qualified."""
    memory.shared.setdefault("app", set()).add(records[0]["id"])
    return records


def undocumented_falls(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Make récupérée, at the next answer of INSi, whoever the app has qualified: there is no document."""
    fallen = about["file"]["id"] in memory.shared.get("app", ()) and not about["file"]["proof"]
    return all_with(records, status=Status.RECUP) if fallen else records


def app_unknown(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Make validée, by a document, whoever the app has qualified: its INS is none of INSi."""
    is_of_app = about["file"]["id"] in memory.shared.get("app", ())
    return all_with(records, status=Status.VALI) if is_of_app else records


def app_falls_on_change(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Make a file qualified by the application validée when anything is saved."""
    is_its = about["patient_id"] in memory.shared.get("held", ()) and about["before"] == "QUAL"
    return all_with(records, status="VALI") if is_its and about["cause"] == "edited" else records


FUNCTIONS: Final[dict[str, Hand]] = {
    "app-falls-on-change": app_falls_on_change,
    "app-noted": app_noted,
    "app-unknown": app_unknown,
    "undocumented-falls": undocumented_falls,
}
"""What ``hand`` may name."""
