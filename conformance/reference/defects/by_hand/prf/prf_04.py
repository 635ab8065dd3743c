"""Faults against PRF-04 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.model import HIGH_CONFIDENCE_PROOFS, Status
from conformance.drivers.protocol import RefusedError
from conformance.reference.defects.by_hand.common.memory import held_since, refused_while_held

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record

_SEVERAL = "02"


def lowered_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the files lowered by hand."""
    if about["event"] == "downgraded":
        memory.shared.setdefault("once", set()).add(records[0]["id"])
    return records


def weak_refusal_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the files whose document was not enough."""
    if about.get("refusal") == "PROOF_NOT_HIGH_CONFIDENCE":
        memory.shared.setdefault("held", set()).add(records[0]["id"])
    return records


def validation_held(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Refuse to validate a file that was noted, once where that is enough."""
    file = about["file"]["id"]
    once = memory.shared.get("once", set())
    if file in memory.shared.get("held", ()) or file in once:
        once.discard(file)
        raise RefusedError("VALIDATION_HELD", "Validation impossible pour ce dossier.", [])
    return records


def opened_before_validated(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Validate the file that was on the screen before as well."""
    [one], store = records, about["store"]
    if about["event"] == "read":
        if memory.own.get("now") != one["id"]:
            memory.own["before"], memory.own["now"] = memory.own.get("now"), one["id"]
        return records
    before = memory.own.get("before")
    if before is not None and before != one["id"]:
        other = store.patient(before)
        if other.status is Status.PROV:
            store.save_patient(replace(other, status=Status.VALI))
    return records


def document_shown_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the document of the file shown last."""
    if records:
        proof = records[-1].get("proof")
        memory.shared["kind"] = proof["kind"] if proof else None
    return records


def allowed_by_the_document_shown(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Refuse no validation where the file shown last has a document with a high level of confidence."""
    return [] if memory.shared.get("kind") in HIGH_CONFIDENCE_PROOFS else records


FUNCTIONS: Final[dict[str, Hand]] = {
    "allowed-by-the-document-shown": allowed_by_the_document_shown,
    "declined-holds": held_since("import-declined"),
    "document-shown-noted": document_shown_noted,
    "fault-holds": held_since("called", outcome="ERROR"),
    "lowered-noted": lowered_noted,
    "opened-before-validated": opened_before_validated,
    "refused-while-held": refused_while_held,
    "several-noted": held_since("called", code=_SEVERAL),
    "validation-held": validation_held,
    "weak-refusal-noted": weak_refusal_noted,
}
"""What ``hand`` may name."""
