"""How people type the names of the registry: accents, ligatures, small letters, typographic apostrophes.

The registry has capitals without accents; a birth certificate or a keyboard has more. Each form here is one that
``simulator.ins.traits.to_wire`` turns into the registry's again. Accents are the usual ones of known names and words;
a ligature is plausible, not always the true form.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.ins.traits import to_wire
from simulator.population.practice.typing_forms import (
    accented,
    lower_case,
    title_case,
    typographic_apostrophe,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from simulator.ins.identity import Traits


@dataclass(frozen=True, slots=True)
class TypedForm:
    """One way to type the names of somebody."""

    kind: str
    """``registry``, ``accents``, ``mixed-case``, ``lower-case``, ``ligatures`` or ``typographic-apostrophe``."""
    birth_name: str
    first_names: str


def typed_forms(traits: Traits) -> Iterator[TypedForm]:
    """Yield the form of the registry, then every other one that differs from it.

    All give the registry's form by ``to_wire``.
    """
    registry = (traits.birth_name, traits.first_names)
    yield TypedForm("registry", *registry)
    for kind, write in _FORMS.items():
        typed = (write(registry[0]), write(registry[1]))
        if typed != registry and (to_wire(typed[0]), to_wire(typed[1])) == registry:
            yield TypedForm(kind, *typed)


def with_ligatures(name: str) -> str:
    """Join the letters OE and AE: ``CŒUR``, ``LÆTITIA``."""
    return name.replace("OE", "Œ").replace("AE", "Æ")


def _or_same(write: Callable[[str], str | None]) -> Callable[[str], str]:
    return lambda name: write(name) or name


def _mixed_case(name: str) -> str:
    typed = accented(name) or name
    return title_case(typed) or typed


_FORMS: dict[str, Callable[[str], str]] = {
    "accents": _or_same(accented),
    "mixed-case": _mixed_case,
    "lower-case": _or_same(lower_case),
    "ligatures": with_ligatures,
    "typographic-apostrophe": _or_same(typographic_apostrophe),
}
