"""Faults against ATT-06 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.protocol import RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def blocked_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the files that bore a doubt or fiction."""
    once: set[str] = memory.shared.setdefault("marked-once", set())
    for one in records:
        if {"DOUTEUSE", "FICTIVE"} & set(one["attributes"]):
            once.add(one["id"])
    return records


def still_no_validation(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Refuse to validate who was once doubtful or fictitious: the flag of the screen is not taken off."""
    if about["file"]["id"] in memory.shared.get("marked-once", ()):
        raise RefusedError("ATTRIBUTE_FORBIDS", "Identité douteuse : validation impossible.", ["attributes"])
    return records


def validation_deferred(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Do a validation refused because of an attribute once the attribute is gone."""
    waiting: set[str] = memory.own.setdefault("waiting", set())
    out = []
    for one in records:
        record = one
        if about["event"] == "validate-refused" and record["attributes"]:
            waiting.add(record["id"])
        if about["event"] == "attributes-set" and record["id"] in waiting and not record["attributes"]:
            waiting.discard(record["id"])
            record = {**record, "status": "VALI", "noted": True}
        out.append(record)
    return out


def documented_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note a file that has its document when it is marked."""
    memory.shared.setdefault("documented", set()).add(records[0]["id"])
    return records


def documented_passes(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Let the validation of such a file pass."""
    is_known = about["file"]["id"] in memory.shared.get("documented", set())
    return [] if is_known and about.get("attributes") else records


def marker_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note who marked a file."""
    memory.shared[records[0]["id"]] = about["user"]
    return records


def colleague_passes(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Let the validation by anybody else pass."""
    marker = memory.shared.get(about["file"]["id"])
    return [] if marker and about.get("attributes") and marker != about["user"] else records


def just_marked_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the file marked last, until another act reads it again."""
    is_marked = about["event"] == "attributes-set" and {"DOUTEUSE", "FICTIVE"} & set(records[0]["attributes"])
    memory.shared["just-marked"] = records[0]["id"] if is_marked else None
    return records


def just_marked_passes(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Validate a file as it was on the screen before it was marked."""
    return [] if memory.shared.get("just-marked") == about["file"]["id"] else records


FUNCTIONS: Final[dict[str, Hand]] = {
    "blocked-noted": blocked_noted,
    "colleague-passes": colleague_passes,
    "documented-noted": documented_noted,
    "documented-passes": documented_passes,
    "just-marked-noted": just_marked_noted,
    "just-marked-passes": just_marked_passes,
    "marker-noted": marker_noted,
    "still-no-validation": still_no_validation,
    "validation-deferred": validation_deferred,
}
"""What ``hand`` may name."""
