"""Faults against RSP-12 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.memory import fallen_when_repeated

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def second_nobody_lowers(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Lower a retrieved file at the second 01."""
    return fallen_when_repeated(records, memory, meets=about["code"] == "01")


def started_lowers(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Lower the file of a call that was started without waiting."""
    fallen = {"status": "PROV", "matricule": None, "oid": None}
    return [{**one, **fallen} for one in records] if memory.shared.get("started") else records


def message_before(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Tell what was to be told of the call before."""
    after = [{**one, "message": memory.own.get("message", one["message"])} for one in records]
    memory.own["message"] = records[-1]["message"]
    return after


def third_nobody_empties(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Empty the list of first names at the third 01 of a life."""
    out = []
    for one in records:
        memory.own[one["id"]] = memory.own.get(one["id"], 0) + (about["code"] == "01")
        out.append({**one, "used_name": None} if memory.own[one["id"]] > 2 else one)  # noqa: PLR2004 - the third
    return out


FUNCTIONS: Final[dict[str, Hand]] = {
    "message-before": message_before,
    "second-nobody-lowers": second_nobody_lowers,
    "started-lowers": started_lowers,
    "third-nobody-empties": third_nobody_empties,
}
"""What ``hand`` may name."""
