"""What happens to the fields of a patient between the civil register and the screen of a practice.

Each defect is a function that takes the record so far, the truth and a source of chance, and returns the record with
this one thing changed, or None when it cannot happen to this record. None of them knows what a search will answer.
"""

from __future__ import annotations

import csv
from dataclasses import replace
from functools import cache, partial
from importlib.resources import files
from typing import TYPE_CHECKING, Final, Literal

from simulator.ins.dates import BirthDate, BirthDateError
from simulator.ins.places import cog
from simulator.ins.traits import check_birth_name, check_first_name, comparison_key, starts_list
from simulator.population.drawing.names import draw_birth_name
from simulator.population.practice import typing_forms

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from random import Random

    from simulator.ins.identity import Traits
    from simulator.population.practice.record import Record

    Defect = Callable[[Record, Traits, Random], Record | None]
    Typo = Callable[[str, Random], str | None]

NameField = Literal["birth_name", "first_name"]

_KEYBOARD: Final = ("AZERTYUIOP", "QSDFGHJKLM", "WXCVBN")
"""The rows of letters of a French keyboard."""


def usage_name(record: Record, truth: Traits, random: Random) -> Record | None:
    """Put the usage name, the spouse's as a rule, in the field of the birth name, which is lost."""
    return replace(record, birth_name=_other_name(truth, random), usage_name="")


def usage_name_inverted(record: Record, truth: Traits, random: Random) -> Record | None:
    """Put the usage name in the field of the birth name, and the other way round."""
    return replace(record, birth_name=_other_name(truth, random), usage_name=record.birth_name)


def usage_name_joined(record: Record, truth: Traits, random: Random) -> Record | None:
    """Join both names in the field of the birth name, in either order, with a hyphen or a space."""
    names = [record.birth_name, _other_name(truth, random)]
    if random.random() < 0.5:  # noqa: PLR2004 - both orders are as likely
        names.reverse()
    joined = ("-" if random.random() < 0.5 else " ").join(names)  # noqa: PLR2004 - same
    return None if check_birth_name(joined) else replace(record, birth_name=joined)


def usage_name_in_its_field(record: Record, truth: Traits, random: Random) -> Record | None:
    """Fill in the usage name where it belongs: no defect, but a name that must not be searched."""
    if record.usage_name or record.birth_name != truth.birth_name:
        return None
    return replace(record, usage_name=_other_name(truth, random))


def usual_first_name(record: Record, truth: Traits, random: Random) -> Record | None:
    """Put another given name, the one used every day, in place of the first."""
    others = [name for name in truth.first_names.split(" ")[1:] if not starts_list(name, truth.first_names)]
    if not others:
        return None
    return replace(record, first_name=others[int(random.random() * len(others))])


def nickname(record: Record, truth: Traits, random: Random) -> Record | None:
    """Put a short form in place of the first name, where one is usual; for a compound name, also its second half."""
    short = [name for name in (_nicknames().get(record.first_name),) if name]
    if "-" in record.first_name:
        short.append(record.first_name.rpartition("-")[2])
    short = [name for name in short if not starts_list(name, truth.first_names)]
    return replace(record, first_name=short[int(random.random() * len(short))]) if short else None


def first_half(record: Record, _truth: Traits, _random: Random) -> Record | None:
    """Keep only the first half of a compound first name."""
    half, hyphen, _ = record.first_name.partition("-")
    return replace(record, first_name=half) if hyphen else None


def neighbour_key(name: str, random: Random) -> str | None:
    """Hit the key beside the one meant."""
    at = _letter(name, random)
    if at is None:
        return None
    beside = _neighbours()[name[at]]
    return name[:at] + beside[int(random.random() * len(beside))] + name[at + 1 :]


def doubled_letter(name: str, random: Random) -> str | None:
    """Type a letter twice."""
    at = _letter(name, random)
    return None if at is None else name[:at] + name[at] + name[at:]


def dropped_letter(name: str, random: Random) -> str | None:
    """Leave out a letter."""
    at = _letter(name, random)
    return None if at is None else name[:at] + name[at + 1 :]


def swapped_letters(name: str, random: Random) -> str | None:
    """Type two letters that follow each other in the wrong order."""
    places = [
        at
        for at in range(len(name) - 1)
        if name[at] in _neighbours() and name[at + 1] in _neighbours() and name[at] != name[at + 1]
    ]
    if not places:
        return None
    at = places[int(random.random() * len(places))]
    return name[:at] + name[at + 1] + name[at] + name[at + 2 :]


def day_month_swapped(record: Record, _truth: Traits, _random: Random) -> Record | None:
    """Write the month where the day belongs, when that gives another date that exists."""
    year, month, day = record.birth_date.split("-") if record.birth_date else ("", "", "")
    return _redated(record, f"{year}-{day}-{month}")


def first_of_january(record: Record, _truth: Traits, _random: Random) -> Record | None:
    """Keep only the year, as when the day was unknown at the counter."""
    return _redated(record, f"{record.birth_date[:4]}-01-01")


def wrong_sex(record: Record, _truth: Traits, _random: Random) -> Record | None:
    """Tick the other box."""
    other = {"M": "F", "F": "M"}.get(record.sex)
    return None if other is None else replace(record, sex=other)


def empty_sex(record: Record, _truth: Traits, _random: Random) -> Record | None:
    """Tick no box."""
    return replace(record, sex="") if record.sex else None


