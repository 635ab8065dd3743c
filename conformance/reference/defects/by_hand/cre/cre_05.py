"""Faults against CRE-05 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.model import Status
from conformance.reference.defects.by_hand.common.memory import filled_from_before
from conformance.reference.defects.by_hand.common.records import all_with
from conformance.reference.files import as_record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def known_by_family(*taken: str) -> Hand:
    """Return what gives a new file these values of one with its birth name."""

    def take(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
        [one] = records
        for other in map(as_record, about["store"].patients()):
            if (
                about["event"] == "created"
                and other["id"] != one["id"]
                and other["birth_name"] == one["birth_name"]
            ):
                return [{**one, **{name: one[name] or other[name] for name in taken}}]
        return records

    return take


def recovered_after_declined(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Create the next file as récupérée once a proposal was declined."""
    return [{**one, "status": "RECUP"} if memory.shared.pop("declined", False) else one for one in records]


def homonym_after_declined(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Mark the next file as homonyme once a proposal was declined."""
    return [
        {**one, "attributes": ["HOMONYME"]} if memory.shared.pop("declined", False) else one
        for one in records
    ]


def decline_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note that a proposal was declined."""
    memory.shared["declined"] = True
    return records


def former_list(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Take a list that is left empty from the form filled before."""
    return filled_from_before(records, memory, ("first_names",))


def last_attributes(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Give a new file the attributes of the file worked on before."""
    if about["event"] == "created":
        return [{**one, "attributes": memory.own.get("attributes", [])} for one in records]
    memory.own["attributes"] = records[-1].get("attributes") or []
    return records


def last_proof(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Give a new file the document of the file worked on before."""
    if about["event"] == "created":
        return [{**one, "proof": memory.own.get("proof")} for one in records]
    memory.own["proof"] = records[-1].get("proof")
    return records


def status_of_file_before(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Give a new file the status of the file saved before, where that was checked."""
    created = about["cause"] == "created"
    left = memory.own.get("status")
    memory.own["status"] = "PROV" if created else str(records[-1]["status"])
    return [{"status": "VALI"} for _ in records] if created and left in {"VALI", "QUAL"} else records


def status_of_namesake(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Give a new file the status of a checked file of the same name and birth date."""
    checked: set[tuple[str, str]] = memory.own.setdefault("checked", set())
    key = (about["file"]["birth_name"], about["file"]["birth_date"])
    if about["cause"] == "created" and key in checked:
        return [{"status": "VALI"} for _ in records]
    if records[-1]["status"] in {"VALI", "QUAL"}:
        checked.add(key)
    return records


def waiting_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember an answer found for typed traits, of which there is no file yet."""
    if not about.get("patient_id") and str(records[0]["outcome"]) == "FOUND" and about.get("insi"):
        insi = about["insi"]
        memory.shared.setdefault("waiting", {})[insi["birth_name"], insi["birth_date"]] = insi
    return records


def takes_waiting(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Give a new file the INS of the answer that waits for such a person."""
    [one] = records
    insi = memory.shared.get("waiting", {}).get((one["birth_name"], one["birth_date"]))
    if insi is None:
        return records
    return all_with(records, matricule=insi["matricule"], oid=insi["oid"], status=Status.RECUP, noted=True)


def file_of_a_namesake(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Give back the file of a namesake born the same day in place of the one that was made."""
    store, made = about["store"], records[0]
    for other in store.patients():
        same = (other.birth_name, other.birth_date) == (made["birth_name"], made["birth_date"])
        if same and other.id != made["id"]:
            store.rows("DELETE FROM patient WHERE id = ?", [made["id"]])
            return [as_record(other)]
    return records


def automatic_at_creation(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Validate what is created while the automatic validation is on."""
    is_on = str(about["store"].settings().get("automatic_validation", "")).lower() in {"on", "true", "1"}
    return all_with(records, status=Status.VALI, noted=True) if is_on else records


def app_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note that the app was read."""
    memory.shared["noted"] = True
    return records


def validated_when_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Give validée once, after what was noted."""
    return all_with(records, status=Status.VALI) if memory.shared.pop("noted", False) else records


def recovered_when_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Give récupérée once, after what was noted."""
    return all_with(records, status=Status.RECUP) if memory.shared.pop("noted", False) else records


def homonym_when_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Mark as a homonym once, after what was noted."""
    return all_with(records, attributes=["HOMONYME"]) if memory.shared.pop("noted", False) else records


FUNCTIONS: Final[dict[str, Hand]] = {
    "app-reading-noted": app_noted,
    "automatic-at-creation": automatic_at_creation,
    "decline-noted": decline_noted,
    "family-document": known_by_family("proof"),
    "file-of-a-namesake": file_of_a_namesake,
    "former-list": former_list,
    "homonym-after-declined": homonym_after_declined,
    "homonym-when-noted": homonym_when_noted,
    "last-attributes": last_attributes,
    "last-proof": last_proof,
    "recovered-after-declined": recovered_after_declined,
    "recovered-when-noted": recovered_when_noted,
    "status-of-file-before": status_of_file_before,
    "status-of-namesake": status_of_namesake,
    "takes-waiting": takes_waiting,
    "validated-when-noted": validated_when_noted,
    "waiting-noted": waiting_noted,
}
"""What ``hand`` may name."""
