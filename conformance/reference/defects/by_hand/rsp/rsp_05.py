"""Faults against RSP-05 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.constants import BY_CARD
from conformance.reference.defects.by_hand.common.memory import filled_from_memory, turn_of_file
from conformance.reference.defects.by_hand.common.records import all_with, key
from conformance.reference.defects.by_hand.rsp.common import as_at_call
from simulator.ins.traits import starts_list

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record

_NOT_START = "FIRST_NAME_NOT_START_OF_LIST"


def first_half_completed(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Replace a 1er prénom that is the first half of the compound one of the list."""
    local = about["local"].get("first_name")
    return [
        {**one, "first_name": first}
        if local and (first := (one["first_names"] or "").partition(" ")[0]).startswith(f"{local}-")
        else one
        for one in records
    ]


def incoherent_first_name_corrected(
    records: list[Record], about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Replace a 1er prénom that is not the start of the list by the first of the list."""
    first, listed = about["local"].get("first_name") or "", about["insi"].get("first_names") or ""
    if not first or not listed or starts_list(first, listed):
        return records
    return [{**one, "first_name": listed.split(" ")[0]} for one in records]


def third_alert_spared(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Spare the user the alert of the third call."""
    if not records[0]["alerts"] or turn_of_file(about, memory, records[0]) < 3:  # noqa: PLR2004 - third
        return records
    return all_with(records, alerts=[])


def attributes_as_at_the_call(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Save the attributes as they were when INSi was called."""
    if about["event"] == "called" and records[-1]["id"]:
        memory.own[records[-1]["id"]] = records[-1]["attributes"]
        return records
    return [
        {**one, "attributes": memory.own.get(one["id"], one["attributes"])}
        if about["event"] == "imported"
        else one
        for one in records
    ]


def alerts_of_the_call_before(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Show the alerts of the call before as well."""
    before: list[Record] = memory.own.get("alerts", [])
    memory.own["alerts"] = [alert for one in records for alert in one["alerts"]]
    return [
        {**one, "alerts": [*one["alerts"], *(alert for alert in before if alert not in one["alerts"])]}
        for one in records
    ]


def alerted_once(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Tell of a 1er prénom that is not the start of the list at the first call of a file only."""
    told: set[str] = memory.own.setdefault("told", set())
    file = str(about.get("patient_id") or "")
    if not file or _NOT_START not in (about.get("reasons") or ()):
        return records
    if file not in told:
        told.add(file)
        return records
    return [
        {**one, "alerts": [alert for alert in one["alerts"] if alert["code"] != _NOT_START]}
        for one in records
    ]


def started_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note whether the call was started without waiting."""
    memory.shared["started"] = about["started"]
    return records


def started_overwrites(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Replace the 1er prénom on the acceptance of a call that was started without waiting."""
    first = (about["insi"].get("first_names") or "").split(" ")[0]
    return [{**one, "first_name": first} for one in records] if memory.shared.get("started") else records


def writing_of_insi(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Write the 1er prénom as the list of INSi writes it, where only signs differ."""
    first = about["local"].get("first_name") or ""
    words = ((about["insi"] or {}).get("first_names") or "").split()
    written = next(
        (
            " ".join(words[:count])
            for count in range(1, len(words) + 1)
            if key(" ".join(words[:count])) == key(first)
        ),
        None,
    )
    return [{**one, "first_name": written} for one in records] if first and written else records


def first_name_at_creation(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Judge the 1er prénom as it was when INSi was first called for the file."""
    if not about["patient_id"] or not about["insi"]:
        return records
    kept = memory.own.setdefault(about["patient_id"], about["local"].get("first_name"))
    if kept and starts_list(kept, about["insi"].get("first_names") or ""):
        return [
            {
                **one,
                "alerts": [each for each in one["alerts"] if each["code"] != "FIRST_NAME_NOT_START_OF_LIST"],
            }
            for one in records
        ]
    return records


def first_name_as_at_call(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write the 1er prénom back as it was when INSi was called."""
    return as_at_call(records, memory, "first_name")


def no_alert_when_compound(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Say nothing of the 1er prénom."""
    return _without_alert(records, "FIRST_NAME_NOT_START_OF_LIST")


def _without_alert(records: list[Record], code: str) -> list[Record]:
    return [{**one, "alerts": [each for each in one["alerts"] if each["code"] != code]} for one in records]


def alert_stays(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Show an alert on the 1er prénom with every later call for the file that finds."""
    found = [
        each for one in records for each in one["alerts"] if each["code"] == "FIRST_NAME_NOT_START_OF_LIST"
    ]
    if found:
        memory.own[str(about["patient_id"])] = found
    kept = memory.own.get(str(about["patient_id"]))
    if found or not kept or about["judged"] != "FOUND":
        return records
    return [{**one, "alerts": [*one["alerts"], *kept]} for one in records]


def first_name_fed_by_card(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Overwrite the 1er prénom by the first of the list when the last call was one by card."""
    listed = (about["insi"].get("first_names") or "").split(" ")
    if memory.shared.get("way") != BY_CARD or not listed[0]:
        return records
    return [{**one, "first_name": listed[0]} for one in records]


def no_alert_after_another_name(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Judge the 1er prénom in the code of the first request only."""
    if "nth" in about:
        memory.shared["nth"] = about["nth"]
        return records
    return [
        {**one, "alerts": []} if memory.shared.get("nth", 1) > 1 and one["outcome"] == "FOUND" else one
        for one in records
    ]


def no_alert_when_listed_here(
    records: list[Record], about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Be content when the first name that INSi puts first stands anywhere in the list of the file."""
    first = ((about.get("insi") or {}).get("first_names") or "").split(" ")[0]
    here = (about["local"].get("first_names") or "").split(" ")
    return [{**one, "alerts": []} if first and first in here[1:] else one for one in records]


def first_name_alert_silenced(
    records: list[Record], _about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Keep the alert on the 1er prénom to itself."""
    return [
        {**one, "alerts": [alert for alert in one["alerts"] if not alert["code"].startswith("FIRST_NAME")]}
        for one in records
    ]


def coherence_of_former_list(
    records: list[Record], about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Judge the 1er prénom against the list of the file instead of the one returned."""
    local = about["local"]
    if not local.get("first_names") or not local.get("first_name"):
        return records
    fits = starts_list(local["first_name"], local["first_names"])
    return [
        {
            **one,
            "alerts": [
                each for each in one["alerts"] if not fits or each["code"] != "FIRST_NAME_NOT_START_OF_LIST"
            ],
        }
        for one in records
    ]


def compound_cut_when_refreshed(
    records: list[Record], about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Make the first word of the list the 1er prénom where it begins with it."""
    local, out = about["local"].get("first_name") or "", []
    for one in records:
        word = (one.get("first_names") or "").split(" ")[0].split("-")[0]
        out.append({**one, "first_name": word} if word and local != word and local.startswith(word) else one)
    return out


def first_of_list_by_card(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write the first of the list as 1er prénom when a file is fed anew by card."""
    if about["event"] == "called":
        memory.shared["way"] = about.get("way")
    return records


def first_of_list_on_card_refresh(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Take the first of the list for 1er prénom when the last call went by card."""
    if memory.shared.get("way") != "VITALE":
        return records
    return [{**one, "first_name": (one.get("first_names") or "").split(" ")[0]} for one in records]


FUNCTIONS: Final[dict[str, Hand]] = {
    "first-of-list-by-card": first_of_list_by_card,
    "first-of-list-on-card-refresh": first_of_list_on_card_refresh,
    "coherence-of-former-list": coherence_of_former_list,
    "compound-cut-when-refreshed": compound_cut_when_refreshed,
    "first-name-alert-silenced": first_name_alert_silenced,
    "alert-stays": alert_stays,
    "alerted-once": alerted_once,
    "alerts-of-the-call-before": alerts_of_the_call_before,
    "attributes-as-at-the-call": attributes_as_at_the_call,
    "first-half-completed": first_half_completed,
    "first-name-as-at-call": first_name_as_at_call,
    "first-name-at-creation": first_name_at_creation,
    "first-name-fed-by-card": first_name_fed_by_card,
    "incoherent-first-name-corrected": incoherent_first_name_corrected,
    "list-of-the-one-before": filled_from_memory("first_names"),
    "no-alert-after-another-name": no_alert_after_another_name,
    "no-alert-when-compound": no_alert_when_compound,
    "no-alert-when-listed-here": no_alert_when_listed_here,
    "started-noted": started_noted,
    "started-overwrites": started_overwrites,
    "third-alert-spared": third_alert_spared,
    "writing-of-insi": writing_of_insi,
}
"""What ``hand`` may name."""
