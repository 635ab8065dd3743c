"""HL7 v2 written in XML (``urn:hl7-org:v2xml``), put into the usual form with bars, in which it is judged."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from conformance.documents.xmltree import local, parse

if TYPE_CHECKING:
    from collections.abc import Callable

    from lxml import etree

    from conformance.documents.context import Limits

_SEGMENT: Final = re.compile(r"[A-Z][A-Z0-9]{2}")
_NUMBER: Final = re.compile(r"\.(\d{1,3})$")
_ESCAPES: Final = {"\\": "\\E\\", "|": "\\F\\", "^": "\\S\\", "~": "\\R\\", "&": "\\T\\"}
_CHARSET: Final = 18


def with_bars(data: bytes, limits: Limits) -> bytes:
    """Return a message with bars, in UTF-8, from one in XML.

    Raises:
        XmlRefusedError: it is not well formed, or beyond the bounds.
    """
    lines = [_segment(one) for one in parse(data, limits).iter() if _is_segment(one)]
    return ("\r".join(lines) + "\r").encode()


def _is_segment(element: etree._Element) -> bool:
    return (
        isinstance(element.tag, str)
        and _SEGMENT.fullmatch(local(element)) is not None
        and (len(element) > 0 and local(element[0]).startswith(f"{local(element)}."))
    )


def _segment(element: etree._Element) -> str:
    name = local(element)
    fields: dict[int, list[str]] = {}
    for field in element:
        if number := _number(field):
            fields.setdefault(number, []).append(_field(field))
    if name == "MSH":
        fields.update({1: [""], 2: ["^~\\&"], _CHARSET: ["UNICODE UTF-8"]})
    told = ["~".join(fields.get(number, ())) for number in range(1, max(fields, default=0) + 1)]
    # The first field of MSH is the bar itself.
    return "|".join([name, *(told[1:] if name == "MSH" else told)])


def _field(element: etree._Element) -> str:
    return _joined(element, lambda component: _joined(component, _text, "&"), "^")


def _joined(element: etree._Element, inner: Callable[[etree._Element], str], mark: str) -> str:
    parts = {number: one for one in element if (number := _number(one))}
    if not parts:
        return _text(element)
    return mark.join(inner(parts[at]) if at in parts else "" for at in range(1, max(parts) + 1))


def _number(element: etree._Element) -> int:
    found = _NUMBER.search(local(element)) if isinstance(element.tag, str) else None
    return int(found[1]) if found else 0


def _text(element: etree._Element) -> str:
    told = " ".join("".join(str(part) for part in element.itertext()).split())
    return "".join(_ESCAPES.get(sign, sign) for sign in told)
