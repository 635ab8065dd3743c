"""The faults of searching, typing and calling that data cannot say, second part; see ``by_hand``.

What makes them: an index built by a general library, a chain of else, a timer that runs from the last use.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from simulator.ins.traits import comparison_key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.seams import Memory, Record

_SHORT = 3
_FRENCH = frozenset("ÀÂÄÇÉÈÊËÎÏÔÖÙÛÜŸ")
_LIFETIME = timedelta(minutes=20)


def _key(text: str | None) -> str:
    return comparison_key(text or "").replace(" ", "")


# Searching.


def used_name_for_want_of_birth_name(
    records: list[Record], about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Look at the names in use only when no birth name answers."""
    typed = _key(about["criteria"].get("name_prefix"))
    born = [one for one in records if _key(one["birth_name"]).startswith(typed)]
    return born or records


def used_first_name_for_want_of_list(
    records: list[Record], about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Look at the first names in use only when no first name of birth answers."""
    typed = _key(about["criteria"].get("first_name_prefix"))
    born = [
        one
        for one in records
        if any(_key(name).startswith(typed) for name in (one["first_names"], one["first_name"]))
    ]
    return born or records


def any_criterion(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Join name and first name by OR."""
    name, first = (_key(about["criteria"].get(one)) for one in ("name_prefix", "first_name_prefix"))
    if not (name and first):
        return records
    day = about["criteria"].get("birth_date")
    return [
        one
        for one in about["everyone"]
        if day in {None, one["birth_date"]}
        and (
            any(_key(one[field]).startswith(name) for field in ("birth_name", "used_name"))
            or any(_key(one[field]).startswith(first) for field in ("first_names", "first_name"))
        )
    ]


def one_sign_only(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Ignore the first hyphen or apostrophe of what is stored, and count the next ones."""
    if about["side"] != "stored":
        return records
    return [
        {**one, "key": comparison_key(re.sub("[-']", "", one["text"], count=1)).replace(" ", "_")}
        if len(re.findall("[-']", one["text"])) > 1
        else one
        for one in records
    ]


def french_letters_only(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Know the accents of French only: the others stay in what is looked for."""
    foreign = re.compile("[^A-Z '\\-" + "".join(_FRENCH) + "]")
    return [
        {**one, "key": "".join(unicodedata.normalize("NFC", one["text"]).upper().split())}
        if foreign.search(unicodedata.normalize("NFC", one["text"]).upper())
        else one
        for one in records
    ]


def case_counts(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Compare small letters as they are typed: they find nobody."""
    return [
        {**one, "key": one["text"]}
        if about["side"] == "typed" and one["text"] != one["text"].upper()
        else one
        for one in records
    ]


def short_words_not_indexed(
    records: list[Record], _about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Index words of three letters and more: LI and NG are not found."""
    return [
        {**one, "birth_name": "" if len(one["birth_name"] or "") < _SHORT else one["birth_name"]}
        for one in records
    ]


def ins_of_former_status(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Keep the matricule in the index of the search by matricule once it is taken from the file."""
    kept: dict[str, Any] = memory.own
    after = []
    for one in records:
        if one["matricule"]:
            kept[one["id"]] = one["matricule"]
        after.append({**one, "matricule": one["matricule"] or kept.get(one["id"])})
    return after


def result_row_kept(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Show in the list of the search what the file held when it was first listed."""
    return [
        {
            **one,
            **memory.own.setdefault(one["id"], {name: one[name] for name in ("status", "matricule", "oid")}),
        }
        for one in records
    ]


def known_to_this_user(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Search what a user loaded with the first search of the day: what a colleague creates later is not there."""
    loaded = memory.own.setdefault(about["user"], {one["id"] for one in about["everyone"]})
    return [one for one in records if one["id"] in loaded]


def waiting_for_decision(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember the files whose comparison is open: what ``open_files_left_out`` uses."""
    for one in records:
        if one["outcome"] == "FOUND":
            memory.shared.setdefault("open", set()).add(about.get("patient_id"))
    return records


def open_files_left_out(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Leave files out of the search once a comparison was opened for them: the row is locked."""
    return [one for one in records if one["id"] not in memory.shared.get("open", ())]


# Creating and typing.


def one_missing_field_only(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Refuse one missing trait, and let two pass: a chain of else."""
    return [one for one in records if not (one["code"] == "MISSING_FIELD" and len(one["fields"]) > 1)]


def rolled_over(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Turn the 31st of a month of thirty days into the first of the next."""
    return [
        {**one, "birth_date": f"{one['birth_date'][:5]}{int(one['birth_date'][5:7]) + 1:02d}-01"}
        if re.fullmatch(r"\d{4}-(04|06|09|11)-31", one.get("birth_date") or "")
        else one
        for one in records
    ]


def words_once(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Keep each word of a list once."""
    return [
        {**one, "first_names": " ".join(dict.fromkeys(one["first_names"].split(" ")))}
        if one.get("first_names")
        else one
        for one in records
    ]


def empty_is_unchanged(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Take an emptied field for one that was not changed."""
    before = about["before"]
    return [
        {name: before[name] if value is None else value for name, value in one.items()} for one in records
    ]


def composed_first(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Look for accented letters only: a letter followed by its accent passes."""
    return [
        {
            name: "".join(c for c in value if not unicodedata.combining(c))
            if isinstance(value, str)
            else value
            for name, value in one.items()
        }
        for one in records
    ]


# Calling.


def compound_halves_tried(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Try the halves of a compound first name after a 01."""
    halves = [
        {**one, "first_name": half}
        for one in records
        if "-" in one["first_name"]
        for half in one["first_name"].split("-")
    ]
    return [*records, *halves]


def without_signs_tried(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Try the name without its signs after a 01."""
    plain = [
        {**one, "birth_name": re.sub("[-']+", " ", one["birth_name"])}
        for one in records[:1]
        if re.search("[-']", one["birth_name"])
    ]
    return [*records, *plain]


def longer_by_use(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Let a reading live twenty minutes from its last use."""
    after = []
    for one in records:
        read_at, now = about["reading"]["read_at"], one["now"]
        used: Any = memory.own.get("used")
        if used and used >= read_at and timedelta() <= now - used < _LIFETIME:
            after.append({**one, "now": read_at})
        else:
            after.append(one)
        memory.own["used"] = now
    return after


def same_insured(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Recognise a card by the number of its insured person: the other card of a family passes."""
    read = about["reading"]["card"]
    return [
        {**one, "card": read}
        if one["card"] is not None and _insured(one["card"]) and _insured(one["card"]) == _insured(read)
        else one
        for one in records
    ]


def _insured(card: Any) -> str | None:
    return card.beneficiaries[0].billing_number if card.beneficiaries else None


FUNCTIONS: dict[str, Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]] = {
    function.__name__.replace("_", "-"): function
    for function in (
        used_name_for_want_of_birth_name,
        used_first_name_for_want_of_list,
        any_criterion,
        one_sign_only,
        french_letters_only,
        case_counts,
        short_words_not_indexed,
        ins_of_former_status,
        result_row_kept,
        known_to_this_user,
        waiting_for_decision,
        open_files_left_out,
        one_missing_field_only,
        rolled_over,
        words_once,
        empty_is_unchanged,
        composed_first,
        compound_halves_tried,
        without_signs_tried,
        longer_by_use,
        same_insured,
    )
}
