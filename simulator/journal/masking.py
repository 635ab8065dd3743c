"""Takes out of exports and reports what must not leave the machine: assertions, keys, card numbers, tokens.

Every string passes here, because what software under test sends may hold anything anywhere.
"""

from __future__ import annotations

import re
from base64 import b64decode
from functools import lru_cache
from typing import Any, Final, cast
from urllib.parse import unquote

from lxml import etree

from simulator.xml import declaration_end, parsed, without_declaration

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
_EMPTY_CARD = re.compile(r"<(?:[\w.-]+:)?COUVERTURE\s*/>")
"""What nearly all requests have, as the contract wants, and holds nothing."""
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
_TAGS = tuple(
    (
        re.compile(rf"{less}(?:[\w.-]+:)?({_NAMES})\b"),
        re.compile(rf"{less}/(?:[\w.-]+:)?({_NAMES})\s*{greater}"),
    )
    for less, greater in (("<", ">"), ("&lt;", "&gt;"))
)
"""Opening and closing tags in markup that is not well-formed, or that stands within a string."""
_PEM = re.compile(r"-----BEGIN [A-Z0-9 ]+-----.*?(?:-----END [A-Z0-9 ]+-----|\Z)", re.DOTALL)
_BEARER = re.compile(r"\b(bearer[ \t]+)[\w.~+/=-]{8,}", re.IGNORECASE)
_SHORTEST_SECRET: Final = 15
"""Characters of the shortest of all these that is not markup: ``bearer`` with its token."""
_SHORT: Final = 160
"""Characters of the longest text that is remembered with what it is masked to."""
_EYJ = "eyJ"
"""What a JSON web token begins with."""
_RUN_ON = re.compile(r"[\w.-]*")
"""The rest of what may hold one."""
_SHORTEST_RUN: Final = 20
_TOKEN_START, _TOKEN_PART = 11, 8
"""Shortest first and second part of a JSON web token."""
_BASE64 = re.compile(
    r"(?<![A-Za-z0-9+/_-])P[A-P][A-Za-z0-9+/_%-]{38,}(?:\r?\n[ \t]*[A-Za-z0-9+/_%-]+)*={0,2}"
)
"""What begins with ``<`` once it is decoded."""
_SHORTEST_BASE64: Final = 40
"""Characters of the shortest that it finds."""
_BASE64_START = re.compile(r"P[A-P][A-Za-z0-9+/_%-]{38}")
"""What any find of ``_BASE64`` begins with."""
_NAMED = re.compile(_NAMES.encode())
_SECRET_HEADERS: Final = (
    "auth",
    "token",
    "cookie",
    "secret",
    "password",
    "credential",
    "api-key",
    "apikey",
    "x-ssl-client-cert",
)
"""A header whose name has one of these in it is masked, whatever the vendor calls it."""
_OPEN_HEADERS: Final = frozenset({"www-authenticate", "proxy-authenticate"})
"""What a server asks for is no secret."""
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


_HINTS: Final = ("-----BEGIN", "eyJ", "\x7f", "\ufffe", "\uffff")
"""Without these, without ``bearer`` and without markup, a text of printable letters holds nothing to mask, SAML in base64 aside."""
_JSON_HINTS: Final = ("<", "&lt;", "\\u", "\\b", "\\f", *_HINTS)
_XML_HINTS: Final = (
    "&",
    "CDATA",
    *_CARD,
    "Assertion",
    "Signature",
    "X509",
    *(name for name in sorted(_VALUES) if not name.startswith(("Signature", "X509"))),
    *_HINTS,
)


def is_clean_json(text: str) -> bool:
    """Return whether masking would surely leave every string of a JSON document as it is; ``False``: look into it."""
    return _is_clean(text, _JSON_HINTS)


def _is_clean(text: str, hints: tuple[str, ...]) -> bool:
    for hint in hints:
        if hint in text:
            return False
    return "bearer" not in text.lower() and _BASE64_START.search(text) is None


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
    # Names of fields, names of people, dates: the same short texts come again and again.
    return _mask_short(text) if len(text) <= _SHORT else _mask_text(text)


