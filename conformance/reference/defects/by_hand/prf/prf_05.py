"""Faults against PRF-05 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from conformance.drivers import site
from conformance.drivers.model import Status
from conformance.reference.defects.by_hand.common.memory import at_night, every_night
from conformance.reference.defects.by_hand.common.records import all_with

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.drivers.model import Patient
    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record

_HIGH = frozenset({"CNI", "PASSPORT", "RESIDENCE_PERMIT"})


def _validated_at_night(one: Patient) -> Patient:
    ready = one.status is Status.PROV and one.proof and one.proof.kind in _HIGH
    return replace(one, status=Status.VALI) if ready else one


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


def automatic_for_who_had_it(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Keep validating automatically for the users who have seen it."""
    had = memory.own.setdefault("had", set())
    if records[0].get("automatic_validation") == "true":
        had.add(about["user"])
    return all_with(records, automatic_validation="true") if about["user"] in had else records


def automatic_once_used(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Keep validating automatically once that was done."""
    return all_with(records, automatic_validation="true") if memory.shared.get("automatic") else records


def automatic_on_with_lists(
    records: list[Record], _about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Switch the automatic validation on with a list of documents that is written."""
    return [
        {**one, "automatic_validation": "true"}
        if {"high_confidence_proofs", "low_confidence_proofs"} & set(one)
        and "automatic_validation" not in one
        else one
        for one in records
    ]


def switched_on_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Keep the automatic validation of a user who had it once."""
    known = memory.own.setdefault("users", set())
    if records[0]["automatic_validation"] == "true":
        known.add(about["user"])
    return all_with(records, automatic_validation="true") if about["user"] in known else records


def card_read_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember that a card was read."""
    memory.shared["card-read"] = True
    return records


def automatic_after_a_card(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Have the automatic validation once a card was read."""
    return all_with(records, automatic_validation="true") if memory.shared.get("card-read") else records


FUNCTIONS: Final[dict[str, Hand]] = {
    "automatic-after-a-card": automatic_after_a_card,
    "card-read-noted": card_read_noted,
    "automatic-for-who-had-it": automatic_for_who_had_it,
    "automatic-noted": automatic_noted,
    "automatic-on-with-lists": automatic_on_with_lists,
    "automatic-once-used": automatic_once_used,
    "night-retrieved-qualified": at_night(
        lambda one: replace(one, status=Status.QUAL) if one.status is Status.RECUP and one.proof else one
    ),
    "off-counted": off_counted,
    "off-lowers": off_lowers,
    "on-validates": on_validates,
    "second-off-ignored": second_off_ignored,
    "thread-switched-on-noted": switched_on_noted,
    "validated-at-night": every_night(_validated_at_night),
}
"""What ``hand`` may name."""
