"""Faults against VER-15 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.ver.common import in_use_read, of_others_read

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def place_left_out(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Lose the birth place of what is received."""
    return [{**one, "birth_place": "99999"} for one in records]


def received_files_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember the files that a reception has made."""
    memory.shared.setdefault("made", set()).update(one["id"] for one in records)
    return records


def reduced_file_unknown(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Do not know the file again that a document has made."""
    del about
    return [one for one in records if one["id"] not in memory.shared.get("made", ())]


FUNCTIONS: Final[dict[str, Hand]] = {
    "first-name-in-use-read": in_use_read("first_name"),
    "name-of-a-relative-read": of_others_read("birth_name"),
    "town-of-residence-read": of_others_read("birth_place"),
    "received-files-noted": received_files_noted,
    "received-place-left-out": place_left_out,
    "reduced-file-unknown": reduced_file_unknown,
}
"""What ``hand`` may name."""
