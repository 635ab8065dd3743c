"""Faults against DOC-01 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.constants import INS
from conformance.reference.defects.by_hand.common.memory import patient_before, put_in, told_before
from conformance.reference.defects.by_hand.common.records import letter_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record

_TRAITS = ("birth_name", "first_names", "first_name", "birth_date", "sex", "birth_place")


def titled_after_the_one_before(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Put name and birth date of the patient before into the title, without any label."""
    before = told_before(about, memory)
    return [{**one, "title": f"{one['title']} - {before}" if before else one["title"]} for one in records]


def footer_of_the_one_before(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Print the foot of the page of the patient before."""
    before = told_before(about, memory)
    line = {"key": "foot", "label": "", "value": f"{before} - page 1/1", "page": 1}
    return [*records, line] if before else records


def this_century_alone(*names: str) -> Hand:
    """Return what writes years since 2000 as those of a hundred years before."""

    def shift(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
        return [
            {**one, **{name: f"19{one[name][2:]}" for name in names if str(one.get(name, ""))[:2] == "20"}}
            for one in records
        ]

    return shift


def first_traits(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write the traits that the file had the first time."""
    key = f"{about['patient_id']} {about['where']}"
    kept = memory.own.setdefault(key, {name: records[0][name] for name in _TRAITS})
    return [{**one, **kept} for one in records]


def sex_of_the_number(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Read the sex from the first digit."""
    sexes = {"1": "M", "3": "M", "7": "M", "2": "F", "4": "F", "8": "F"}
    return [{**one, "sex": sexes.get(one["matricule"][:1], one["sex"])} for one in records]


def key_without_zero(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Write the key as a number."""
    out = []
    for one in records:
        number, key = one["matricule"][:13], one["matricule"][13:]
        if not key.startswith("0"):
            out.append(one)
            continue
        short = f"{number}{int(key)}"
        mailbox = one["mailbox"].replace(one["matricule"], short)
        out.append({**one, "matricule": short, "mailbox": mailbox})
    return out


def first_ins(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write the first INS that went into this place of a document of the file, for as long as one may leave."""
    kept = memory.own.setdefault(f"{about['patient_id']} {about['where']}", {})
    out = []
    for one in records:
        if one["matricule"] and not kept:
            kept |= {name: one[name] for name in INS}
        out.append({**one, **kept} if one["matricule"] else one)
    return out


def first_values_kept(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write the traits as they were in the first document of a file."""
    known = memory.own.setdefault("known", {})
    one = records[0]
    names = ("birth_name", "first_names", "first_name", "birth_date", "sex", "birth_place")
    kept = known.setdefault((about["file"]["id"], about["document"]), {name: one[name] for name in names})
    return [{**one, **kept}]


def married_on_the_line(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Print the used name behind the birth name, on its line."""
    return [
        {**one, "birth_name": f"{one['birth_name']} ep. {one['used_name']}"} if one["used_name"] else one
        for one in records
    ]


def second_page_of_the_person_before(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Print the traits of the person before on a second page: the spooler joined two documents."""
    before = patient_before(about, memory)
    if before is None:
        return records
    lines = [
        {"key": "left", "label": label, "value": value, "page": 2}
        for label, value in (line.split(" : ") for line in letter_words(before).split("\n"))
    ]
    return [*records, *({**line, "label": f"{line['label']} :"} for line in lines)]


FUNCTIONS: Final[dict[str, Hand]] = {
    "birth-date-in-last-century": this_century_alone("birth_date"),
    "first-ins": first_ins,
    "first-traits": first_traits,
    "footer-of-the-one-before": footer_of_the_one_before,
    "key-without-zero": key_without_zero,
    "married-on-the-line": married_on_the_line,
    "second-page-of-the-person-before": second_page_of_the_person_before,
    "sex-of-the-number": sex_of_the_number,
    "thread-first-values-kept": first_values_kept,
    "title-of-the-person-before": put_in("title"),
    "titled-after-the-one-before": titled_after_the_one_before,
}
"""What ``hand`` may name."""