@lru_cache(maxsize=16_384)
def _mask_short(text: str) -> str:
    return _mask_text(text)


def _mask_text(text: str) -> str:
    if len(text) < _SHORTEST_SECRET and "<" not in text and "&" not in text:
        return _printable(text)
    return mask_xml(text) if text.lstrip().startswith("<") else _mask_string(_printable(text))


def mask_header(name: str, value: str) -> str:
    """Return the value of an HTTP header masked, whole when its name says that it is a secret."""
    plain = name.lower()
    is_secret = plain not in _OPEN_HEADERS and any(part in plain for part in _SECRET_HEADERS)
    return MASK if is_secret else mask_text(value)


def mask_xml(text: str) -> str:
    """Return an XML message masked. One that holds nothing to mask comes back as it is, to the character."""
    clean = _printable(text)
    # Most answers hold no secret: to look for one costs a tenth of reading the message.
    if _is_clean(_EMPTY_CARD.sub(" ", clean), _XML_HINTS):
        return clean
    root = _parsed(clean)
    if root is None:
        return _mask_string(clean)
    if not _mask_tree(root):
        return _mask_secrets(clean)
    end = declaration_end(clean)
    message = clean[end:].lstrip() if end else clean
    return clean[: len(clean) - len(message)] + etree.tostring(root, encoding="unicode")


def pretty_xml(text: str) -> str | None:
    """Return well-formed XML indented, or ``None`` when ``text`` is not well-formed XML."""
    root = _parsed(text, remove_blank_text=True)
    if root is None:
        return None
    return etree.tostring(root, encoding="unicode", pretty_print=True).strip()


def _parsed(text: str, *, remove_blank_text: bool = False) -> etree._Element | None:
    """Return the root element, or ``None``: no network, no entity, no DTD is followed."""
    try:
        content = without_declaration(text).encode("utf-8")
    except UnicodeEncodeError:
        return None
    return parsed(content, remove_blank_text=remove_blank_text)


def _mask_tree(root: etree._Element) -> bool:
    """Mask in place, in one pass; return whether there was something to mask."""
    found = False
    within = 0
    """How many masked elements are open."""
    cards: list[set[str]] = []
    for event, node in etree.iterwalk(root, events=("start", "end", "comment", "pi")):
        is_element = isinstance(node.tag, str)
        name = str(node.tag).rpartition("}")[2] if is_element else ""
        if event == "end":
            within -= name in _WHOLE or name in _VALUES
            if name in _CARD:
                cards.pop()
            # What follows an element is within the one that holds it.
            found = _mask_tail(node, hidden=within > 0) or found
            continue
        if name in _WHOLE or name in _VALUES:
            within += 1
            found = True
        if name in _CARD:
            cards.append(_CARD[name])
        if within:
            _hide(node)
        elif any(name in names for names in cards) and node.text:
            node.text = MASK
            found = True
        else:
            found = _mask_strings(node) or found
        if not is_element:  # it has no end of its own
            found = _mask_tail(node, hidden=within > 0) or found
    return found


def _hide(node: etree._Element) -> None:
    """Keep the skeleton of what is masked, so that one sees what it is made of, and none of its values."""
    if isinstance(node.tag, str):
        for attribute in node.attrib:
            if str(attribute).rpartition("}")[2] not in _KEPT_ATTRIBUTES:
                node.attrib[attribute] = MASK
    if not _is_entity(node) and node.text and node.text.strip():
        node.text = MASK


def _mask_tail(node: etree._Element, *, hidden: bool) -> bool:
    """Mask what follows a node; return whether there was something to mask."""
    before = node.tail
    if before and before.strip():
        node.tail = MASK if hidden else _mask_string(before)
    return before != node.tail


