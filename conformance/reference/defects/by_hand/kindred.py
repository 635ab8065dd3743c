"""Faults between files: a family, a couple, a twin, a number borne twice, an attribute, a document, an application."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from conformance.drivers import site
from conformance.drivers.model import Attribute, Proof, Status
from conformance.drivers.protocol import RefusedError
from conformance.reference import settings as site_settings
from conformance.reference.defects.by_hand.beside import asks_insi
from conformance.reference.defects.by_hand.common import all_with

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.drivers.model import Patient
    from conformance.reference.seams import Memory, Record
    from conformance.reference.store import Store

_INDEXED = 20


def _others(store: Store, record: Record) -> list[Patient]:
    return [one for one in store.patients() if one.id != record["id"]]


def number_of_card_to_its_file(
    records: list[Record], about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Write the number of the card that is read into the file of that person."""
    person = about.get("person") or {}
    number = person.get("own_number") or person.get("billing_number")
    if about["event"] == "card-read" and number:
        for one in about["store"].patients():
            same = (one.birth_name, one.birth_date) == (person["birth_name"], person["birth_date"])
            if same and not one.matricule:
                about["store"].save_patient(replace(one, matricule=number, oid="1.2.250.1.213.1.4.8"))
    return records


def used_name_of_family(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Give a new file the used name of the family."""
    [one] = records
    if about["event"] != "created" or one["used_name"]:
        return records
    names = [
        other.used_name for other in _others(about["store"], one) if other.birth_name == one["birth_name"]
    ]
    return all_with(records, used_name=next(filter(None, names), None))


def place_of_family(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Take a missing or unknown place from the family."""
    store: Store | None = memory.shared.get("store")
    [one] = records
    if about.get("verb") != "create" or one.get("birth_place") not in {None, "", "99999"} or store is None:
        return records
    known = [each.birth_place for each in store.patients() if each.birth_name == one["birth_name"]]
    return all_with(
        records, birth_place=next((code for code in known if code != "99999"), one["birth_place"])
    )


def used_name_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Change the used name of everybody who bears the one that is changed."""
    kept = memory.own
    for one in records:
        former = kept.get(one["id"])
        if about["event"] == "updated" and former and "used_name" in (about.get("typed") or {}):
            for other in _others(about["store"], one):
                if other.used_name == former:
                    about["store"].save_patient(replace(other, used_name=one["used_name"]))
        kept[one["id"]] = one["used_name"]
    return records


def twin_born_with(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Change the birth date of the twin too."""
    kept = memory.own
    for one in records:
        former = kept.get(one["id"])
        if about["event"] == "updated" and "birth_date" in (about.get("typed") or {}):
            for other in _others(about["store"], one):
                if (other.birth_name, other.birth_date) == (one["birth_name"], former):
                    about["store"].save_patient(replace(other, birth_date=one["birth_date"]))
        kept[one["id"]] = one["birth_date"]
    return records


def number_cleared_everywhere(
    records: list[Record], about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Take a number that a file loses, or takes, out of every other file."""
    [one] = records
    before = about.get("before") or {}
    number = before.get("matricule") if about["event"] != "imported" else one["matricule"]
    lost = about["event"] in {"attributes-set", "downgraded", "verified-ko"} and not one["matricule"]
    if number and (lost or about["event"] == "imported"):
        for other in _others(about["store"], one):
            if other.matricule == number:
                about["store"].save_patient(replace(other, matricule=None, oid=None))
    return records


def one_line_for_a_number(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Show one file of those with the same number."""
    seen: set[str] = set()
    out = []
    for one in records:
        if one["matricule"] and one["matricule"] in seen:
            continue
        seen.add(one["matricule"] or "")
        out.append(one)
    return out


def last_twenty(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Find the files created last only."""
    kept = {one["id"] for one in about["everyone"][-_INDEXED:]}
    return [one for one in records if one["id"] in kept]


def asks_for_the_only_one(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Ask INSi when one provisional file is found."""
    if len(records) == 1 and str(records[0]["status"]) == "PROV":
        asks_insi(records, about, memory)
    return records


def asks_when_no_number(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Ask INSi when a number is not found."""
    if not records and about.get("verb") == "search-matricule":
        asks_insi(about["everyone"][-1:], about, memory)
    return records


def doubt_lifted_by_scan(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Give a doubtful file the number of the symbol that bears its traits."""
    store: Store | None = memory.shared.get("store")
    read = about["read"]
    for one in store.patients() if store else ():
        same = (one.birth_name, one.birth_date) == (read["birth_name"], read["birth_date"])
        if same and store and one.attributes & {Attribute.DOUTEUSE, Attribute.FICTIVE}:
            store.save_patient(
                replace(one, matricule=read["matricule"], oid=read["oid"], status=Status.RECUP)
            )
    return records


# Attributes, documents


def pair_in_one_step(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Allow douteuse with homonyme only when both are set at once."""
    there, asked = set((about.get("file") or {}).get("attributes") or ()), set(records[0]["attributes"])
    if len(there) == 1 and len(asked) > 1:
        raise RefusedError("ATTRIBUTE_COMBINATION", "Retirez d'abord l'attribut en place.", ["attributes"])
    return records


def attributes_before_the_doubt(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Put the attributes back as they were before a doubt when it is lifted."""
    if about["event"] != "attributes-set":
        return records
    [one] = records
    there, was = set(one["attributes"]), set(about["before"]["attributes"])
    if "DOUTEUSE" in there - was:
        memory.own[one["id"]] = sorted(was)
    elif "DOUTEUSE" in was - there and one["id"] in memory.own:
        return all_with(records, attributes=memory.own.pop(one["id"]))
    return records


def from_app_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the files that the application qualified."""
    if about["event"] == "app-imported":
        memory.shared.setdefault("app", set()).add(records[0]["id"])
    return records


def app_falls_on_change(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Make a file qualified by the application validée when anything is saved."""
    is_its = about["patient_id"] in memory.shared.get("app", ()) and about["before"] == "QUAL"
    return all_with(records, status="VALI") if is_its and about["cause"] == "edited" else records


def app_stands_doubt(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Leave a file qualified by the application where it is when it is marked."""
    is_its = about["patient_id"] in memory.shared.get("app", ()) and about["before"] == "QUAL"
    return all_with(records, status="QUAL") if is_its and about["cause"] == "attributes" else records


def proof_to_the_open_file(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Record the document in the file that was opened last."""
    store: Store = about["store"]
    [one] = records
    opened = memory.own.get(about["user"])
    if about["event"] == "read":
        memory.own[about["user"]] = one["id"]
    if about["event"] == "proof-recorded" and opened and opened != one["id"]:
        other = store.patient(opened)
        store.save_patient(replace(other, proof=Proof(**one["proof"])))
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


def places_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note where everybody was born."""
    for one in records:
        memory.shared.setdefault("places", {})[one["id"]] = one["birth_place"] or ""
    return records


def passport_for_abroad(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Select the passport beforehand for whoever was born abroad."""
    place = memory.shared.get("places", {}).get(about.get("patient_id"), "")
    abroad = str(about.get("form")) == "PROOF" and re.fullmatch(r"99(?!999)\d{3}", place)
    return [{**one, "value": "PASSPORT"} if abroad and one["name"] == "kind" else one for one in records]


def check_date_kept(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Keep the date of the validation in the resource once there was one."""
    out = []
    for one in records:
        if about["where"] == "fhir" and one["checked_date"]:
            memory.own[about["patient_id"]] = one["checked_date"]
        kept = memory.own.get(about["patient_id"])
        out.append({**one, "checked_date": kept} if about["where"] == "fhir" and kept else one)
    return out


FUNCTIONS: dict[str, Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]] = {
    function.__name__.replace("_", "-"): function
    for function in (
        number_of_card_to_its_file,
        used_name_of_family,
        place_of_family,
        used_name_noted,
        twin_born_with,
        number_cleared_everywhere,
        one_line_for_a_number,
        last_twenty,
        asks_for_the_only_one,
        asks_when_no_number,
        doubt_lifted_by_scan,
        pair_in_one_step,
        attributes_before_the_doubt,
        from_app_noted,
        app_falls_on_change,
        app_stands_doubt,
        proof_to_the_open_file,
        lists_at_creation,
        lists_of_creation_used,
        places_noted,
        passport_for_abroad,
        check_date_kept,
    )
}
