"""Faults against DIS-03 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.memory import noting

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def validated_by_the_app(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Show an identity that the Appli carte Vitale qualified as validée."""
    noted = {one["id"] for one in memory.shared.get("files", ())}
    return [
        {**one, "value": "Identité validée"}
        if one["name"] == "status" and about["patient_id"] in noted
        else one
        for one in records
    ]


def status_needs_room(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Leave the status out where the site displays nothing else."""
    bare = len(records) <= 6  # noqa: PLR2004 - four fields, the status, the billing number
    return [one for one in records if not (bare and one["name"] == "status")]


def waiting_number_shown_recovered(
    records: list[Record], _about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Say of an identity with a waiting number that it is récupérée."""
    waiting = any(one["name"] == "matricule" and "NIA" in one["label"] for one in records)
    return [
        {**one, "value": "Identité récupérée"} if waiting and one["name"] == "status" else one
        for one in records
    ]


def qualified_mark_stays(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Keep the mark of a qualified identity once it was shown."""
    kept: dict[str, str] = memory.own
    for one in records:
        if one["name"] == "status" and "qualifiée" in (one["value"] or ""):
            kept[about["patient_id"]] = one["value"]
    mark = kept.get(about["patient_id"])
    return [{**one, "value": mark} if mark and one["name"] == "status" else one for one in records]


def form_of_the_opening(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Show the status on the screen of a file as it was when the file was opened first."""
    if not about.get("patient_id"):
        return records
    out = []
    for one in records:
        record = one
        if record["name"] == "status":
            record = {**record, "value": memory.own.setdefault(about["patient_id"], record["value"])}
        out.append(record)
    return out


def screen_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note whether the file about to be shown is a homonym."""
    memory.shared["homonym"] = "HOMONYME" in records[0]["attributes"]
    return records


def homonym_without_status(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Take the status off the screen of a homonym."""
    is_homonym = memory.shared.get("homonym")
    return [one for one in records if not (is_homonym and one["name"] == "status")]


FUNCTIONS: Final[dict[str, Hand]] = {
    "file-noted-for-later": noting("files"),
    "form-of-the-opening": form_of_the_opening,
    "homonym-without-status": homonym_without_status,
    "qualified-mark-stays": qualified_mark_stays,
    "screen-noted": screen_noted,
    "status-needs-room": status_needs_room,
    "validated-by-the-app": validated_by_the_app,
    "waiting-number-shown-recovered": waiting_number_shown_recovered,
}
"""What ``hand`` may name."""
