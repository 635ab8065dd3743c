"""Faults against SEC-08 of the file opened last; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def file_shown_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the file shown last."""
    memory.shared["shown"] = records[-1]["id"] if records else memory.shared.get("shown")
    return records


def traced_on_the_file_shown(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Trace a sending on the file shown last."""
    return [{**one, "patient_id": memory.shared.get("shown") or one["patient_id"]} for one in records]


FUNCTIONS: Final[dict[str, Hand]] = {
    "file-shown-noted": file_shown_noted,
    "traced-on-the-file-shown": traced_on_the_file_shown,
}
"""What ``hand`` may name."""
