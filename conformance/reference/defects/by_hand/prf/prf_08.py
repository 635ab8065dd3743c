"""Faults against PRF-08 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.model import LOW_CONFIDENCE_PROOFS, Status
from conformance.drivers.protocol import RefusedError
from conformance.reference.defects.by_hand.common.files import file_at_hand, file_concerned
from conformance.reference.defects.by_hand.common.memory import daily
from conformance.reference.defects.by_hand.common.notes import is_noted, noted_since
from conformance.reference.defects.by_hand.prf.common import HIGH, WEAK

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.drivers.model import Patient
    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def refused_validation_done(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Do a refused validation when the file is saved next."""
    waits = memory.own
    [one] = records
    if about["event"] == "validate-refused":
        waits[one["id"]] = True
    elif about["event"] == "updated" and waits.pop(one["id"], False):
        return [{**one, "status": {"PROV": "VALI", "RECUP": "QUAL"}.get(str(one["status"]), one["status"])}]
    return records


def _any_document_at_night(one: Patient, _days: int) -> Patient:
    return replace(one, status=Status.QUAL) if one.status is Status.RECUP and one.proof else one


def known_weak_only(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Take every kind for strong that is not among the weak ones delivered."""
    return records if about.get("kind") in LOW_CONFIDENCE_PROOFS else []


def two_weak_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the weak documents of each file."""
    if "kind" in records[0] and records[0]["kind"] in WEAK:
        memory.shared.setdefault("weak", {}).setdefault(about["file"]["id"], set()).add(records[0]["kind"])
    return records


def two_weak_make_high(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Have two weak documents of one file count as one of high confidence."""
    if about["use"] != "validate" or len(memory.shared.get("weak", {}).get(about["file"]["id"], ())) < 2:  # noqa: PLR2004 - the docstring says which
        return records
    return [{**one, HIGH: ",".join([one[HIGH], *sorted(WEAK)])} for one in records]


def _forgetting(note: str) -> Hand:
    def hand(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
        memory.shared.setdefault(note, set()).discard(file_at_hand(records, about))
        return records

    return hand


def _refused_when(note: str, message: str) -> Hand:
    def hand(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
        if is_noted(note, records, about, memory):
            raise RefusedError("NOT_ANY_MORE", message, [])
        return records

    return hand


def since_lost(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Lose what is about a noted file."""
    noted = noted_since(memory)
    return [one for one in records if file_concerned(one, about) not in noted]


def weak_counted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Count the different documents of a file."""
    memory.shared.setdefault("kinds", {}).setdefault(about["file"]["id"], set()).add(records[0]["kind"])
    return records


def two_weak_are_strong(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Let two documents validate that would not do alone."""
    return [] if len(memory.shared.get("kinds", {}).get(about["file"]["id"], ())) > 1 else records


def refused_validation_in_file_before(
    records: list[Record], about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Do a refused validation to the file that was made before."""
    store, number = about["store"], int(records[0]["id"]) - 1
    for other in store.patients():
        if int(other.id) == number:
            status = Status.QUAL if other.matricule else Status.VALI
            store.save_patient(replace(other, status=status))
    return records


def second_low_document_noted(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Count the documents of a file that do not validate."""
    if about["event"] == "proof-recorded":
        memory.shared.setdefault("low", {}).setdefault(records[0]["id"], set()).add(about["kind"])
    return records


def two_low_documents_validate(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Take two documents for one that validates."""
    held = memory.shared.get("low", {}).get((about.get("file") or {}).get("id"), ())
    return [one for one in records if one["code"] != "PROOF_NOT_HIGH_CONFIDENCE" or len(held) < 2]  # noqa: PLR2004


FUNCTIONS: Final[dict[str, Hand]] = {
    "second-low-document-noted": second_low_document_noted,
    "two-low-documents-validate": two_low_documents_validate,
    "any-document-at-night": daily(_any_document_at_night),
    "known-weak-only": known_weak_only,
    "never-after-weak": _refused_when("weak", "Document insuffisant."),
    "refused-validation-done": refused_validation_done,
    "refused-validation-in-file-before": refused_validation_in_file_before,
    "since-lost": since_lost,
    "thread-two-weak-are-strong": two_weak_are_strong,
    "thread-weak-counted": weak_counted,
    "two-weak-make-high": two_weak_make_high,
    "two-weak-noted": two_weak_noted,
    "waiting-over": _forgetting("waiting"),
}
"""What ``hand`` may name."""
