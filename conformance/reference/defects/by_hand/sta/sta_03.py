"""Faults against STA-03 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.model import Status
from conformance.reference.defects.by_hand.common.constants import CHECKED
from conformance.reference.defects.by_hand.common.files import others, written_into
from conformance.reference.defects.by_hand.common.memory import at_night, every_night
from conformance.reference.defects.by_hand.common.notes import (
    came_from_elsewhere,
    seen_under,
    status_when_noted,
)
from conformance.reference.defects.by_hand.common.records import all_with
from conformance.reference.defects.by_hand.sta.common import COMPARED, becomes, file_told

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.drivers.model import Patient
    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def _retrieved_expired(one: Patient) -> Patient:
    return replace(one, status=Status.PROV, matricule=None, oid=None) if one.status is Status.RECUP else one


def ins_taken_from_other_file(
    records: list[Record], about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Empty the INS of another file that holds the same matricule."""
    for record in records:
        for other in others(about, record, ("matricule",)):
            written_into(about, other, matricule=None, oid=None, status="PROV")
    return records


def check_remembered(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Qualify by an import whoever was checked once, whatever has lowered them since."""
    once = seen_under(memory, "checked")
    if about["before"] in CHECKED:
        once.add(about["patient_id"])
    if about["cause"] == "imported" and about["patient_id"] in once:
        return [{**record, "status": "QUAL"} for record in records]
    return records


def agreement_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note a file whose traits are those of INSi already."""
    local, insi = about["local"], about["insi"]
    known = [name for name in COMPARED if local.get(name)]
    memory.shared["agrees"] = all(local.get(name) == insi.get(name) for name in known)
    return records


def agreement_qualifies(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Take the agreement of all the traits for a check of the identity."""
    return all_with(records, status="QUAL") if memory.shared.pop("agrees", False) else records


def answer_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note whether the answer holds an INS history, and whether the 1er prénom starts its list."""
    insi, first = about["insi"], str(about["local"].get("first_name") or "")
    memory.shared["has-history"] = bool(insi.get("history"))
    memory.shared["incoherent"] = bool(first) and not str(insi.get("first_names") or "").startswith(first)
    return records


def _stays_when(note: str) -> Hand:
    def hand(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
        return all_with(records, status=about["before"]) if memory.shared.pop(note, False) else records

    return hand


def incoherent_is_vali(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Make an import validée whose 1er prénom does not start the list."""
    return all_with(records, status="VALI") if memory.shared.pop("incoherent", False) else records


def checked_once_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note a file that was validée or qualifiée."""
    if about.get("before") in {Status.VALI, Status.QUAL}:
        memory.shared.setdefault("noted", set()).add(about["patient_id"])
    return records


def came_keeps_status(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Leave the status of a file that came this way."""
    came = came_from_elsewhere(memory)
    return [
        {**one, "status": str(about["before"])} if about["before"] and file_told(one, about) in came else one
        for one in records
    ]


FUNCTIONS: Final[dict[str, Hand]] = {
    "agreement-noted": agreement_noted,
    "agreement-qualifies": agreement_qualifies,
    "answer-noted": answer_noted,
    "came-keeps-status": came_keeps_status,
    "check-remembered": check_remembered,
    "doubted-qualifies": status_when_noted("doubted", "QUAL"),
    "has-history-stays": _stays_when("has-history"),
    "incoherent-is-vali": incoherent_is_vali,
    "incoherent-stays": _stays_when("incoherent"),
    "ins-taken-from-other-file": ins_taken_from_other_file,
    "retrieved-expired": every_night(_retrieved_expired),
    "thread-checked-once-noted": checked_once_noted,
    "year-without-ins": at_night(becomes(Status.RECUP, Status.PROV), after_days=300),
}
"""What ``hand`` may name."""
