"""The habits by name, and which of them one software can have at once: whole campaigns judge them (``conformance.matrix.tolerated``).

None may be accused of anything, nor keep a rule from coming to a verdict. What a text does not say is allowed.
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING

from conformance.reference.habits import wire
from conformance.reference.habits.known_acts import ACTS
from conformance.reference.habits.known_corners import CORNERS
from conformance.reference.habits.known_cousins import COUSINS
from conformance.reference.habits.known_extra import EXTRA
from conformance.reference.habits.known_houses import HOUSES
from conformance.reference.habits.known_offices import OFFICES
from conformance.reference.habits.known_shapes import SHAPES
from conformance.reference.habits.known_sights import SIGHTS
from conformance.reference.habits.known_strict import STRICT
from conformance.reference.habits.known_vendors import VENDORS
from conformance.reference.habits.known_wards import WARDS
from conformance.reference.habits.known_ways import WAYS
from conformance.reference.habits.strategies import searching

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from conformance.reference.habits.front import Habit
    from conformance.reference.habits.known import Known

HABITS: Mapping[str, Known] = MappingProxyType(
    {
        **ACTS,
        **SHAPES,
        **STRICT,
        **EXTRA,
        **COUSINS,
        **SIGHTS,
        **WARDS,
        **WAYS,
        **VENDORS,
        **OFFICES,
        **HOUSES,
        **CORNERS,
    }
)
"""By name."""


def habit_parties(names: Collection[str] = ()) -> dict[str, tuple[str, ...]]:
    """Return the names of habits by the party that they stand in; by default of all that the suite is known to bear."""
    parties: dict[str, list[str]] = {}
    for name, one in HABITS.items():
        if name in names if names else not one.still_accused:
            parties.setdefault(one.party, []).append(name)
    return {party: tuple(members) for party, members in parties.items()}


@contextmanager
def having(names: Collection[str]) -> Iterator[list[Habit]]:
    """Yield the habits of these names, made anew, and search INSi in their way until the end of the block."""
    known = [HABITS[name] for name in names]
    with ExitStack() as stack:
        habits = [one.made() for one in known if one.made]
        for one in known:
            if one.search:
                stack.enter_context(searching(one.search()))
            if one.client:
                habits.append(stack.enter_context(wire.through(wire.CLIENTS[one.client])))
        yield habits
