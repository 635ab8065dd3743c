"""Faults against VER-13 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.constants import COMPARED
from conformance.reference.defects.by_hand.common.memory import filled_from_memory, qualified_but
from simulator.ins.matricule import VALUE_LENGTH

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def _qualified(
    records: list[Record], about: Mapping[str, Any], same: Callable[[Record], bool]
) -> list[Record]:
    found = [one for one in about["everyone"] if one["status"] == "QUAL" and same(one)]
    return [{**one, "stands": "SAME_INS"} for one in found[:1]] or records


def same_first_names_in_any_order(
    records: list[Record], about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Compare the first names as a set."""
    values = about["values"]
    names = ("matricule", "oid", "birth_name", "birth_date", "sex", "birth_place")

    def same(one: Record) -> bool:
        told = sorted((values["first_names"] or "").split())
        return all(one[name] == values[name] for name in names) and told == sorted(
            (one["first_names"] or "").split()
        )

    return _qualified(records, about, same)


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
            {**one, **{name: kept[name] for name in (*COMPARED, "first_name", "problem")}} if kept else one
        )
    return out


def next_file_too(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Put a document into the file that was opened after the right one as well."""
    return [*records, *({**one, "patient_id": str(int(one["patient_id"]) + 1)} for one in records)]


def _same(one: Record, values: Mapping[str, Any], *but: str) -> bool:
    return all(
        one[name] == values.get(name)
        for name in ("birth_name", "first_names", "birth_date", "sex", "birth_place")
        if name not in but and values.get(name)
    )


def _bare(text: str | None) -> str:
    return re.sub("[-' ]", "", text or "")


def _matched_when(alike: Callable[[Record, Mapping[str, Any]], bool]) -> Hand:
    """Return a fault that takes a received identity for that of the file with its number when the two are so alike."""

    def hand(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
        values = about["values"]
        for one in about["everyone"]:
            same_number = values.get("matricule") and all(
                one[name] == values[name] for name in ("matricule", "oid")
            )
            if same_number and one["status"] in {"RECUP", "QUAL"} and alike(one, values):
                return [{**one, "stands": "SAME_INS"}]
        return records

    return hand


def _but_for_signs(one: Record, values: Mapping[str, Any]) -> bool:
    names = ("birth_name", "first_names")
    return _same(one, values, *names) and all(_bare(one[each]) == _bare(values.get(each)) for each in names)


def _same_month(one: Record, values: Mapping[str, Any]) -> bool:
    return _same(one, values, "birth_date") and one["birth_date"][:7] == values["birth_date"][:7]


def _first_two_agree(one: Record, values: Mapping[str, Any]) -> bool:
    mine, theirs = ((each.get("first_names") or "").split()[:2] for each in (one, values))
    return _same(one, values, "first_names") and mine == theirs


def _begins_alike(name: str, letters: int) -> Callable[[Record, Mapping[str, Any]], bool]:
    def alike(one: Record, values: Mapping[str, Any]) -> bool:
        return _same(one, values, name) and (one[name] or "")[:letters] == (values.get(name) or "")[:letters]

    return alike


def _all_as_one(place: int) -> Hand:
    def read(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
        """Read one mail of the box and take each of the others for it."""
        return [{**one, "content": records[place]["content"]} for one in records]

    return read


_OF_A_RELATIVE: Final = (
    rb'<guardian><id root="(?P<oid>[^"]+)" extension="(?P<matricule>[^"]+)"',
    rb"\|(?P<matricule>[^|^~]+)\^\^\^ASIP-SANTE-INS-NIR&(?P<oid>[^&|~]+)&ISO\^INS\|",
    rb'"RelatedPerson".*?"system": ?"urn:oid:(?P<oid>[^"]+)", ?"value": ?"(?P<matricule>[^"]+)"',
)
"""How the INS of somebody else is written in a document that is no archive."""


def ins_of_a_relative_read(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Take the INS of a relative where the patient has none."""
    said = next(
        (found for pattern in _OF_A_RELATIVE if (found := re.search(pattern, about["content"]))), None
    )
    if said is None:
        return records
    taken = {name: value.decode() for name, value in said.groupdict().items()}
    return [one if one.get("matricule") else {**one, **taken, "problem": None} for one in records]


FUNCTIONS: Final[dict[str, Hand]] = {
    "all-mails-as-the-first": _all_as_one(0),
    "all-mails-as-the-last": _all_as_one(-1),
    "date-matched-by-month": _matched_when(_same_month),
    "envelope-believed": envelope_believed,
    "ins-of-a-relative-read": ins_of_a_relative_read,
    "ins-of-the-one-before": filled_from_memory("matricule", "oid"),
    "list-matched-by-first-two": _matched_when(_first_two_agree),
    "list-matched-by-ten-letters": _matched_when(_begins_alike("first_names", 10)),
    "name-begins": name_begins,
    "name-matched-without-signs": _matched_when(_but_for_signs),
    "next-file-too": next_file_too,
    "number-by-its-look": number_by_its_look,
    "place-matched-by-department": _matched_when(_begins_alike("birth_place", 2)),
    "qualified-but-ins": qualified_but("matricule", "oid"),
    "qualified-by-name-and-date": qualified_but("matricule", "oid", "first_names", "sex", "birth_place"),
    "same-first-names-in-any-order": same_first_names_in_any_order,
    "sender-number-kept": sender_number_kept,
    "used-name-too": used_name_too,
}
"""What ``hand`` may name."""
