"""Faults against PRF-02 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.drivers import site
from conformance.drivers.model import HIGH_CONFIDENCE_PROOFS, LOW_CONFIDENCE_PROOFS
from conformance.reference import settings as site_settings
from conformance.reference.defects.by_hand.common.records import all_with
from conformance.reference.defects.by_hand.prf.common import HIGH, WEAK

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record

_LOW = "low_confidence_proofs"


def automatic_at_night(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Put the list of weak documents back as it was delivered."""
    from conformance.reference import settings as site_settings  # noqa: PLC0415 - for this fault alone

    name = site.LOW_CONFIDENCE_PROOFS
    about["store"].write_settings({name: site_settings.DEFAULTS[name]})
    return records


def settings_of_delivery(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Put the lists of documents back as they were delivered."""
    names = (site.HIGH_CONFIDENCE_PROOFS, site.LOW_CONFIDENCE_PROOFS, site.AUTOMATIC_VALIDATION)
    about["store"].write_settings({name: site_settings.DEFAULTS[name] for name in names})
    return records


def lists_at_creation(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the list of documents under which a file was created."""
    if about["event"] == "created":
        high = site_settings.of(about["store"])[site.HIGH_CONFIDENCE_PROOFS]
        memory.shared.setdefault("lists", {})[records[0]["id"]] = high
    return records


def lists_of_creation_used(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Judge documents by the list under which the file was created."""
    high = memory.shared.get("lists", {}).get((about.get("file") or {}).get("id"))
    return [{**one, site.HIGH_CONFIDENCE_PROOFS: high} if high else one for one in records]


def lists_restored(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Put the default lists of documents back whenever another setting is written."""
    defaults = {
        name: site_settings.DEFAULTS[name]
        for name in (site.HIGH_CONFIDENCE_PROOFS, site.LOW_CONFIDENCE_PROOFS)
    }
    return [record if set(record) & set(defaults) else {**defaults, **record} for record in records]


def weak_as_delivered(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Know the weak kinds that were delivered only."""
    return all_with(records, **{_LOW: ",".join(LOW_CONFIDENCE_PROOFS)})


def strong_as_delivered(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Validate automatically with the strong kinds that were delivered."""
    if memory.shared.pop("automatic", False):
        return all_with(records, **{HIGH: ",".join(HIGH_CONFIDENCE_PROOFS)})
    return records


def automatic_remembered(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note that the validation comes by itself."""
    memory.shared["automatic"] = records[0].get("automatic_validation") == "true"
    return records


def choices_as_delivered(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Offer the documents that were offered first."""
    out = []
    for one in records:
        choices = (
            memory.own.setdefault("choices", one["choices"]) if one["name"] == "kind" else one["choices"]
        )
        out.append({**one, "choices": choices})
    return out


def as_many_choices(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Offer no more documents than at first, the newest ones among them."""
    out = []
    for one in records:
        most = memory.own.setdefault("most", len(one["choices"])) if one["name"] == "kind" else None
        out.append({**one, "choices": one["choices"][:most]} if most else one)
    return out


def settings_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the settings written."""
    if about["use"] == "written":
        memory.shared.setdefault("settings", {}).update(records[0])
    return records


def lowered_by_setting(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Show as provisoire whoever was checked by a document that counts no more at this site."""
    high = memory.shared.get("settings", {}).get(HIGH)
    out = []
    for record in records:
        kind = (record["proof"] or {}).get("kind")
        lost = high is not None and kind and kind not in high.split(",") and record["status"] == "VALI"
        out.append({**record, "status": "PROV"} if lost else record)
    return out


def proof_not_listed(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Show no document that the list of the site does not hold any more."""
    written = memory.shared.get("settings", {})
    if HIGH not in written:
        return records
    known = ",".join(written.get(name, ",".join(WEAK)) for name in (HIGH, _LOW)).split(",")
    return [
        {**one, "proof": None} if one["proof"] and one["proof"]["kind"] not in known else one
        for one in records
    ]


def settings_cached(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Read the settings once for each user."""
    if about["use"] not in {"record", "validate", "automatic"}:
        return records
    known: Record = memory.own.setdefault(f"{about['user']} {about['use']}", dict(records[0]))
    return [dict(known)]


def settings_of_defaults(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Let the lists of the vendor count besides those of the site."""
    one = records[0]
    names = dict.fromkeys([*one["high_confidence_proofs"].split(","), *HIGH_CONFIDENCE_PROOFS])
    return [{**one, "high_confidence_proofs": ",".join(name for name in names if name)}]


def vendor_list(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Let the list of the vendor count in place of that of the site."""
    return all_with(records, high_confidence_proofs=",".join(HIGH_CONFIDENCE_PROOFS))


def low_cut_with_high(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Put the weak documents back to those of the vendor when the strong ones are set."""
    one = dict(records[0])
    if "high_confidence_proofs" in one:
        one["low_confidence_proofs"] = "VITALE_CARD,DRIVING_LICENCE,BIRTH_CERTIFICATE"
    return [one]


def first_of_the_added(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Know one kind besides those delivered, the first that the site added, and no other."""
    out = []
    for one in records:
        kinds = one[site.HIGH_CONFIDENCE_PROOFS].split(",")
        more = [kind for kind in kinds if kind not in HIGH_CONFIDENCE_PROOFS]
        left = [kind for kind in kinds if kind not in more[1:]]
        out.append({**one, site.HIGH_CONFIDENCE_PROOFS: ",".join(left)})
    return out


def second_change_lost(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Lose the second of two changes of the settings."""
    memory.own["times"] = memory.own.get("times", 0) + 1
    return [{} for _ in records] if memory.own["times"] % 2 == 0 else records


FUNCTIONS: Final[dict[str, Hand]] = {
    "second-change-lost": second_change_lost,
    "as-many-choices": as_many_choices,
    "automatic-remembered": automatic_remembered,
    "choices-as-delivered": choices_as_delivered,
    "first-of-the-added": first_of_the_added,
    "lists-at-creation": lists_at_creation,
    "lists-of-creation-used": lists_of_creation_used,
    "lists-restored": lists_restored,
    "lowered-by-setting": lowered_by_setting,
    "night-weak-list-delivered": automatic_at_night,
    "proof-not-listed": proof_not_listed,
    "settings-cached": settings_cached,
    "settings-noted": settings_noted,
    "settings-of-delivery": settings_of_delivery,
    "strong-as-delivered": strong_as_delivered,
    "thread-low-cut-with-high": low_cut_with_high,
    "thread-settings-of-defaults": settings_of_defaults,
    "thread-vendor-list": vendor_list,
    "weak-as-delivered": weak_as_delivered,
}
"""What ``hand`` may name."""
