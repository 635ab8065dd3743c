"""Faults against BLK-04 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.records import all_with

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def single_line_untraced(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Trace no lot of one file."""
    return [] if memory.shared.get("lot") == 1 else records


def second_lot_untraced(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Trace a file in its first lot only."""
    seen = memory.own.setdefault("seen", set())
    out = [one for one in records if one["patient_id"] not in seen]
    seen.update(one["patient_id"] for one in out)
    return out


def lot_of_one_code(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Log each line of a lot with the result of the first."""
    out = []
    for one in records:
        record = one
        if record["mode"] == "LOT":
            record = {**record, "code": memory.own.setdefault("code", record["code"])}
        out.append(record)
    return out


def verified_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the status of the file that is being verified."""
    memory.shared["status"] = about["status"]
    return records


def untraced_when_qualified(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Trace nothing when the file verified is QUAL."""
    return [] if memory.shared.get("status") == "QUAL" else records


def first_line_code(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Log every line of a lot with the code of the first one."""
    code = memory.own.setdefault("code", records[0]["code"])
    return all_with(records, code=code)


def second_lot_as_the_first(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Trace a file in its second lot twice."""
    out = []
    for one in records:
        seen = memory.own.setdefault("seen", set())
        out += [one, one] if one["patient_id"] in seen else [one]
        seen.add(one["patient_id"])
    return out


def lines_of_the_depositor_only(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Lose the lines of a lot that another user collects than the one who deposited it."""
    return [one for one in records if one["user"] == memory.shared.get("depositor", one["user"])]


FUNCTIONS: Final[dict[str, Hand]] = {
    "first-line-code": first_line_code,
    "lines-of-the-depositor-only": lines_of_the_depositor_only,
    "lot-of-one-code": lot_of_one_code,
    "second-lot-as-the-first": second_lot_as_the_first,
    "second-lot-untraced": second_lot_untraced,
    "single-line-untraced": single_line_untraced,
    "untraced-when-qualified": untraced_when_qualified,
    "verified-noted": verified_noted,
}
"""What ``hand`` may name."""
