"""What is prepared once for the checks of many modules says so, so that several processes do not each prepare it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

_F = TypeVar("_F", bound="Callable[..., object]")

TOGETHER: Final = "kept_together"
"""The member of a function that names the group to which the checks of all modules that hold it belong."""


def kept_together(name: str) -> Callable[[_F], _F]:
    """Mark a function that prepares something costly, or looks at it: the checks that take it run in one process."""

    def mark(function: _F) -> _F:
        setattr(function, TOGETHER, name)
        return function

    return mark
