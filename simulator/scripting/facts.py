"""What the conditions of scenarios may look at in one call; each thing is worked out when first asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from cryptography import x509
from cryptography.x509.oid import NameOID
from lxml import etree

from simulator.ins import comparison_key
from simulator.security.trust import UNREADABLE_CERTIFICATE
from simulator.xml import own_parser

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from simulator.contract.messages import Call
    from simulator.registry.person import Person
    from simulator.scripting.state import StateView

_VITALE: Final = "VITALE"


class Wanted(Protocol):
    """What an operation is asked about, already checked."""

    @property
    def birth_name(self) -> str | None:
        """The birth name asked, if any."""
        ...

    def is_about(self, person: Person) -> bool:
        """Tell whether it is this person who is asked about."""
        ...


class Received(Protocol):
    """A request as it came in."""

    @property
    def headers(self) -> Mapping[str, str]:
        """HTTP headers, names in lower case."""
        ...

    @property
    def body(self) -> bytes:
        """The HTTP body."""
        ...

    @property
    def client_certificate(self) -> bytes | None:
        """DER, when the request came over mutual TLS."""
        ...


class Facts:
    """One call. ``call`` is ``None`` when the bytes could not be read, ``wanted`` before the fields are checked."""

    __slots__ = (
        "_elements",
        "_name_key",
        "_texts",
        "call",
        "now",
        "operation",
        "received",
        "state",
        "wanted",
    )

    def __init__(self, call: Call | None, received: Received, now: datetime, state: StateView) -> None:
        self.call = call
        self.received = received
        self.now = now
        self.state = state
        self.operation = None if call is None else call.operation.value
        self.wanted: Wanted | None = None
        self._texts: dict[str, str | None] = {}
        self._elements: frozenset[str] | None = None
        self._name_key: str | None = None

    def text(self, path: str) -> str | None:
        """Return the text at a path, see ``simulator.scripting.model.When.texts``; ``None`` when there is none."""
        if path in self._texts:
            return self._texts[path]
        group, _, name = path.partition(".")
        found = self._texts[path] = _GROUPS[group](self, name)
        return found

    @property
    def is_read(self) -> bool:
        """Whether there is a message whose elements can be looked at."""
        return self.call is not None

    @property
    def name_key(self) -> str:
        """The birth name asked, on the form on which names are compared."""
        if self._name_key is None:
            name = (self.wanted.birth_name if self.wanted else self.text("traits.birth_name")) or ""
            self._name_key = comparison_key(name)
        return self._name_key

    @property
    def elements(self) -> frozenset[str]:
        """The elements of the envelope, as ``name`` and as ``parent/name``."""
        if self._elements is None:
            self._elements = _elements(self.received.body) if self.is_read else frozenset()
        return self._elements


def _trait(facts: Facts, name: str) -> str | None:
    traits = None if facts.call is None else facts.call.traits
    if traits is None:
        return None
    if name == "first_names":
        return " ".join(traits.first_names) or None
    value: str | None = getattr(traits, name)
    return value


def _asked(facts: Facts, name: str) -> str | None:
    return None if facts.call is None else facts.call.asked.get(name)


def _header(facts: Facts, name: str) -> str | None:
    return facts.received.headers.get(name)


def _lps(facts: Facts, name: str) -> str | None:
    if facts.call is None:
        return None
    value: str | None = getattr(facts.call.contexts, "idam" if name == "idam" else f"lps_{name}")
    return value


def _certificate(facts: Facts, name: str) -> str | None:
    der = facts.received.client_certificate
    if der is None:
        return None
    try:
        certificate = x509.load_der_x509_certificate(der)
        if name == "serial":
            return f"{certificate.serial_number:X}"
        subject = certificate.issuer if name == "issuer" else certificate.subject
        oid = NameOID.ORGANIZATIONAL_UNIT_NAME if name == "ou" else NameOID.COMMON_NAME
        values = [each.value for each in subject.get_attributes_for_oid(oid)]
    except UNREADABLE_CERTIFICATE:
        return None
    return str(values[0]) if values else None


def _assertion(facts: Facts, name: str) -> str | None:
    security = None if facts.call is None else facts.call.security
    if security is None:
        return None
    for assertion in security.iterchildren("{*}Assertion"):
        name_id = assertion.find("{*}Subject/{*}NameID")
        if name_id is None or name_id.get("NameQualifier") == _VITALE:
            continue
        if name == "name_id":
            return (name_id.text or "").strip() or None
        if name == "qualifier":
            return name_id.get("NameQualifier")
        wanted = name.removeprefix("attributes.")
        for attribute in assertion.iterfind("{*}AttributeStatement/{*}Attribute"):
            if attribute.get("Name") == wanted:
                return (attribute.findtext("{*}AttributeValue") or "").strip() or None
        return None
    return None


def _user(facts: Facts, _name: str) -> str | None:
    return _assertion(facts, "name_id")


_GROUPS: Final[Mapping[str, Callable[[Facts, str], str | None]]] = {
    "traits": _trait,
    "matricule": _asked,
    "headers": _header,
    "lps": _lps,
    "certificate": _certificate,
    "assertion": _assertion,
    "user": _user,
}


def _elements(body: bytes) -> frozenset[str]:
    """Return the names of the elements of a message that has already been read once, limits and all."""
    names: set[str] = set()
    for element in etree.fromstring(body, own_parser(remove_comments=True)).iter(etree.Element):
        name = etree.QName(element).localname
        names.add(name)
        parent = element.getparent()
        if parent is not None:
            names.add(f"{etree.QName(parent).localname}/{name}")
    return frozenset(names)
