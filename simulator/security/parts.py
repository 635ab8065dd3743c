"""The parts of a SAML 2.0 assertion, taken apart strictly: one place for each thing, or a refusal.

Comments, processing instructions and entities are refused, since text cut by one reads differently from one
parser to the next; so are nested assertions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from lxml import etree

from simulator.security.names import DSIG, SAML
from simulator.security.refusals import malformed

if TYPE_CHECKING:
    from collections.abc import Mapping

ASSERTION: Final = f"{{{SAML}}}Assertion"
SIGNATURE: Final = f"{{{DSIG}}}Signature"
SUBJECT: Final = f"{{{SAML}}}Subject"
NAME_ID: Final = f"{{{SAML}}}NameID"
_ISSUER: Final = f"{{{SAML}}}Issuer"
_CONDITIONS: Final = f"{{{SAML}}}Conditions"
_AUTHN_STATEMENT: Final = f"{{{SAML}}}AuthnStatement"
_ATTRIBUTE_STATEMENT: Final = f"{{{SAML}}}AttributeStatement"
_ATTRIBUTE: Final = f"{{{SAML}}}Attribute"
_VALUE: Final = f"{{{SAML}}}AttributeValue"

_ORDER: Final = {
    _ISSUER: 0,
    SIGNATURE: 1,
    SUBJECT: 2,
    _CONDITIONS: 3,
    _AUTHN_STATEMENT: 4,
    _ATTRIBUTE_STATEMENT: 4,
}
"""Children and their order, from the SAML 2.0 schema. Advice and other statements are refused: nobody sends them."""
_REPEATED: Final = {_AUTHN_STATEMENT, _ATTRIBUTE_STATEMENT}

_IDENTIFIER: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-]{0,127}")
"""An xsd:ID, in ASCII and of a sane length (ours)."""
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)?")
_SHOWN: Final = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What an assertion holds, whatever it is for."""

    id: str
    issue_instant: datetime
    instant_text: str
    """IssueInstant as written."""
    issuer: str
    issuer_format: str | None
    qualifier: str | None
    name_id: str
    attributes: Mapping[str, tuple[str, ...]]
    """By the names on the wire."""
    signed: bool
    """There is a Signature; nothing is said of its value."""
    not_before: datetime | None
    not_on_or_after: datetime | None
    conditions: bool
    """There is a Conditions or an AuthnStatement."""


def read_parts(root: etree._Element) -> Parts:
    """Take an assertion apart.

    Raises:
        AssertionRefusedError: it does not have the expected form.
    """
    _check_content(root)
    children = _children(root)
    for required in (_ISSUER, SUBJECT):
        if required not in children:
            raise malformed(f"expected {_local(required)} in the assertion, got none")
    issuer = children[_ISSUER][0]
    name = _name_id(children[SUBJECT][0])
    instant = root.get("IssueInstant", "")
    conditions = children.get(_CONDITIONS, [None])[0]
    return Parts(
        id=identifier(root),
        issue_instant=_time("IssueInstant", instant),
        instant_text=instant,
        issuer=_text(issuer),
        issuer_format=issuer.get("Format"),
        qualifier=name.get("NameQualifier"),
        name_id=_text(name),
        attributes=_attributes(children.get(_ATTRIBUTE_STATEMENT, [])),
        signed=SIGNATURE in children,
        not_before=_bound(conditions, "NotBefore"),
        not_on_or_after=_bound(conditions, "NotOnOrAfter"),
        conditions=conditions is not None or _AUTHN_STATEMENT in children,
    )


def identifier(root: etree._Element) -> str:
    """Return the ID of an assertion.

    Raises:
        AssertionRefusedError: there is none, or it is not an identifier.
    """
    value = root.get("ID")
    if value is None or not _IDENTIFIER.fullmatch(value):
        got = "none" if value is None else repr(value[:_SHOWN])
        raise malformed(f"expected the attribute ID with an identifier such as _<uuid>, got {got}")
    return value


def _check_content(root: etree._Element) -> None:
    if root.get("Version") != "2.0":
        raise malformed(f"expected Version='2.0' on the assertion, got {root.get('Version')!r}")
    odd = next(root.iter(etree.Comment, etree.ProcessingInstruction, etree.Entity), None)
    if odd is not None:
        raise malformed("expected no comment, processing instruction or entity in the assertion, got one")
    if next(root.iterdescendants(ASSERTION), None) is not None:
        raise malformed("expected no assertion inside the assertion, got one")


def _children(root: etree._Element) -> dict[str, list[etree._Element]]:
    found: dict[str, list[etree._Element]] = {}
    last, loose = 0, root.text or ""
    for child in root:
        tag = str(child.tag)
        rank = _ORDER.get(tag)
        if rank is None:
            raise malformed(f"expected {', '.join(map(_local, _ORDER))} in the assertion, got {tag}")
        if rank < last:
            raise malformed(
                f"expected {_local(tag)} earlier in the assertion: {', '.join(map(_local, _ORDER))}"
            )
        if tag in found and tag not in _REPEATED:
            raise malformed(f"expected one {_local(tag)} in the assertion, got several")
        found.setdefault(tag, []).append(child)
        last, loose = rank, loose + (child.tail or "")
    if loose.strip():
        raise malformed(
            f"expected no text between the parts of the assertion, got {loose.strip()[:_SHOWN]!r}"
        )
    return found


def _name_id(subject: etree._Element) -> etree._Element:
    names = subject.findall(NAME_ID)
    if len(names) != 1:
        raise malformed(f"expected one NameID in Subject, got {len(names)}")
    return names[0]


def _attributes(statements: list[etree._Element]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for statement in statements:
        for attribute in statement:
            name = attribute.get("Name")
            if attribute.tag != _ATTRIBUTE or not name:
                raise malformed(
                    f"expected an Attribute with a Name in AttributeStatement, got {attribute.tag!s}"
                )
            if name in found:
                raise malformed(f"expected the attribute {name[:_SHOWN]} once, got it twice")
            if any(value.tag != _VALUE for value in attribute):
                raise malformed(f"expected AttributeValue only in the attribute {name[:_SHOWN]}")
            found[name] = tuple(_text(value, empty=True) for value in attribute)
    return found


def _text(element: etree._Element, *, empty: bool = False) -> str:
    """Return the whole text, never that of the first node only."""
    if len(element):
        raise malformed(f"expected text in {_local(str(element.tag))}, got the element {element[0].tag!s}")
    text = "".join(element.itertext()).strip()
    if not text and not empty:
        raise malformed(f"expected text in {_local(str(element.tag))}, got none")
    return text


def _bound(conditions: etree._Element | None, name: str) -> datetime | None:
    value = None if conditions is None else conditions.get(name)
    return None if value is None else _time(name, value)


def _time(name: str, value: str) -> datetime:
    """Read a time; without a zone it is UTC, as SAML 2.0 core §1.3.3 has it."""
    if _TIME.fullmatch(value):
        try:
            time = datetime.fromisoformat(value)
            return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    raise malformed(f"expected {name} of the form 2026-01-31T10:00:00Z, got {value[:_SHOWN]!r}")


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
