"""Faults against DOC-01: what a template keeps of the document before, or leaves out of a name; ``by_rule`` names them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record

_PARTICLE: Final = re.compile(r"((?:DE LA|DE|DU|DES|LE|LA) |D')(.+)")
_INS: Final = ("matricule", "oid", "nature", "mailbox")


def bare_after_the_same(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write no INS into the second document in a row of a patient."""
    is_same = memory.own.get("last") == about["patient_id"]
    memory.own["last"] = about["patient_id"]
    return [{**one, "matricule": "", "nature": ""} if is_same else one for one in records]


def bare_when_first_made(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write no INS into a document of a kind that was first made without it."""
    out = []
    for one in records:
        key = f"{about['patient_id']} {about['document']} {about['where']}"
        is_bare = memory.own.setdefault(key, not one["matricule"])
        out.append({**one, **dict.fromkeys(_INS, "")} if is_bare else one)
    return out


def birth_name_left_out_when_used(
    records: list[Record], about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Print no birth name that is the used name too."""
    is_same = about["file"]["used_name"] == about["file"]["birth_name"]
    return [one for one in records if not (is_same and one["key"] == "birth_name")]


def particle_behind(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Print the particle of a name behind it, in brackets."""
    return [
        {**one, "value": _PARTICLE.sub(lambda found: f"{found[2]} ({found[1].strip()})", one["value"])}
        if one["key"] == "birth_name"
        else one
        for one in records
    ]


FUNCTIONS: Final[dict[str, Hand]] = {
    "bare-after-the-same": bare_after_the_same,
    "bare-when-first-made": bare_when_first_made,
    "birth-name-left-out-when-used": birth_name_left_out_when_used,
    "particle-behind": particle_behind,
}
"""What ``hand`` may name."""
