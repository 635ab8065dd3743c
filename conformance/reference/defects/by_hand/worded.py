"""Faults of documents that data cannot say: a line set apart, a name cut where a file system or a parser cuts it, an export put in order."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.seams import Memory, Record

    Hand = Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]

_ADULT_SINCE = "2009"


def married_on_the_line(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Print the used name behind the birth name, on its line."""
    return [
        {**one, "birth_name": f"{one['birth_name']} ep. {one['used_name']}"} if one["used_name"] else one
        for one in records
    ]


def body_cut(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Embed half of the PDF: the field of the database was too short."""
    return [{**one, "pdf": one["pdf"][: len(one["pdf"]) // 2]} for one in records]


def body_as_part_two(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Embed a PDF that claims part 2, while the one beside it claims part 1."""
    return [{**one, "pdf": one["pdf"].replace(b"<pdfaid:part>1<", b"<pdfaid:part>2<")} for one in records]


def dated_by_birth(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Name the file beside the archive after the birth date in the place of that of the act."""
    date = (about["file"]["birth_date"] or "").replace("-", "")
    return [{**one, "pdf_name": re.sub(r"^\d{8}", date, one["pdf_name"])} for one in records]


def name_before_the_apostrophe(
    records: list[Record], _about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Name a file by what stands before the apostrophe."""
    return [{**one, "birth_name": one["birth_name"].split("'")[0]} for one in records]


def prefix_as_component(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Write the particle of a name as a component of its own (FN-2)."""
    return [
        {
            **one,
            "birth_name": re.sub(
                r"^((?:DE LA|DE|DU|DES|LE|LA|EL|BEN|VAN|VON)) (.+)$", r"\2&\1", one["birth_name"]
            ),
        }
        for one in records
    ]


def withdrawing_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note that what leaves next is a withdrawal."""
    memory.shared["withdrawing"] = True
    return records


def withdrawal_over(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note that the next document is a new one."""
    memory.shared["withdrawing"] = False
    return records


def withdrawn_as_it_was_sent(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Withdraw a document under the INS under which it was sent."""
    known: dict[str, Record] = memory.shared.setdefault("as-sent", {})
    out = []
    for one in records:
        if one["matricule"]:
            known[about["patient_id"]] = {name: one[name] for name in ("matricule", "oid", "nature")}
        elif memory.shared.get("withdrawing"):
            one = {**one, **known.get(about["patient_id"], {})}  # noqa: PLW2901
        out.append(one)
    return out


def _exported(change: Callable[[list[Any]], list[Any]]) -> Hand:
    """Return a fault that changes the entries of the export."""

    def hand(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
        out = []
        for one in records:
            bundle = json.loads(one["content"])
            bundle["entry"] = change(bundle["entry"])
            out.append({**one, "content": json.dumps(bundle).encode()})
        return out

    return hand


def _one_of_each(entries: list[Any]) -> list[Any]:
    seen: dict[tuple[str, ...], Any] = {}
    for one in entries:
        who = one["resource"]
        name = who["name"][0]
        seen.setdefault((name["family"], name["given"][0], who["birthDate"]), one)
    return list(seen.values())


FUNCTIONS: dict[str, Hand] = {
    function.__name__.replace("_", "-"): function
    for function in (
        married_on_the_line,
        body_cut,
        body_as_part_two,
        dated_by_birth,
        name_before_the_apostrophe,
        prefix_as_component,
        withdrawing_noted,
        withdrawal_over,
        withdrawn_as_it_was_sent,
    )
} | {
    "export-without-minors": _exported(
        lambda entries: [one for one in entries if one["resource"]["birthDate"] < _ADULT_SINCE]
    ),
    "export-of-namesakes-once": _exported(_one_of_each),
}
