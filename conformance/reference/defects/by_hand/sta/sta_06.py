"""Faults against STA-06 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.memory import held_since
from conformance.reference.defects.by_hand.common.notes import came_from_elsewhere
from conformance.reference.defects.by_hand.common.records import all_with, with_status
from conformance.reference.defects.by_hand.sta.common import fallen_to, file_told
from conformance.reference.files import as_record, from_record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def note_cards(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the files that were asked for by card."""
    memory.shared.setdefault("by-card", set()).update(
        record["patient_id"] for record in records if record["mode"] == "VITALE"
    )
    return records


def carded_is_vali(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Validate a file retrieved by card as if it had no INS."""
    return (
        all_with(records, status="VALI")
        if about["patient_id"] in memory.shared.get("by-card", ())
        else records
    )


def twin_gets_proof(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Write the document into the file of the twin as well."""
    record, store = records[0], about["store"]
    for other in store.patients():
        same = (other.birth_date, other.birth_name) == (record["birth_date"], record["birth_name"])
        if same and other.id != record["id"]:
            store.save_patient(replace(other, proof=store.patient(record["id"]).proof))
    return records


def carded_is_recup(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Make a qualified file retrieved that is refreshed by card."""
    return (
        all_with(records, status="RECUP")
        if about["patient_id"] in memory.shared.get("by-card", ())
        else records
    )


def declined_counts(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Take a refused proposal for an accepted one when the document is checked."""
    was_declined = about["patient_id"] in memory.shared.get("declined", ())
    return [{**one, "status": "QUAL"} for one in records] if was_declined else records


def proof_of_one_last_digit(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Record a document in the files whose number ends with the same digit as well."""
    store = about["store"]
    for one in records:
        for other in store.patients():
            if other.id != one["id"] and other.id[-1:] == one["id"][-1:]:
                store.save_patient(from_record({**as_record(other), "proof": one["proof"]}))
    return records


def blind_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember from whom the INS is hidden."""
    memory.shared.setdefault("blind", set()).add(about["user"])
    return records


def saved_blind(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Save the matricule as the screen of that user shows it: empty."""
    if about["user"] not in memory.shared.get("blind", ()):
        return records
    return all_with(records, matricule=None, oid=None)


def once_qualified_only(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Let the check of a document promote a récupérée identity the first time only."""
    was = fallen_to(about, memory)
    lost = was and about["cause"] == "validated" and str(about["before"]) == "RECUP"
    return with_status(records, "RECUP") if lost else records


def came_validated_only(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Give validée where a file that came this way would be qualifiée."""
    came = came_from_elsewhere(memory)
    return [{**one, "status": "VALI"} if file_told(one, about) in came else one for one in records]


FUNCTIONS: Final[dict[str, Hand]] = {
    "blind-noted": blind_noted,
    "came-validated-only": came_validated_only,
    "carded-is-recup": carded_is_recup,
    "carded-is-vali": carded_is_vali,
    "declined-counts": declined_counts,
    "ko-holds": held_since("verified-ko"),
    "note-cards": note_cards,
    "once-qualified-only": once_qualified_only,
    "proof-of-one-last-digit": proof_of_one_last_digit,
    "saved-blind": saved_blind,
    "twin-gets-proof": twin_gets_proof,
}
"""What ``hand`` may name."""
