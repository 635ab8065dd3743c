"""The one hardened XML parser: every message from outside is read by it.

No entity is expanded, no DTD, schema or other file is loaded, the network is never asked; depth, length of a text and
amplification keep to the limits of libxml2. Size and number of elements are the caller's business, before it parses.
"""

from __future__ import annotations

import re
import threading
from typing import TYPE_CHECKING, Any, AnyStr, Final, TypedDict

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Unpack

_local = threading.local()
_DECLARATIONS: Final[Mapping[type, re.Pattern[Any]]] = {
    str: re.compile(r"\ufeff?\s*<\?xml\s[^>]*\?>"),
    bytes: re.compile(rb"(?:\xef\xbb\xbf)?\s*<\?xml\s[^>]*\?>"),
}

_ENCODING: Final = re.compile(rb"""<\?xml\s[^>]{0,80}?encoding\s{0,9}=\s{0,9}["']([\w.-]+)["']""")


class Form(TypedDict, total=False):
    """What else a parser leaves out, or takes."""

    remove_blank_text: bool
    """White space between elements."""
    remove_comments: bool
    remove_pis: bool
    """Processing instructions."""
    huge_tree: bool
    """Take very long texts and very deep trees: for what has been bounded otherwise."""


def parser(**form: Unpack[Form]) -> etree.XMLParser:
    """Return a new parser. It belongs to one thread at a time."""
    options: Form = {"huge_tree": False, **form}
    return etree.XMLParser(
        resolve_entities=False, load_dtd=False, dtd_validation=False, no_network=True, **options
    )


def own_parser(**form: Unpack[Form]) -> etree.XMLParser:
    """Return this thread's parser of this form: making one costs as much as reading a message."""
    kept: dict[tuple[tuple[str, object], ...], etree.XMLParser] | None = getattr(_local, "parsers", None)
    if kept is None:
        kept = _local.parsers = {}
    key = tuple(form.items())
    found = kept.get(key)
    if found is None:
        found = kept[key] = parser(**form)
    return found


def parsed(content: bytes, **form: Unpack[Form]) -> etree._Element | None:
    """Return the root of a message, ``None`` when it is not well-formed XML."""
    try:
        return etree.fromstring(content, own_parser(**form))
    except (etree.XMLSyntaxError, ValueError):
        return None


def declaration_end(message: AnyStr) -> int:
    """Return where the XML declaration of a message ends, 0 when it has none.

    A byte order mark and white space may stand before it, as some writers put them there.
    """
    found = _DECLARATIONS[type(message)].match(message)
    return found.end() if found else 0


def declared_encoding(message: bytes) -> str:
    """Return the encoding that the XML declaration at the start of a message names; empty when it names none."""
    found = _ENCODING.match(message)
    return found[1].decode("ascii", "replace") if found else ""


def without_declaration(message: AnyStr) -> AnyStr:
    """Return a message without its XML declaration and what stands before it; the rest as it is."""
    return message[declaration_end(message) :]
