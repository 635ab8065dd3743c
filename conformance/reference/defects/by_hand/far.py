"""Faults of what comes far on: the third time, the tenth entry, the next week, the fifth year; see ``by_hand``."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from conformance.drivers import site
from conformance.drivers.model import Attribute, Status
from conformance.reference.defects.by_hand.common import all_with
from simulator.ins.traits import starts_list

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.drivers.model import Patient
    from conformance.reference.seams import Memory, Record

_WEEK, _FIVE_YEARS = 7, 1800
_WITH_INS: Final = frozenset({Status.RECUP, Status.QUAL})


# How often


def _nth(about: Mapping[str, Any], memory: Memory, record: Record) -> int:
    key = str(about.get("patient_id") or (about.get("file") or {}).get("id") or record.get("id") or "")
    count = int(memory.own.get(key, 0)) + 1
    memory.own[key] = count
    return count


def third_fall_keeps(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Leave the INS in the file at its third fall."""
    before = about["before"]
    if not before["matricule"] or records[0]["matricule"] or _nth(about, memory, before) < 3:  # noqa: PLR2004 - third
        return records
    return all_with(records, matricule=before["matricule"], oid=before["oid"])


def third_doubt_lowers_not(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Lower nothing when a file is marked for the third time."""
    if about["before"] == records[0]["status"] or _nth(about, memory, records[0]) < 3:  # noqa: PLR2004 - third
        return records
    return all_with(records, status=about["before"])


def third_import_is_empty(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write nothing at the third acceptance."""
    key = {"id": (about.get("before") or {}).get("id", "")}
    return [{}] if key["id"] and _nth({}, memory, key) >= 3 else records  # noqa: PLR2004 - third


def third_alert_spared(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Spare the user the alert of the third call."""
    if not records[0]["alerts"] or _nth(about, memory, records[0]) < 3:  # noqa: PLR2004 - third
        return records
    return all_with(records, alerts=[])


def as_text_sorted(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Sort entries by their number taken as a text: the tenth comes after the first."""
    numbered = sorted(enumerate(records, start=1), key=lambda pair: str(pair[0]))
    return [one for _, one in numbered]


# How long


def night_counted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Count the nights."""
    # A night that the bench lets pass is a second short of a day.
    if records[0]["days"] >= 0:
        memory.shared["nights"] = memory.shared.get("nights", 0) + 1
    return records


def passes_after_a_night(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Refuse nothing once a night has passed."""
    return [] if memory.shared.get("nights") else records


def lowered_after_a_night(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Make a qualifiée identity récupérée when it is changed after a night."""
    return all_with(records, status=Status.RECUP) if memory.shared.get("nights") and about else records


def provisional_after_a_night(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Leave an identity provisoire that is accepted after a night."""
    return all_with(records, status=Status.PROV) if memory.shared.get("nights") else records


def _on_the_day(change: Callable[[Patient, int], Patient]) -> Callable[..., list[Record]]:
    def job(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
        for one in about["store"].patients():
            about["store"].save_patient(change(one, int(records[0]["days"])))
        return records

    return job


def _week_over(one: Patient, days: int) -> Patient:
    return replace(one, status=Status.PROV) if days >= _WEEK and one.status is Status.VALI else one


def _homonym_week_over(one: Patient, days: int) -> Patient:
    return replace(one, attributes=one.attributes - {Attribute.HOMONYME}) if days >= _WEEK else one


def _five_years_over(one: Patient, days: int) -> Patient:
    is_old = days >= _FIVE_YEARS and one.status is Status.QUAL
    return replace(one, status=Status.RECUP) if is_old else one


def _came_of_age(one: Patient, days: int) -> Patient:
    today = datetime.now(UTC).date()
    then = today + timedelta(days=days)
    born = str(one.birth_date or "")
    grown = f"{then.year - 18:04d}{then.isoformat()[4:]}"
    young = f"{today.year - 18:04d}{today.isoformat()[4:]}"
    if not young < born <= grown or one.status not in {Status.VALI, Status.QUAL}:
        return one
    return replace(one, status=Status.RECUP if one.status is Status.QUAL else Status.PROV, proof=None)


def _any_document_at_night(one: Patient, _days: int) -> Patient:
    return replace(one, status=Status.QUAL) if one.status is Status.RECUP and one.proof else one


def trace_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember that the data of traces are purged from now on."""
    memory.shared["purged"] = datetime.now(UTC).isoformat()
    return records


def trace_purged(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Show no data of the answers that came before the night."""
    purged = memory.shared.get("purged", "")
    return [{**one, "returned": {}} if one["at"] < purged else one for one in records]


# Settings and lists


def automatic_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember who was validated by the software itself."""
    if "automatique" in records[0]["reason"]:
        memory.shared.setdefault("automatic", set()).add(about["patient_id"])
    return records


def off_lowers(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Lower whoever was validated by the software itself when the site switches that off."""
    store = memory.shared.get("store")
    if records[0].get(site.AUTOMATIC_VALIDATION) == site.OFF and store is not None:
        for number in memory.shared.pop("automatic", ()):
            one = store.patient(number)
            if one.status is Status.VALI:
                store.save_patient(replace(one, status=Status.PROV))
    return records


def on_validates(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Validate whoever has any document when the site switches automatic validation on."""
    store = memory.shared.get("store")
    if records[0].get(site.AUTOMATIC_VALIDATION) == site.ON and store is not None:
        for one in store.patients():
            if one.status is Status.PROV and one.proof:
                store.save_patient(replace(one, status=Status.VALI))
    return records


def off_counted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Count how often the site switches automatic validation off after it was on."""
    wanted = records[0].get(site.AUTOMATIC_VALIDATION)
    if wanted == site.OFF and memory.shared.get("automatic-now") == site.ON:
        memory.shared["offs"] = memory.shared.get("offs", 0) + 1
    memory.shared["automatic-now"] = wanted or memory.shared.get("automatic-now")
    return records


def second_off_ignored(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Go on validating once it was switched off for the second time."""
    jammed = memory.shared.get("offs", 0) >= 2  # noqa: PLR2004 - second
    return all_with(records, **{site.AUTOMATIC_VALIDATION: site.ON}) if jammed else records


def shorter_found(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Find as well those whose name is the beginning of what was typed."""
    criteria = about["criteria"]
    typed, born = criteria.get("name_prefix"), criteria.get("birth_date")
    if not typed or not born or criteria.get("first_name_prefix"):
        return records
    known = {one["id"] for one in records}
    more = [
        one
        for one in about["everyone"]
        if one["birth_date"] == born
        and one["id"] not in known
        and one["birth_name"]
        and typed.startswith(one["birth_name"])
    ]
    return records + more


def used_first_name_of_alert(
    records: list[Record], _about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Take a 1er prénom that is not of the list for the used one."""
    [one] = records
    first, listed = one["first_name"], one["first_names"]
    if not first or not listed or one["used_first_name"] or starts_list(first, listed):
        return records
    return all_with(records, used_first_name=first)


def three_words(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Take three names of the list at most."""
    return [
        {**one, "first_names": " ".join(one["first_names"].split(" ")[:3])} if one.get("first_names") else one
        for one in records
    ]


def first_note_kept(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Give each later document of a file the date of the first."""
    first = memory.own.setdefault(about["file"]["id"], records[0]["recorded_at"])
    return all_with(records, recorded_at=first)


def first_signature_kept(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Have each later document of a file recorded by whoever recorded the first."""
    first = memory.own.setdefault(about["file"]["id"], records[0]["recorded_by"])
    return all_with(records, recorded_by=first)


def billing_of_one(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Take the billing number out of every other file."""
    [one] = records
    for other in about["store"].patients():
        if other.id != one["id"] and one["billing_number"] and other.billing_number == one["billing_number"]:
            about["store"].save_patient(replace(other, billing_number=None))
    return records


def redundant_billing(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Drop a billing number that is the matricule."""
    [one] = records
    number = (one["billing_number"] or "")[:13]
    return (
        all_with(records, billing_number=None)
        if number and (one["matricule"] or "")[:13] == number
        else records
    )


def refused_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember that the form of a user was refused."""
    memory.shared.setdefault("refused", set()).add(about["user"])
    return records


def created_twice_after_refusal(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Create a second file when the form was refused before."""
    refused = memory.shared.get("refused", set())
    if about["user"] in refused:
        refused.discard(about["user"])
        about["store"].add_patient(about["store"].patient(records[0]["id"]))
    return records


def former_emptied(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Forget the former INS of the file."""
    about["store"].write_former(records[0]["id"], [])
    return records


def app_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember whom the Appli carte Vitale has qualified."""
    memory.shared.setdefault("app", set()).add(records[0]["id"])
    return records


def undocumented_falls(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Make récupérée, at the next answer of INSi, whoever the app has qualified: there is no document."""
    fallen = about["file"]["id"] in memory.shared.get("app", ()) and not about["file"]["proof"]
    return all_with(records, status=Status.RECUP) if fallen else records


def app_unknown(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Make validée, by a document, whoever the app has qualified: its INS is none of INSi."""
    is_of_app = about["file"]["id"] in memory.shared.get("app", ())
    return all_with(records, status=Status.VALI) if is_of_app else records


FUNCTIONS: Final = {
    "app-unknown": app_unknown,
    "on-validates": on_validates,
    "provisional-after-a-night": provisional_after_a_night,
    "third-fall-keeps": third_fall_keeps,
    "third-doubt-lowers-not": third_doubt_lowers_not,
    "third-import-is-empty": third_import_is_empty,
    "third-alert-spared": third_alert_spared,
    "as-text-sorted": as_text_sorted,
    "night-counted": night_counted,
    "passes-after-a-night": passes_after_a_night,
    "lowered-after-a-night": lowered_after_a_night,
    "week-over": _on_the_day(_week_over),
    "homonym-week-over": _on_the_day(_homonym_week_over),
    "five-years-over": _on_the_day(_five_years_over),
    "came-of-age": _on_the_day(_came_of_age),
    "any-document-at-night": _on_the_day(_any_document_at_night),
    "trace-noted": trace_noted,
    "trace-purged": trace_purged,
    "automatic-noted": automatic_noted,
    "off-lowers": off_lowers,
    "off-counted": off_counted,
    "second-off-ignored": second_off_ignored,
    "shorter-found": shorter_found,
    "used-first-name-of-alert": used_first_name_of_alert,
    "three-words": three_words,
    "first-note-kept": first_note_kept,
    "first-signature-kept": first_signature_kept,
    "billing-of-one": billing_of_one,
    "redundant-billing": redundant_billing,
    "refused-noted": refused_noted,
    "created-twice-after-refusal": created_twice_after_refusal,
    "former-emptied": former_emptied,
    "app-noted": app_noted,
    "undocumented-falls": undocumented_falls,
}
