"""Faults about where a file comes from and who had it in hand before, that data cannot say; see ``by_hand``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.seams import Memory, Record


def _came(memory: Memory) -> set[str]:
    found: set[str] = memory.shared.setdefault("came", set())
    return found


def _file_of(record: Record, about: Mapping[str, Any]) -> str:
    file = about.get("file") or {}
    return str(
        about.get("patient_id") or file.get("id") or record.get("patient_id") or record.get("id") or ""
    )


def came_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember the file: it came this way."""
    _came(memory).update(_file_of(one, about) for one in records)
    return records


def came_keeps_status(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Leave the status of a file that came this way."""
    came = _came(memory)
    return [
        {**one, "status": str(about["before"])} if about["before"] and _file_of(one, about) in came else one
        for one in records
    ]


def came_validated_only(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Give validée where a file that came this way would be qualifiée."""
    came = _came(memory)
    return [{**one, "status": "VALI"} if _file_of(one, about) in came else one for one in records]


def came_keeps_ins(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Leave matricule and OID in a file that came this way, whatever its status."""
    came, before = _came(memory), about["before"]
    kept = {name: before[name] for name in ("matricule", "oid")}
    return [{**one, **kept} if _file_of(one, about) in came else one for one in records]


def came_passes(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Lift a refusal for a file that came this way."""
    came = _came(memory)
    return [one for one in records if _file_of(one, about) not in came]


def came_shown_open(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Show no lock on a file that came this way."""
    came = _came(memory)
    return [{**one, "locked_fields": []} if _file_of(one, about) in came else one for one in records]


def came_dropped(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Lose what is about a file that came this way."""
    came = _came(memory)
    return [one for one in records if _file_of(one, about) not in came]


def came_list_kept(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Do not feed the list of given names of a file that came this way."""
    came, before = _came(memory), about.get("before") or {}
    return [
        {**one, "first_names": before["first_names"]} if before and before["id"] in came else one
        for one in records
    ]


def hand_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember who had a file in hand, and how it was then."""
    hands: dict[str, tuple[str, Record]] = memory.shared.setdefault("hands", {})
    for one in records:
        hands[str(one["id"])] = (str(about["user"]), dict(one))
    return records


def other_hand_undone(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Leave a file as it was when another user than the one who had it in hand has acted."""
    hands: dict[str, tuple[str, Record]] = memory.shared.setdefault("hands", {})
    out = []
    for one in records:
        user, former = hands.get(str(one["id"]), (about["user"], one))
        out.append(one if user == about["user"] else {**former})
    return out


def other_hand_keeps_ins(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Leave the INS in a file that another user lowers than the one who had it in hand."""
    hands: dict[str, tuple[str, Record]] = memory.shared.setdefault("hands", {})
    out = []
    for one in records:
        user, former = hands.get(str(one["id"]), (about["user"], one))
        kept = {name: former[name] for name in ("matricule", "oid")}
        out.append(one if user == about["user"] else {**one, **kept})
    return out


def depositor_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember who deposits a lot."""
    memory.shared["depositor"] = about["user"]
    return records


def undone_for_another_than_the_depositor(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Leave a denied file as it was when another user collects than the one who deposited the lot."""
    depositor = memory.shared.get("depositor", about["user"])
    return records if depositor == about["user"] else [{**about["before"]}]


def lines_of_the_depositor_only(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Lose the lines of a lot that another user collects than the one who deposited it."""
    return [one for one in records if one["user"] == memory.shared.get("depositor", one["user"])]


def first_author_only(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write the changes of the user only who has the first entry of a file."""
    first: dict[str, str] = memory.own.setdefault("first", {})
    out = []
    for one in records:
        author = first.setdefault(about["patient_id"], one["author"])
        if author == one["author"]:
            out.append(one)
    return out


def trust_of_the_sender_before(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Look whether the sender of the message before is trusted."""
    sender = str(about["received"]["sender"])
    former = memory.own.get("sender", sender)
    memory.own["sender"] = sender
    return [{"sender": sender}] if any(one["sender"] == former for one in records) else []


FUNCTIONS: dict[str, Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]] = {
    function.__name__.replace("_", "-"): function
    for function in (
        came_noted,
        came_keeps_status,
        came_validated_only,
        came_keeps_ins,
        came_passes,
        came_shown_open,
        came_dropped,
        came_list_kept,
        hand_noted,
        other_hand_undone,
        other_hand_keeps_ins,
        depositor_noted,
        undone_for_another_than_the_depositor,
        lines_of_the_depositor_only,
        first_author_only,
        trust_of_the_sender_before,
    )
}
