"""Faults against SRC-12 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.protocol import RefusedError
from conformance.reference.defects.by_hand.common.files import ask_insi
from conformance.reference.defects.by_hand.common.memory import asks_insi

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record

_OTHERS = 3
"""Further people asked for: enough to be seen."""
_SEVERAL = 2


def several_asked(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Ask INSi which of the files found is the right one."""
    if len(records) >= _SEVERAL:
        ask_insi(memory.shared.get("store"), records[:_OTHERS])
    return records


def offline_after_a_failure(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note whether the last call failed; a search is refused from then on."""
    if "outcome" in about:
        memory.shared["offline"] = str(about["outcome"]) == "ERROR"
        return records
    if memory.shared.get("offline"):
        raise RefusedError("OFFLINE", "INSi ne répond pas : recherche impossible.", [])
    return records


def found_nobody_after_a_failure(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Find nobody after a call that failed."""
    if "outcome" in about:
        memory.shared["offline"] = str(about["outcome"]) == "ERROR"
        return records
    return [] if memory.shared.get("offline") else records


def asks_for_the_only_one(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Ask INSi when one provisional file is found."""
    if len(records) == 1 and str(records[0]["status"]) == "PROV":
        asks_insi(records, about, memory)
    return records


def asks_when_no_number(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Ask INSi when a number is not found."""
    if not records and about.get("verb") == "search-matricule":
        asks_insi(about["everyone"][-1:], about, memory)
    return records


FUNCTIONS: Final[dict[str, Hand]] = {
    "asks-for-the-only-one": asks_for_the_only_one,
    "asks-insi": asks_insi,
    "asks-when-no-number": asks_when_no_number,
    "found-nobody-after-a-failure": found_nobody_after_a_failure,
    "offline-after-a-failure": offline_after_a_failure,
    "several-asked": several_asked,
}
"""What ``hand`` may name."""
