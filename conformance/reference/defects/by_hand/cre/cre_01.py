"""Faults against CRE-01 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.memory import filled_from_before
from conformance.reference.defects.by_hand.common.records import all_with
from conformance.reference.identity import MANDATORY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record
    from conformance.reference.store import Store

_SEVERAL = 3


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


def one_missing_field_only(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Refuse one missing trait, and let two pass: a chain of else."""
    return [one for one in records if not (one["code"] == "MISSING_FIELD" and len(one["fields"]) > 1)]


def four_missing_pass(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Let a form pass in which nearly everything is missing: the check stops at an overflow of its own."""
    return [one for one in records if len(one["fields"]) <= _SEVERAL]


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


def former_form(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Take what is left empty from the form filled before, mandatory traits."""
    return filled_from_before(records, memory, MANDATORY)


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


def missing_asked(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note that the form was sent back for what was missing."""
    if about["event"] == "create-refused":
        typed = about.get("typed") or {}
        memory.shared["asked"] = {
            name
            for name in ("birth_name", "first_name", "sex", "birth_place")
            if not (typed.get(name) or "").strip()
        }
    elif about["event"] == "created":
        memory.shared.pop("asked", None)
    return records


def only_what_was_asked(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Check, once the form was sent back, only what was missing then."""
    asked = memory.shared.get("asked")
    fill = {"birth_name": "X", "first_name": "X", "sex": "M", "birth_place": "99999"}
    if not asked:
        return records
    return [
        {**one, **{name: one.get(name) or text for name, text in fill.items() if name not in asked}}
        for one in records
    ]


def refusals_counted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Count the refused creations."""
    if about["event"] == "create-refused":
        memory.shared["refused"] = memory.shared.get("refused", 0) + 1
    return records


def refused_on_the_dashboard(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Count refused creations among the patients."""
    return [{**one, "patients": one["patients"] + memory.shared.get("refused", 0)} for one in records]


FUNCTIONS: Final[dict[str, Hand]] = {
    "card-person-noted": card_person_noted,
    "created-twice-after-refusal": created_twice_after_refusal,
    "former-form": former_form,
    "four-missing-pass": four_missing_pass,
    "gaps-filled-from-the-card": gaps_filled_from_the_card,
    "missing-asked": missing_asked,
    "one-missing-field-only": one_missing_field_only,
    "only-what-was-asked": only_what_was_asked,
    "place-of-family": place_of_family,
    "refusals-counted": refusals_counted,
    "refused-noted": refused_noted,
    "refused-on-the-dashboard": refused_on_the_dashboard,
}
"""What ``hand`` may name."""
