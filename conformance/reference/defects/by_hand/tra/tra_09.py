"""Faults against TRA-09 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.memory import of_the_sending_before
from conformance.reference.defects.by_hand.tra.common import of_the_one_before

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def of_the_value_before(*names: str) -> Hand:
    """Return what fills these values, when empty, with the last ones that were there."""

    def fill(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
        out = []
        for one in records:
            memory.own.update({name: one[name] for name in names if one[name]})
            out.append({**one, **{name: one[name] or memory.own.get(name, one[name]) for name in names}})
        return out

    return fill


def refused_once_refused(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Go on refusing a file that was refused once because of its status."""
    out = []
    for one in records:
        if "qualifiée" in one["why"]:
            memory.own[about["patient_id"]] = one["why"]
        out.append({**one, "why": one["why"] or memory.own.get(about["patient_id"], "")})
    return out


def recipient_before(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Address the patient of the mail before."""
    return of_the_one_before("recipient")(records, about, memory)


def once_allowed(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Allow what was allowed once for this file."""
    out = []
    for one in records:
        if not one["why"]:
            memory.own[about["patient_id"]] = one["recipient"]
        elif about["patient_id"] in memory.own and "oppose" not in one["why"]:
            one = {**one, "why": "", "recipient": memory.own[about["patient_id"]]}  # noqa: PLW2901
        out.append(one)
    return out


def address_kept(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Keep the first address of a file."""
    known = memory.own.setdefault("known", {})
    one = records[0]
    kept = known.get(about["file"]["id"]) or one["mailbox"]
    known[about["file"]["id"]] = kept
    return [{**one, "mailbox": kept}]


def mailbox_without_key(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Make the address of a patient of the matricule without its key."""
    return [
        {**one, "mailbox": f"{one['mailbox'][:13]}{one['mailbox'][15:]}"} if one["mailbox"] else one
        for one in records
    ]


FUNCTIONS: Final[dict[str, Hand]] = {
    "mail-to-before": of_the_sending_before("to"),
    "mailbox-of-the-one-before": of_the_value_before("mailbox"),
    "mailbox-without-key": mailbox_without_key,
    "once-allowed": once_allowed,
    "recipient-before": recipient_before,
    "refused-once-refused": refused_once_refused,
    "thread-address-kept": address_kept,
}
"""What ``hand`` may name."""
