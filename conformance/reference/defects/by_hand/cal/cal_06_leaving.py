"""Faults against CAL-06 in what leaves or comes in; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def known_sex_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the last sex of a file that INSi takes."""
    for one in records:
        if one["sex"] in {"F", "M"}:
            memory.shared[one["id"]] = one["sex"]
    return records


def sent_with_the_sex_before(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Send the sex that a file had before."""
    known = memory.shared.get(str(about.get("patient_id")))
    return [{**one, "sex": known} if known and one["sex"] not in {"F", "M"} else one for one in records]


def called_with_the_sex_before(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Call for a sex that INSi does not take, when the file had another one."""
    has_third = (about.get("local") or {}).get("sex") not in {"F", "M", None}
    return [] if has_third and about.get("patient_id") in memory.shared else records


FUNCTIONS: Final[dict[str, Hand]] = {
    "called-with-the-sex-before": called_with_the_sex_before,
    "known-sex-noted": known_sex_noted,
    "sent-with-the-sex-before": sent_with_the_sex_before,
}
"""What ``hand`` may name."""
