"""Faults against SEC-08 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.memory import of_the_sending_before, querying
from conformance.reference.defects.by_hand.common.notes import flagged
from conformance.reference.defects.by_hand.common.records import all_with

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def hour_ahead(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Write local time as if it were UTC."""
    return [
        {**one, "at": (datetime.fromisoformat(one["at"]) + timedelta(hours=1)).isoformat()} for one in records
    ]


def withdrawn_not_traced(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Take the trace of a sending away with the document that is withdrawn."""
    out: list[Record] = []
    for record in records:
        same = [
            one
            for one in out
            if one["recipient"] == record["recipient"] and one["patient_id"] == record["patient_id"]
        ]
        if same:
            out.remove(same[-1])
        else:
            out.append(record)
    return out


def recipient_once(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Trace a recipient once, whichever patient it is about."""
    met = memory.own.setdefault("met", set())
    fresh = [one for one in records if one["recipient"] not in met]
    met.update(one["recipient"] for one in records)
    return fresh


def withdrawal_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note that a document is withdrawn."""
    memory.shared["withdrawn"] = True
    return records


def unless_withdrawal(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Trace no withdrawal."""
    return [] if memory.shared.pop("withdrawn", False) else records


def withdrawal_of_nobody(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Trace a withdrawal without its patient."""
    return all_with(records, patient_id=None) if memory.shared.pop("withdrawn", False) else records


def same_kind_once(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Trace one sending of each kind for each file and channel."""
    out = []
    for one in records:
        seen, key = (
            memory.own.setdefault("seen", set()),
            (one["patient_id"], one["channel"], about["document"]),
        )
        out += [] if key in seen else [one]
        seen.add(key)
    return out


def same_recipient_once(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Trace one sending to each recipient for each file."""
    out = []
    for one in records:
        seen, key = memory.own.setdefault("seen", set()), (one["patient_id"], one["recipient"])
        out += [] if key in seen else [one]
        seen.add(key)
    return out


def flag_lowered(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note that it is over."""
    memory.shared["flag"] = False
    return records


def flag_loses(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Lose what comes once something has happened."""
    return [] if memory.shared.get("flag") else records


def partner_told_once(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Trace the first sending to each recipient."""
    seen: Counter[Any] = memory.own.setdefault("seen", Counter())
    key = records[0]["recipient"], about["file"]["id"]
    seen[key] += 1
    return records if seen[key] == 1 else []


def partner_of_the_last(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Trace the recipient of the sending before."""
    former = memory.own.get("recipient") or records[0]["recipient"]
    memory.own["recipient"] = records[0]["recipient"]
    return all_with(records, recipient=former)


FUNCTIONS: Final[dict[str, Hand]] = {
    "flag-loses": flag_loses,
    "flag-lowered": flag_lowered,
    "flag-of-nobody": flagged(patient_id=None),
    "hour-ahead": hour_ahead,
    "recipient-once": recipient_once,
    "same-kind-once": same_kind_once,
    "same-recipient-once": same_recipient_once,
    "thread-partner-of-the-last": partner_of_the_last,
    "thread-partner-told-once": partner_told_once,
    "trace-of-sendings-emptied": querying("DELETE FROM note WHERE topic = 'transmission'"),
    "traced-to-the-one-before": of_the_sending_before("recipient"),
    "traced-under-the-file-before": of_the_sending_before("patient_id"),
    "unless-withdrawal": unless_withdrawal,
    "withdrawal-noted": withdrawal_noted,
    "withdrawal-of-nobody": withdrawal_of_nobody,
    "withdrawn-not-traced": withdrawn_not_traced,
}
"""What ``hand`` may name."""
