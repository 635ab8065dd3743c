"""Faults of documents that keep the INS of an earlier one: the number of a file may change, a NIA becoming a NIR (MAT-09)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.seams import Memory, Record

_INS = ("matricule", "oid", "nature", "mailbox")


def first_ins(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write the first INS that went into this place of a document of the file, for as long as one may leave."""
    kept = memory.own.setdefault((about["patient_id"], about["where"]), {})
    out = []
    for one in records:
        if one["matricule"] and not kept:
            kept |= {name: one[name] for name in _INS}
        out.append({**one, **kept} if one["matricule"] else one)
    return out


FUNCTIONS: dict[str, Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]] = {
    "first-ins": first_ins,
}
