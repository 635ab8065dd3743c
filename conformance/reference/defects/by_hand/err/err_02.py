"""Faults against ERR-02 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.files import queue
from conformance.reference.defects.by_hand.common.memory import fallen_when_repeated
from conformance.reference.defects.by_hand.common.records import all_with

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record
    from conformance.reference.store import Store

_GOOD: Final = re.compile(rb"CodeCR>00<.*NumIdentifiant", re.DOTALL)


def second_failure_lowers(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Lower a retrieved file at the second failure in a row."""
    return fallen_when_repeated(records, memory, meets=str(about["outcome"]) == "ERROR")


def failure_queued(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Put a verification that failed on the list of identities denied."""
    queue(records[0], about, "VERIFICATION_KO", "INS non confirmée.")
    return records


def oldest_former_ins_lost(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Lose the first entry of the INS history."""
    patient_id = records[0]["id"]
    about["store"].write_former(patient_id, about["store"].former(patient_id)[1:])
    return records


def fault_hidden(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Take the last good answer where INSi answers by a fault."""
    content = records[0]["content"]
    if b"Fault>" in content and memory.own.get("good"):
        return all_with(records, content=memory.own["good"])
    if _GOOD.search(content):
        memory.own["good"] = content
    return records


def history_wiped(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Empty the INS history of the file."""
    store: Store = about["store"]
    for one in records:
        if one["id"]:
            store.write_former(one["id"], [])
    return records


def failing_again_is_ko(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Take the second failure of a verification in a row for a KO."""
    if str(about["kind"]) == "answer" or str(about["kind"]).endswith("ANSWER"):
        memory.own["failed"] = 0
        return records
    memory.own["failed"] = memory.own.get("failed", 0) + 1
    return all_with(records, result="KO") if memory.own["failed"] > 1 else records


def history_lost_with_fault(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Empty the INS history of a file when a call fails."""
    if about["event"] == "called" and about["outcome"] == "ERROR" and records[0]["id"]:
        about["store"].write_former(records[0]["id"], [])
    return records


FUNCTIONS: Final[dict[str, Hand]] = {
    "history-lost-with-fault": history_lost_with_fault,
    "failing-again-is-ko": failing_again_is_ko,
    "failure-queued": failure_queued,
    "fault-hidden": fault_hidden,
    "history-wiped": history_wiped,
    "oldest-former-ins-lost": oldest_former_ins_lost,
    "second-failure-lowers": second_failure_lowers,
}
"""What ``hand`` may name."""
