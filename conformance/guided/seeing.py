"""Answers of which some members were not seen: whoever looks at one of those learns that it was not seen."""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeVar

from conformance.suite.desk.words import label
from conformance.verdicts import UndecidedError, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from simulator.text import Text

_T = TypeVar("_T")

ALL_BUT_ID: Final = ("*",)
"""Stands for every member but the identifier: nobody has looked yet."""
LINES: Final = "lines"
"""Stands for the lines of a list of which one was not visible: whether it is there is then not known."""

_FIELDS: Final = "__dataclass_fields__"


def partly_seen(value: _T, unseen: Iterable[str]) -> _T:
    """Return a copy of a frozen dataclass whose members of these names nobody saw.

    It is of the same type; looking at a member that was not seen raises ``UndecidedError`` (NOT_TESTED), and what shows
    values as data leaves it out.
    """
    names = frozenset(unseen)
    if not names:
        return value
    kind = _kind(type(value), names)  # type: ignore[arg-type] # classes are hashable
    made = object.__new__(kind)
    for field in fields(value):  # type: ignore[arg-type] # a dataclass
        if field.name not in names:
            object.__setattr__(made, field.name, getattr(value, field.name))
    found: _T = made
    return found


def unseen_of(unseen: tuple[str, ...], members: Iterable[str]) -> list[str]:
    """Return which of the members of an answer were not seen, as an act says it."""
    return [name for name in members if name in unseen or (unseen == ALL_BUT_ID and name != "id")]


def need_lines_seen(title: Text, unseen: Iterable[str]) -> None:
    """Make sure that all lines of a list were seen.

    Raises:
        UndecidedError: one was not (NOT_TESTED); ``title`` names the act.
    """
    if LINES in unseen:
        raise UndecidedError(
            f"non vu à l'écran : {title.fr[:1].lower()}{title.fr[1:]}",
            f"not seen on the screen: {title.en[:1].lower()}{title.en[1:]}",
            verdict=Verdict.NOT_TESTED,
        )


def was_seen(value: object, name: str) -> bool:
    """Tell whether a member of an answer can be looked at."""
    return name in getattr(type(value), _FIELDS)


@cache
def _kind(base: type[Any], unseen: frozenset[str]) -> type[Any]:
    known = getattr(base, _FIELDS)
    hidden = {name: property(_Hidden(name)) for name in unseen}
    shown = {name: field for name, field in known.items() if name not in unseen}
    return type(base.__name__, (base,), {"__slots__": (), **hidden, _FIELDS: shown, "__repr__": _repr})


def _repr(self: Any) -> str:
    shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in getattr(type(self), _FIELDS))
    return f"{type(self).__name__}({shown}, …)"


class _Hidden:
    """Raises instead of giving a member."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __call__(self, _owner: object) -> NoReturn:
        named = label(self._name)
        raise UndecidedError(
            f"non vu à l'écran : {named.fr}",
            f"not seen on the screen: {named.en}",
            verdict=Verdict.NOT_TESTED,
        )
