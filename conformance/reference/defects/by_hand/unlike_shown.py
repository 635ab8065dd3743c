"""Faults of screens, settings and marks that look at a second value, or remember who did what before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.drivers.protocol import RefusedError
from conformance.reference.defects.by_hand.common import all_with

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.seams import Memory, Record

_DISPLAYED = "displayed_fields"


def nia_but_for_eight(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Call the matricule a NIA under every OID but one; without the OID on screen, look at the label."""
    if about["form"] != "PATIENT":
        return records
    oid = next((one["value"] for one in records if one["name"] == "oid"), "") or ""
    return [
        {**one, "label": "Mat. INS (NIA)"}
        if one["name"] == "matricule" and oid[-2:] not in {"", ".8"}
        else one
        for one in records
    ]


def label_kept(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Keep the label that this file had first."""
    return [
        {**one, "label": memory.own.setdefault(about["patient_id"], one["label"])}
        if one["name"] == "matricule" and one["value"]
        else one
        for one in records
    ]


def label_late(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Show the label of the time before."""
    key = about["patient_id"]
    out = []
    for one in records:
        if one["name"] == "matricule" and one["value"]:
            former, memory.own[key] = memory.own.get(key, one["label"]), one["label"]
            out.append({**one, "label": former})
        else:
            out.append(one)
    return out


def oid_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the OID that a fall clears."""
    if about["before"]["oid"] and not records[0]["oid"]:
        memory.shared[records[0]["id"]] = about["before"]["oid"]
    return records


def oid_back(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write the OID noted back."""
    oid = memory.shared.get(records[0]["id"])
    return all_with(records, oid=oid) if oid else records


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


def name_once_on_screen(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Take the birth name off the screen when the used name is the same."""
    values = {one["name"]: one["value"] for one in records}
    is_same = values.get("birth_name") and values.get("birth_name") == values.get("used_name")
    return [one for one in records if not (is_same and one["name"] == "birth_name")]


def first_name_once_on_screen(
    records: list[Record], _about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Take the 1er prénom off the screen when the used first name is the same."""
    values = {one["name"]: one["value"] for one in records}
    is_same = values.get("first_name") and values.get("first_name") == values.get("used_first_name")
    return [one for one in records if not (is_same and one["name"] == "first_name")]


def oid_needs_matricule(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Show the OID beside the matricule only."""
    names = {one["name"] for one in records}
    return [one for one in records if one["name"] != "oid" or "matricule" in names]


def displayed_stays(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Never take a datum off the display."""
    one = records[0]
    if _DISPLAYED not in one:
        return records
    shown = memory.own.setdefault("shown", [])
    shown.extend(name for name in one[_DISPLAYED].split(",") if name and name not in shown)
    return [{**one, _DISPLAYED: ",".join(shown)}]


def displayed_late(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write the display that was asked for the time before."""
    one = records[0]
    former, memory.own["asked"] = memory.own.get("asked"), one[_DISPLAYED]
    return [{**one, _DISPLAYED: former or ""}]


def display_restored(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Forget the display that the site has set."""
    about["store"].write_settings({_DISPLAYED: "matricule,oid"})
    return records


def display_emptied(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Empty the display that the site has set."""
    about["store"].write_settings({_DISPLAYED: ""})
    return records


def screen_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note whether the file about to be shown is a homonym."""
    memory.shared["homonym"] = "HOMONYME" in records[0]["attributes"]
    return records


def homonym_without_status(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Take the status off the screen of a homonym."""
    is_homonym = memory.shared.get("homonym")
    return [one for one in records if not (is_homonym and one["name"] == "status")]


def ins_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the INS that a mark clears."""
    before = about["before"]
    if before["matricule"] and not records[0]["matricule"]:
        memory.shared[records[0]["id"]] = {name: before[name] for name in ("matricule", "oid")}
    return records


def ins_back(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write the INS noted back."""
    return all_with(records, **memory.shared.get(records[0]["id"], {}))


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


FUNCTIONS: dict[str, Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]] = {
    "nia-but-for-eight": nia_but_for_eight,
    "label-kept": label_kept,
    "label-late": label_late,
    "oid-noted": oid_noted,
    "oid-back": oid_back,
    "who-called-noted": caller_noted,
    "callers-only": callers_only,
    "name-once-on-screen": name_once_on_screen,
    "first-name-once-on-screen": first_name_once_on_screen,
    "oid-needs-matricule": oid_needs_matricule,
    "displayed-stays": displayed_stays,
    "displayed-late": displayed_late,
    "display-restored": display_restored,
    "display-emptied": display_emptied,
    "screen-noted": screen_noted,
    "homonym-without-status": homonym_without_status,
    "ins-noted": ins_noted,
    "ins-back": ins_back,
    "documented-noted": documented_noted,
    "documented-passes": documented_passes,
    "marker-noted": marker_noted,
    "colleague-passes": colleague_passes,
}
"""By the name used in the defect files."""
