"""Faults against MAT-03 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.records import all_with
from conformance.reference.defects.by_hand.mat.common import wrong_key_refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def special_month_refused(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Refuse a number that arrives with a month beyond 12."""
    number = (about.get("values") or {}).get("matricule") or ""
    return wrong_key_refused(records) if number[3:5] > "12" else records


def sex_digit_refused(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Refuse a number that arrives with a first digit that is not that of the sex."""
    values = about.get("values") or {}
    number = values.get("matricule") or ""
    wrong = {"1": "F", "2": "M"}.get(number[:1]) == values.get("sex")
    return wrong_key_refused(records) if wrong else records


def other_month_refused(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Reject a matricule whose month is not that of the birth."""
    insi = about["insi"]
    if insi["matricule"][3:5] == (insi["birth_date"] or "")[5:7]:
        return records
    alert = {"code": "MATRICULE_WRONG", "message": "Matricule et date de naissance ne vont pas ensemble."}
    return all_with(records, outcome="REJECTED", alerts=[alert])


FUNCTIONS: Final[dict[str, Hand]] = {
    "other-month-refused": other_month_refused,
    "sex-digit-refused": sex_digit_refused,
    "special-month-refused": special_month_refused,
}
"""What ``hand`` may name."""
