"""The faults of software that asks INSi when nobody asked it to, that data cannot say; see ``by_hand.py``.

What makes them: a background task, a search that "completes" its rows, a reader whose driver looks people up.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import httpx
from lxml import etree

from conformance.reference import soap

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.seams import Memory, Record

_NEEDED = ("birth_name", "first_name", "sex", "birth_date")
_SECONDS = 10


def store_kept(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember where the address of INSi is: what ``asks_insi`` uses on seams that do not know."""
    memory.shared["store"] = about["store"]
    return records


def asks_insi(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Ask INSi for everybody who passes, and do nothing with the answer."""
    store = about.get("store") or memory.shared.get("store")
    for record in records if store else ():
        traits = about.get("person") or record
        if all(traits.get(name) for name in _NEEDED):
            criteria = soap.Criteria(**{name: traits[name] for name in _NEEDED})
            content = soap.request_xml(criteria, instance=store.instance())
            with suppress(httpx.HTTPError):
                httpx.post(
                    store.insi_url(),
                    content=content,
                    headers={"Content-Type": soap.CONTENT_TYPE},
                    timeout=_SECONDS,
                )
    return records


def first_name_twice(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Send the words of a first name as elements of their own."""
    after = []
    for record in records:
        root = etree.fromstring(record["content"])  # our own request
        for name in root.findall(".//{*}Prenom"):
            first, *others = (name.text or "").split(" ")
            name.text = first
            for word in reversed(others):
                more = etree.Element(name.tag)
                more.text = word
                name.addnext(more)
        after.append({**record, "content": etree.tostring(root)})
    return after


FUNCTIONS: dict[str, Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]] = {
    function.__name__.replace("_", "-"): function for function in (store_kept, asks_insi, first_name_twice)
}
