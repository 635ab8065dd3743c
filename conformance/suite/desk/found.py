"""A departure that a watch of the desk found, and the rules that it belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.verdicts import Aside

if TYPE_CHECKING:
    from collections.abc import Collection

    from conformance.verdicts import Departure


@dataclass(frozen=True, slots=True)
class Owners:
    """The rules that say what must not be found."""

    main: str
    """The key of the one that is told of it where none of them is checked."""
    others: frozenset[str] = frozenset()
    """The others, or groups of them."""

    @property
    def rules(self) -> frozenset[str]:
        """All of them: a check of one of them finds it."""
        return self.others | {self.main}

    def concern(self, rules: Collection[str]) -> bool:
        """Return whether one of these rules, or its group, is one of them."""
        return bool(self.rules.intersection({*rules, *(rule.partition("-")[0] for rule in rules)}))


@dataclass(frozen=True, slots=True)
class Found:
    """One departure."""

    owners: Owners
    departure: Departure

    def aside(self) -> Aside:
        """Return it as what a check of another rule saw."""
        others = sorted(rule for rule in self.owners.rules if "-" in rule and rule != self.owners.main)
        return Aside(
            rules=(self.owners.main, *others), reason=self.departure.text, inferred=self.departure.inferred
        )


def together(owners: Collection[Owners]) -> Owners:
    """Return the owners of what may be a departure from the rules of each of these; the first are told of it."""
    first = next(iter(owners))
    return Owners(first.main, frozenset[str]().union(*(each.rules for each in owners)))
