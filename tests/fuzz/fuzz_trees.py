"""Mutations of a message as a tree: elements, attributes, namespaces, texts, places."""

from __future__ import annotations

import base64
from contextlib import suppress
from copy import deepcopy
from typing import TYPE_CHECKING, Final

from lxml import etree

from simulator.contract.names import (
    CTXBAM,
    CTXLPS,
    RECSANS,
    RECVIT,
    REQ_COLLECT,
    REQ_DEPOSIT,
    RESULTAT,
    SIRAM,
    SOAP11,
    SOAP12,
    VERIFICATION_REQUEST,
    WSA,
    WSSE,
)
from simulator.security.names import DSIG, SAML

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    Mutation = Callable[[Random, etree._Element, etree._Element], None]

_XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"
_XML: Final = "http://www.w3.org/XML/1998/namespace"
_WSU: Final = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
NAMESPACES: Final = (
    SOAP12, SOAP11, WSA, WSSE, CTXBAM, CTXLPS, RECSANS, RECVIT, RESULTAT, SIRAM, SAML, DSIG, _XSI, _WSU,
    VERIFICATION_REQUEST, REQ_DEPOSIT, REQ_COLLECT,
    "", "urn:x", "http://www.w3.org/2001/XInclude", "http://www.w3.org/2004/08/xop/include",
    "http://www.cnamts.fr/INSiRecSans/", " " + RECSANS,
)  # fmt: skip
NAMES: Final = (
    "Envelope", "Header", "Body", "Fault", "Action", "MessageID", "To", "Security", "Assertion", "Signature",
    "ContexteBAM", "ContexteLPS", "COUVERTURE", "BENEFICIAIRE", "LPS", "IDAM", "Id", "Temps", "Emetteur", "Nom",
    "Version", "Instance", "RECSANSVITALE", "RECVITALE", "RESULTAT", "NomNaissance", "Prenom", "Sexe",
    "DateNaissance", "LieuNaissance", "RangNaissance", "MatriculeIndividu", "NumIdentifiant", "Requete", "Ligne", "IdLigne", "IdLot", "Page", "OID", "ListePrenom", "Subject", "NameID",
    "include", "Include", "x", "É", "_", "n" * 300,
)  # fmt: skip
TEXTS: Final = (
    "", " ", "\t\r\n", "X", "-", "''", "A" * 101, "A" * 5000, "9" * 400, "-1", "0", "1e999", "NaN", "INF", "null",
    "true", "é", "Œ", "ŒUVRÉ", "e\u0301", "\u00a0", "\u2019", "\u202e", "\ufeff", "\ufffd", "\U0001f600", "\u0130",
    "İ", "ß", "\u1e9e", "\x85", "\u2028", "\ud7ff", "\ue000", "\U0010fffd", "DU PONT", "DU--PONT", "D'", "'D", "A'-B",
    "1960-00-00", "1960-01-00", "1960-00-01", "0000-00-00", "9999-99-99", "2023-02-29", "01/01/1960", "1960-1-1",
    "+1960-01-01", "1960-01-01 ", "1960-01-01T00:00:00Z", "99999", "2A004", "2a004", "2C001", "00000", "75056",
    "M", "F", "m", "I", "U", "MF", "urn:lps:", "uuid:", "../../etc/passwd", "%s%n{0}", "' OR 1=1 --", "\\", "$x{}",
    "http://127.0.0.1:9/", "file:///etc/passwd", "2026-01-05T09:00:00Z", "2026-02-30T09:00:00Z",
    "-0001-01-01T00:00:00Z", "99999999999-01-01T00:00:00Z", "2026-01-05T24:00:00", "2026-01-05T09:00:00+14:00",
    "2026-01-05T09:00:00." + "1" * 400 + "Z", "1.2.250.1.213.1.4.8", "٣", "１９６０-０１-０１", "Ｍ",
)  # fmt: skip
ATTRIBUTES: Final = (
    ("Version", "01_02"), ("Version", ""), ("Nature", "x"), ("R", "4"), ("Id", "_1"), ("ID", "_1"), ("id", "_1"),
    (f"{{{_XML}}}id", "_1"), (f"{{{_XML}}}id", "1 1"), (f"{{{_XML}}}lang", "fr"), (f"{{{_XML}}}space", "preserve"),
    (f"{{{_XML}}}base", "http://127.0.0.1:9/"), (f"{{{_XSI}}}nil", "true"), (f"{{{_XSI}}}type", "xsd:int"),
    (f"{{{_XSI}}}type", ""), (f"{{{_XSI}}}schemaLocation", f"{RECSANS} http://127.0.0.1:9/x.xsd"),
    (f"{{{_XSI}}}noNamespaceSchemaLocation", "file:///etc/passwd"), (f"{{{SOAP12}}}mustUnderstand", "1"),
    (f"{{{SOAP12}}}mustUnderstand", "peut-être"), (f"{{{SOAP12}}}role", "urn:x"), (f"{{{SOAP12}}}relay", "1"),
    (f"{{{SOAP12}}}encodingStyle", "urn:x"), (f"{{{SOAP11}}}mustUnderstand", "1"), (f"{{{_WSU}}}Id", "_1"),
    ("href", "cid:x"), ("URI", "#_1"), ("NameQualifier", "VITALE"), ("Algorithm", "none"), ("x", "y" * 20_000),
)  # fmt: skip


