"""Faults against MAT-10 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.protocol import RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def unknown_refused(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Refuse acts on a file that INSi does not know."""
    if about["file"]["id"] in memory.shared.get("unknown", ()):
        raise RefusedError("NO_INS", "Ce patient n'a pas d'INS : relancez d'abord l'appel.")
    return records


def no_validation_unfound(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Refuse to validate somebody whom INSi does not know."""
    key = (about.get("file") or {}).get("id")
    if about["verb"] == "validate" and memory.shared.get("ended", {}).get(key) == "NOT_FOUND":
        raise RefusedError("NO_INS", "Patient inconnu d'INSi.", [])
    return records


def caller_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note who called for a file that INSi does not know."""
    if about.get("code") == "01":
        memory.shared[records[0]["id"]] = about["user"]
    return records


def callers_only(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Refuse a change of such a file to all others."""
    if memory.shared.get(about["file"]["id"], about["user"]) != about["user"]:
        raise RefusedError("IN_USE", "Ce dossier attend une recherche INSi.", [])
    return records


def without_ins_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the files that INSi does not know."""
    if about["event"] == "called" and about.get("code") == "01" and records[0]["id"]:
        memory.shared.setdefault("without", set()).add(records[0]["id"])
    return records


def without_ins_closed(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Change nothing in a file that INSi does not know."""
    if (about.get("file") or {}).get("id") in memory.shared.get("without", ()):
        raise RefusedError("NO_INS", "Patient sans INS : dossier en attente.", [])
    return records


FUNCTIONS: Final[dict[str, Hand]] = {
    "without-ins-noted": without_ins_noted,
    "without-ins-closed": without_ins_closed,
    "callers-only": callers_only,
    "no-validation-unfound": no_validation_unfound,
    "unknown-refused": unknown_refused,
    "who-called-noted": caller_noted,
}
"""What ``hand`` may name."""
