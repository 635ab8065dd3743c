"""A place of a JSON document, able to say where it is and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from conformance.drivers.errors import DriverError, Fault
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

_E = TypeVar("_E", bound=StrEnum)

_SHOWN = 80
"""How much of an unexpected value an error shows."""


class MalformedAnswerError(DriverError):
    """A JSON document is not what ``openapi.yaml`` says for this operation.

    ``others`` holds what else is wrong with the same document.
    """

    def __init__(
        self,
        operation: str,
        field: str,
        expected: Text,
        got: object,
        others: Sequence[MalformedAnswerError] = (),
    ) -> None:
        """Store where the document departs from the driver API and how."""
        self.operation = operation
        self.field = field
        self.expected = expected
        self.got = describe(got)
        self.others = tuple(others)
        more = len(self.others)
        super().__init__(
            Text(
                f"{operation} : {self.problem.fr}" + (f" (et {more} autre(s) écart(s))" if more else ""),
                f"{operation}: {self.problem.en}" + (f" (and {more} more)" if more else ""),
            ),
            hint=Text(
                "Comparez la réponse avec « banc driver show » (openapi.yaml) ; « banc driver check » donne tous les écarts.",
                "Compare the answer with “banc driver show” (openapi.yaml); “banc driver check” tells all that is wrong.",
            ),
            fault=Fault.CONTRACT,
        )

    @property
    def problem(self) -> Text:
        """Return the place, what was expected there and what came, without the operation."""
        where = (
            Text(f"champ {self.field!r}", f"field {self.field!r}")
            if self.field
            else Text("le document", "the document")
        )
        return Text(
            f"{where.fr} : attendu {self.expected.fr}, reçu {self.got.fr}",
            f"{where.en}: expected {self.expected.en}, got {self.got.en}",
        )

    def all(self) -> tuple[MalformedAnswerError, ...]:
        """Return this problem and the others of the document, each alone."""
        alone = MalformedAnswerError(self.operation, self.field, self.expected, self.got)
        return (alone, *(each for other in self.others for each in other.all()))


def together(problems: Sequence[MalformedAnswerError]) -> MalformedAnswerError:
    """Return one error that tells several."""
    first, *others = [each for problem in problems for each in problem.all()]
    return MalformedAnswerError(first.operation, first.field, first.expected, first.got, others)


def describe(value: object) -> Text:
    """Return a short description of a JSON value for an error message."""
    match value:
        case Text():
            return value
        case _Missing():
            return Text("rien (la clé manque)", "nothing (the key is missing)")
        case None:
            return Text.same("null")
        case Mapping():
            keys = ", ".join(sorted(map(str, value)))
            cut = keys if len(keys) <= _SHOWN else keys[: _SHOWN - 1] + "…"
            return Text(f"un objet de clés {cut or '(aucune)'}", f"an object with the keys {cut or '(none)'}")
        case list():
            return Text(f"un tableau de {len(value)}", f"an array of {len(value)}")
    text = repr(value)
    return Text.same(text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…")


class _Missing:
    """The value of a key that is not there."""


_MISSING = _Missing()

_OBJECT = Text("un objet", "an object")
_ARRAY = Text("un tableau", "an array")
_TEXT = Text("un texte", "a text")


@dataclass(frozen=True, slots=True)
class Node:
    """One place of a JSON document, able to say where it is when it is not as expected."""

    operation: str
    data: object
    path: str = ""

    def wrong(self, expected: Text) -> MalformedAnswerError:
        """Return the error that says what was expected here."""
        return MalformedAnswerError(self.operation, self.path, expected, self.data)

    def key(self, name: str) -> Node:
        """Return the value under a key, which may be missing."""
        if not isinstance(self.data, Mapping):
            raise self.wrong(_OBJECT)
        path = f"{self.path}.{name}" if self.path else name
        return Node(self.operation, self.data.get(name, _MISSING), path)

    def names(self) -> Iterator[Node]:
        """Yield the keys of an object, each at the place of its value."""
        if not isinstance(self.data, Mapping):
            raise self.wrong(_OBJECT)
        for name in self.data:
            yield Node(self.operation, str(name), self.key(str(name)).path)

    def items(self) -> Iterator[Node]:
        """Yield the entries of an array."""
        if not isinstance(self.data, list):
            raise self.wrong(_ARRAY)
        for index, entry in enumerate(self.data):
            yield Node(self.operation, entry, f"{self.path}[{index}]")

    @property
    def is_missing(self) -> bool:
        """Whether the key is not there."""
        return self.data is _MISSING

    @property
    def is_absent(self) -> bool:
        """Whether the key is missing or null."""
        return self.data is None or self.data is _MISSING

    def text(self) -> str:
        """Return a text."""
        if not isinstance(self.data, str):
            raise self.wrong(_TEXT)
        return self.data

    def member(self, kind: type[_E]) -> _E:
        """Return a member of an enumeration."""
        if isinstance(self.data, str) and self.data in list(kind):
            return kind(self.data)
        known = ", ".join(kind)
        close = get_close_matches(str(self.data), list(kind), n=1)
        near = (
            Text(f" (vouliez-vous {close[0]} ?)", f" (did you mean {close[0]}?)") if close else Text("", "")
        )
        raise self.wrong(Text(f"l'un de {known}{near.fr}", f"one of {known}{near.en}"))
