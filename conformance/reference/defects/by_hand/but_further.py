"""The faults that keep a whole rule but for one word of its statement, further out; see ``by_hand``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.drivers.model import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.seams import Memory, Record

    Fault = Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]


def billing_number_in_an_empty_matricule(
    records: list[Record], _about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Show the billing number where the file has no matricule."""
    billing = next((one["value"] for one in records if one["name"] == "billing_number"), None)
    return [
        {**one, "value": billing} if one["name"] == "matricule" and not one["value"] else one for one in records
    ]


def former_used_name_found(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the names in use that passed; a search finds their files even when the name is gone."""
    names = memory.own.setdefault("names", {})
    for one in about["everyone"]:
        if one["used_name"]:
            names.setdefault(one["id"], set()).add(one["used_name"])
    criteria, held = about["criteria"], {one["id"] for one in records}
    if not criteria.get("name_prefix"):
        return records
    return records + [
        one
        for one in about["everyone"]
        if one["id"] not in held
        and one["birth_date"] == criteria.get("birth_date")
        and any(name.startswith(criteria["name_prefix"]) for name in names.get(one["id"], ()))
    ]


def one_file_for_each_number(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Show one file of those that bear the same INS."""
    return list({one["matricule"] or one["id"]: one for one in records}.values())


def _single_letter_ignored(name: str) -> Fault:
    """Return a fault that takes a criterion of one letter for none."""

    def fault(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
        return [{**one, name: None} if len(one.get(name) or "") == 1 else one for one in records]

    return fault


def gaps_filled_from_the_card(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Fill what is missing of a new file from a card of the same name read before."""
    out = []
    for one in records:
        for person in memory.shared.get("cards", ()):
            if person.get("birth_name") == one.get("birth_name"):
                given = {name: person.get(name) for name in ("first_name", "birth_date", "sex")}
                one = {**one, **{name: value for name, value in given.items() if not one.get(name)}}  # noqa: PLW2901
        out.append(one)
    return out


def card_person_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the person on a card."""
    if about.get("person"):
        memory.shared.setdefault("cards", []).append(dict(about["person"]))
    return records


def gaps_filled_from_the_form_before(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Fill a place that is missing with that of the creation before."""
    [one] = records
    before = memory.own.get("place")
    memory.own["place"] = one.get("birth_place") or before
    return [{**one, "birth_place": one.get("birth_place") or before}]


def validated_where_validation_is_automatic(
    records: list[Record], about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Create files as validées where the site validates automatically."""
    if about["store"].settings().get("automatic_validation") == "true":
        return [{**records[0], "status": Status.VALI, "noted": True}]
    return records


def hundred_letters_swallow_the_sex(
    records: list[Record], _about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Read on after a name of 100 letters until the next separator: the blocks that follow are part of it."""
    return [
        {**one, "birth_name": f"{one['birth_name']}S5{one['sex']}S6"} if len(one["birth_name"]) == 100 else one  # noqa: PLR2004
        for one in records
    ]


def marked_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the files that are fictitious."""
    fictitious = memory.shared.setdefault("fictitious", set())
    [one] = records
    if "FICTIVE" in one["attributes"]:
        fictitious.add(one["id"])
    else:
        fictitious.discard(one["id"])
    return records


def fictitious_without_date(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Leave the birth date of a fictitious identity off the screen."""
    hidden = about["patient_id"] in memory.shared.get("fictitious", ())
    return [one for one in records if not (hidden and one["name"] == "birth_date")]


def waiting_number_shown_recovered(
    records: list[Record], _about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Say of an identity with a waiting number that it is récupérée."""
    waiting = any(one["name"] == "matricule" and "NIA" in one["label"] for one in records)
    return [
        {**one, "value": "Identité récupérée"} if waiting and one["name"] == "status" else one for one in records
    ]


def _added_to(asked: str, before: str) -> Fault:
    """Return a fault that adds an attribute to the one that is there in place of replacing it."""

    def fault(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
        if about["asked"] == [asked] and before in about["before"]["attributes"]:
            return [{**records[0], "attributes": sorted([asked, before])}]
        return records

    return fault


def waiting_number_not_lowered(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Leave the status of a file with a waiting number when it is marked."""
    return [{**records[0], "status": about["before"]}]


def place_lost_for_those_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Create the people noted with an unknown place."""
    for one in memory.shared.get("people", ()):
        if one["birth_name"] == records[0].get("birth_name"):
            return [{**records[0], "birth_place": "99999"}]
    return records


def doubt_for_those_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Mark the people noted as doubtful when they are created by hand."""
    for one in memory.shared.get("people", ()):
        if one["birth_name"] == records[0].get("birth_name"):
            return [{**records[0], "attributes": ["DOUTEUSE"]}]
    return records


def found_nobody_after_a_failure(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Find nobody after a call that failed."""
    if "outcome" in about:
        memory.shared["offline"] = str(about["outcome"]) == "ERROR"
        return records
    return [] if memory.shared.get("offline") else records


FUNCTIONS: dict[str, Fault] = {
    "single-letter-of-a-surname-ignored": _single_letter_ignored("name_prefix"),
    "single-letter-of-a-first-name-ignored": _single_letter_ignored("first_name_prefix"),
    "fictitious-added-to-homonym": _added_to("FICTIVE", "HOMONYME"),
    "homonym-added-to-fictitious": _added_to("HOMONYME", "FICTIVE"),
    **{
        function.__name__.replace("_", "-"): function
        for function in (
            billing_number_in_an_empty_matricule,
            former_used_name_found,
            one_file_for_each_number,
            gaps_filled_from_the_card,
            card_person_noted,
            gaps_filled_from_the_form_before,
            validated_where_validation_is_automatic,
            hundred_letters_swallow_the_sex,
            marked_noted,
            fictitious_without_date,
            waiting_number_shown_recovered,
            waiting_number_not_lowered,
            place_lost_for_those_noted,
            doubt_for_those_noted,
            found_nobody_after_a_failure,
        )
    },
}
"""The faults of this module, by the name used under ``hand``."""


def _scratch() -> None:
    import re  # noqa

    def c_no_status(records, about, memory):  # noqa
        noted = {one["id"] for one in memory.shared.get("files", ())}
        return [one for one in records if not (one["name"] == "status" and about["patient_id"] in noted)]

    def c_beside(records, about, memory):  # noqa
        shown = any(one["name"] == "matricule" for one in records)
        return [one for one in records if shown or one["name"] != "status"]

    def key(fn):  # noqa
        return lambda records, about, memory: [{**one, "key": fn(one["text"])} for one in records]

    from conformance.reference.defects.by_hand.but_one import _plain

    def third(text):  # noqa
        return _plain(re.sub("[-']+", "", text, count=2), but="-'")

    def list_beside(records, about, memory):  # noqa
        c = about["criteria"]
        return [
            one for one in records
            if not (
                (one["used_name"] or "").startswith(c["name_prefix"])
                and not (one["birth_name"] or "").startswith(c["name_prefix"])
                and not (one["first_name"] or "").startswith(c["first_name_prefix"])
                and not (one["used_first_name"] or "").startswith(c["first_name_prefix"])
            )
        ]

    FUNCTIONS.update({
        "c-no-status-for-noted": c_no_status,
        "c-status-beside-matricule": c_beside,
        "c-rings": key(lambda t: t.upper() if "Å" in t.upper() else _plain(t)),
        "c-third-sign": key(third),
        "c-rs": lambda r, a, m: [{**o, "first_names": o["first_names"].split("RS")[0].strip() or "X"} for o in r],
        "c-list-beside-used": list_beside,
        "d-comment": lambda r, a, m: [{k: (v.split("--")[0] if isinstance(v, str) and k.endswith("name") else v) for k, v in o.items()} for o in r],
        "d-commas": lambda r, a, m: [{k: (v.replace(",", "") if isinstance(v, str) and k == "first_names" else v) for k, v in o.items()} for o in r],
    })


_scratch()
