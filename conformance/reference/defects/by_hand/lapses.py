"""Faults that come with time and company: the second change, another user, a neighbour of the lot, a twin, a right withdrawn."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from conformance.drivers import site
from conformance.drivers.model import STRICT_FIELDS
from conformance.reference import settings as site_settings
from conformance.reference.defects.by_hand.common import all_with

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.seams import Memory, Record

_WITH_INS = frozenset({"RECUP", "QUAL"})
_MANY_LINES = 5
_MAJORITY = 18
_OFTEN = 3


def note_cards(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the files that were asked for by card."""
    memory.shared.setdefault("by-card", set()).update(
        record["patient_id"] for record in records if record["mode"] == "VITALE"
    )
    return records


def carded_is_vali(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Validate a file retrieved by card as if it had no INS."""
    return (
        all_with(records, status="VALI")
        if about["patient_id"] in memory.shared.get("by-card", ())
        else records
    )


def two_traits_keep(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Keep the INS when several traits are corrected at once."""
    several = len(set(about["changed"]) & set(STRICT_FIELDS)) > 1
    before = about["before"]
    return all_with(records, matricule=before["matricule"], oid=before["oid"]) if several else records


def both_used_lower(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Lower a qualified file whose two used names are changed together."""
    both = {"used_name", "used_first_name"} <= set(about["changed"])
    return all_with(records, status="VALI") if both else records


def minute_merged(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Show the changes of one minute as one line."""
    out: list[Record] = []
    for record in records:
        if out and out[-1]["at"][:16] == record["at"][:16] and out[-1]["author"] == record["author"]:
            out[-1] = {**record, "previous": out[-1]["previous"]}
        else:
            out.append(dict(record))
    return out


def hour_ahead(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Write local time as if it were UTC."""
    return [
        {**one, "at": (datetime.fromisoformat(one["at"]) + timedelta(hours=1)).isoformat()} for one in records
    ]


def history_anew(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Start the history of a corrected file anew."""
    about["store"].rows(
        "DELETE FROM status_change WHERE patient_id = ? AND id < "
        "(SELECT MAX(id) FROM status_change WHERE patient_id = ?)",
        [records[0]["id"], records[0]["id"]],
    )
    return records


def long_reversed(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Show a long history latest first."""
    return records[::-1] if len(records) > _MANY_LINES else records


def replaced_status(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember the status that douteuse took away, give it back when homonyme replaces it."""
    fallen = memory.shared.setdefault("fallen", {})
    key, marks = about["patient_id"], set(about["file"]["attributes"])
    if "DOUTEUSE" in marks and str(about["before"]) in _WITH_INS:
        fallen[key] = {"status": str(about["before"])}
    elif marks == {"HOMONYME"} and key in fallen:
        return all_with(records, status=fallen[key]["status"])
    return records


def replaced_number(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Give the number back with it."""
    numbers = memory.own.setdefault("numbers", {})
    before, record = about["before"], records[0]
    if before["matricule"]:
        numbers[record["id"]] = {name: before[name] for name in ("matricule", "oid")}
    back = str(record["status"]) in _WITH_INS and not record["matricule"]
    return all_with(records, **numbers.get(record["id"], {})) if back else records


def note_new_number(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note that a refresh brings another matricule."""
    held = about["before"]["matricule"]
    memory.shared["renumbered"] = bool(held) and held != records[0].get("matricule")
    return records


def renumbered_falls(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Lower a qualified file whose matricule INSi has replaced."""
    return all_with(records, status="RECUP") if memory.shared.get("renumbered") else records


def note_decider(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note who accepted what for which file."""
    for record in records:
        memory.shared.setdefault("deciders", set()).add((record["patient_id"], record["user"]))
    return records


def own_acceptance_unlocked(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Leave the file unlocked for whoever accepted the identity: still in the entry screen."""
    mine = (about["file"]["id"], about["user"]) in memory.shared.get("deciders", set())
    return [] if mine else records


def note_from_insi(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the files created from INSi."""
    memory.shared.setdefault("from-insi", set()).add(about["patient_id"])
    return records


def from_insi_unlocked(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Leave the list of given names unlocked in a file created from INSi."""
    made = about["file"]["id"] in memory.shared.get("from-insi", ())
    return [] if made and records and records[0]["fields"] == ["first_names"] else records


def lock_sticks(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Go on showing as locked a file that has lost its INS."""
    once = memory.own.setdefault("once", set())
    out = []
    for record in records:
        if str(record["status"]) in _WITH_INS:
            once.add(record["id"])
            out.append(record)
        else:
            out.append({**record, "locked_fields": list(STRICT_FIELDS)} if record["id"] in once else record)
    return out


def validator_takes_proof(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Sign the recorded document with whoever validates."""
    return [{**one, "proof": {**one["proof"], "recorded_by": about["user"]}} for one in records]


def lists_restored(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Put the default lists of documents back whenever another setting is written."""
    defaults = {
        name: site_settings.DEFAULTS[name]
        for name in (site.HIGH_CONFIDENCE_PROOFS, site.LOW_CONFIDENCE_PROOFS)
    }
    return [record if set(record) & set(defaults) else {**defaults, **record} for record in records]


def note_kind(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the last document recorded."""
    memory.shared["kind"] = records[0]["kind"]
    return records


def last_kind_offered(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Preselect the document recorded last."""
    return all_with(records, value=memory.shared.get("kind"))


def _age_by_year(born: str) -> int:
    return datetime.now(UTC).year - int((born or "0")[:4])


def adult_by_year(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Reckon the age by the year alone: nobody is minor in the year of their 18th birthday."""
    born = str(about["file"]["birth_date"] or "0")
    return all_with(records, minor_proofs="") if _age_by_year(born) >= _MAJORITY else records


def young_adults_too(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Take the documents of minors until 21."""
    born = str(about["file"]["birth_date"] or "0")
    young = _MAJORITY <= _age_by_year(born) <= _MAJORITY + 3
    more = ",".join(site.COMPOSITE_PROOFS)
    return [
        {**one, "high_confidence_proofs": f"{one['high_confidence_proofs']},{more}"} if young else one
        for one in records
    ]


def twin_gets_proof(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Write the document into the file of the twin as well."""
    record, store = records[0], about["store"]
    for other in store.patients():
        same = (other.birth_date, other.birth_name) == (record["birth_date"], record["birth_name"])
        if same and other.id != record["id"]:
            store.save_patient(replace(other, proof=store.patient(record["id"]).proof))
    return records


def carded_is_recup(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Make a qualified file retrieved that is refreshed by card."""
    return (
        all_with(records, status="RECUP")
        if about["patient_id"] in memory.shared.get("by-card", ())
        else records
    )


def replaced_fictive(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember the status that fictive took away, give it back when homonyme replaces it."""
    fallen = memory.shared.setdefault("fallen", {})
    key, marks = about["patient_id"], set(about["file"]["attributes"])
    if "FICTIVE" in marks and str(about["before"]) in _WITH_INS:
        fallen[key] = {"status": str(about["before"])}
    elif marks == {"HOMONYME"} and key in fallen:
        return all_with(records, status=fallen[key]["status"])
    return records


def note_maker(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note who made each file."""
    for record in records:
        memory.shared.setdefault("makers", {})[record["patient_id"]] = record["user"]
    return records


def made_by_maker(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Sign a document with whoever made the file."""
    maker = memory.shared.get("makers", {}).get(about["file"]["id"])
    return all_with(records, recorded_by=maker) if maker else records


_ALL = (
    note_cards, carded_is_vali, two_traits_keep, both_used_lower, minute_merged, hour_ahead, history_anew,
    long_reversed, replaced_status, replaced_number, note_new_number, renumbered_falls, note_decider,
    own_acceptance_unlocked, note_from_insi, from_insi_unlocked, lock_sticks, validator_takes_proof, lists_restored,
    note_kind, last_kind_offered, adult_by_year, young_adults_too, twin_gets_proof, carded_is_recup,
    replaced_fictive, note_maker, made_by_maker,
)  # fmt: skip

FUNCTIONS: dict[str, Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]] = {
    function.__name__.replace("_", "-"): function for function in _ALL
}
