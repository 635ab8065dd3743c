"""Faults against VER-13 in what leaves or comes in; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.reference.store import now

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def former_number_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note every matricule that a file has had."""
    for one in records:
        if one["matricule"]:
            memory.shared.setdefault("held", {}).setdefault(one["id"], set()).add(one["matricule"])
    return records


def taken_for_its_former_number(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Take a document for that of a patient qualifié who has had this matricule."""
    held, values = memory.shared.get("held", {}), about["values"]
    for one in about["everyone"]:
        alike = all(one[name] == values[name] for name in ("birth_name", "birth_date", "sex"))
        if alike and str(one["status"]) == "QUAL" and values["matricule"] in held.get(one["id"], ()):
            return [{**one, "stands": "SAME_INS"}]
    return records


def first_patient_of_a_mail(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note of whom the documents of a message speak."""
    if memory.shared.get("content") != about["content"]:
        memory.shared["content"], memory.shared["people"] = about["content"], []
    memory.shared["people"].extend(records)
    return records


def database_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note where the files are."""
    memory.shared["store"] = about["store"]
    return records


def all_documents_to_the_first_patient(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """File every document of a mail with the patient of the first one."""
    people, store = memory.shared.get("people"), memory.shared.get("store")
    if records[0]["reason"] != "SEVERAL" or not people or store is None:
        return records
    for patient in store.patients():
        if patient.matricule and patient.matricule == people[0]["matricule"]:
            for one in people:
                row = {
                    "patient_id": patient.id,
                    "name": one["document"],
                    "sender": about["sender"],
                    "at": now(),
                }
                store.insert("document", row)
            return []
    return records


FUNCTIONS: Final[dict[str, Hand]] = {
    "all-documents-to-the-first-patient": all_documents_to_the_first_patient,
    "database-noted": database_noted,
    "first-patient-of-a-mail": first_patient_of_a_mail,
    "former-number-of-a-file": former_number_noted,
    "taken-for-its-former-number": taken_for_its_former_number,
}
"""What ``hand`` may name."""
