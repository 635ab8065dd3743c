"""XML messages as lines that people read and compare."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

from simulator.contract.names import (
    CTXBAM,
    CTXLPS,
    RECSANS,
    RECVIT,
    RESULTAT,
    SIRAM,
    SOAP11,
    SOAP12,
    WSA,
    WSSE,
)
from simulator.xml import parsed

if TYPE_CHECKING:
    from collections.abc import Iterator

_PREFIXES: Final = {
    SOAP12: "soap",
    SOAP11: "soap11",
    WSA: "wsa",
    WSSE: "wsse",
    CTXBAM: "bam",
    CTXLPS: "lps",
    SIRAM: "siram",
    RECSANS: "rec",
    RECVIT: "vit",
    RESULTAT: "res",
    "urn:oasis:names:tc:SAML:2.0:assertion": "saml",
    "http://www.w3.org/2000/09/xmldsig#": "ds",
}
_PASSING: Final = frozenset({"Id", "Temps", "MessageID", "RelatesTo", "IdLot"})
"""Elements whose text is another one in each call."""
_PASSING_ATTRIBUTES: Final = frozenset({"ID", "Id", "IssueInstant", "NotBefore", "NotOnOrAfter"})
_IGNORED: Final = "…"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a message."""

    text: str
    path: tuple[str, ...]
    """Local names from the root to the element that begins or ends here."""


def parse(content: bytes, *, indented: bool = False) -> etree._Element | None:
    """Return the root of a message, ``None`` when it is not well-formed XML. Nothing outside it is read.

    White space between elements is left out, unless it is ``indented`` already.
    """
    return parsed(content, remove_blank_text=not indented)


def pretty_lines(content: bytes) -> list[Line] | None:
    """Return a message indented, its prefixes as they are; ``None`` when it is not well-formed XML, or has a DTD."""
    root = parse(content)
    if root is None or root.getroottree().docinfo.doctype:
        return None
    text = etree.tostring(root, pretty_print=True, encoding="unicode")
    # Read again: the elements then know their lines.
    again = parse(text.encode("utf-8"), indented=True)
    if again is None:
        return None
    paths: dict[int, tuple[str, ...]] = {}
    for element in again.iter(etree.Element):
        if element.sourceline is not None:
            paths.setdefault(element.sourceline, _path(element))
    return [Line(line, paths.get(number, ())) for number, line in enumerate(text.rstrip("\n").split("\n"), 1)]


def compared_lines(content: bytes, *, ignore_passing: bool) -> list[str]:
    """Return a message as lines in which only what means something differs: no prefixes, no order of attributes.

    ``ignore_passing`` leaves out identifiers and times, which are others in each call. What is not XML is given as
    it is, line by line.
    """
    root = parse(content)
    if root is None:
        return content.decode("utf-8", "replace").splitlines()
    return list(_compared(root, 0, ignore_passing=ignore_passing))


def _compared(element: etree._Element, depth: int, *, ignore_passing: bool) -> Iterator[str]:
    if not isinstance(element.tag, str):
        yield "  " * depth + etree.tostring(element, encoding="unicode", with_tail=False)
        return
    name = _name(str(element.tag))
    attributes = "".join(
        f" {_name(str(key))}={quoteattr(_passing(str(key), str(value), _PASSING_ATTRIBUTES, ignore=ignore_passing))}"
        for key, value in sorted(element.attrib.items())
    )
    text = (element.text or "").strip()
    if text:
        text = escape(_passing(str(element.tag), text, _PASSING, ignore=ignore_passing))
    if len(element) == 0:
        end = f">{text}</{name}>" if text else "/>"
        yield f"{'  ' * depth}<{name}{attributes}{end}"
        return
    yield f"{'  ' * depth}<{name}{attributes}>{text}"
    for child in element:
        yield from _compared(child, depth + 1, ignore_passing=ignore_passing)
    yield f"{'  ' * depth}</{name}>"


def _passing(name: str, value: str, passing: frozenset[str], *, ignore: bool) -> str:
    return _IGNORED if ignore and etree.QName(name).localname in passing else value


def _name(tag: str) -> str:
    """Return a name with the prefix of its namespace, always the same one."""
    name = etree.QName(tag)
    if name.namespace is None:
        return name.localname
    return f"{_PREFIXES.get(name.namespace, '{' + name.namespace + '}')}:{name.localname}"


def _path(element: etree._Element) -> tuple[str, ...]:
    names = [etree.QName(element).localname]
    names += [
        etree.QName(parent).localname for parent in element.iterancestors() if isinstance(parent.tag, str)
    ]
    return tuple(reversed(names))
