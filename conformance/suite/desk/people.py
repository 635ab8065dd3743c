"""The people of the checks: drawn afresh for each, typed in as a user would, sometimes with a fault on purpose."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.drivers.model import PatientTraits
from simulator.registry.person import Person

if TYPE_CHECKING:
    from typing import Any

Draw = Callable[..., Person]
"""Returns a fresh person known to INSi; see ``simulator.population.generate.draw`` for what can be wished, and ``where=``
for a condition."""

PLAIN: dict[str, Any] = {
    "hyphen_name": False,
    "apostrophe_name": False,
    "space_name": False,
    "compound_first_name": False,
}
"""Wish for a person whose birth name and first of the first names are letters only."""

_ACCENTED = {"E": "É", "A": "À", "I": "Ï", "O": "Ô", "U": "Ù", "Y": "Ÿ"}


def typed(person: Person, **others: str | None) -> PatientTraits:
    """Return the traits of a person as a user types them: the names in use left empty; ``others`` replace."""
    traits = person.identity.traits
    return replace(
        PatientTraits(
            birth_name=traits.birth_name,
            first_name=person.first_name,
            first_names=traits.first_names,
            birth_date=traits.birth_date,
            sex=traits.sex,
            birth_place=traits.birth_place,
        ),
        **others,
    )


def accented(name: str) -> str:
    """Return a name with an accent on its first vowel; every French name has one."""
    position = next(index for index, letter in enumerate(name) if letter in _ACCENTED)
    return name[:position] + _ACCENTED[name[position]] + name[position + 1 :]


def lengthened(name: str, length: int, draw: Draw) -> str:
    """Return ``name`` followed by other names, cut at this length, the last character a letter."""
    while len(name) < length:
        name += f" {draw(**PLAIN).identity.traits.birth_name}"
    name = name[:length]
    return name if name[-1].isalpha() else f"{name[:-1]}A"
