"""Faults of received messages that data cannot say: what is compared, and whose identity a message is taken to hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.drivers.model import Status
from simulator.ins.matricule import VALUE_LENGTH

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.seams import Memory, Record

    Hand = Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]

_COMPARED = ("matricule", "oid", "birth_name", "first_names", "birth_date", "sex", "birth_place")
_PLACEHOLDERS = {
    "birth_name": "INCONNU",
    "first_names": "INCONNU",
    "first_name": "INCONNU",
    "birth_date": "1900-01-01",
    "sex": "I",
    "birth_place": "99999",
}


def _qualified_but(*left_out: str) -> Hand:
    """Return what takes a patient qualifié for the one received without comparing some parts."""
    compared = [name for name in _COMPARED if name not in left_out]

    def take(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
        values = about["values"]
        found = [
            one
            for one in about["everyone"]
            if one["status"] == Status.QUAL and all(one[name] == values[name] for name in compared)
        ]
        return [{**one, "stands": "SAME_INS"} for one in found[:1]] or records

    return take


def number_sex_and_date(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Take the holder of the number for the person received when sex and date of birth agree."""
    values = about["values"]
    found = [
        one
        for one in about["everyone"]
        if values["matricule"]
        and all(one[name] == values[name] for name in ("matricule", "sex", "birth_date"))
    ]
    return [{**one, "stands": "SAME_INS"} for one in found[:1]] or records


def name_begins(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Take the holder of an INS for the person received when one name begins with the other."""
    values = about["values"]
    name = values["birth_name"] or ""
    found = [
        one
        for one in about["everyone"]
        if (one["matricule"], one["oid"]) == (values["matricule"], values["oid"])
        and name
        and (name.startswith(one["birth_name"]) or one["birth_name"].startswith(name))
    ]
    return [{**one, "stands": "SAME_INS"} for one in found[:1]] or records


def used_name_too(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Take the used name of the holder of an INS for a birth name as well."""
    values = about["values"]
    found = [
        one
        for one in about["everyone"]
        if (one["matricule"], one["oid"]) == (values["matricule"], values["oid"])
        and values["birth_name"] == one["used_name"]
    ]
    return [{**one, "stands": "SAME_INS"} for one in found[:1]] or records


def number_once_held(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Look a number up in the log of all those that files have had."""
    held: dict[str, str] = memory.own.setdefault("held", {})
    held |= {one["matricule"]: one["id"] for one in about["everyone"] if one["matricule"]}
    owner = held.get(about["values"]["matricule"] or "")
    found = [one for one in about["everyone"] if one["id"] == owner]
    return [{**one, "stands": "SAME_INS"} for one in found[:1]] or records


def envelope_believed(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Read the patient on the envelope and not in the document."""
    around = about["around"]
    return [{**one, **around, "problem": None} if around else one for one in records]


def number_by_its_look(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Take whatever has 15 digits for an INS, under whichever OID it stands."""
    out = []
    for one in records:
        looks = [value for _, value in one["identifiers"] if len(value) >= VALUE_LENGTH and value.isdigit()]
        if one["matricule"] is not None or not looks:
            out.append(one)
            continue
        ins = {"matricule": looks[0][:VALUE_LENGTH], "oid": "1.2.250.1.213.1.4.8", "problem": None}
        out.append({**one, **ins})
    return out


def sender_number_kept(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember whose file a number of the sender stands for, and ask no more."""
    known: dict[tuple[str, str], Record] = memory.own.setdefault("known", {})
    out = []
    for one in records:
        local = one["identifiers"][-1] if one["identifiers"] else ("", "")
        if one["problem"] is None:
            known.setdefault(local, one)
        kept = known.get(local)
        out.append(
            {**one, **{name: kept[name] for name in (*_COMPARED, "first_name", "problem")}} if kept else one
        )
    return out


def placeholders(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Put something in the place of the traits that a document lacks."""
    return [
        {**one, **{name: one[name] or value for name, value in _PLACEHOLDERS.items()}, "problem": None}
        if one["problem"] == "905"
        else one
        for one in records
    ]


def next_file_too(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Put a document into the file that was opened after the right one as well."""
    return [*records, *({**one, "patient_id": str(int(one["patient_id"]) + 1)} for one in records)]


FUNCTIONS: dict[str, Hand] = {
    function.__name__.replace("_", "-"): function
    for function in (
        number_sex_and_date,
        name_begins,
        used_name_too,
        number_once_held,
        envelope_believed,
        number_by_its_look,
        sender_number_kept,
        placeholders,
        next_file_too,
    )
} | {
    **{f"qualified-but-{name.replace('_', '-')}": _qualified_but(name) for name in _COMPARED},
    "qualified-by-name-and-date": _qualified_but("matricule", "oid", "first_names", "sex", "birth_place"),
    "qualified-but-ins": _qualified_but("matricule", "oid"),
}
"""The faults of this module, by the name used under ``hand``."""
