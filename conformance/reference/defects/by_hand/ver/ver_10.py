"""Faults against VER-10 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.memory import filled_from_memory

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def trust_domain(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Compare what follows the at sign."""
    sender = about["received"]["sender"]
    domain = sender.rpartition("@")[2]
    near = any(one["sender"].rpartition("@")[2] == domain for one in records)
    return [*records, {"sender": sender}] if near else records


def trusted_whatever_status(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Trust the sender about an identity that it does not call qualified."""
    if about["received"]["sender"] not in about["senders"]:
        return records
    return [{**one, "status": "QUAL", "with_ins": True} for one in records]


def trust_for_all(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Trust every sender once a message of a trusted one has come."""
    if any(one["sender"] == about["received"]["sender"] for one in records):
        memory.own["trusted"] = True
    elif memory.own.get("trusted"):
        return [*records, {"sender": about["received"]["sender"]}]
    return records


def trust_not_withdrawn(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Trust a sender whose contract has been withdrawn."""
    ever: list[str] = memory.own.setdefault("ever", [])
    ever += [one["sender"] for one in records if one["sender"] not in ever]
    return [{"sender": name} for name in ever]


def trust_by_domain(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Trust every sender of the domain of a trusted one, or whose name begins alike."""
    sender = about["received"]["sender"]
    alike = any(
        one["sender"][:4] == sender[:4] or one["sender"].split("@")[-1] == sender.split("@")[-1]
        for one in records
    )
    return [*records, {"sender": sender}] if alike else records


def trusted_whatever_it_says(
    records: list[Record], about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Create as qualifiée whatever a trusted sender sends, even what it says to be validée."""
    contract = about["received"]["sender"] in about["senders"]
    return [
        {**one, "status": "QUAL"} if contract and str(one["act"]) == "CREATE" and one["with_ins"] else one
        for one in records
    ]


def trust_adds_up(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Trust whoever was ever trusted."""
    ever = memory.own.setdefault("ever", set())
    ever.update(one["sender"] for one in records)
    return [{"sender": name} for name in sorted(ever)]


def trust_prefix(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Compare the beginning of the names of senders."""
    sender = about["received"]["sender"]
    near = any(sender.startswith(one["sender"]) or one["sender"].startswith(sender) for one in records)
    return [*records, {"sender": sender}] if near else records


def trust_for_ever(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Add new contracts and withdraw none."""
    known: dict[str, Record] = memory.own.setdefault("senders", {})
    known |= {one["sender"]: one for one in records}
    return list(known.values())


def trust_part(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Take a sender for one under contract when its name holds the name of one."""
    sender = str(about["received"]["sender"])
    held = any(str(one["sender"]) in sender or sender in str(one["sender"]) for one in records)
    return [*records, {"sender": sender}] if held else records


def trust_of_the_sender_before(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Look whether the sender of the message before is trusted."""
    sender = str(about["received"]["sender"])
    former = memory.own.get("sender", sender)
    memory.own["sender"] = sender
    return [{"sender": sender}] if any(one["sender"] == former for one in records) else []


FUNCTIONS: Final[dict[str, Hand]] = {
    "status-of-the-one-before": filled_from_memory("status"),
    "trust-adds-up": trust_adds_up,
    "trust-by-domain": trust_by_domain,
    "trust-domain": trust_domain,
    "trust-for-all": trust_for_all,
    "trust-for-ever": trust_for_ever,
    "trust-not-withdrawn": trust_not_withdrawn,
    "trust-of-the-sender-before": trust_of_the_sender_before,
    "trust-part": trust_part,
    "trust-prefix": trust_prefix,
    "trusted-whatever-it-says": trusted_whatever_it_says,
    "trusted-whatever-status": trusted_whatever_status,
}
"""What ``hand`` may name."""
