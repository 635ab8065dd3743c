"""Faults against STA-04 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.model import Status
from conformance.drivers.protocol import RefusedError
from conformance.reference.defects.by_hand.common.constants import WITH_INS
from conformance.reference.defects.by_hand.common.memory import at_night, daily
from conformance.reference.defects.by_hand.common.notes import giving_since, is_noted, seen_under
from conformance.reference.defects.by_hand.common.records import all_with
from conformance.reference.defects.by_hand.sta.common import becomes, was_noted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.drivers.model import Patient
    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record

_WEEK = 7


def _week_over(one: Patient, days: int) -> Patient:
    return replace(one, status=Status.PROV) if days >= _WEEK and one.status is Status.VALI else one


def pending_dropped(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Forget what was proposed: it has been decided."""
    for one in records:
        memory.shared.get("pending", {}).pop(one["id"], None)
    return records


def pending_counts(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Qualify by a validation whoever waits for a decision."""
    return (
        all_with(records, status="QUAL")
        if about["patient_id"] in memory.shared.get("pending", {})
        else records
    )


def pending_written(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write the number that waited."""
    waiting = memory.shared.get("pending", {}).get(records[0]["id"])
    if not waiting or records[0]["matricule"] or str(records[0]["status"]) != "QUAL":
        return records
    return all_with(records, matricule=waiting["matricule"], oid=waiting["oid"])


def origin_remembered(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Qualify by a check of a document whoever came from INSi once, whatever has lowered them since."""
    once = seen_under(memory, "from-insi")
    if about["before"] in WITH_INS:
        once.add(about["patient_id"])
    if about["cause"] == "validated" and about["patient_id"] in once:
        return [{**record, "status": "QUAL"} for record in records]
    return records


def _refused_unless(note: str, message: str) -> Hand:
    def hand(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
        if not is_noted(note, records, about, memory):
            raise RefusedError("NOT_YET", message, [])
        return records

    return hand


def recovered_once_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note a file that was récupérée."""
    if about.get("before") == Status.RECUP:
        memory.shared.setdefault("noted", set()).add(about["patient_id"])
    return records


def this_file_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the file at hand."""
    number = records[0].get("id") or about.get("patient_id") if records else about.get("patient_id")
    memory.shared.setdefault("noted", set()).add(number)
    return records


def noted_file_qual(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Give qualifiée to a noted file."""
    return all_with(records, status=Status.QUAL) if was_noted(about, memory) else records


def noted_file_prov(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Give provisoire to a noted file."""
    return all_with(records, status=Status.PROV) if was_noted(about, memory) else records


def declined_falls(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Validate as provisoire whoever declined an identity."""
    return (
        all_with(records, status="PROV")
        if about["patient_id"] in memory.shared.get("declined", ())
        else records
    )


FUNCTIONS: Final[dict[str, Hand]] = {
    "declined-falls": declined_falls,
    "night-validated-provisional": at_night(becomes(Status.VALI, Status.PROV)),
    "only-once-called": _refused_unless("called", "Appelez d'abord INSi."),
    "origin-remembered": origin_remembered,
    "pending-counts": pending_counts,
    "pending-dropped": pending_dropped,
    "pending-written": pending_written,
    "since-qualified": giving_since(status="QUAL"),
    "thread-noted-file-prov": noted_file_prov,
    "thread-noted-file-qual": noted_file_qual,
    "thread-recovered-once-noted": recovered_once_noted,
    "thread-this-file-noted": this_file_noted,
    "week-over": daily(_week_over),
}
"""What ``hand`` may name."""
