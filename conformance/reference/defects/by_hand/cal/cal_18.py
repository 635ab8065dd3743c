"""Faults against CAL-18 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def failed_request_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember whether the last request failed."""
    memory.shared["failed"] = str(records[0]["kind"]) != "ANSWER"
    return records


def no_assertion_after_failure(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Send no assertion after a request that failed."""
    return [] if memory.shared.get("failed") else records


def bare_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember that the next request is of the sort sent without assertion."""
    memory.shared["bare"] = True
    return records


def clad_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember that the next request is of the other sort."""
    memory.shared["bare"] = False
    return records


def no_assertion_if_bare(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Send no assertion with requests of that sort."""
    return [] if memory.shared.get("bare") else records


def verification_failed_noted(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Remember whether the last verification failed."""
    memory.shared["failed"] = str(records[0]["result"]) == "ERROR"
    return records


FUNCTIONS: Final[dict[str, Hand]] = {
    "bare-noted": bare_noted,
    "clad-noted": clad_noted,
    "failed-request-noted": failed_request_noted,
    "no-assertion-after-failure": no_assertion_after_failure,
    "no-assertion-if-bare": no_assertion_if_bare,
    "verification-failed-noted": verification_failed_noted,
}
"""What ``hand`` may name."""
