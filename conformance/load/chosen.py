"""Which checks of the suite may run beside other users: those that need nothing but people of their own.

None of them empties the software, prepares what INSi answers, or moves the clock of the session: that would touch everybody.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_SUITE: Final = "conformance.suite"


@dataclass(frozen=True, slots=True)
class Chosen:
    """One check of the suite that may run beside other users."""

    rule: str
    where: str
    """Module below the suite, and function."""
    parameters: tuple[tuple[str, Any], ...] = ()

    @property
    def name(self) -> str:
        """How the record calls it."""
        told = "".join(f", {value}" for _, value in self.parameters)
        return f"{self.where.rpartition(':')[2]}{told}"

    def function(self) -> Callable[..., None]:
        """Return the check."""
        module, _, name = self.where.partition(":")
        found: Callable[..., None] = getattr(import_module(f"{_SUITE}.{module}"), name)
        return found


CHECKS: Final[tuple[Chosen, ...]] = ()
CHECKED: Final = tuple(dict.fromkeys(each.rule for each in CHECKS))
"""The rules that checks of the suite verify under load."""
