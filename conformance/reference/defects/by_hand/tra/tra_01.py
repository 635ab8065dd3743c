"""Faults against TRA-01 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.constants import INS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def last_ins(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write the last INS that the file held, when it holds none or may not send it."""
    held = {name: about["file"].get(name) or "" for name in INS}
    if held["matricule"]:
        memory.shared[about["patient_id"]] = held
    kept = memory.shared.get(about["patient_id"], {})
    return [one if one["matricule"] else {**one, **kept} for one in records]


def hint_of_the_last(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Recall the last INS of the file in the text of a mail."""
    number = memory.shared.get(about["patient_id"], {}).get("matricule", "")
    return [{**one, "ins": "N", "hints": f"INS : {number}" if number else ""} for one in records]


def withdrawing_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note that what leaves next is a withdrawal."""
    memory.shared["withdrawing"] = True
    return records


def withdrawal_over(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note that the next document is a new one."""
    memory.shared["withdrawing"] = False
    return records


def withdrawn_as_it_was_sent(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Withdraw a document under the INS under which it was sent."""
    known: dict[str, Record] = memory.shared.setdefault("as-sent", {})
    out = []
    for one in records:
        if one["matricule"]:
            known[about["patient_id"]] = {name: one[name] for name in ("matricule", "oid", "nature")}
        elif memory.shared.get("withdrawing"):
            one = {**one, **known.get(about["patient_id"], {})}  # noqa: PLW2901
        out.append(one)
    return out


def ins_of_the_message_before(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Leave the INS of the message before in that of somebody whose own may not leave."""
    names = ("matricule", "oid", "nature")
    out = []
    for one in records:
        if one["matricule"]:
            memory.own["ins"] = {name: one[name] for name in names}
        out.append({**one, **memory.own.get("ins", {})} if about["file_status"] == "RECUP" else one)
    return out


FUNCTIONS: Final[dict[str, Hand]] = {
    "hint-of-the-last": hint_of_the_last,
    "last-ins": last_ins,
    "withdrawal-over": withdrawal_over,
    "withdrawing-noted": withdrawing_noted,
    "withdrawn-as-it-was-sent": withdrawn_as_it_was_sent,
    "ins-of-the-message-before": ins_of_the_message_before,
}
"""What ``hand`` may name."""
