"""What faults of several rules STA do alike. It holds no fault."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.model import Status
from conformance.reference.defects.by_hand.common.constants import WITH_INS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.drivers.model import Patient
    from conformance.reference.seams import Memory, Record

COMPARED = ("birth_name", "first_names", "birth_date", "sex", "birth_place")
STRICT: Final = ("birth_name", "first_names", "birth_date", "sex", "birth_place")


def becomes(former: Status, status: Status) -> Callable[[Patient], Patient]:
    """Return what moves a file from one status to another; without INS where the new one has none."""

    def change(one: Patient) -> Patient:
        if one.status is not former:
            return one
        after = replace(one, status=status)
        return after if status in {Status.QUAL, Status.RECUP} else replace(after, matricule=None, oid=None)

    return change


def fallen_to(about: Mapping[str, Any], memory: Memory) -> bool:
    """Tell whether the file has been lowered before this act."""
    fallen: set[str] = memory.own.setdefault("fallen", set())
    was = about["patient_id"] in fallen
    if about["cause"] in {"attributes", "downgraded", "verification-ko"} or (
        about["cause"] == "edited" and str(about["before"]) in WITH_INS
    ):
        fallen.add(about["patient_id"])
    return was


def loose(text: str | None) -> str:
    """Return a name without the signs that a careless comparison overlooks."""
    return (text or "").replace("-", " ").replace("'", " ")


def was_noted(about: Mapping[str, Any], memory: Memory) -> bool:
    """Tell whether the file was noted before."""
    return about.get("patient_id") in memory.shared.get("noted", set())


def file_told(record: Record, about: Mapping[str, Any]) -> str:
    """Return the number of the file told; empty when there is none."""
    file = about.get("file") or {}
    return str(
        about.get("patient_id") or file.get("id") or record.get("patient_id") or record.get("id") or ""
    )
