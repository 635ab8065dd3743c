"""One drawn identity: sex, date, place, names and a matricule that agree with each other.

Everything random comes from the ``random.Random`` that is passed in, so the same state gives the same identity.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.ins.dates import BirthDate
from simulator.ins.identity import InsIdentity, Traits
from simulator.ins.matricule import Matricule
from simulator.ins.oid import InsOid
from simulator.population.drawing.births import (
    FIRST_ORDER,
    check_birth,
    date_tags,
    draw_birth_date,
    draw_birth_date_at,
    draw_birth_place,
)
from simulator.population.drawing.name_draws import birth_name_tags, first_names_tags
from simulator.population.drawing.names import draw_birth_name, draw_first_names
from simulator.population.drawing.places import place_tags

if TYPE_CHECKING:
    import datetime as dt
    from random import Random

_WOMEN_PERCENT = 51.6
_NIA_PERCENT = 1.0

# Frequencies in the tables are too low for a thousand people to show every shape of name.
_HYPHEN_PERCENT = 3.0
_APOSTROPHE_PERCENT = 2.0
_SPACE_PERCENT = 3.0

_SEX_DIGITS = {("M", False): "1", ("F", False): "2", ("M", True): "7", ("F", True): "8"}
"""By sex and whether the number is a NIA. 7 and 8 for a NIA are inferred (ins-formats §8)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a drawn person must be like. None leaves a feature to chance."""

    sex: str | None = None
    """``M`` or ``F``."""
    birth_date: str | None = None
    """``AAAA-MM-JJ``, complete."""
    birth_place: str | None = None
    """COG code. A busy place is allowed: the person is then tagged ``order-not-excluded``."""
    first_names_count: int | None = None
    """1 to 4."""
    compound_first_name: bool | None = None
    """Whether the first of the first names has a hyphen."""
    hyphen_name: bool | None = None
    apostrophe_name: bool | None = None
    space_name: bool | None = None
    nia: bool | None = None
    """Whether the person has a waiting number, OID .9: there is no OID of a test NIA."""


ANYBODY = Wish()


def draw_identity(random: Random, wish: Wish = ANYBODY) -> InsIdentity:
    """Draw one identity, coherent in sex, date, place and matricule.

    Raises:
        ValueError: the wish cannot be fulfilled; the message says why.
    """
    sex = _sex(random, wish.sex)
    date, place = _birth(random, wish)
    nia = random.random() * 100 < _NIA_PERCENT if wish.nia is None else wish.nia
    traits = Traits(
        birth_name=_birth_name(random, wish),
        first_names=draw_first_names(
            random, sex, date.year, count=wish.first_names_count, compound=wish.compound_first_name
        ),
        sex=sex,
        birth_date=date.isoformat(),
        birth_place=place,
    )
    matricule = draw_matricule(random, sex, date, place, nia=nia)
    return InsIdentity(traits=traits, matricule=matricule, oid=InsOid.NIA if nia else InsOid.NIR_TEST)


def draw_matricule(random: Random, sex: str, date: dt.date, place: str, *, nia: bool = False) -> Matricule:
    """Draw a matricule for these traits: only its order number, ``FIRST_ORDER`` to 999, is left to chance."""
    order = FIRST_ORDER + int(random.random() * (1000 - FIRST_ORDER))
    digit = _SEX_DIGITS[sex, nia]
    return Matricule.from_number(f"{digit}{date.year % 100:02d}{date.month:02d}{place}{order:03d}")


def tags_of(identity: InsIdentity) -> tuple[str, ...]:
    """Say which cases a drawn identity is: those of its names, birth place and date, and ``nia``.

    See ``simulator.population.described.tags.vocabulary`` for what each says.
    """
    traits, number = identity.traits, identity.matricule
    return (
        *birth_name_tags(traits.birth_name),
        *first_names_tags(traits.first_names),
        *place_tags(traits.birth_place or "", number.place),
        *date_tags(traits.birth_date, number.month),
        *(("nia",) if identity.oid == InsOid.NIA else ()),
    )


def _sex(random: Random, wished: str | None) -> str:
    if wished is None:
        return "F" if random.random() * 100 < _WOMEN_PERCENT else "M"
    if wished not in ("M", "F"):
        raise ValueError(f"sex: expected M or F, got {wished!r}")
    return wished


def _birth(random: Random, wish: Wish) -> tuple[dt.date, str]:
    if wish.birth_date is not None:
        date = BirthDate.parse_iso(wish.birth_date).to_date()
    elif wish.birth_place is not None:
        date = draw_birth_date_at(random, wish.birth_place)
    else:
        date = draw_birth_date(random)
    if wish.birth_place is None:
        return date, draw_birth_place(random, date)
    check_birth(wish.birth_place, date)
    return date, wish.birth_place


def _birth_name(random: Random, wish: Wish) -> str:
    if wish.hyphen_name is wish.apostrophe_name is wish.space_name is None:
        roll = random.random() * 100
        if roll < _HYPHEN_PERCENT:
            return draw_birth_name(random, hyphen=True)
        if roll < _HYPHEN_PERCENT + _APOSTROPHE_PERCENT:
            return draw_birth_name(random, apostrophe=True)
        if roll < _HYPHEN_PERCENT + _APOSTROPHE_PERCENT + _SPACE_PERCENT:
            return draw_birth_name(random, space=True)
    return draw_birth_name(
        random, hyphen=wish.hyphen_name, apostrophe=wish.apostrophe_name, space=wish.space_name
    )
