"""Faults against CAL-01 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.reference import soap
from conformance.reference.soap import Criteria

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def card_as_traits(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Read the card, then search by traits."""
    local = about["local"]
    names = (local.get("first_name") or local.get("first_names") or "X").split(" ")
    criteria = Criteria(
        birth_name=local.get("birth_name") or "",
        first_name=names[0],
        sex=local.get("sex") or "",
        birth_date=local.get("birth_date") or "",
    )
    content = soap.request_xml(criteria, instance="00000000-0000-4000-8000-000000000000")
    return [{**one, "content": content, "content_type": soap.CONTENT_TYPE} for one in records]


def answer_waits(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note that an answer waits for a decision, and whose call it was."""
    if about.get("patient_id"):
        memory.shared.setdefault("waiting", {})[about["patient_id"]] = str(about["role"])
    return records


def answer_decided(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note that it waits no more."""
    if about["event"] in {"imported", "import-declined"}:
        for one in records:
            memory.shared.get("waiting", {}).pop(one["id"], None)
    return records


def blocked_once_while_waiting(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Make no call the first time that one is wanted for a file of which an answer waits."""
    file, stopped = about["patient_id"], memory.shared.setdefault("stopped-once", set())
    if records or file not in memory.shared.get("waiting", ()) or file in stopped:
        return records
    stopped.add(file)
    return [{"code": "NOT_NOW", "message": "Appel impossible pour le moment."}]


def lone_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note whether somebody is alone on the card that is read."""
    memory.shared["alone"] = len(records[0]["card"].beneficiaries) == 1
    return records


def lone_as_traits(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Search by traits whoever is alone on their card."""
    return card_as_traits(records, about, memory) if memory.shared.get("alone") else records


FUNCTIONS: Final[dict[str, Hand]] = {
    "answer-decided": answer_decided,
    "answer-waits": answer_waits,
    "blocked-once-while-waiting": blocked_once_while_waiting,
    "card-as-traits": card_as_traits,
    "lone-as-traits": lone_as_traits,
    "lone-noted": lone_noted,
}
"""What ``hand`` may name."""
