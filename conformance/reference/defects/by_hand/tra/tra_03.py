"""Faults against TRA-03 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.memory import put_in
from conformance.reference.defects.by_hand.tra.common import first_kept, of_the_one_before

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def used_of_the_one_before(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Do not empty the field of the used name between two people."""
    out = []
    for one in records:
        if one["used_name"]:
            memory.own["used_name"] = one["used_name"]
        out.append({**one, "used_name": one["used_name"] or memory.own.get("used_name", "")})
    return out


def list_with_an_s(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Replace PRENOM inside of PRENOMS too: the list is the first given name and an S."""
    first = next(one["text"] for one in records if one["element"] == "given" and one["qualifier"] == "BR")
    return [
        {**one, "text": f"{first}S"} if one["element"] == "given" and not one["qualifier"] else one
        for one in records
    ]


def first_mailbox(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write the first address that the patient had, for as long as one may leave."""
    return first_kept(records, about, memory, "mailbox")


def narrative_of_the_document_before(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Quote the INS in the text, which is that of the file written about before."""
    number = about["file"].get("matricule") if about["file_status"] == "QUAL" else ""
    before, memory.own["kept"] = memory.own.get("kept", ""), number or memory.own.get("kept", "")
    return [{**one, "narrative": f"INS : {before} NIR" if before and number else ""} for one in records]


def french_order(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Write the birth date of a document as DDMMYYYY."""
    return [
        {**one, "text": f"{one['text'][6:8]}{one['text'][4:6]}{one['text'][:4]}"}
        if one.get("element") == "birthTime"
        else one
        for one in records
    ]


def birth_time_in_utc(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Write midnight of the birth date in Paris as a moment of universal time: the evening before."""
    out = []
    for one in records:
        if one["element"] == "birthTime":
            day = date.fromisoformat(f"{one['text'][:4]}-{one['text'][4:6]}-{one['text'][6:8]}")
            eve = day - timedelta(days=1)
            one = {**one, "text": f"{eve:%Y%m%d}230000+0000"}  # noqa: PLW2901 - the same element
        out.append(one)
    return out


def root_as_uri(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Write the OIDs of identifiers as FHIR does."""
    return [{**one, "root": f"urn:oid:{one['root']}"} if one["element"] == "id" else one for one in records]


FUNCTIONS: Final[dict[str, Hand]] = {
    "birth-time-in-utc": birth_time_in_utc,
    "first-mailbox": first_mailbox,
    "french-order": french_order,
    "list-with-an-s": list_with_an_s,
    "narrative-of-the-document-before": narrative_of_the_document_before,
    "narrative-of-the-person-before": put_in("narrative", who="who"),
    "root-as-uri": root_as_uri,
    "used-of-the-one-before": used_of_the_one_before,
    "list-of-the-patient-mail-before": of_the_one_before("first_names"),
}
"""What ``hand`` may name."""
