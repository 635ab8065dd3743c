"""Correct behaviours of a counter software that is careful about what is open elsewhere, for the tolerated variants."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.drivers.protocol import RefusedError
from conformance.reference.store import now

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.seams import Memory, Record

_WHO = ("birth_name", "first_name", "birth_date", "sex")


def answer_waits(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note that an answer waits for a decision, and whose call it was."""
    if about.get("patient_id"):
        memory.shared.setdefault("waiting", {})[about["patient_id"]] = str(about["role"])
    return records


def answer_decided(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note that it waits no more."""
    if about["event"] in {"imported", "import-declined"}:
        for one in records:
            memory.shared.get("waiting", {}).pop(one["id"], None)
    return records


def blocked_once_while_waiting(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Make no call the first time that one is wanted for a file of which an answer waits."""
    file, stopped = about["patient_id"], memory.shared.setdefault("stopped-once", set())
    if records or file not in memory.shared.get("waiting", ()) or file in stopped:
        return records
    stopped.add(file)
    return [{"code": "NOT_NOW", "message": "Appel impossible pour le moment."}]


def undecided_refused(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Refuse an act on a file of which an answer waits."""
    if about["file"]["id"] in memory.shared.get("waiting", ()):
        raise RefusedError("DECISION_WAITED_FOR", "Une réponse d'INSi attend : acceptez-la ou refusez-la.")
    return records


def decided_by_who_called(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Refuse the acceptance of whoever has not made the call."""
    file = (about.get("before") or {}).get("id")
    caller = memory.shared.get("waiting", {}).get(file)
    if caller is not None and caller != str(about["role"]):
        raise RefusedError("ANOTHER_CALLED", "La réponse attend la décision de qui a fait l'appel.")
    return records


def known_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note who has a file."""
    if about["event"] in {"created", "imported"}:
        memory.shared.setdefault("known", set()).update(tuple(one[name] for name in _WHO) for one in records)
    return records


def known_not_sought(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Refuse to search INSi for a new file of somebody who has one."""
    for one in records:
        if tuple(one.get(name) for name in _WHO) in memory.shared.get("known", ()):
            raise RefusedError("KNOWN", "Cette personne a un dossier : appelez INSi depuis celui-ci.")
    return records


def card_is_a_document(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Record the card that is attached as the document shown, where there is none."""
    proof = {"kind": "VITALE_CARD", "recorded_at": now(), "recorded_by": about["user"]}
    return [one if one["proof"] else {**one, "proof": proof} for one in records]


FUNCTIONS: dict[str, Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]] = {
    function.__name__.replace("_", "-"): function
    for function in (
        answer_waits,
        answer_decided,
        undecided_refused,
        blocked_once_while_waiting,
        decided_by_who_called,
        known_noted,
        known_not_sought,
        card_is_a_document,
    )
}
