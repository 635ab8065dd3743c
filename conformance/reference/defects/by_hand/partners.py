"""Faults of verification and reception that data cannot say: which file is taken for whom, which line for which file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.drivers.model import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.seams import Memory, Record

_TRAITS = ("birth_name", "first_name", "birth_date", "sex", "birth_place")
_BARE = {Status.PROV, Status.VALI}


def alike_by_name_and_date(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Take whoever has the name and the date for the person received."""
    return records or _first_alike(about, ("birth_name", "birth_date"))


def alike_but_place(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Do not compare the birth place."""
    return records or _first_alike(about, ("birth_name", "first_name", "birth_date", "sex"))


def alike_but_sex(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Do not compare the sex."""
    return records or _first_alike(about, ("birth_name", "first_name", "birth_date", "birth_place"))


def alike_by_used_name(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Take the used name for the birth name too."""
    if records:
        return records
    values = about["values"]
    return [
        {**one, "stands": "SAME_TRAITS"}
        for one in about["everyone"]
        if one["status"] in _BARE
        and (one["used_name"], one["birth_date"]) == (values["birth_name"], values["birth_date"])
    ][:1]


def first_of_twins(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Take the first of several files that are alike."""
    return records or _first_alike(about, _TRAITS)


def same_number(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Compare the matricule alone, whatever the OID and the traits, and take its holder for verified."""
    number = about["values"].get("matricule")
    holders = [one for one in about["everyone"] if number and one["matricule"] == number]
    return [{**one, "stands": "SAME_INS"} for one in holders[:1]] or records


def verified_once(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Never ask twice about the same matricule, whatever the answer was."""
    asked: set[str] = memory.own.setdefault("asked", set())
    fresh = [one for one in records if one["matricule"] not in asked]
    asked.update(one["matricule"] for one in records)
    return fresh


def trust_prefix(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Compare the beginning of the names of senders."""
    sender = about["received"]["sender"]
    near = any(sender.startswith(one["sender"]) or one["sender"].startswith(sender) for one in records)
    return [*records, {"sender": sender}] if near else records


def trust_for_ever(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Add new contracts and withdraw none."""
    known: dict[str, Record] = memory.own.setdefault("senders", {})
    known |= {one["sender"]: one for one in records}
    return list(known.values())


def everybody_in_lot(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Put every file that has an INS into the lot."""
    asked = {one["patient_id"] for one in records}
    others = [one for one in about["everyone"] if one["matricule"] and one["id"] not in asked]
    names = (*_TRAITS, "matricule", "oid", "first_names")
    added = [
        {**{name: one[name] for name in names}, "patient_id": one["id"], "line_id": f"+{one['id']}"}
        for one in others
    ]
    return [*records, *added]


def by_rank_of_request(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Match results with the files asked for by their rank, though some were not sent."""
    return [
        {**one, "line_id": asked["line_id"]}
        for one, asked in zip(records, about["asked"], strict=False)
        if asked["line_id"]
    ]


def by_rank_of_deposit(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Match results with the lines deposited by their rank."""
    sent = [asked for asked in about["asked"] if asked["line_id"]]
    return [{**one, "line_id": asked["line_id"]} for one, asked in zip(records, sent, strict=False)]


def worst_for_all(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Give the whole lot the worst of its results."""
    is_ko = any(one["code"] == "01" for one in records)
    return [{**one, "code": "01"} for one in records] if is_ko else records


def codes_as_failures(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Count an answer 01 or 02 as a failure."""
    wrong = sum(entry.action == "INSI_CALL" and entry.code in {"01", "02"} for entry in about["log"])
    return [
        {
            **one,
            "insi_successes": one["insi_successes"] - wrong,
            "insi_failures": one["insi_failures"] + wrong,
        }
        for one in records
    ]


def searches_only(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Count searches, not verifications: what a dashboard may do."""
    codes = [entry.code for entry in about["log"] if entry.action == "INSI_CALL"]
    successes = sum(code in {"00", "01", "02"} for code in codes)
    counts = {"insi_calls": len(codes), "insi_successes": successes, "insi_failures": len(codes) - successes}
    return [{**one, **counts} for one in records]


def once_qualified(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Never count down."""
    memory.own["most"] = max(memory.own.get("most", 0), *(one["qualified"] for one in records))
    return [{**one, "qualified": memory.own["most"]} for one in records]


def blocked_counted(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Count decisions as calls."""
    more = sum(entry.action == "INSI_DECISION" for entry in about["log"])
    return [
        {**one, "insi_calls": one["insi_calls"] + more, "insi_successes": one["insi_successes"] + more}
        for one in records
    ]


def _first_alike(about: Mapping[str, Any], names: tuple[str, ...]) -> list[Record]:
    values = about["values"]
    return [
        {**one, "stands": "SAME_TRAITS"}
        for one in about["everyone"]
        if one["status"] in _BARE and all(one[name] == values[name] for name in names)
    ][:1]


FUNCTIONS: dict[str, Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]] = {
    function.__name__.replace("_", "-"): function
    for function in (
        alike_by_name_and_date,
        alike_but_place,
        alike_but_sex,
        alike_by_used_name,
        first_of_twins,
        same_number,
        verified_once,
        trust_prefix,
        trust_for_ever,
        everybody_in_lot,
        by_rank_of_request,
        by_rank_of_deposit,
        worst_for_all,
        codes_as_failures,
        searches_only,
        once_qualified,
        blocked_counted,
    )
}
"""The faults of this module, by the name used under ``hand``."""