def elements(root: etree._Element) -> list[etree._Element]:
    return list(root.iter(etree.Element))


def _any(chance: Random, root: etree._Element) -> etree._Element:
    return chance.choice(elements(root))


def _below(chance: Random, root: etree._Element) -> etree._Element | None:
    """Return any element but the root, ``None`` when there is no other."""
    found = elements(root)[1:]
    return chance.choice(found) if found else None


def drop(chance: Random, root: etree._Element, _other: etree._Element) -> None:
    if (element := _below(chance, root)) is not None:
        element.getparent().remove(element)


def double(chance: Random, root: etree._Element, _other: etree._Element) -> None:
    if (element := _below(chance, root)) is not None:
        times = chance.choice([1, 1, 1, 2, 5, 200])
        for _ in range(times):
            element.addnext(deepcopy(element))


def move(chance: Random, root: etree._Element, _other: etree._Element) -> None:
    if (element := _below(chance, root)) is None:
        return
    inside = set(element.iter())
    target = chance.choice([place for place in elements(root) if place not in inside])
    target.insert(chance.randint(0, len(target)), element)


def copy_elsewhere(chance: Random, root: etree._Element, _other: etree._Element) -> None:
    target = _any(chance, root)
    if (element := _below(chance, root)) is not None:
        target.insert(chance.randint(0, len(target)), deepcopy(element))


def graft(chance: Random, root: etree._Element, other: etree._Element) -> None:
    """Put a part of another message in the place of one, or beside it."""
    part = deepcopy(_any(chance, other))
    if (element := _below(chance, root)) is None:
        return
    if chance.random() < 0.5:
        element.getparent().replace(element, part)
    else:
        element.addnext(part)


def swap(chance: Random, root: etree._Element, _other: etree._Element) -> None:
    """Exchange two neighbours."""
    parents = [element for element in elements(root) if len(element) > 1]
    if parents:
        parent = chance.choice(parents)
        first = chance.randrange(len(parent) - 1)
        parent.insert(first, parent[first + 1])


def rename(chance: Random, root: etree._Element, _other: etree._Element) -> None:
    element = _any(chance, root)
    name = etree.QName(element)
    namespace, local = name.namespace, name.localname
    kind = chance.randrange(3)
    if kind != 0:
        namespace = chance.choice(NAMESPACES)
    if kind != 1:
        local = chance.choice(NAMES)
    element.tag = f"{{{namespace}}}{local}" if namespace else local


def move_to_namespace(chance: Random, root: etree._Element, _other: etree._Element) -> None:
    """Put a whole part in another namespace."""
    namespace = chance.choice(NAMESPACES)
    for element in _any(chance, root).iter(etree.Element):
        local = etree.QName(element).localname
        element.tag = f"{{{namespace}}}{local}" if namespace else local


def add_attribute(chance: Random, root: etree._Element, _other: etree._Element) -> None:
    element = _any(chance, root)
    for name, value in chance.choices(ATTRIBUTES, k=chance.choice([1, 1, 2, 3])):
        element.set(name, value)


def add_many_attributes(chance: Random, root: etree._Element, _other: etree._Element) -> None:
    element = _any(chance, root)
    for number in range(chance.choice([62, 63, 64, 65, 66, 400])):
        element.set(f"a{number}", "1")


def change_attribute(chance: Random, root: etree._Element, _other: etree._Element) -> None:
    having = [element for element in elements(root) if element.attrib]
    if not having:
        return
    element = chance.choice(having)
    name = chance.choice(list(element.attrib))
    if chance.random() < 0.3:
        del element.attrib[name]
    else:
        element.set(name, chance.choice(TEXTS))


def change_text(chance: Random, root: etree._Element, _other: etree._Element) -> None:
    leaves = [element for element in elements(root) if element.find("*") is None]
    for _ in range(chance.choice([1, 1, 1, 2])):
        chance.choice(leaves).text = _text(chance)


