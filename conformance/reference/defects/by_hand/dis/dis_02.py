"""Faults against DIS-02 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record

_DISPLAYED = "displayed_fields"


def screen_of_the_one_before(*names: str) -> Hand:
    """Return what leaves these fields of a screen as they were when the file opened has none."""

    def fill(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
        out = []
        for one in records:
            if one["name"] in names and one.get("value"):
                memory.own[one["name"]] = one["value"]
            kept = memory.own.get(one["name"]) if one["name"] in names else None
            out.append({**one, "value": one.get("value") or kept})
        return out

    return fill


def hides_along(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Hide the used first name with the OID."""
    names = {record["name"] for record in records}
    return records if "oid" in names else [one for one in records if one["name"] != "used_first_name"]


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


FUNCTIONS: Final[dict[str, Hand]] = {
    "display-emptied": display_emptied,
    "display-restored": display_restored,
    "displayed-late": displayed_late,
    "displayed-stays": displayed_stays,
    "hides-along": hides_along,
    "ins-on-screen-before": screen_of_the_one_before("matricule", "oid"),
    "names-on-screen-before": screen_of_the_one_before("used_name", "used_first_name"),
    "oid-needs-matricule": oid_needs_matricule,
}
"""What ``hand`` may name."""
