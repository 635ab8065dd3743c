"""Faults against ERR-04 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from lxml import etree

from conformance.reference.defects.by_hand.common.memory import default_of
from conformance.reference.defects.by_hand.common.records import all_with
from simulator.ins.matricule import key_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record

_BODY: Final = 13


def repair_xml(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Read what can be read of a broken document, as a browser does."""
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, huge_tree=False)
    repaired = []
    for record in records:
        # Nothing at all can be read of an empty document: the parser then gives None, whatever its types say.
        try:
            root: etree._Element | None = etree.fromstring(record["content"], parser)
        except etree.XMLSyntaxError:
            root = None
        repaired.append({**record, "content": record["content"] if root is None else etree.tostring(root)})
    return repaired


def reply_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember the codes of the requests of a call."""
    codes = memory.shared.setdefault("codes", [])
    if about.get("nth") == 1:
        codes.clear()
    codes.append(records[0]["code"])
    return records


def incomplete_after_several(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Propose a date with 00 that came with a second request."""
    if len(memory.shared.get("codes", ())) > 1:
        return all_with(records, outcome="FOUND", alerts=[], message="Identité trouvée.")
    return records


def key_made_again(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Compute the key of a matricule and forget the one that came."""
    out = []
    for one in records:
        body = (one["matricule"] or "")[:_BODY]
        try:
            out.append({**one, "matricule": body + key_of(body)})
        except ValueError:
            out.append(one)
    return out


def same_thirteen_taken(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Take a number with a wrong key that has the thirteen digits of the one held."""
    held = (about["local"].get("matricule") or "")[:13]
    same = held and held == ((about.get("insi") or {}).get("matricule") or "")[:13]
    return [
        {**one, "outcome": "FOUND", "alerts": []} if same and one["outcome"] == "REJECTED" else one
        for one in records
    ]


def letters_unchecked(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Propose an answer whose number holds a letter, whatever its key."""
    number = (about["insi"] or {}).get("matricule") or ""
    only = about["reasons"] and all("KEY" in reason or "MATRICULE" in reason for reason in about["reasons"])
    if only and any(sign.isalpha() for sign in number):
        return all_with(records, outcome="FOUND", alerts=[])
    return records


def answer_before_when_unreadable(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Read the last answer again where one cannot be read."""
    out = []
    for one in records:
        try:
            etree.fromstring(one["content"])
        except etree.XMLSyntaxError:
            out.append({**one, "content": memory.own.get("content", one["content"])})
            continue
        memory.own["content"] = one["content"]
        out.append(one)
    return out


FUNCTIONS: Final[dict[str, Hand]] = {
    "answer-before-when-unreadable": answer_before_when_unreadable,
    "absent-date-is-the-epoch": default_of(b"DateNaissance", b"1970-01-01"),
    "incomplete-after-several": incomplete_after_several,
    "key-made-again": key_made_again,
    "letters-unchecked": letters_unchecked,
    "repair-xml": repair_xml,
    "reply-noted": reply_noted,
    "same-thirteen-taken": same_thirteen_taken,
}
"""What ``hand`` may name."""
