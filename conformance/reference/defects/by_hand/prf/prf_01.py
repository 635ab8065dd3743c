"""Faults against PRF-01 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.model import HIGH_CONFIDENCE_PROOFS, LOW_CONFIDENCE_PROOFS, Proof
from conformance.reference.defects.by_hand.common.memory import (
    at_night,
    hidden_from_others,
    noted_for_its_user,
    opened_file_set,
    to_others,
)
from conformance.reference.defects.by_hand.common.notes import as_opened_by_its_user
from conformance.reference.defects.by_hand.common.records import all_with
from conformance.reference.store import now

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record
    from conformance.reference.store import Store


def first_note_kept(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Give each later document of a file the date of the first."""
    first = memory.own.setdefault(about["file"]["id"], records[0]["recorded_at"])
    return all_with(records, recorded_at=first)


def first_signature_kept(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Have each later document of a file recorded by whoever recorded the first."""
    first = memory.own.setdefault(about["file"]["id"], records[0]["recorded_by"])
    return all_with(records, recorded_by=first)


def proof_to_the_open_file(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Record the document in the file that was opened last."""
    store: Store = about["store"]
    [one] = records
    opened = memory.own.get(about["user"])
    if about["event"] == "read":
        memory.own[about["user"]] = one["id"]
    if about["event"] == "proof-recorded" and opened and opened != one["id"]:
        other = store.patient(opened)
        store.save_patient(replace(other, proof=Proof(**one["proof"])))
    return records


def note_maker(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note who made each file."""
    for record in records:
        memory.shared.setdefault("makers", {})[record["patient_id"]] = record["user"]
    return records


def made_by_maker(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Sign a document with whoever made the file."""
    maker = memory.shared.get("makers", {}).get(about["file"]["id"])
    return all_with(records, recorded_by=maker) if maker else records


def first_proof_when_qualified(
    records: list[Record], about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Keep the document by which somebody became qualifié, whatever is shown later."""
    held = (about.get("file") or {}).get("proof")
    return (
        [{**one, "kind": held["kind"]} for one in records]
        if held and str(about["status"]) == "QUAL"
        else records
    )


def document_signed_by_who_acts(
    records: list[Record], about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Sign the document with whoever does something to the file."""
    return [
        {**one, "proof": {**one["proof"], "recorded_by": about["user"]}} if one["proof"] else one
        for one in records
    ]


def composite_shown_by_its_head(
    records: list[Record], _about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Show a composite proof as its first document alone."""
    return [
        {**one, "proof": {**one["proof"], "kind": one["proof"]["kind"].split("_AND_")[0]}}
        if one["proof"]
        else one
        for one in records
    ]


def own_kind_shown_as_other(
    records: list[Record], _about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Show a kind that the site has added as another one."""
    known = {*HIGH_CONFIDENCE_PROOFS, *LOW_CONFIDENCE_PROOFS}
    return [
        {**one, "proof": {**one["proof"], "kind": "OTHER"}}
        if one["proof"] and one["proof"]["kind"] not in known and "_AND_" not in one["proof"]["kind"]
        else one
        for one in records
    ]


def proof_kept_when_there(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Keep the document that the file has."""
    held = about["file"]["proof"]
    return [{**one, **held} if held else one for one in records]


def proof_at_the_call(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Put the document back as it was when INSi was called."""
    noted = memory.own
    for one in records:
        if about["event"] == "called":
            noted[one["id"]] = one["proof"]
    if about["event"] == "imported" and records[0]["id"] in noted:
        return all_with(records, proof=noted[records[0]["id"]])
    return records


def form_drops_proof(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Empty the document of the file when the screen opens that has none selected."""
    opened_file_set(about, memory, proof=None)
    return records


def card_as_proof(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Make a card that is attached the document recorded."""
    proof = {"kind": "VITALE_CARD", "recorded_at": now(), "recorded_by": str(about["role"])}
    return all_with(records, proof=proof)


def corrections_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Count the corrections of each file by an entitled user."""
    if about["event"] == "updated" and about["role"] == "SUPER_USER":
        counted: dict[str, int] = memory.shared.setdefault("corrections", {})
        counted[records[0]["id"]] = counted.get(records[0]["id"], 0) + 1
    return records


def _kind_stays_after(corrections: int) -> Hand:
    """Return what leaves the document in place that a file has, once it was corrected that often."""

    def keep(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
        file = about["file"]
        if not file["proof"] or memory.shared.get("corrections", {}).get(file["id"], 0) < corrections:
            return records
        return [{**one, "kind": file["proof"]["kind"]} for one in records]

    return keep


def document_of_the_patient_before(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Write the document of the patient before into a file that is validated without one."""
    if about["event"] == "proof-recorded":
        memory.own["kind"] = about["kind"]
    if about["event"] == "validated" and records[0]["proof"] is None:
        proof = {"kind": memory.own.get("kind", "CNI"), "recorded_at": now(), "recorded_by": about["user"]}
        return [{**one, "proof": proof} for one in records]
    return records


FUNCTIONS: Final[dict[str, Hand]] = {
    "document-of-the-patient-before": document_of_the_patient_before,
    "corrections-noted": corrections_noted,
    "kind-stays-once-corrected": _kind_stays_after(1),
    "kind-stays-once-corrected-twice": _kind_stays_after(2),
    "composite-shown-by-its-head": composite_shown_by_its_head,
    "document-as-opened-by-its-user": as_opened_by_its_user("proof"),
    "document-signed-by-who-acts": document_signed_by_who_acts,
    "document-to-the-place": to_others(("birth_name", "birth_place"), ("proof",), "proof-recorded"),
    "documents-hidden": hidden_from_others(proof=None),
    "documents-noted": noted_for_its_user("proof-recorded"),
    "first-note-kept": first_note_kept,
    "first-proof-when-qualified": first_proof_when_qualified,
    "first-signature-kept": first_signature_kept,
    "form-drops-proof": form_drops_proof,
    "made-by-maker": made_by_maker,
    "night-without-document": at_night(lambda one: replace(one, proof=None)),
    "note-maker": note_maker,
    "own-kind-shown-as-other": own_kind_shown_as_other,
    "proof-at-the-call": proof_at_the_call,
    "proof-kept-when-there": proof_kept_when_there,
    "proof-to-the-open-file": proof_to_the_open_file,
    "thread-card-as-proof": card_as_proof,
}
"""What ``hand`` may name."""
