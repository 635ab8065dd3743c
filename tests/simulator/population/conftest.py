"""A population large enough for every rule to be broken somewhere, made once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from simulator.population.build import people

if TYPE_CHECKING:
    from simulator.registry.person import Person

WHOLE = 100_000


@pytest.fixture(scope="session")
def whole() -> tuple[Person, ...]:
    return tuple(people(WHOLE, seed=2026))