def _mask_strings(node: etree._Element) -> bool:
    """Mask what the text and attributes of a node hold as strings, such as a message within a message."""
    before = (node.text, *node.attrib.values())
    if not _is_entity(node) and node.text:
        node.text = _mask_string(node.text)
    for name, value in node.attrib.items():
        node.attrib[name] = _mask_string(value)
    return before != (node.text, *node.attrib.values())


def _is_entity(node: etree._Element) -> bool:
    """Return whether a node is an unresolved entity, whose text cannot be set."""
    return cast("object", node.tag) is etree.Entity


def _mask_string(text: str) -> str:
    # A record has hundreds of thousands of strings: each expression is asked only where it could find something.
    if "<" in text or "&lt;" in text:
        for opening, closing in _TAGS:
            text = _mask_markup(text, opening, closing)
    return _mask_secrets(text)


def _mask_markup(text: str, opening: re.Pattern[str], closing: re.Pattern[str]) -> str:
    """Mask from each first opening tag to the last closing one of its name, to the end when there is none.

    In one pass over the tags: an expression that looks for the closing tag of each opening one is quadratic.
    """
    last = {found[1]: found.end() for found in closing.finditer(text)}
    parts: list[str] = []
    position = 0
    for found in opening.finditer(text):
        if found.start() < position:
            continue
        name, end = found[1], last.get(found[1], 0)
        parts += (text[position : found.start()], f"<{name}>{MASK}</{name}>")
        position = end if end > found.start() else len(text)
    return "".join((*parts, text[position:])) if parts else text


def _mask_secrets(text: str) -> str:
    """Mask PEM blocks, JSON web tokens, bearer tokens and SAML in base64."""
    if "-----BEGIN " in text:
        text = _PEM.sub(MASK, text)
    if _EYJ in text:
        text = _mask_tokens(text)
    if "bearer" in text.lower():
        text = _BEARER.sub(rf"\g<1>{MASK}", text)
    return _BASE64.sub(_mask_base64, text) if len(text) >= _SHORTEST_BASE64 else text


def _mask_tokens(text: str) -> str:
    """Mask the JSON web tokens in the runs of their characters that have ``eyJ`` in them."""
    kept, done = list[str](), 0
    at = text.find(_EYJ)
    while at >= 0:
        begin, end = at, _RUN_ON.match(text, at).end()  # type: ignore[union-attr] # it matches nothing as well
        while begin > done and (text[begin - 1].isalnum() or text[begin - 1] in "_.-"):
            begin -= 1
        run = text[begin:end]
        kept += (text[done:begin], _mask_run(run) if "." in run and len(run) >= _SHORTEST_RUN else run)
        done = end
        at = text.find(_EYJ, done)
    return "".join((*kept, text[done:]))


def _mask_run(run: str) -> str:
    """Mask the tokens of one run: ``eyJ``, a point, another part, perhaps a third."""
    parts = run.split(".")
    kept: list[str] = []
    index = 0
    while index < len(parts):
        part = parts[index]
        start = _token_start(part)
        if start is None or index + 1 == len(parts) or len(parts[index + 1]) < _TOKEN_PART:
            kept.append(part)
            index += 1
        else:
            kept.append(part[:start] + MASK)
            index += 3
    return ".".join(kept)


def _token_start(part: str) -> int | None:
    """Return where a token may begin: at the start of a word, with enough behind it."""
    start = part.find(_EYJ)
    while start > 0 and part[start - 1] != "-":
        start = part.find(_EYJ, start + 1)
    return start if start >= 0 and len(part) - start >= _TOKEN_START else None


def _mask_base64(found: re.Match[str]) -> str:
    encoded = unquote("".join(found[0].split())).rstrip("=").replace("-", "+").replace("_", "/")
    # Whole groups of four: what is left over at the end says nothing about the rest.
    try:
        decoded = b64decode(encoded[: len(encoded) // 4 * 4])
    except ValueError:
        return found[0]
    return MASK if _NAMED.search(decoded) else found[0]


def _printable(text: str) -> str:
    """Return ``text`` with lone surrogates and control characters shown as U+FFFD."""
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)
