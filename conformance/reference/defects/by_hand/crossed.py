"""Faults of what belongs to one patient and reaches another: on a card, in the context, in what waits; see ``by_hand``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.drivers.protocol import RefusedError
from conformance.reference.members import members
from conformance.reference.reader import FIRST_RANK
from simulator.ins.matricule import NUMBER_LENGTH

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.drivers.cards import Beneficiary
    from conformance.reference.seams import Memory, Record

_BIRTH_DATE, _RANK = b":DateNai>", b":Rang>"
"""Elements of the context, as the tag that opens them ends."""


def card_in_hand_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the card that was read."""
    memory.shared["card"] = records[-1]["card"]
    return records


def place_on_card_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the rank that was chosen."""
    memory.shared["rank"] = records[-1]["rank"]
    return records


def first_of_this_first_name(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Ask for the first person on the card who bears the 1er prénom of the one chosen."""
    person = _namesake(memory)
    if person is None:
        return records
    return [
        {
            **one,
            "birth_date": person.birth_date,
            "birth_rank": person.birth_rank or FIRST_RANK,
            "birth_name": person.birth_name,
            "own_number": (person.own_number or "")[:NUMBER_LENGTH] or None,
        }
        for one in records
    ]


def name_of_the_insured(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Send the name of the insured person, who comes first on the card."""
    return [{**one, "birth_name": memory.shared["card"].beneficiaries[0].birth_name} for one in records]


def context_birth_date_kept(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Leave the birth date of the first one asked for in the context."""
    return _kept_in_the_context(records, _BIRTH_DATE, memory)


def context_rank_kept(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Leave the rank of the first one asked for in the context."""
    return _kept_in_the_context(records, _RANK, memory)


def blocked_call_waits(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Put the call that is blocked aside."""
    if any(one["code"] == "CALL_FORBIDDEN" for one in records):
        memory.shared["waiting"] = dict(about["local"])
    return records


def waiting_call_leaves(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Send what was put aside with the next call."""
    waiting = memory.shared.pop("waiting", None)
    if not waiting:
        return records
    return [{name: None if name == "birth_place" else waiting.get(name) for name in records[0]}, *records]


def first_half_completed(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Replace a 1er prénom that is the first half of the compound one of the list."""
    local = about["local"].get("first_name")
    return [
        {**one, "first_name": first}
        if local and (first := (one["first_names"] or "").partition(" ")[0]).startswith(f"{local}-")
        else one
        for one in records
    ]


def last_failure_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note whether the last call failed."""
    memory.shared["down"] = str(about["judged"]) == "ERROR"
    return records


def refused_since_a_failure(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Refuse the act after a failed call.

    Raises:
        RefusedError: the last call failed.
    """
    if memory.shared.get("down"):
        raise RefusedError("INSI_DOWN", "INSi indisponible : réessayez plus tard.")
    return records


def latest_answer_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the last answer."""
    if about.get("insi"):
        memory.shared["last"] = about["insi"]
    return records


def fed_from_the_last_answer(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Write the last answer, whichever was accepted."""
    last = memory.shared["last"]
    return [{**one, **{name: last[name] for name in one if last.get(name)}} for one in records]


def birth_date_of_the_last_answer(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Write the birth date of the last answer, whichever was accepted."""
    return [{**one, "birth_date": memory.shared["last"]["birth_date"]} for one in records]


def history_of_the_last_answer(
    _records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Keep the INS history of the last answer, whichever was accepted."""
    return [members(each) for each in memory.shared["last"]["history"]]


def _chosen(memory: Memory) -> Beneficiary | None:
    card, rank = memory.shared.get("card"), memory.shared.get("rank")
    people = card.beneficiaries if card else ()
    return next((each for each in people if each.rank == rank), None)


def _namesake(memory: Memory) -> Beneficiary | None:
    person = _chosen(memory)
    if person is None:
        return None
    people: tuple[Beneficiary, ...] = memory.shared["card"].beneficiaries
    return next(each for each in people if each.first_name == person.first_name)


def _kept_in_the_context(records: list[Record], element: bytes, memory: Memory) -> list[Record]:
    out = []
    for one in records:
        start, opened, rest = one["content"].partition(element)
        value, closed, end = rest.partition(b"<")
        first = memory.own.setdefault("first", value) if opened else value
        out.append({**one, "content": start + opened + first + closed + end})
    return out


FUNCTIONS: dict[str, Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]] = {
    function.__name__.replace("_", "-"): function
    for function in (
        card_in_hand_noted,
        place_on_card_noted,
        first_of_this_first_name,
        name_of_the_insured,
        context_birth_date_kept,
        context_rank_kept,
        blocked_call_waits,
        waiting_call_leaves,
        first_half_completed,
        last_failure_noted,
        refused_since_a_failure,
        latest_answer_noted,
        fed_from_the_last_answer,
        birth_date_of_the_last_answer,
        history_of_the_last_answer,
    )
}
