"""The fast reader of answers and the one that explains read the same, and refuse the same."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest

from conformance.drivers import quick, wire
from conformance.drivers.model import (
    Alert,
    Attribute,
    AuditEntry,
    CallOutcome,
    Capabilities,
    ComparedField,
    InsiCall,
    Patient,
    Proof,
    Proposal,
    Status,
    StatusChange,
    Verb,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

VALUES: list[tuple[Any, object]] = [
    (
        Patient,
        Patient(
            id="128",
            status=Status.QUAL,
            matricule="160012B02077713",
            birth_name="ADRTROIS",
            birth_date="1960-01-01",
            attributes=frozenset({Attribute.HOMONYME}),
            proof=Proof(kind="CNI", recorded_at="2026-03-02T09:16:12+00:00", recorded_by="dupond"),
            locked_fields=frozenset({"oid"}),
        ),
    ),
    (
        InsiCall,
        InsiCall(
            id="77",
            outcome=CallOutcome.REJECTED,
            patient_id="128",
            code="00",
            message="Non reprise",
            alerts=(Alert(code="LUNAR_DATE", message="Date incomplète"),),
            candidates=("A",),
        ),
    ),
    (
        Proposal,
        Proposal(
            call_id="77",
            fields=(
                ComparedField(field="sex", local=None, insi="M", different=True),
                ComparedField(field="birth_date", local="1960-01-01", insi="1960-01-02", different=True),
            ),
        ),
    ),
    (
        list[AuditEntry],
        [AuditEntry(action="INSI_CALL", at="2026-03-02T09:16:12Z", returned={"birth_date": "1960-01-01"})],
    ),
    (list[StatusChange], [StatusChange(previous=None, status=Status.PROV, at="2026-03-02T09:16:12Z")]),
    (
        Capabilities,
        Capabilities(
            name="lgo", version="1", vendor="v", verbs=frozenset({Verb.READ_FORM}), not_supported={}
        ),
    ),
]
ODD: tuple[object, ...] = (
    None,
    "",
    "x",
    "1960-13",
    "2026-03-02",
    "QUAL",
    7,
    1.5,
    True,
    [],
    ["a"],
    {},
    {"a": "b"},
)


def mutants(data: Any) -> Iterator[Any]:
    """Yield a document as it is, then with each of its places replaced, left out, or beside a key that nobody knows."""
    yield data
    places: list[tuple[Any, ...]] = []

    def visit(value: Any, path: tuple[Any, ...]) -> None:
        items = (
            value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        )
        for name, item in items:
            places.append((*path, name))
            visit(item, (*path, name))

    visit(data, ())
    for *path, name in places:
        for odd in (*ODD, ...):
            mutant = copy.deepcopy(data)
            holder = mutant
            for step in path:
                holder = holder[step]
            if odd is ...:
                del holder[name]
            else:
                holder[name] = odd
            yield mutant


def outcome(kind: Any, data: Any) -> object:
    try:
        return wire.read(wire.Node("op", data), kind)
    except wire.MalformedAnswerError as error:
        return sorted(each.text.en for each in error.all())


@pytest.mark.parametrize(("kind", "value"), VALUES, ids=lambda value: getattr(value, "__name__", ""))
def test_both_readers_agree_on_everything(kind: Any, value: object, monkeypatch: pytest.MonkeyPatch) -> None:
    documents = list(mutants(json.loads(json.dumps(wire.to_json(value)))))
    fast = [outcome(kind, data) for data in documents]

    def slow(*_: object) -> Any:
        raise quick.OddError

    monkeypatch.setattr(wire, "quick_reader", slow)
    assert fast == [outcome(kind, data) for data in documents]
    assert fast[0] == value


def test_what_is_right_is_read_at_once() -> None:
    for kind, value in VALUES:
        data = json.loads(json.dumps(wire.to_json(value)))
        assert quick.quick_reader(kind, wire._fields)(data) == value