def missing_place(record: Record, _truth: Traits, _random: Random) -> Record | None:
    """Leave the birth place empty."""
    return replace(record, birth_place="") if record.birth_place else None


def place_of_today(record: Record, _truth: Traits, _random: Random) -> Record | None:
    """Write the code that the birth place has today, where it changed since the birth."""
    place = cog().current(record.birth_place) if record.birth_place else None
    if place is None or place.code == record.birth_place:
        return None
    return replace(record, birth_place=place.code)


def typed_accents(record: Record, _truth: Traits, _random: Random) -> Record | None:
    """Type names with their accents."""
    return _retyped(record, typing_forms.accented)


def title_case(record: Record, _truth: Traits, _random: Random) -> Record | None:
    """Type names with a capital to each word."""
    return _retyped(record, typing_forms.title_case)


def lower_case(record: Record, _truth: Traits, _random: Random) -> Record | None:
    """Type names without capitals."""
    return _retyped(record, typing_forms.lower_case)


def name_in_capitals(record: Record, _truth: Traits, _random: Random) -> Record | None:
    """Type names in capitals, first names with one capital to each word."""
    first_name = typing_forms.title_case(record.first_name)
    return None if first_name is None else replace(record, first_name=first_name)


def typographic_apostrophe(record: Record, _truth: Traits, _random: Random) -> Record | None:
    """Type apostrophes as word processors do."""
    return _retyped(record, typing_forms.typographic_apostrophe)


def hyphen_as_space(record: Record, _truth: Traits, _random: Random) -> Record | None:
    """Type a compound first name without its hyphen."""
    typed = typing_forms.hyphen_as_space(record.first_name)
    return None if typed is None else replace(record, first_name=typed)


def stray_spaces(record: Record, _truth: Traits, random: Random) -> Record | None:
    """Type a space too many in the birth name."""
    return replace(record, birth_name=typing_forms.stray_spaces(record.birth_name, random))


def _typo(record: Record, truth: Traits, random: Random, *, field: NameField, typo: Typo) -> Record | None:
    before: str = getattr(record, field)
    typed = typo(before, random)
    if typed is None or comparison_key(typed) == comparison_key(before):
        return None
    if field == "birth_name":
        return None if check_birth_name(typed) else replace(record, birth_name=typed)
    if check_first_name(typed) or starts_list(typed, truth.first_names):
        return None
    return replace(record, first_name=typed)


DEFECTS: Final[Mapping[str, Defect]] = {
    "usage-name": usage_name,
    "usage-name-inverted": usage_name_inverted,
    "usage-name-joined": usage_name_joined,
    "usage-name-in-its-field": usage_name_in_its_field,
    "usual-first-name": usual_first_name,
    "nickname": nickname,
    "first-half": first_half,
    **{
        f"{field.replace('_', '-')}-{name}": partial(_typo, field=field, typo=typo)
        for field in ("birth_name", "first_name")
        for name, typo in (
            ("neighbour-key", neighbour_key),
            ("doubled-letter", doubled_letter),
            ("dropped-letter", dropped_letter),
            ("swapped-letters", swapped_letters),
        )
    },
    "day-month-swapped": day_month_swapped,
    "first-of-january": first_of_january,
    "wrong-sex": wrong_sex,
    "empty-sex": empty_sex,
    "missing-place": missing_place,
    "place-of-today": place_of_today,
    "typed-accents": typed_accents,
    "title-case": title_case,
    "lower-case": lower_case,
    "name-in-capitals": name_in_capitals,
    "typographic-apostrophe": typographic_apostrophe,
    "hyphen-as-space": hyphen_as_space,
    "stray-spaces": stray_spaces,
}
"""Every defect by its name."""


def _other_name(truth: Traits, random: Random) -> str:
    name = draw_birth_name(random)
    while comparison_key(name) == comparison_key(truth.birth_name):
        name = draw_birth_name(random)
    return name


def _redated(record: Record, date: str) -> Record | None:
    try:
        BirthDate.parse_iso(date).to_date()
    except BirthDateError:
        return None
    return None if date == record.birth_date else replace(record, birth_date=date)


def _retyped(record: Record, typing: Callable[[str], str | None]) -> Record | None:
    """Apply a way of typing to the three names; None when it changes none."""
    names = (record.birth_name, record.usage_name, record.first_name)
    typed = [typing(name) or name for name in names]
    if tuple(typed) == names:
        return None
    return replace(record, birth_name=typed[0], usage_name=typed[1], first_name=typed[2])


def _letter(name: str, random: Random) -> int | None:
    """Choose the place of a letter that is on the keyboard without an accent."""
    places = [at for at, letter in enumerate(name) if letter in _neighbours()]
    return places[int(random.random() * len(places))] if places else None


@cache
def _neighbours() -> dict[str, str]:
    """Give the keys beside each letter, those of the rows above and below included."""
    beside: dict[str, str] = {}
    for row, letters in enumerate(_KEYBOARD):
        for column, letter in enumerate(letters):
            same_row = letters[max(0, column - 1) : column] + letters[column + 1 : column + 2]
            around = "".join(
                _KEYBOARD[other][column : column + 1]
                for other in (row - 1, row + 1)
                if 0 <= other < 3  # noqa: PLR2004 - rows
            )
            beside[letter] = same_row + around
    return beside


@cache
def _nicknames() -> dict[str, str]:
    text = (files("simulator.population.practice") / "data" / "nicknames.csv").read_text("utf-8")
    return {row["first_name"]: row["nickname"] for row in csv.DictReader(text.splitlines())}
