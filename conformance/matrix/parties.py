"""Who is judged: one software with several tolerated variants (``conformance/reference/variants``) or habits at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from conformance.reference.habits.catalogue import HABITS, habit_parties
from conformance.reference.variants import variants
from conformance.reference.variants.together import parties as variant_parties

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """One software to judge."""

    name: str
    variants: tuple[str, ...] = ()
    habits: tuple[str, ...] = ()

    def members(self) -> list[Party]:
        """Return each of its manners as a software of its own."""
        return [
            *(Party(name=one, variants=(one,)) for one in self.variants),
            *(Party(name=one, habits=(one,)) for one in self.habits),
        ]

    def rules(self) -> frozenset[str]:
        """Return the rules that one of its manners comes near to."""
        near = [
            *(variants()[name].rules for name in self.variants),
            *(HABITS[name].rules for name in self.habits),
        ]
        return frozenset(rule for rules in near for rule in rules)

    def halves(self) -> list[Party]:
        """Return two parties with half of its manners each; one manner is not halved any more."""
        members = self.members()
        middle = len(members) // 2
        return [joined(half) for half in (members[:middle], members[middle:]) if middle]


def joined(members: Sequence[Party]) -> Party:
    """Return one software with the manners of all these."""
    return Party(
        name=" + ".join(one.name for one in members),
        variants=tuple(name for one in members for name in one.variants),
        habits=tuple(name for one in members for name in one.habits),
    )


ALONE: Final = Party(name="")
"""The reference LGO as it is."""


def parties_of(only: Collection[str] = (), names: Collection[str] = ()) -> list[Party]:
    """Return the parties of all variants and habits.

    Args:
        only: the variants and habits to take; all by default.
        names: the parties to take; all by default.

    Raises:
        KeyError: a name is not known.
    """
    known = {*variants(), *HABITS}
    if unknown := set(only) - known:
        raise KeyError(", ".join(sorted(unknown)))
    chosen = [one for name, one in variants().items() if not only or name in only]
    found = [
        Party(name=name, habits=members)
        for name, members in (
            habit_parties(only) if any(one in HABITS for one in only) or not only else {}
        ).items()
    ]
    found += [
        Party(name=f"variants {number}", variants=tuple(one.name for one in group))
        for number, group in enumerate(variant_parties(chosen), start=1)
    ]
    if unknown := set(names) - {one.name for one in found}:
        raise KeyError(", ".join(sorted(unknown)))
    return [one for one in found if not names or one.name in names]
