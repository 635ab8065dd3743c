"""Other ways to write the same message: none may change the answer."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import TYPE_CHECKING, Final

from fuzz_trees import elements
from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

_PREFIXES: Final = re.compile(rb"(</?|\s)(?!xmlns|xml)(\w+):(?=\w+[\s=/>])|xmlns:(\w+)=")
_AFTER_CLOSING: Final = re.compile(rb"(</[^>]*>)\s*(?=<)")
_BEFORE_OPENING: Final = re.compile(rb"(<\w[^>]*[^>/]>)\s*(?=<\w)")


def _with_text(body: bytes, chance: Random, write: Callable[[str], str]) -> bytes:
    """Write the text of one leaf otherwise; ``write`` takes and returns markup."""
    text = body.decode()
    found = [match for match in re.finditer(r"<[\w-][^<>]*>([^<>]+)</", text) if match[1].strip()]
    chosen = chance.choice(found)
    return f"{text[: chosen.start(1)]}{write(chosen[1])}{text[chosen.end(1) :]}".encode()


def other_prefixes(body: bytes, _chance: Random) -> bytes:
    def renamed(match: re.Match[bytes]) -> bytes:
        return match[1] + b"p-" + match[2] + b":" if match[2] else b"xmlns:p-" + match[3] + b"="

    return _PREFIXES.sub(renamed, body)


def comment_in_text(body: bytes, chance: Random) -> bytes:
    def cut(text: str) -> str:
        at = chance.randint(0, len(text)) if "&" not in text else 0
        return f"{text[:at]}<!-- {'x' * chance.randint(0, 9)} -->{text[at:]}"

    return _with_text(body, chance, cut)


def cdata(body: bytes, chance: Random) -> bytes:
    return _with_text(body, chance, lambda text: text if "&" in text else f"<![CDATA[{text}]]>")


def character_references(body: bytes, chance: Random) -> bytes:
    def refer(text: str) -> str:
        if "&" in text:
            return text
        return "".join(chance.choice([one, f"&#{ord(one)};", f"&#x{ord(one):X};"]) for one in text)

    return _with_text(body, chance, refer)


def comment_between(body: bytes, chance: Random) -> bytes:
    at = chance.choice([match.end() for match in _AFTER_CLOSING.finditer(body)])
    return body[:at] + b"<!-- <Prenom> & -->" + body[at:]


def white_space(body: bytes, chance: Random) -> bytes:
    space = chance.choice([rb"\1", rb"\1 ", rb"\1\n\t\t", rb"\1\r\n"])
    return _BEFORE_OPENING.sub(space, _AFTER_CLOSING.sub(space, body))


def canonical(body: bytes, _chance: Random) -> bytes:
    return etree.tostring(etree.fromstring(body), method="c14n")


def other_quotes(body: bytes, _chance: Random) -> bytes:
    return re.sub(rb'="([^"\']*)"', rb"='\1'", body)


def attributes_reversed(body: bytes, _chance: Random) -> bytes:
    root = etree.fromstring(body)
    for element in elements(root):
        attributes = list(element.attrib.items())
        element.attrib.clear()
        element.attrib.update(reversed(attributes))
    return etree.tostring(root, encoding="UTF-8")


def byte_order_mark(body: bytes, _chance: Random) -> bytes:
    return body if body.startswith(b"\xef\xbb\xbf") else b"\xef\xbb\xbf" + body


def no_declaration(body: bytes, _chance: Random) -> bytes:
    return re.sub(rb"<\?xml[^>]*\?>\s*", b"", body)


def unused_namespaces(body: bytes, chance: Random) -> bytes:
    return body.replace(b":Envelope ", b":Envelope xmlns:u%d='urn:u' " % chance.randrange(10**9), 1)


def headers_shuffled(body: bytes, chance: Random) -> bytes:
    root = etree.fromstring(body)
    header = root[0]
    children = [deepcopy(child) for child in header]
    chance.shuffle(children)
    header[:] = children
    return etree.tostring(root, encoding="UTF-8")


def foreign_header(body: bytes, chance: Random) -> bytes:
    root = etree.fromstring(body)
    root[0].insert(chance.randint(0, len(root[0])), etree.Element("{urn:x}Trace", a="1"))
    return etree.tostring(root, encoding="UTF-8")


REWRITINGS: Final = (
    other_prefixes,
    comment_in_text,
    cdata,
    character_references,
    comment_between,
    white_space,
    canonical,
    other_quotes,
    attributes_reversed,
    byte_order_mark,
    no_declaration,
    unused_namespaces,
    headers_shuffled,
    foreign_header,
)
