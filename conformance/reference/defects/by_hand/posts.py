"""The faults of an old counter software that data cannot say: fixed columns, folded comparisons, a narrowed list; see ``by_hand``."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from conformance.drivers.protocol import RefusedError
from conformance.reference.files import as_record, from_record
from simulator.ins.traits import comparison_key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.seams import Memory, Record

    Hand = Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]

_COLUMN = 40
_COMPARED = 12


def _folded(text: Any) -> str:
    return comparison_key(str(text or "")).replace(" ", "")


def label_of_forty(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Keep birth name and used name in one label of 40 characters: what does not fit is cut from the second."""
    out = []
    for one in records:
        birth = one.get("birth_name") or (about.get("before") or {}).get("birth_name") or ""
        used = one.get("used_name")
        room = max(_COLUMN - len(birth), 0)
        out.append({**one, "used_name": used[:room] or None} if used else one)
    return out


def first_change_only(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Save the first field of a change and leave the others."""
    return [dict(list(one.items())[:1]) for one in records]


def beyond_twelve_unseen(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Save a field only when its first 12 characters have changed."""
    return [_unless(one, about, lambda text: str(text or "")[:_COMPARED]) for one in records]


def signs_alone_unseen(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Save a field only when more than its hyphens, apostrophes, spaces, accents and case have changed."""
    return [_unless(one, about, _folded) for one in records]


def _unless(one: Record, about: Mapping[str, Any], key: Callable[[Any], str]) -> Record:
    before = about["before"]
    return {name: value for name, value in one.items() if key(value) != key(before[name]) or not value}


def born_lately_is_old(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Take the years of this decade for those of a hundred years ago."""
    decade = str(datetime.now(UTC).year)[:3]
    return [
        {**one, "birth_date": f"19{one['birth_date'][2:]}"}
        if (one.get("birth_date") or "").startswith(decade)
        else one
        for one in records
    ]


def narrowed_list_reused(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Look only in the list shown last, while the birth date stays the same and the name begins alike."""
    criteria = about["criteria"]
    date, name = criteria.get("birth_date"), criteria.get("name_prefix") or ""
    last: dict[str, Any] = memory.own.setdefault("last", {})
    found = records
    if last and date and name and last["date"] == date and last["name"].startswith(name[:1]) and last["name"]:
        found = [one for one in records if one["id"] in last["shown"]]
    last.update(date=date, name=name, shown={one["id"] for one in found})
    return found


def signs_pass_the_lock(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Compare locked fields without their signs: a change of hyphens, spaces and apostrophes passes."""
    typed, file = about["typed"], about["file"]
    return (
        []
        if records and all(_folded(value) == _folded(file.get(name)) for name, value in typed.items())
        else records
    )


def longer_passes_the_lock(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Let a locked field be completed: what begins as before passes."""
    typed, file = about["typed"], about["file"]
    longer = all(str(value or "").startswith(str(file.get(name) or "")) for name, value in typed.items())
    return [] if records and longer else records


def uncertain_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Leave the box of the incomplete date ticked in the next form."""
    left = memory.own.get("left", False)
    memory.own["left"] = bool(records[-1].get("birth_date_uncertain"))
    return [{**one, "birth_date_uncertain": True} for one in records] if left else records


def other_card_lowers(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Lower a file when a card of another number than its INS is attached: the child of an insured."""
    return [
        {**one, "status": "PROV", "matricule": None, "oid": None}
        if one["matricule"] and one["billing_number"] and one["billing_number"] != one["matricule"]
        else one
        for one in records
    ]


def blocked_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the files that bore a doubt or fiction."""
    once: set[str] = memory.shared.setdefault("marked-once", set())
    for one in records:
        if {"DOUTEUSE", "FICTIVE"} & set(one["attributes"]):
            once.add(one["id"])
    return records


def still_no_validation(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Refuse to validate who was once doubtful or fictitious: the flag of the screen is not taken off."""
    if about["file"]["id"] in memory.shared.get("marked-once", ()):
        raise RefusedError("ATTRIBUTE_FORBIDS", "Identité douteuse : validation impossible.", ["attributes"])
    return records


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


def entitled_acceptance_noted(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Note the files of which a super-user accepted the identity."""
    if about["event"] == "imported" and about["role"] == "SUPER_USER":
        memory.shared.setdefault("entitled", set()).update(one["id"] for one in records)
    return records


def entitled_acceptance_unlocked(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Lock nothing of a file whose identity a super-user accepted."""
    return [] if about["file"]["id"] in memory.shared.get("entitled", ()) else records


def centenarian_by_next_save(
    records: list[Record], _about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Write the birth date back on two digits of year whenever a file is saved again."""
    return [
        {**one, "birth_date": f"20{one['birth_date'][2:]}"}
        if one["birth_date"] and one["birth_date"] < "1926"
        else one
        for one in records
    ]


def app_fed_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the files that the app has fed."""
    memory.shared.setdefault("from-app", set()).update(one["id"] for one in records)
    return records


def app_unlocked(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Show a file that the app has fed without a lock."""
    fed = memory.shared.get("from-app", ())
    return [{**one, "locked_fields": []} if one["id"] in fed else one for one in records]


def nothing_of_it(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Log nothing of what came."""
    return [dict.fromkeys(one) for one in records]


def started_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note whether the call was started without waiting."""
    memory.shared["started"] = about["started"]
    return records


def started_lowers(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Lower the file of a call that was started without waiting."""
    fallen = {"status": "PROV", "matricule": None, "oid": None}
    return [{**one, **fallen} for one in records] if memory.shared.get("started") else records


def _written_too(
    records: list[Record], about: Mapping[str, Any], is_same: Callable[[str, str], bool]
) -> list[Record]:
    store = about["store"]
    change = {
        name: value
        for name, value in (about.get("typed") or {}).items()
        if name in {"used_name", "used_first_name"}
    }
    for one in records:
        for other in store.patients():
            if change and other.id != one["id"] and is_same(other.id, one["id"]):
                store.save_patient(replace(other, **change))
    return records


def same_last_digit_written(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Write a change of the names in use into the files whose number ends with the same digit."""
    return _written_too(records, about, lambda one, other: one[-1:] == other[-1:])


def same_tens_written(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Write a change of the names in use into the files whose number is the same without its last digit."""
    return _written_too(records, about, lambda one, other: one[:-1] == other[:-1] and len(one) > 1)


def third_name_unseen(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Save a list of first names only when one of its first two has changed."""
    return [_unless(one, about, lambda text: " ".join(str(text or "").split(" ")[:2])) for one in records]


def started_marks_homonym(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Mark as homonym the file of a call that was started without waiting."""
    if not memory.shared.get("started"):
        return records
    return [{**one, "attributes": sorted({*one["attributes"], "HOMONYME"})} for one in records]


def started_overwrites(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Replace the 1er prénom on the acceptance of a call that was started without waiting."""
    first = (about["insi"].get("first_names") or "").split(" ")[0]
    return [{**one, "first_name": first} for one in records] if memory.shared.get("started") else records


def card_fed_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the files that were called for with a card."""
    if about["way"] == "VITALE":
        memory.shared.setdefault("from-app", set()).add(about["patient_id"])
    return records


def proof_of_one_last_digit(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Record a document in the files whose number ends with the same digit as well."""
    store = about["store"]
    for one in records:
        for other in store.patients():
            if other.id != one["id"] and other.id[-1:] == one["id"][-1:]:
                store.save_patient(from_record({**as_record(other), "proof": one["proof"]}))
    return records


def noted_from_the_card(trait: str) -> Hand:
    """Return what keeps a trait of the card that was read, for whatever is sent next."""

    def note(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
        person = about.get("person") or {}
        if about["event"] == "card-read" and person.get(trait):
            memory.shared[f"{trait} of the card"] = person[trait]
        return records

    return note


def sent_from_the_card(trait: str) -> Hand:
    """Return what sends that trait of the card read last in a search by traits, once."""

    def send(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
        value = memory.shared.pop(f"{trait} of the card", None)
        return [{**one, trait: value} for one in records] if value else records

    return send


FUNCTIONS: dict[str, Hand] = {
    function.__name__.replace("_", "-"): function
    for function in (
        label_of_forty,
        first_change_only,
        beyond_twelve_unseen,
        signs_alone_unseen,
        born_lately_is_old,
        narrowed_list_reused,
        signs_pass_the_lock,
        longer_passes_the_lock,
        uncertain_noted,
        other_card_lowers,
        blocked_noted,
        still_no_validation,
        automatic_on_with_lists,
        entitled_acceptance_noted,
        entitled_acceptance_unlocked,
        centenarian_by_next_save,
        app_fed_noted,
        app_unlocked,
        nothing_of_it,
        started_noted,
        started_lowers,
        same_last_digit_written,
        same_tens_written,
        third_name_unseen,
        started_marks_homonym,
        started_overwrites,
        card_fed_noted,
        proof_of_one_last_digit,
    )
} | {
    "read-date-noted": noted_from_the_card("birth_date"),
    "card-date-sent": sent_from_the_card("birth_date"),
    "card-name-noted": noted_from_the_card("birth_name"),
    "card-name-sent": sent_from_the_card("birth_name"),
}
