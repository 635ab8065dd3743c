"""People drawn for a check and made known to the session of the campaign."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

from conformance.verdicts import UndecidedError
from simulator.population.generate import draw

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.client import SessionClient
    from simulator.registry.person import Person

_DRAWS = 500
"""Draws before a condition is given up; each of the conditions used holds for one person in twenty at least."""


def drawer(session: SessionClient, seed: str) -> Callable[..., Person]:
    """Return the function that draws one fresh person, makes them known to ``session`` and returns them.

    It takes the wishes of ``simulator.population.generate.draw``, and ``where``, a condition on the person, and
    ``shape``, what makes somebody else of the person. Only the person returned is made known.
    """
    numbers = count(1)

    def draw_one(
        *,
        where: Callable[[Person], bool] | None = None,
        shape: Callable[[Person], Person] | None = None,
        **wanted: Any,
    ) -> Person:
        for _ in range(_DRAWS):
            person = draw(1, f"{seed}/{next(numbers)}", **wanted)[0]
            if where is None or where(person):
                break
        else:
            raise UndecidedError(
                "aucun patient tiré ne remplit les conditions du contrôle",
                "no patient drawn satisfies the conditions of the check",
            )
        if shape is not None:
            person = shape(person)
        session.add_people([person])
        return person

    return draw_one
