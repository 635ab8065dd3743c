"""Faults against CRE-06 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.model import Attribute, Proof, Status
from conformance.reference.defects.by_hand.common.records import all_with

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record
    from conformance.reference.store import Store


def letters_gs_end_a_name(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Take the letters GS inside a name for the separator."""
    return [{**one, "birth_name": one["birth_name"].split("GS")[0] or one["birth_name"]} for one in records]


def hundred_letters_swallow_the_sex(
    records: list[Record], _about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Read on after a name of 100 letters until the next separator: the blocks that follow are part of it."""
    out = []
    for one in records:
        if len(one["birth_name"]) == 100:  # noqa: PLR2004
            one = {**one, "birth_name": f"{one['birth_name']}S5{one['sex']}S6"}  # noqa: PLW2901
        out.append(one)
    return out


def scan_lifts_the_mark(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Take the attributes off a file whose traits are scanned."""
    read = about["read"]
    store: Store | None = memory.shared.get("store")
    for one in store.patients() if store else ():
        if store and (one.birth_name, one.birth_date) == (read["birth_name"], read["birth_date"]):
            store.save_patient(replace(one, attributes=frozenset()))
    return records


def scan_is_a_document(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Record the symbol as a document of whoever has its traits."""
    read = about["read"]
    store: Store | None = memory.shared.get("store")
    for one in store.patients() if store else ():
        if store and (one.birth_name, one.birth_date) == (read["birth_name"], read["birth_date"]):
            store.save_patient(replace(one, proof=Proof(kind="CNI", recorded_at=None, recorded_by="scan")))
    return records


def doubt_lifted_by_scan(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Give a doubtful file the number of the symbol that bears its traits."""
    store: Store | None = memory.shared.get("store")
    read = about["read"]
    for one in store.patients() if store else ():
        same = (one.birth_name, one.birth_date) == (read["birth_name"], read["birth_date"])
        if same and store and one.attributes & {Attribute.DOUTEUSE, Attribute.FICTIVE}:
            store.save_patient(
                replace(one, matricule=read["matricule"], oid=read["oid"], status=Status.RECUP)
            )
    return records


def scanned_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note what was scanned last."""
    memory.shared["scanned"] = about["read"]
    return records


def file_of_scan_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note which file came of what was scanned last."""
    if about["cause"] == "created-from-scan":
        memory.shared.setdefault("of-scan", {})[about["patient_id"]] = memory.shared["scanned"]
    return records


def scan_counts_as_insi(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Qualify a scanned identity as soon as it is validated."""
    known = about["patient_id"] in memory.shared.get("of-scan", {})
    return all_with(records, status="QUAL") if known and about["cause"] == "validated" else records


def scanned_number_taken(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write the number that was scanned when the file is validated."""
    read = memory.shared.get("of-scan", {}).get(records[0]["id"])
    if read is None or about["cause"] != "validated":
        return records
    return all_with(records, matricule=read["matricule"], oid=read["oid"])


def second_scan_qualifies(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Take a symbol that is scanned again for a verified one."""
    again = about["content"] in memory.own
    memory.own[about["content"]] = True
    read = about["read"]
    return (
        all_with(records, status="QUAL", matricule=read["matricule"], oid=read["oid"]) if again else records
    )


def place_of_before(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Keep the place of the symbol before for one without."""
    known = memory.own.get("place") or "99999"
    out = [
        {**one, "birth_place": known if one["birth_place"] in {None, "99999"} else one["birth_place"]}
        for one in records
    ]
    memory.own["place"] = out[0]["birth_place"]
    return out


FUNCTIONS: Final[dict[str, Hand]] = {
    "doubt-lifted-by-scan": doubt_lifted_by_scan,
    "file-of-scan-noted": file_of_scan_noted,
    "hundred-letters-swallow-the-sex": hundred_letters_swallow_the_sex,
    "letters-gs-end-a-name": letters_gs_end_a_name,
    "place-of-before": place_of_before,
    "scan-counts-as-insi": scan_counts_as_insi,
    "scan-is-a-document": scan_is_a_document,
    "scan-lifts-the-mark": scan_lifts_the_mark,
    "scanned-noted": scanned_noted,
    "scanned-number-taken": scanned_number_taken,
    "second-scan-qualifies": second_scan_qualifies,
}
"""What ``hand`` may name."""
