"""Faults against STA-05 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.model import Status
from conformance.reference.defects.by_hand.common.memory import at_night, daily
from conformance.reference.defects.by_hand.common.notes import giving_since
from conformance.reference.defects.by_hand.common.records import all_with, with_status
from conformance.reference.defects.by_hand.sta.common import becomes, fallen_to, was_noted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.drivers.model import Patient
    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record

_FIVE_YEARS = 1800


def _five_years_over(one: Patient, days: int) -> Patient:
    is_old = days >= _FIVE_YEARS and one.status is Status.QUAL
    return replace(one, status=Status.RECUP) if is_old else one


def _came_of_age(one: Patient, days: int) -> Patient:
    today = datetime.now(UTC).date()
    then = today + timedelta(days=days)
    born = str(one.birth_date or "")
    grown = f"{then.year - 18:04d}{then.isoformat()[4:]}"
    young = f"{today.year - 18:04d}{today.isoformat()[4:]}"
    if not young < born <= grown or one.status not in {Status.VALI, Status.QUAL}:
        return one
    return replace(one, status=Status.RECUP if one.status is Status.QUAL else Status.PROV, proof=None)


def status_at_call(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember the status of a file when INSi is called: what ``status_as_at_the_call`` uses."""
    for record in records:
        memory.shared.setdefault("status", {})[record["id"]] = str(record["status"])
    return records


def status_as_at_the_call(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Compute the status of an import from the one that the file had when INSi was called."""
    if about["cause"] not in {"imported", "refreshed"}:
        return records
    called = memory.shared.get("status", {}).get(about["patient_id"])
    known = {"PROV": "RECUP", "RECUP": "RECUP", "VALI": "QUAL", "QUAL": "QUAL"}
    return [{"status": known[called]} if called in known else one for one in records]


def dashboard_lowers(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Make identités qualifiées récupérées while they are counted."""
    if (store := memory.shared.get("store")) is not None:
        for one in store.patients():
            if one.status is Status.QUAL:
                store.save_patient(replace(one, status=Status.RECUP))
    return records


def once_validated_only(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Forget, after a fall, that the document has been checked again: the next import gives récupérée."""
    was = fallen_to(about, memory)
    lost = was and about["cause"] == "imported" and str(about["before"]) == "VALI"
    return with_status(records, "RECUP") if lost else records


def noted_file_vali(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Give validée to a noted file."""
    return all_with(records, status=Status.VALI) if was_noted(about, memory) else records


FUNCTIONS: Final[dict[str, Hand]] = {
    "came-of-age": daily(_came_of_age),
    "dashboard-lowers": dashboard_lowers,
    "five-years-over": daily(_five_years_over),
    "night-qualified-retrieved": at_night(becomes(Status.QUAL, Status.RECUP)),
    "once-validated-only": once_validated_only,
    "since-retrieved": giving_since(status="RECUP"),
    "status-as-at-the-call": status_as_at_the_call,
    "status-at-call": status_at_call,
    "thread-noted-file-vali": noted_file_vali,
}
"""What ``hand`` may name."""
