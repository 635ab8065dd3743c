"""Faults against TRA-02: names in use that a message keeps; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record

_USED: Final = ("used_name", "used_first_name")


def body_of_the_first_kind(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Send the body of the first document of a patient with the second one."""
    kept = memory.own.setdefault(
        about["patient_id"], {name: records[0][name] for name in ("code", "level", "pdf")}
    )
    return [{**one, **kept} for one in records]


def used_names_of_the_first_message(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Write the names in use of the first message about a file."""
    key = f"{about['patient_id']} {about['where']}"
    kept = memory.own.setdefault(key, {name: records[0][name] for name in _USED})
    return [{**one, **kept} for one in records]


def used_names_once_filled(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write the names in use that a file once had, when it has them no more."""
    kept = memory.own.setdefault(about["patient_id"], {})
    kept |= {name: records[0][name] for name in _USED if records[0][name]}
    return [{**one, **kept} for one in records]


FUNCTIONS: Final[dict[str, Hand]] = {
    "body-of-the-first-kind": body_of_the_first_kind,
    "used-names-of-the-first-message": used_names_of_the_first_message,
    "used-names-once-filled": used_names_once_filled,
}
"""What ``hand`` may name."""
