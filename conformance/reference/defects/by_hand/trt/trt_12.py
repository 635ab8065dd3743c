"""Faults against TRT-12 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.records import all_with

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def sex_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the last sex of each file that can be sent."""
    for one in records:
        if one["sex"] in {"M", "F"}:
            memory.shared.setdefault("sex", {})[one["id"]] = one["sex"]
    return records


def unblocked_by_former_sex(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Let the call go when a sex is remembered."""
    known = about.get("patient_id") in memory.shared.get("sex", {})
    return [one for one in records if not known or one["code"] != "SEX_NOT_SENDABLE"]


def former_sex_sent(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Send the sex that is remembered."""
    sex = memory.shared.get("sex", {}).get(about.get("patient_id"))
    return all_with(records, sex=sex) if sex else records


FUNCTIONS: Final[dict[str, Hand]] = {
    "former-sex-sent": former_sex_sent,
    "sex-noted": sex_noted,
    "unblocked-by-former-sex": unblocked_by_former_sex,
}
"""What ``hand`` may name."""
