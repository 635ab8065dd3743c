"""Faults of days and of users: what a job does at night, what a screen shows to whoever opened it first."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from conformance.drivers import site
from conformance.drivers.model import Attribute, Status
from conformance.reference import settings as site_settings
from conformance.reference.files import as_record

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.drivers.model import Patient
    from conformance.reference.seams import Memory, Record

_USED = ("used_name", "used_first_name")
_YEAR_DAYS = 300
_HIGH = frozenset({"CNI", "PASSPORT", "RESIDENCE_PERMIT"})


def typist_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note who typed the names in use."""
    if set(_USED) & set(about.get("typed") or ()):
        memory.shared.setdefault("typists", {})[records[0]["id"]] = about["user"]
    return records


def used_names_private(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Show the names in use to whoever typed them only."""
    typists = memory.shared.get("typists", {})
    return [
        one
        if typists.get(one["id"], about["user"]) == about["user"]
        else {**one, "used_name": None, "used_first_name": None}
        for one in records
    ]


def file_as_first_opened(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Show each user a file as they opened it first, until they do something to it."""
    out = []
    for one in records:
        key = f"{about['user']} {one['id']}"
        if about["verb"] != "read":
            memory.own[key] = one
        out.append(memory.own.setdefault(key, one) if about["verb"] == "read" else one)
    return out


def card_date_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the birth date of the card that is attached."""
    if about["event"] == "card-attached" and (about.get("person") or {}).get("birth_date"):
        memory.shared.setdefault("card-dates", {})[records[0]["id"]] = about["person"]["birth_date"]
    return records


def sought_by_card_date(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Search a file to which a card is attached by the date of the card."""
    dates = memory.shared.get("card-dates", {})
    return [{**one, "birth_date": dates.get(one["id"], one["birth_date"])} for one in records]


def _night(
    change: Callable[[Patient], Patient],
) -> Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]:
    def at_night(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
        for one in about["store"].patients():
            about["store"].save_patient(change(one))
        return records

    return at_night


def _plain_used(one: Patient) -> Patient:
    return replace(one, used_name=re.sub("[-' ]+", " ", one.used_name) if one.used_name else None)


def _validated_at_night(one: Patient) -> Patient:
    ready = one.status is Status.PROV and one.proof and one.proof.kind in _HIGH
    return replace(one, status=Status.VALI) if ready else one


def _doubt_expired(one: Patient) -> Patient:
    return replace(one, attributes=one.attributes - {Attribute.DOUTEUSE})


def _retrieved_expired(one: Patient) -> Patient:
    return replace(one, status=Status.PROV, matricule=None, oid=None) if one.status is Status.RECUP else one


def settings_of_delivery(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Put the lists of documents back as they were delivered."""
    names = (site.HIGH_CONFIDENCE_PROOFS, site.LOW_CONFIDENCE_PROOFS, site.AUTOMATIC_VALIDATION)
    about["store"].write_settings({name: site_settings.DEFAULTS[name] for name in names})
    return records


def put_away(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Put the files away that nobody can have opened for a year; and provisional ones after any night."""
    long_ago = records[0]["days"] >= _YEAR_DAYS
    for one in map(as_record, about["store"].patients()):
        memory.shared.setdefault("away", {})[one["id"]] = (long_ago, one["status"] == Status.PROV)
    return records


def archived_not_found(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Leave out the files put away for their age."""
    away = memory.shared.get("away", {})
    return [one for one in records if not away.get(one["id"], (False, False))[0]]


def provisional_not_found(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Leave out the provisional files put away at night."""
    away = memory.shared.get("away", {})
    return [one for one in records if not away.get(one["id"], (False, False))[1]]


FUNCTIONS: dict[str, Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]] = {
    **{
        function.__name__.replace("_", "-"): function
        for function in (
            typist_noted,
            used_names_private,
            file_as_first_opened,
            card_date_noted,
            sought_by_card_date,
            settings_of_delivery,
            put_away,
            archived_not_found,
            provisional_not_found,
        )
    },
    "used-names-plain-at-night": _night(_plain_used),
    "validated-at-night": _night(_validated_at_night),
    "doubt-expired": _night(_doubt_expired),
    "retrieved-expired": _night(_retrieved_expired),
}
