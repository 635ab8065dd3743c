"""Faults against ERR-05 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.files import ask_insi

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record

_STORM = 12
"""Requests made again after a failure: more than a prudent software makes."""
_STORM_14 = 14
_STORM_20 = 20


def asked_without_end(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Ask again and again, without pause, for whoever got no answer."""
    ask_insi(about["store"], records * _STORM)
    return records


def unanswered_files_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the files whose last call got no answer."""
    failed: set[str] = memory.shared.setdefault("failed", set())
    for one in records:
        (failed.add if str(about["outcome"]) == "ERROR" else failed.discard)(one["id"])
    return records


def opening_asks_again(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Make up for a call without answer whenever the file is opened, without pause."""
    failed = memory.shared.get("failed", ())
    ask_insi(about["store"], [one for one in records if one["id"] in failed] * _STORM)
    return records


def result_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember how the last verification ended."""
    memory.shared["last-result"] = str(records[0]["result"])
    return records


def asked_many_times_after_a_fault(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Make up for a failed verification by many, whoever is verified next."""
    return records * _STORM_14 if memory.shared.pop("last-result", None) == "ERROR" else records


def asked_again_and_again(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Send a verification many times when the one before has failed."""
    return records * _STORM if memory.shared.get("failed") else records


class _Retried(list["Record"]):
    """Requests, each made again while it fails, so often at most."""

    def __init__(self, records: list[Record], memory: Memory, times: int) -> None:
        super().__init__(records)
        self._memory, self._times = memory, times

    def __iter__(self) -> Iterator[Record]:
        for one in super().__iter__():
            for _ in range(self._times + 1):
                self._memory.shared["failing"] = False
                yield one
                if not self._memory.shared["failing"]:
                    break


def twenty_times_while_it_fails(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Have a queue send a verification of a reception until it succeeds, twenty times more at most."""
    return _Retried(records, memory, _STORM_20) if about.get("by") == "reception" else records


def failure_of_verification_noted(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Note for the queue whether a verification has failed."""
    memory.shared["failing"] = str(records[0]["result"]) == "ERROR"
    return records


FUNCTIONS: Final[dict[str, Hand]] = {
    "failure-of-verification-noted": failure_of_verification_noted,
    "twenty-times-while-it-fails": twenty_times_while_it_fails,
    "asked-again-and-again": asked_again_and_again,
    "asked-many-times-after-a-fault": asked_many_times_after_a_fault,
    "asked-without-end": asked_without_end,
    "opening-asks-again": opening_asks_again,
    "result-noted": result_noted,
    "unanswered-files-noted": unanswered_files_noted,
}
"""What ``hand`` may name."""