def spoil_text(chance: Random, root: etree._Element, _other: etree._Element) -> None:
    """Insert something in a text, or in a place that has none."""
    element = _any(chance, root)
    text = element.text or ""
    at = chance.randint(0, len(text))
    element.text = text[:at] + _text(chance) + text[at:]


def _text(chance: Random) -> str:
    if chance.random() < 0.7:
        return chance.choice(TEXTS)
    ranges = (
        (0x20, 0x7F),
        (0xA0, 0x250),
        (0x300, 0x370),
        (0x2000, 0x2070),
        (0xE000, 0xFFFD),
        (0x10000, 0x110000),
    )
    return "".join(chr(chance.randrange(*chance.choice(ranges))) for _ in range(chance.randint(1, 12)))


def add_node(chance: Random, root: etree._Element, _other: etree._Element) -> None:
    """Put a comment, a processing instruction, an entity or a foreign element inside, or cut a text in two."""
    element = _any(chance, root)
    node = chance.choice(
        [
            etree.Comment(" x "),
            etree.Comment("<NomNaissance>X</NomNaissance>"),
            etree.ProcessingInstruction("pi", "x"),
            etree.ProcessingInstruction("xml-stylesheet", 'href="http://127.0.0.1:9/"'),
            etree.Entity("amp"),
            etree.Entity("x"),
            etree.Element("{urn:x}x"),
        ]
    )
    text = element.text
    if text and chance.random() < 0.7:
        at = chance.randint(0, len(text))
        element.text = text[:at]
        node.tail = text[at:]
        element.insert(0, node)
    else:
        element.insert(chance.randint(0, len(element)), node)


def spoil_certificate(chance: Random, root: etree._Element, _other: etree._Element) -> None:
    """Change the certificate of a signature where its bytes mean something, below base 64."""
    for element in root.iter(f"{{{DSIG}}}X509Certificate"):
        try:
            certificate = bytearray(base64.b64decode(element.text or ""))
        except ValueError:
            continue
        spoil_der(chance, certificate)
        element.text = base64.b64encode(certificate).decode()


def spoil_der(chance: Random, der: bytearray) -> None:
    """Change, remove or insert a few bytes."""
    for _ in range(chance.randint(1, 3)):
        if not der:
            return
        at, kind = chance.randrange(len(der)), chance.randrange(5)
        if kind < 3:
            der[at] = chance.randrange(256)
        elif kind == 3:
            del der[at : at + chance.randint(1, 4)]
        else:
            der[at:at] = chance.randbytes(chance.randint(1, 4))


def wrap(chance: Random, root: etree._Element, _other: etree._Element) -> None:
    """Bury an element under new ones, sometimes deeper than allowed."""
    if (element := _below(chance, root)) is None:
        return
    name = chance.choice([element.tag, "{urn:x}x", f"{{{SOAP12}}}Body"])
    outer = inner = etree.Element(name)
    for _ in range(chance.choice([0, 0, 1, 10, 56, 57, 58, 59, 60, 61, 62, 63, 250, 300])):
        inner = etree.SubElement(inner, name)
    element.getparent().replace(element, outer)
    inner.append(element)


def unwrap(chance: Random, root: etree._Element, _other: etree._Element) -> None:
    """Put the children of an element in its place."""
    if (element := _below(chance, root)) is not None:
        parent = element.getparent()
        at = parent.index(element)
        for child in reversed(list(element)):
            parent.insert(at, child)
        parent.remove(element)


MUTATIONS: Final[tuple[Mutation, ...]] = (
    drop,
    double,
    move,
    copy_elsewhere,
    graft,
    swap,
    rename,
    move_to_namespace,
    add_attribute,
    add_many_attributes,
    change_attribute,
    change_text,
    change_text,
    change_text,
    change_text,
    spoil_text,
    spoil_text,
    add_node,
    spoil_certificate,
    wrap,
    unwrap,
)
VALUE_MUTATIONS: Final[tuple[Mutation, ...]] = (
    change_text,
    change_text,
    change_text,
    spoil_text,
    drop,
    double,
    swap,
)
"""Those that often leave a message valid against the schema."""


def serialise(chance: Random, root: etree._Element) -> bytes:
    """Write the tree as one of the many ways to write it."""
    kind = chance.random()
    if kind < 0.75:
        return etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    if kind < 0.85:
        return etree.tostring(root)
    if kind < 0.9:
        # Trees with entities or relative namespaces have no canonical form.
        with suppress(etree.C14NError):
            return etree.tostring(root, method="c14n")
    if kind < 0.95:
        return etree.tostring(root, pretty_print=True)
    encoding = chance.choice(["UTF-16", "UTF-16LE", "ISO-8859-1", "windows-1252", "US-ASCII", "ISO-8859-15"])
    return etree.tostring(root, encoding=encoding, xml_declaration=chance.random() < 0.8)
