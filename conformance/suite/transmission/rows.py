"""Rows of a table: the number of one patient on the line of another, in an export whose format the bench does not read. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from conformance.documents.numbers import compact
from conformance.documents.record import Trait
from simulator.ins.traits import comparison_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from simulator.ins.identity import InsIdentity

_WORDS: Final = re.compile(r"[^\w'’-]+")
_NAMES: Final = (Trait.BIRTH_NAME, Trait.FIRST_NAMES)


def mixed_rows(
    texts: Iterable[str], people: Sequence[InsIdentity]
) -> Iterator[tuple[InsIdentity, Trait, InsIdentity]]:
    """Yield whose number stands on a line that tells the name, the given names or the birth date of another, and not theirs.

    A line that bears the numbers of several, or nothing of anybody, is no row of a table: other formats, and tables that
    tell the traits elsewhere, are left alone.

    Args:
        texts: the files.
        people: those known to be in the export.
    """
    numbers = {one.matricule.value: one for one in people}
    for line in (line for text in texts for line in text.splitlines()):
        packed = compact(line)
        found = [one for number, one in numbers.items() if number in packed]
        if len(found) == 1:
            yield from _of_others(line, found[0], people)


def _of_others(
    line: str, own: InsIdentity, people: Sequence[InsIdentity]
) -> Iterator[tuple[InsIdentity, Trait, InsIdentity]]:
    words = f" {comparison_key(_WORDS.sub(' ', line))} "
    for trait in _NAMES:
        if f" {_name(own, trait)} " in words:
            continue
        for other in people:
            if other is not own and f" {_name(other, trait)} " in words:
                yield own, trait, other
                break
    if not any(one in line for one in _dates(own)):
        other = next((one for one in people if any(date in line for date in _dates(one))), own)
        if other is not own:
            yield own, Trait.BIRTH_DATE, other


def _name(one: InsIdentity, trait: Trait) -> str:
    return comparison_key(one.traits.birth_name if trait is Trait.BIRTH_NAME else one.traits.first_names)


def _dates(one: InsIdentity) -> tuple[str, ...]:
    """Return a birth date in the forms of tables."""
    year, month, day = one.traits.birth_date.split("-")
    return (
        *(f"{year}{mark}{month}{mark}{day}" for mark in ("-", "/", "")),
        *(f"{day}{mark}{month}{mark}{year}" for mark in ("/", "-", ".", "")),
    )
