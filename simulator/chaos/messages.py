"""Disturbances of a SOAP message as XML: other prefixes, other codes, values written otherwise.

They work on the bytes of one of our own answers, which are well-formed; what they return is well-formed too.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from lxml import etree

from simulator.contract.names import SIRAM, SOAP12, WSA
from simulator.contract.soap import DECLARATION
from simulator.xml import own_parser

if TYPE_CHECKING:
    from collections.abc import Callable

UNKNOWN_CODE: Final = "99"
"""A CodeCR that nobody published."""
UNKNOWN_FAULT: Final = "insi_998"
"""A fault code that nobody published."""
OTHER_MESSAGE: Final = "uuid:00000000-0000-4000-8000-00000000beef"
"""The MessageID of a call that nobody made."""

_QNAMES: Final = {f"{{{SOAP12}}}Value"}
"""Elements whose text is a qualified name: its prefix means something."""


def without_detail(body: bytes) -> bytes:
    """Return a fault without its Detail."""
    return re.sub(rb"<(\w+):Detail>.*?</\1:Detail>", b"", body, count=1, flags=re.DOTALL)


def with_code(body: bytes, code: str | None) -> bytes:
    """Return an answer with another CodeCR, or a fault with another code; each has a default of its own."""
    if b"Fault>" in body or b":Fault " in body:
        return re.sub(
            rb'(<siram:Erreur[^>]*\bcode=")[^"]*', rb"\g<1>" + (code or UNKNOWN_FAULT).encode(), body, count=1
        )
    body = re.sub(rb"(CodeCR>)[^<]*", rb"\g<1>" + (code or UNKNOWN_CODE).encode(), body, count=1)
    return re.sub(rb"(LibelleCR>)[^<]*", rb"\g<1>Code de retour inconnu", body, count=1)


def of_another_message(body: bytes) -> bytes:
    """Return a fault with the messageID of another call, or an answer that says it relates to another call."""
    if b"messageID=" in body:
        return re.sub(rb'(messageID=")[^"]*', rb"\g<1>" + OTHER_MESSAGE.encode(), body, count=1)
    if b"<siram:Erreur " in body:
        return body.replace(b"<siram:Erreur ", f'<siram:Erreur messageID="{OTHER_MESSAGE}" '.encode(), 1)
    header = f'<soap:Header><wsa:RelatesTo xmlns:wsa="{WSA}">{OTHER_MESSAGE}</wsa:RelatesTo></soap:Header>'.encode()
    end = body.index(b">", body.index(b"<soap:Envelope")) + 1
    return body[:end] + header + body[end:]


def with_prefixes(body: bytes, form: str) -> bytes:
    """Return the same infoset with other prefixes: ``other`` (n1, n2…) or ``default`` (xmlns= on the elements).

    Qualified names in texts and in attributes keep their meaning.
    """
    root = etree.fromstring(body, own_parser())
    namespaces = list(
        dict.fromkeys(etree.QName(element).namespace or "" for element in root.iter(etree.Element))
    )
    prefixes = {namespace: f"n{number}" for number, namespace in enumerate(namespaces, start=1)}
    copy = _copy(root, None, prefixes, default=form == "default")
    return f"{DECLARATION}\n".encode() + etree.tostring(copy, encoding="UTF-8", xml_declaration=False)


def with_dressed_values(body: bytes, form: str) -> bytes:
    """Return the message with its values written otherwise; ``form`` is one of the choices of ``dressed-values``."""
    dress = _DRESSES[form]
    return re.sub(rb">([^<>]+)</", lambda found: b">" + dress(found[1]) + b"</", body)


def of_size(body: bytes, size: int) -> bytes:
    """Return the message with white space before the end of its envelope, up to ``size`` bytes."""
    missing = size - len(body)
    if missing <= 0:
        return body
    end = body.rindex(b"</")
    line = b" " * 99 + b"\n"
    return body[:end] + (line * (missing // len(line) + 1))[:missing] + body[end:]


def _copy(
    source: etree._Element, parent: etree._Element | None, prefixes: dict[str, str], *, default: bool
) -> etree._Element:
    name = etree.QName(source)
    namespace = name.namespace or ""
    # The severity of a fault is a qualified name too, without prefix: under xmlns="urn:siram" it would change.
    own_default = default and namespace != SIRAM
    nsmap: dict[str | None, str] = {None if own_default else prefixes[namespace]: namespace}
    if source.tag in _QNAMES:
        nsmap[prefixes[SOAP12]] = SOAP12
    attributes = dict(source.attrib)
    if parent is None:
        copy = etree.Element(source.tag, attributes, nsmap)
    else:
        copy = etree.SubElement(parent, source.tag, attributes, nsmap)
    copy.text, copy.tail = source.text, source.tail
    if source.tag in _QNAMES and source.text and not len(source):
        copy.text = f"{prefixes[SOAP12]}:{source.text.rpartition(':')[2]}"
    for child in source:
        if isinstance(child.tag, str):
            _copy(child, copy, prefixes, default=default)
    return copy


def _middle(value: bytes, inserted: bytes) -> bytes:
    # Between whole characters, and not inside a reference such as &amp;.
    if b"&" in value:
        return inserted + value
    characters = value.decode()
    half = len(characters) // 2
    return characters[:half].encode() + inserted + characters[half:].encode()


def _references(value: bytes) -> bytes:
    if b"&" in value:
        return value
    return "".join(f"&#x{ord(character):X};" for character in value.decode()).encode()


def _cdata(value: bytes) -> bytes:
    return value if b"&" in value else b"<![CDATA[" + value + b"]]>"


_DRESSES: Final[dict[str, Callable[[bytes], bytes]]] = {
    "white-space": lambda value: b"\n  " + value + b" \t\n",
    "comment": lambda value: _middle(value, b"<!-- x -->"),
    "cdata": _cdata,
    "character-references": _references,
    "processing-instruction": lambda value: _middle(value, b"<?x y?>"),
}
