"""XML from outside: parsed without entities, network or DTD, within limits, with a path for each element."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from lxml import etree

from simulator.text import Text
from simulator.xml import parser

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.documents.context import Limits

_ENCODING: Final = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*['\"]([A-Za-z0-9._-]{1,40})['\"]")
_ENCODINGS: Final = frozenset(
    {"utf-8", "utf8", "utf-16", "utf-16le", "utf-16be", "us-ascii", "ascii", "windows-1252", "cp1252"}
    | {f"iso-8859-{number}" for number in range(1, 17)}
)


class XmlRefusedError(ValueError):
    """The bytes are not XML that this bench reads."""

    def __init__(self, code: str, text: Text, *, line: int | None = None, limit: bool = False) -> None:
        super().__init__(text.en)
        self.code = code
        self.text = text
        self.line = line
        self.limit = limit
        """Whether a limit of the bench is the reason, and not the document."""


def parse(data: bytes, limits: Limits) -> etree._Element:
    """Parse a document.

    Entities are never expanded in text; a document that declares some loses the allowance for very long texts, which is
    what keeps their expansion in attributes bounded.

    Raises:
        XmlRefusedError: not well formed, an unknown encoding, too much markup.
    """
    if data.count(b"<") > limits.markup:
        raise XmlRefusedError(
            "too-large",
            Text(f"au plus {limits.markup} balises", f"expected at most {limits.markup} tags, got more"),
            limit=True,
        )
    declared = _ENCODING.search(data[:400].replace(b"\0", b""))
    if declared and declared[1].decode("ascii").lower() not in _ENCODINGS:
        name = declared[1].decode("ascii")
        raise XmlRefusedError(
            "encoding-unknown",
            Text(
                f"un encodage usuel (UTF-8) attendu, « {name} » déclaré",
                f"expected a usual encoding (UTF-8), got {name!r}",
            ),
        )
    has_entities = b"!ENTITY" in (data.replace(b"\0", b"") if b"\0" in data[:200] else data)
    try:
        root = etree.fromstring(data, parser(huge_tree=not has_entities))
    except etree.XMLSyntaxError as error:
        line = error.lineno or None
        raise XmlRefusedError(
            "xml-malformed",
            Text(f"XML bien formé attendu : {error.msg}", f"expected well-formed XML: {error.msg}"),
            line=line,
        ) from error
    except (ValueError, LookupError) as error:
        raise XmlRefusedError(
            "xml-malformed", Text(f"XML bien formé attendu : {error}", f"expected well-formed XML: {error}")
        ) from error
    if root is None:
        raise XmlRefusedError("xml-malformed", Text("XML attendu, rien trouvé", "expected XML, got nothing"))
    return root


def local(element: etree._Element) -> str:
    """Return the name of an element without its namespace; empty for a comment or an entity."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def namespace(element: etree._Element) -> str:
    """Return the namespace of an element; empty if none."""
    tag = element.tag
    return tag[1:].partition("}")[0] if isinstance(tag, str) and tag.startswith("{") else ""


def children(element: etree._Element, *names: str) -> Iterator[etree._Element]:
    """Yield the child elements of these local names, in order."""
    for child in element:
        if local(child) in names:
            yield child


def child(element: etree._Element | None, *steps: str) -> etree._Element | None:
    """Follow the first child of each name; none when a step is missing."""
    for step in steps:
        if element is None:
            return None
        element = next(children(element, step), None)
    return element


def descend(element: etree._Element, *names: str) -> Iterator[etree._Element]:
    """Yield the descendants (and the element itself) of these local names, in document order."""
    for one in element.iter():
        if local(one) in names:
            yield one


def text_of(element: etree._Element | None) -> str:
    """Return the text of an element without that of comments, ends trimmed."""
    if element is None:
        return ""
    return "".join(_texts(element)).strip()


def path_of(element: etree._Element, attribute: str = "") -> str:
    """Return an XPath that a person can follow: local names, an index only where there are several."""
    steps: list[str] = []
    current: etree._Element | None = element
    while current is not None:
        name = local(current)
        parent = current.getparent()
        if parent is not None:
            same = [one for one in parent if local(one) == name]
            if len(same) > 1:
                name = f"{name}[{same.index(current) + 1}]"
        steps.append(name)
        current = parent
    return "/" + "/".join(reversed(steps)) + (f"/@{attribute}" if attribute else "")


def _texts(element: etree._Element) -> Iterator[str]:
    for one in element.iter():
        if isinstance(one.tag, str) and one.text:
            yield one.text
        if one is not element and one.tail:
            yield one.tail
