"""The faults that keep a whole rule but for one word of its statement; see ``by_hand``."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

from conformance.drivers.protocol import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.seams import Memory, Record

    Fault = Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]


def _noting(topic: str, *names: str) -> Fault:
    """Return a fault that only notes people or files for another fault of the same defect."""

    def fault(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
        noted = memory.shared.setdefault(topic, [])
        source = about.get("person") or about.get("typed") or {}
        one = {**records[0], **{name: source.get(name) for name in names if source.get(name)}}
        noted.append(one)
        return records

    return fault


def offline_after_a_failure(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note whether the last call failed; a search is refused from then on."""
    if "outcome" in about:
        memory.shared["offline"] = str(about["outcome"]) == "ERROR"
        return records
    if memory.shared.get("offline"):
        raise RefusedError("OFFLINE", "INSi ne répond pas : recherche impossible.", [])
    return records


def refused_to_those_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Refuse to create by hand the people noted by another fault of the same defect."""
    for one in memory.shared.get("people", ()):
        if one["birth_name"] == records[0].get("birth_name") and one["birth_date"] == records[0].get(
            "birth_date"
        ):
            raise RefusedError("SEE_INSI", "Cette identité est à reprendre d'INSi.", ["birth_name"])
    return records


def _key(spelt: Callable[[str], str]) -> Fault:
    """Return a fault that compares texts spelt in this way."""

    def fault(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
        return [{**one, "key": spelt(one["text"])} for one in records]

    return fault


def _plain(text: str, *, but: str = "") -> str:
    letters = unicodedata.normalize("NFD", text)
    plain = "".join(one for one in letters if not unicodedata.combining(one)).upper()
    return "".join(one for one in plain if one in but or one not in "-' ’")


def _first_hyphen_only(text: str) -> str:
    return _plain(re.sub("-+", "", text, count=1), but="-")


def _first_apostrophe_only(text: str) -> str:
    return _plain(re.sub("['’]+", "", text, count=1), but="'’")


def names_too_long_together(
    records: list[Record], _about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Refuse a birth name and a used name that are longer than 100 letters together."""
    for one in records:
        if len(one.get("birth_name") or "") + len(one.get("used_name") or "") > 100:  # noqa: PLR2004
            raise RefusedError("TOO_LONG", "Nom complet : 100 caractères au plus.", ["used_name"])
    return records


def letters_gs_end_a_name(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Take the letters GS inside a name for the separator."""
    return [{**one, "birth_name": one["birth_name"].split("GS")[0] or one["birth_name"]} for one in records]


def validated_by_the_app(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Show an identity that the Appli carte Vitale qualified as validée."""
    noted = {one["id"] for one in memory.shared.get("files", ())}
    return [
        {**one, "value": "Identité validée"}
        if one["name"] == "status" and about["patient_id"] in noted
        else one
        for one in records
    ]


def status_needs_room(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Leave the status out where the site displays nothing else."""
    bare = len(records) <= 6  # noqa: PLR2004 - four fields, the status, the billing number
    return [one for one in records if not (bare and one["name"] == "status")]


def gaps_filled_from_the_card(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
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


def hundred_letters_swallow_the_sex(
    records: list[Record], _about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Read on after a name of 100 letters until the next separator: the blocks that follow are part of it."""
    out = []
    for one in records:
        if len(one["birth_name"]) == 100:  # noqa: PLR2004
            one = {**one, "birth_name": f"{one['birth_name']}S5{one['sex']}S6"}  # noqa: PLW2901
        out.append(one)
    return out


def marked_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
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
        {**one, "value": "Identité récupérée"} if waiting and one["name"] == "status" else one
        for one in records
    ]


def found_nobody_after_a_failure(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Find nobody after a call that failed."""
    if "outcome" in about:
        memory.shared["offline"] = str(about["outcome"]) == "ERROR"
        return records
    return [] if memory.shared.get("offline") else records


FUNCTIONS: dict[str, Fault] = {
    "file-noted-for-later": _noting("files"),
    "people-noted-for-later": _noting("people", "birth_name", "birth_date"),
    "first-hyphen-only-ignored": _key(_first_hyphen_only),
    "first-apostrophe-only-ignored": _key(_first_apostrophe_only),
    **{
        function.__name__.replace("_", "-"): function
        for function in (
            offline_after_a_failure,
            refused_to_those_noted,
            names_too_long_together,
            letters_gs_end_a_name,
            validated_by_the_app,
            status_needs_room,
            gaps_filled_from_the_card,
            card_person_noted,
            hundred_letters_swallow_the_sex,
            marked_noted,
            fictitious_without_date,
            waiting_number_shown_recovered,
            found_nobody_after_a_failure,
        )
    },
}
"""The faults of this module, by the name used under ``hand``."""
