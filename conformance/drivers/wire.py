"""The driver API on the wire: JSON to the values of ``model.py`` and back.

Reading is strict about what the bench needs and tolerant about the rest: a missing key, a wrong type or a
value outside an enumeration is a ``MalformedAnswerError`` that names operation, field, expectation and what
came; keys that the driver API does not know are ignored. An empty string means "the field is empty", like
``null``: many software cannot tell them apart.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

from conformance.drivers.model import (
    IDENTITY_FIELDS,
    Alert,
    Attribute,
    AuditEntry,
    CallOutcome,
    Capabilities,
    ComparedField,
    InsiCall,
    Patient,
    PatientTraits,
    Proof,
    Proposal,
    SearchCriteria,
    Status,
    StatusChange,
    Verb,
)
from conformance.drivers.protocol import DriverError, RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator

USER_HEADER = "X-Banc-User"
"""Request header naming the acting user."""
ROLE_HEADER = "X-Banc-Role"
"""Request header with the right under which the verb is done: ``USER`` or ``SUPER_USER``."""

_E = TypeVar("_E", bound=StrEnum)

_SHOWN = 80
"""How much of an unexpected value an error shows."""


class MalformedAnswerError(DriverError):
    """A JSON document is not what ``openapi.yaml`` says for this operation."""

    def __init__(self, operation: str, field: str, expected: str, got: object) -> None:
        """Store where the document departs from the driver API and how."""
        shown = describe(got)
        where = f"field {field!r}" if field else "the document"
        super().__init__(
            f"{operation}: {where}: expected {expected}, got {shown}",
            hint="compare the answer with conformance/drivers/openapi.yaml",
        )
        self.operation = operation
        self.field = field
        self.expected = expected
        self.got = shown


def describe(value: object) -> str:
    """Return a short description of a JSON value for an error message."""
    match value:
        case _Missing():
            return "nothing (the key is missing)"
        case None:
            return "null"
        case Mapping():
            return f"an object with the keys {', '.join(sorted(map(str, value))) or '(none)'}"
        case list():
            return f"an array of {len(value)}"
    text = repr(value)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


class _Missing:
    """The value of a key that is not there."""


_MISSING = _Missing()


@dataclass(frozen=True, slots=True)
class Node:
    """One place of a JSON document, able to say where it is when it is not as expected."""

    operation: str
    data: object
    path: str = ""

    def wrong(self, expected: str) -> MalformedAnswerError:
        """Return the error that says what was expected here."""
        return MalformedAnswerError(self.operation, self.path, expected, self.data)

    def key(self, name: str) -> Node:
        """Return the value under a key, which may be missing."""
        if not isinstance(self.data, Mapping):
            raise self.wrong("an object")
        path = f"{self.path}.{name}" if self.path else name
        return Node(self.operation, self.data.get(name, _MISSING), path)

    def items(self) -> Iterator[Node]:
        """Yield the entries of an array."""
        if not isinstance(self.data, list):
            raise self.wrong("an array")
        for index, entry in enumerate(self.data):
            yield Node(self.operation, entry, f"{self.path}[{index}]")

    def optional_items(self) -> Iterator[Node]:
        """Yield the entries of an array that may be missing or null."""
        if not self.is_absent:
            yield from self.items()

    @property
    def is_absent(self) -> bool:
        """Whether the key is missing or null."""
        return self.data is None or self.data is _MISSING

    def text(self) -> str:
        """Return a text."""
        if not isinstance(self.data, str):
            raise self.wrong("a text")
        return self.data

    def identifier(self) -> str:
        """Return a text that is not empty."""
        if not isinstance(self.data, str) or not self.data:
            raise self.wrong("a text that is not empty")
        return self.data

    def nullable_text(self) -> str | None:
        """Return a text, or ``None`` for null or an empty text. The key must be there."""
        if self.data is None:
            return None
        if not isinstance(self.data, str):
            raise self.wrong("a text or null")
        return self.data or None

    def optional_text(self) -> str | None:
        """Return a text, or ``None`` for null, an empty text or no key at all."""
        return None if self.data is _MISSING else self.nullable_text()

    def boolean(self) -> bool:
        """Return true or false."""
        if not isinstance(self.data, bool):
            raise self.wrong("true or false")
        return self.data

    def member(self, kind: type[_E]) -> _E:
        """Return a member of an enumeration."""
        if isinstance(self.data, str) and self.data in list(kind):
            return kind(self.data)
        raise self.wrong(f"one of {', '.join(kind)}")

    def texts(self) -> dict[str, str]:
        """Return an object whose values are all texts."""
        if not isinstance(self.data, Mapping):
            raise self.wrong("an object")
        return {str(name): self.key(str(name)).text() for name in self.data}


def to_json(value: object) -> Any:
    """Return the JSON form of a value of ``model.py``: objects, sorted arrays for sets, texts for members."""
    match value:
        case StrEnum():
            return value.value
        case None | bool() | int() | float() | str():
            return value
        case Mapping():
            return {str(to_json(key)): to_json(entry) for key, entry in value.items()}
        case frozenset() | set():
            return sorted(to_json(entry) for entry in value)
        case list() | tuple():
            return [to_json(entry) for entry in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {entry.name: to_json(getattr(value, entry.name)) for entry in dataclasses.fields(value)}
    raise TypeError(f"expected a value of the driver model, got {type(value).__name__}")


def criteria_to_query(criteria: SearchCriteria) -> dict[str, str]:
    """Return the query string parameters of a search; empty criteria are left out."""
    return {name: text for name, text in to_json(criteria).items() if text}


def read_criteria(query: Mapping[str, str]) -> SearchCriteria:
    """Return the criteria of a query string; the opposite of ``criteria_to_query``."""
    names = [entry.name for entry in dataclasses.fields(SearchCriteria)]
    return SearchCriteria(**{name: query.get(name) or None for name in names})


def read_traits(node: Node) -> PatientTraits:
    """Read typed traits; every key is optional."""
    names = [entry.name for entry in dataclasses.fields(PatientTraits)]
    return PatientTraits(**{name: node.key(name).optional_text() for name in names})


def read_changes(node: Node) -> dict[str, str | None]:
    """Read changes of identity fields; a key that is no identity field is an error."""
    if not isinstance(node.data, Mapping):
        raise node.wrong("an object")
    for name in node.data:
        if name not in IDENTITY_FIELDS:
            raise MalformedAnswerError(node.operation, str(name), "the name of an identity field", name)
    return {str(name): node.key(str(name)).nullable_text() for name in node.data}


def read_patient(node: Node) -> Patient:
    """Read a patient. The ten identity fields must be there, empty ones as null."""
    identity = {name: node.key(name).nullable_text() for name in IDENTITY_FIELDS}
    proof = node.key("proof")
    return Patient(
        id=node.key("id").identifier(),
        status=node.key("status").member(Status),
        attributes=read_attributes(node.key("attributes")),
        proof=None if proof.is_absent else _read_proof(proof),
        locked_fields=frozenset(entry.text() for entry in node.key("locked_fields").optional_items()),
        display_birth_date=node.key("display_birth_date").optional_text(),
        **identity,
    )


def read_attributes(node: Node) -> frozenset[Attribute]:
    """Read a set of attributes."""
    return frozenset(entry.member(Attribute) for entry in node.items())


def _read_proof(node: Node) -> Proof:
    return Proof(
        kind=node.key("kind").identifier(),
        recorded_at=node.key("recorded_at").optional_text(),
        recorded_by=node.key("recorded_by").optional_text(),
    )


def read_patients(node: Node) -> list[Patient]:
    """Read the answer of a search."""
    return [read_patient(entry) for entry in node.key("patients").items()]


def _read_alerts(node: Node) -> tuple[Alert, ...]:
    return tuple(
        Alert(code=entry.key("code").identifier(), message=entry.key("message").text())
        for entry in node.optional_items()
    )


def read_call(node: Node) -> InsiCall:
    """Read an INSi call."""
    return InsiCall(
        id=node.key("id").identifier(),
        outcome=node.key("outcome").member(CallOutcome),
        patient_id=node.key("patient_id").optional_text(),
        code=node.key("code").optional_text(),
        message=node.key("message").optional_text() or "",
        alerts=_read_alerts(node.key("alerts")),
        candidates=tuple(entry.text() for entry in node.key("candidates").optional_items()),
    )


def read_proposal(node: Node) -> Proposal:
    """Read the comparison shown to the user."""
    return Proposal(
        call_id=node.key("call_id").identifier(),
        fields=tuple(
            ComparedField(
                field=entry.key("field").identifier(),
                local=entry.key("local").nullable_text(),
                insi=entry.key("insi").nullable_text(),
                different=entry.key("different").boolean(),
                local_display=entry.key("local_display").optional_text(),
                insi_display=entry.key("insi_display").optional_text(),
            )
            for entry in node.key("fields").items()
        ),
        alerts=_read_alerts(node.key("alerts")),
    )


def read_decided_patient(node: Node) -> Patient | None:
    """Read the answer to a decision: the patient, or null when a creation was refused."""
    patient = node.key("patient")
    return None if patient.data is None else read_patient(patient)


def read_history(node: Node) -> list[StatusChange]:
    """Read the status history, oldest first."""
    changes = []
    for entry in node.key("changes").items():
        previous = entry.key("previous")
        changes.append(
            StatusChange(
                previous=None if previous.data is None else previous.member(Status),
                status=entry.key("status").member(Status),
                at=entry.key("at").optional_text() or "",
                author=entry.key("author").optional_text() or "",
                reason=entry.key("reason").optional_text() or "",
            )
        )
    return changes


def read_audit_log(node: Node) -> list[AuditEntry]:
    """Read the audit log, oldest first."""
    return [
        AuditEntry(
            at=entry.key("at").optional_text() or "",
            user=entry.key("user").optional_text() or "",
            action=entry.key("action").identifier(),
            patient_id=entry.key("patient_id").optional_text(),
            mode=entry.key("mode").optional_text(),
            code=entry.key("code").optional_text(),
            returned={} if entry.key("returned").is_absent else entry.key("returned").texts(),
        )
        for entry in node.key("entries").items()
    ]


def read_capabilities(node: Node) -> Capabilities:
    """Read what a software declares about itself."""
    reasons = node.key("not_supported")
    texts = {} if reasons.is_absent else reasons.texts()
    for name in texts:
        Node(reasons.operation, name, f"{reasons.path}.{name}").member(Verb)
    return Capabilities(
        name=node.key("name").identifier(),
        version=node.key("version").identifier(),
        vendor=node.key("vendor").optional_text() or "",
        verbs=frozenset(entry.member(Verb) for entry in node.key("verbs").items()),
        not_supported={Verb(name): reason for name, reason in texts.items()},
    )


def read_refusal(node: Node) -> RefusedError:
    """Read the body of a 409 or 422 answer."""
    return RefusedError(
        node.key("code").identifier(),
        node.key("message").text(),
        [entry.text() for entry in node.key("fields").optional_items()],
    )
