"""Right behaviours near rules ERR that data cannot say; see ``conformance.reference.variants``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.constants import PAUSED
from conformance.reference.defects.by_hand.common.files import queue

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record

_SOME = 5


def pause_begins(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Make no call while INSi has failed five times in a row, until the clock has gone on."""
    del about
    return records or ([dict(PAUSED)] if memory.shared.get("in-a-row", 0) >= _SOME else [])


def pause_ends(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Let calls be made again."""
    memory.shared["in-a-row"] = 0
    return records


def retry_queued(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Put a verification that failed on the worklist, to be done again."""
    message = "INSi n'a pas pu répondre : vérification à refaire."
    queue(records[0], about, "VERIFICATION_A_REFAIRE", message)
    return records


FUNCTIONS: Final[dict[str, Hand]] = {
    "pause-begins": pause_begins,
    "pause-ends": pause_ends,
    "retry-queued": retry_queued,
}
"""What ``hand`` may name."""
