"""Whole populations of each profile, and the way a test names the people who break a rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from simulator.population.build import people as population

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.registry.person import Person

    Fault = Callable[[Person], str | None]

SIZES = {"france": 0, "officine": 20_000, "edge": 3_000}
"""How many people of each profile; of ``france`` those of ``whole``, which other tests look at too."""

SHOWN = 5


@pytest.fixture(scope="package", params=SIZES)
def people(request: pytest.FixtureRequest, whole: tuple[Person, ...]) -> tuple[Person, ...]:
    if request.param == "france":
        return whole
    return tuple(population(SIZES[request.param], "whole", request.param))


@pytest.fixture(scope="session")
def faults() -> Callable[[tuple[Person, ...], Fault], list[str]]:
    """Give the first people who break a rule, with the rest of the story."""

    def find(people: tuple[Person, ...], fault: Fault) -> list[str]:
        found = []
        for person in people:
            told = fault(person)
            if told is not None:
                found.append(f"{person.key}: {told} {person}")
                if len(found) == SHOWN:
                    break
        return found

    return find
