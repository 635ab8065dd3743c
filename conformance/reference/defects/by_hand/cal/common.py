"""What faults of several rules CAL do alike. It holds no fault."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.seams import Record


def edited(record: Record, edit: Callable[[etree._Element], None]) -> Record:
    """Return a request whose envelope was edited."""
    root = etree.fromstring(record["content"])
    edit(root)
    return {**record, "content": etree.tostring(root, xml_declaration=True, encoding="UTF-8")}


def drop(root: etree._Element, *tags: str) -> None:
    """Take the elements of these names out of an envelope."""
    for element in [each for tag in tags for each in root.iter(tag)]:
        parent = element.getparent()
        if parent is not None:
            parent.remove(element)
