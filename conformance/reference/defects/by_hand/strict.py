"""Correct behaviours of a software stricter or more careful than asked, that data cannot say, for the tolerated variants."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.drivers.protocol import RefusedError
from conformance.reference.defects.by_hand.common import queue

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.seams import Memory, Record

_WITH_INS = frozenset({"RECUP", "QUAL"})


def swap_spoils_readings(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Hold a card that was taken out for unread, even once it is back."""
    spoilt = memory.own.setdefault("spoilt", set())
    reading = about["reading"]
    key = (reading["card"].number, reading["read_at"])
    present = records[0]["card"]
    if present is None or present.number != reading["card"].number:
        spoilt.add(key)
    return [{**one, "card": None} for one in records] if key in spoilt else records


def reading_serves_once(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Ask for the card again for each call."""
    used = memory.own.setdefault("used", set())
    reading = about["reading"]
    key = (reading["card"].number, reading["read_at"])
    if key in used:
        return [{**one, "card": None} for one in records]
    used.add(key)
    return records


def older_proposals_closed(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Let the latest answer alone wait for a decision."""
    if records[0]["id"]:
        about["store"].rows(
            "UPDATE call SET decided = 1 WHERE patient_id = ? AND id < "
            "(SELECT MAX(id) FROM call WHERE patient_id = ?)",
            [records[0]["id"], records[0]["id"]],
        )
    return records


def proposals_closed(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Let no answer wait any more for a file that has changed."""
    about["store"].rows("UPDATE call SET decided = 1 WHERE patient_id = ?", [records[0]["id"]])
    return records


def same_value_refused(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Refuse a locked field whatever is typed there."""
    locked = [name for name in records[0] if name not in {"used_name", "used_first_name", "first_name"}]
    if locked and str(about["status"]) in _WITH_INS and str(about["role"]) != "SUPER_USER":
        raise RefusedError("LOCKED_FIELD", "Champ verrouillé.", locked)
    return records


def lot_without_number_refused(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Refuse a lot in which a file has no INS."""
    store = memory.shared.get("store")
    if store and any(not store.patient(one).matricule for one in records[0]["patient_ids"]):
        raise RefusedError("NO_INS", "Un dossier du lot ne porte pas d'INS.", [])
    return records


def retry_queued(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Put a verification that failed on the worklist, to be done again."""
    message = "INSi n'a pas pu répondre : vérification à refaire."
    queue(records[0], about, "VERIFICATION_A_REFAIRE", message)
    return records


FUNCTIONS: dict[str, Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]] = {
    function.__name__.replace("_", "-"): function
    for function in (
        swap_spoils_readings,
        reading_serves_once,
        older_proposals_closed,
        proposals_closed,
        same_value_refused,
        lot_without_number_refused,
        retry_queued,
    )
}
