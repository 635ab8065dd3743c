"""Faults against ERR-03 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.memory import failures_logged_once

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def former_code_on_failure(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Log a request without answer under the code of the one before."""
    out = []
    for one in records:
        out.append({**one, "code": one["code"] or memory.own.get("code")})
        memory.own["code"] = out[-1]["code"]
    return out


def failed_held_back(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write a failed call into the log with the next entry that is none."""
    held: list[Record] = memory.own.setdefault("held", [])
    if records[0]["action"] == "INSI_CALL" and about.get("kind") != "ANSWER":
        held.extend(records)
        return []
    if records[0]["action"] != "INSI_CALL":
        return records
    out, held[:] = [*held, *records], []
    return out


FUNCTIONS: Final[dict[str, Hand]] = {
    "failed-held-back": failed_held_back,
    "former-code-on-failure": former_code_on_failure,
    "same-failed-call-logged-once": failures_logged_once("INSI_CALL"),
}
"""What ``hand`` may name."""
