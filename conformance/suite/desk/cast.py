"""The cast: people designed so that whatever is stored, sent, shown, searched, imported or logged meets every awkward case.

A value is often damaged only for some people: those with a hyphen or an apostrophe, a place code that begins with
zero or holds a letter, a birth year that wraps, a waiting number, a history. A check that looks at one person drawn by
chance sees such a mistake by chance; one that looks at the cast always does.

Nobody here is fixed: each member is drawn afresh for each campaign and then given the shape of their part. Shapes of
names: insi-contract §5.2; places and numbers: ins-formats §8.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from conformance.suite.desk.people import PLAIN
from simulator.ins.identity import HistoricId
from simulator.ins.matricule import Matricule
from simulator.ins.oid import InsOid

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.suite.desk.people import Draw
    from simulator.registry.person import Person

Names = tuple[str, str]
"""A birth name and a list of first names."""

LONG: Final = 54
"""The length that every software accepts (TRT-04)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of the cast."""

    key: str
    """Kebab-case, shown in reasons and reports."""
    wish: Mapping[str, Any]
    """What is asked of the draw."""
    names: Callable[[str, list[str]], Names] | None = None
    """Makes birth name and list from a drawn birth name of letters only and four drawn first names, of letters only."""
    is_waiting: bool = False
    """Whether the number is one of waiting though its first digit is that of a NIR: the OID alone tells (MAT-04)."""
    former: int = 0
    """How many former matricules the person has."""
    typed_list: bool = True
    """Whether the list of first names is typed in too; else only the 1er prénom is."""


CAST: Final[tuple[Part, ...]] = (
    Part(key="plain", wish={"sex": "F", "birth_date": "1984-09-25", "birth_place": "75114"}),
    Part(
        key="hyphens-leading-zero-29-february",
        wish={"sex": "M", "birth_date": "2000-02-29", "birth_place": "06027"},
        names=lambda name, firsts: (f"{name}-{firsts[3]}", f"{firsts[0]}-{firsts[1]} {firsts[2]}"),
        typed_list=False,
    ),
    Part(
        key="apostrophe-1912",
        wish={"sex": "F", "birth_date": "1912-10-03", "birth_place": "20004"},
        names=lambda name, firsts: (f"D'{name}", f"{firsts[0]} {firsts[1]}"),
    ),
    Part(
        key="particle-corsica-2b",
        wish={"sex": "M", "birth_date": "1986-11-12", "birth_place": "2B033"},
        names=lambda name, firsts: (f"DE LA {name}", firsts[0]),
        typed_list=False,
    ),
    Part(
        key="double-hyphen-abroad-summer",
        wish={"sex": "F", "birth_date": "1976-06-30", "birth_place": "99127"},
        names=lambda name, firsts: (f"{name}--{firsts[3]}", f"N'{firsts[0]} {firsts[1]}-{firsts[2]}"),
    ),
    Part(
        key="long-names-overseas-new-year-eve",
        wish={"sex": "M", "birth_date": "1999-12-31", "birth_place": "97411"},
        names=lambda name, firsts: (long_name([name, *firsts]), long_name([*firsts, name])),
    ),
    Part(
        key="short-names-new-year",
        wish={"sex": "F", "birth_date": "2001-01-01", "nia": False},
        is_waiting=True,
        names=lambda name, firsts: (
            _letters(2, name, *firsts),
            f"{_letters(2, *firsts)} {firsts[1]} {firsts[2]}",
        ),
        typed_list=False,
    ),
    Part(
        key="waiting-number-four-first-names",
        wish={"sex": "M", "birth_date": "2003-05-17", "birth_place": "99352", "nia": True},
        names=lambda name, firsts: (
            f"SAINT {name}",
            f"{firsts[0]} {firsts[1]}-{firsts[2]} {firsts[3]} {name}",
        ),
    ),
    Part(
        key="one-former-number-corsica-2a",
        wish={
            "sex": "F",
            "birth_date": "1990-03-04",
            "birth_place": "2A247",
            "first_names_count": 2,
            **PLAIN,
        },
        former=1,
    ),
    Part(
        key="ten-former-numbers",
        wish={"sex": "M", "birth_date": "1944-04-05", "first_names_count": 3, **PLAIN},
        former=10,
        typed_list=False,
    ),
    Part(
        key="first-name-repeated-centenarian",
        wish={"sex": "F", "birth_date": "1921-08-07", "nia": False},
        names=lambda name, firsts: _repeated(f"{firsts[0]}{_letters(3, name, *firsts)}", firsts[1]),
    ),
    Part(
        key="child-several-separators",
        wish={"sex": "M", "birth_date": "2021-08-15"},
        names=lambda name, firsts: (
            f"DE L'{name}-{firsts[2]} D'{firsts[3]}",
            f"{firsts[0]}-{firsts[1]} {firsts[2]} {firsts[3]}",
        ),
    ),
)
"""Every feature named in the shapes of suite trials, paired so that few people carry them all."""

PARTS: Final = {part.key: part for part in CAST}


def played(part: Part, draw: Draw) -> Person:
    """Draw somebody and give them a part; INSi knows the result."""
    return draw(shape=lambda person: _shaped(part, person), **_wish(part))


def _wish(part: Part) -> dict[str, Any]:
    if part.names is None:
        return dict(part.wish)
    return {"first_names_count": 4, **PLAIN, **part.wish}


def _shaped(part: Part, person: Person) -> Person:
    identity = person.identity
    traits = identity.traits
    if part.names is not None:
        firsts = [name.replace("-", "").replace("'", "") for name in traits.first_names.split()]
        birth_name, first_names = part.names(traits.birth_name, firsts)
        traits = replace(traits, birth_name=birth_name, first_names=first_names)
    oid = InsOid.NIA if part.is_waiting else identity.oid
    return replace(
        person,
        identity=replace(identity, traits=traits, oid=oid, history=_former(part.former, identity.matricule)),
    )


def with_former(draw: Draw, count: int) -> Draw:
    """Return a draw of people of so many former numbers."""

    def drawn(*, shape: Callable[[Person], Person] | None = None, **wanted: Any) -> Person:
        def shaped(person: Person) -> Person:
            made = shape(person) if shape else person
            history = _former(count, made.identity.matricule)
            return replace(made, identity=replace(made.identity, history=history))

        return draw(shape=shaped, **wanted)

    return drawn


def _former(count: int, now: Matricule) -> tuple[HistoricId, ...]:
    """Return former numbers, oldest first: the number now with other orders, one of a waiting number."""
    found = []
    for number in range(count):
        order = (int(now.number[10:]) + number) % 999 + 1
        digit = ("7" if now.number[0] == "1" else "8") if number == 0 else now.number[0]
        oid = InsOid.NIA if number == 0 else InsOid.NIR_TEST
        found.append(
            HistoricId(
                matricule=Matricule.from_number(f"{digit}{now.number[1:10]}{order:03d}"),
                oid=oid,
                date_from=f"20{number + 7:02d}-01-01",
                date_to=f"20{number + 7:02d}-12-31",
            )
        )
    return tuple(found)


def _repeated(word: str, other: str) -> Names:
    return word, f"{word} {word}-{other}"


def _letters(count: int, *words: str) -> str:
    """Return letters that few others draw: beginnings of names are too much alike, and INSi would know several people."""
    number = zlib.crc32(" ".join(words).encode())
    return "".join(chr(ord("A") + number // 26**place % 26) for place in range(count))


def long_name(words: list[str], length: int = LONG) -> str:
    """Return words joined by spaces, repeated and cut at ``length`` characters; the last one is a letter.

    The last word is never the first one again, which in a list of first names is a mistake that is looked for.
    """
    text = " ".join(words)
    while len(text) < length:
        text += f" {' '.join(words)}"
    text = text[:length]
    text = text if text[-1].isalpha() else f"{text[:-1]}A"
    return f"{text[:-1]}{'E' if text[-1] == 'A' else 'A'}" if text.endswith(f" {words[0]}") else text
