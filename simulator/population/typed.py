"""How people type the names of the registry: accents, ligatures, small letters, typographic apostrophes.

The registry has capitals without accents; a birth certificate or a keyboard has more. Each form here is one that
``simulator.ins.to_wire`` turns into the registry's again. Which first name has which accent is in
``data/accents.csv``; names that are not there get an accent where French often has one: plausible, not the true one.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from simulator.ins.traits import to_wire

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.registry.person import Person


@dataclass(frozen=True, slots=True)
class TypedForm:
    """One way to type the names of somebody."""

    kind: str
    """``registry``, ``accents``, ``mixed-case``, ``lower-case``, ``ligatures`` or ``typographic-apostrophe``."""
    birth_name: str
    first_names: str


def typed_forms(person: Person) -> Iterator[TypedForm]:
    """Yield the form of the registry, then every other plausible one that differs from it.

    All give the registry's form by ``to_wire``.
    """
    traits = person.identity.traits
    names = (traits.birth_name, traits.first_names)
    yield TypedForm("registry", *names)
    accented = tuple(" ".join(_accented(word) for word in name.split(" ")) for name in names)
    candidates = (
        ("accents", accented),
        ("mixed-case", tuple(_mixed_case(name) for name in accented)),
        ("lower-case", tuple(name.lower() for name in names)),
        ("ligatures", tuple(name.replace("OE", "Œ").replace("AE", "Æ") for name in names)),
        ("typographic-apostrophe", tuple(name.replace("'", "\u2019") for name in names)),
    )
    for kind, (birth_name, first_names) in candidates:
        if (birth_name, first_names) != names and (to_wire(birth_name), to_wire(first_names)) == names:
            yield TypedForm(kind, birth_name, first_names)


def _accented(word: str) -> str:
    return "-".join(accented_name(part) for part in word.split("-"))


def accented_name(name: str) -> str:
    """Give a name in capitals with its usual accents, or with the likeliest ones."""
    known = _accents().get(name)
    if known is not None:
        return known
    # An E before a consonant at the beginning of a French name is most often É: EMERIC, ELISE.
    if len(name) > 3 and name[0] == "E" and name[1] not in "AEIOUY" and name[2] in "AEIOUY":  # noqa: PLR2004 - a name, not initials
        return f"É{name[1:]}"
    return name


def _mixed_case(text: str) -> str:
    """Write each part with one capital: Jean-Pierre, D'Artagnan, Œuvrard."""
    written = []
    start = True
    for character in text:
        written.append(character if start else character.lower())
        start = character in " -'"
    return "".join(written)


@cache
def _accents() -> dict[str, str]:
    text = (files("simulator.population") / "data" / "accents.csv").read_text(encoding="utf-8")
    return {row["registry"]: row["typed"] for row in csv.DictReader(text.splitlines())}
