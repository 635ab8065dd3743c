"""Takes out of exports and reports what must not leave the machine: assertions, keys, card numbers, tokens.

Every string passes here, because what software under test sends may hold anything anywhere.
"""

from __future__ import annotations

import re
from typing import Any, cast

from lxml import etree

MASK = "•••"

_WHOLE = {"Assertion", "EncryptedAssertion", "Signature"}
"""Elements masked with all they contain."""
_VALUES = {
    "BinarySecurityToken",
    "CipherValue",
    "DigestValue",
    "Exponent",
    "Modulus",
    "Nonce",
    "Password",
    "SignatureValue",
    "X509Certificate",
    "X509CRL",
    "X509IssuerName",
    "X509SerialNumber",
    "X509SKI",
    "X509SubjectName",
}
"""Elements masked wherever they stand."""
_CARD = {"COUVERTURE": {"Num", "Cle"}, "RECVITALE": {"NumIdentifiant", "Cle"}}
"""Numbers read on the Vitale card: element names, by the element that contains them."""
_KEPT_ATTRIBUTES = {
    "Algorithm",
    "Format",
    "IssueInstant",
    "Method",
    "Name",
    "NameFormat",
    "NameQualifier",
    "NotBefore",
    "NotOnOrAfter",
    "Version",
}
"""Attributes of an assertion that say how it is made and when, not whose it is."""

_NAMES = "|".join(sorted(_WHOLE | _VALUES))
_MARKUP = (
    # From the first opening tag to the last closing one; to the end when there is none.
    re.compile(rf"<(?:[\w.-]+:)?({_NAMES})\b(?:.*</(?:[\w.-]+:)?\1\s*>|.*)", re.DOTALL),
    re.compile(rf"&lt;(?:[\w.-]+:)?({_NAMES})\b(?:.*&lt;/(?:[\w.-]+:)?\1\s*&gt;|.*)", re.DOTALL),
)
"""Markup that is not well-formed, or that stands within a string."""
_SECRETS = (
    re.compile(r"-----BEGIN [A-Z0-9 ]+-----.*?(?:-----END [A-Z0-9 ]+-----|\Z)", re.DOTALL),
    re.compile(r"\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?"),
    re.compile(r"(?<=Bearer )[\w.~+/=-]{8,}"),
)
"""PEM blocks, JSON web tokens, bearer tokens."""
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>\s*")


def mask(value: Any) -> Any:
    """Return JSON-like data with every string, keys included, masked and made fit for any file."""
    if isinstance(value, str):
        return mask_text(value)
    if isinstance(value, dict):
        return {mask_text(str(name)): mask(content) for name, content in value.items()}
    if isinstance(value, (list, tuple)):
        return [mask(item) for item in value]
    return value


def mask_text(text: str) -> str:
    """Return ``text`` masked, without the characters that no file format takes."""
    return mask_xml(text) if text.lstrip().startswith("<") else _mask_string(_printable(text))


def mask_xml(text: str) -> str:
    """Return an XML message masked. One that holds nothing to mask comes back as it is, to the character."""
    clean = _printable(text)
    root = _parsed(clean)
    if root is None:
        return _mask_string(clean)
    if not _mask_tree(root):
        return _mask_secrets(clean)
    declaration = _DECLARATION.match(clean)
    return (declaration.group() if declaration else "") + etree.tostring(root, encoding="unicode")


def pretty_xml(text: str) -> str | None:
    """Return well-formed XML indented, or ``None`` when ``text`` is not well-formed XML."""
    root = _parsed(text, remove_blank_text=True)
    if root is None:
        return None
    return etree.tostring(root, encoding="unicode", pretty_print=True).strip()


def _parsed(text: str, *, remove_blank_text: bool = False) -> etree._Element | None:
    """Return the root element, or ``None``: no network, no entity, no DTD is followed."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_blank_text=remove_blank_text
    )
    try:
        return etree.fromstring(_DECLARATION.sub("", text).encode("utf-8"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def _mask_tree(root: etree._Element) -> bool:
    """Mask in place; return whether there was something to mask."""
    found = False
    for node in list(root.iter()):
        name = etree.QName(node).localname if isinstance(node.tag, str) else ""
        if name in _WHOLE or name in _VALUES:
            _mask_element(node)
            found = True
        elif name in _CARD:
            found = _mask_card(node, _CARD[name]) or found
        found = _mask_strings(node) or found
    return found


def _mask_element(element: etree._Element) -> None:
    """Keep the skeleton of an element, so that one sees what it is made of, and none of its values."""
    for node in list(element.iter()):
        if isinstance(node.tag, str):
            for attribute in node.attrib:
                if etree.QName(attribute).localname not in _KEPT_ATTRIBUTES:
                    node.attrib[attribute] = MASK
        if not _is_entity(node) and node.text and node.text.strip():
            node.text = MASK
        if node is not element and node.tail and node.tail.strip():
            node.tail = MASK


def _mask_card(element: etree._Element, names: set[str]) -> bool:
    numbers = [
        node
        for node in element.iter()
        if isinstance(node.tag, str) and etree.QName(node).localname in names and node.text
    ]
    for number in numbers:
        number.text = MASK
    return bool(numbers)


def _mask_strings(node: etree._Element) -> bool:
    """Mask what the texts and attributes of a node hold as strings, such as a message within a message."""
    before = (node.text, node.tail, *node.attrib.values())
    if not _is_entity(node) and node.text:
        node.text = _mask_string(node.text)
    if node.tail:
        node.tail = _mask_string(node.tail)
    for name, value in node.attrib.items():
        node.attrib[name] = _mask_string(value)
    return before != (node.text, node.tail, *node.attrib.values())


def _is_entity(node: etree._Element) -> bool:
    """Return whether a node is an unresolved entity, whose text cannot be set."""
    return cast("object", node.tag) is etree.Entity


def _mask_string(text: str) -> str:
    for pattern in _MARKUP:
        text = pattern.sub(rf"<\1>{MASK}</\1>", text)
    return _mask_secrets(text)


def _mask_secrets(text: str) -> str:
    for pattern in _SECRETS:
        text = pattern.sub(MASK, text)
    return text


def _printable(text: str) -> str:
    """Return ``text`` with lone surrogates and control characters shown as U+FFFD."""
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)
