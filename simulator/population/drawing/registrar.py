"""Who is registered so far in one population: keys, matricules and traits that nobody else has.

The order number of a matricule is drawn from ``FIRST_ORDER`` to 999; when it is taken another one is drawn, and the
caller takes another place when a month and place are full.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from simulator.ins.identity import InsIdentity
from simulator.ins.matricule import Matricule
from simulator.ins.oid import InsOid
from simulator.population.drawing.births import FIRST_ORDER
from simulator.population.drawing.uniqueness import Marks
from simulator.registry.person import Card, Person

if TYPE_CHECKING:
    from random import Random

    from simulator.ins.identity import HistoricId, Traits

DIGIT: Final = {("M", "NIR"): 1, ("F", "NIR"): 2, ("M", "NIA"): 7, ("F", "NIA"): 8}
"""First digit by sex and nature; 7 and 8 for a NIA are inferred (ins-formats §8)."""

NIR: Final = InsOid.NIR_TEST
NIA: Final = InsOid.NIA
"""There is no OID of a test NIA."""

TWO_DIGITS: Final = tuple(f"{number:02d}" for number in range(100))
_KEYS: Final = tuple(TWO_DIGITS[97 - remainder] for remainder in range(97))
_ORDERS: Final = 1000 - FIRST_ORDER
_ORDER_ATTEMPTS: Final = 12
_SERIAL: Final = 9_000_000_000
_TRAITS_SPREAD: Final = 0xD6E8FEB86659FD93
_CORSICA: Final = {"2A": "19", "2B": "18"}


class Registrar:
    """Hands out keys, card serial numbers and matricules, and refuses traits that are taken."""

    __slots__ = ("count", "marks", "prefix", "random")

    def __init__(self, prefix: str, random: Random) -> None:
        """Begin an empty population whose keys are ``<prefix>/<n>``."""
        self.prefix = prefix
        self.random = random
        self.marks = Marks()
        self.count = 0

    def take_traits(self, name_mark: int, first_mark: int, sex: str, birth_date: str) -> bool:
        """Take the traits that a search cannot do without; false when somebody may have them."""
        date = int(birth_date[:4] + birth_date[5:7] + birth_date[8:]) * 2 + (sex == "F")
        return self.marks.take((name_mark << 32 | first_mark) * _TRAITS_SPREAD + date)

    def draw_number(self, digit: int, year: str, month: str, place: str) -> Matricule | None:
        """Draw a free matricule of these parts; none when the month and place seem full."""
        return self.take_number(f"{digit}{year}{month}{place}")

    def take_number(self, start: str) -> Matricule | None:
        """Draw a free order number for the first ten characters of a matricule; none when they seem all taken."""
        letters = start[5:7]
        digits = start[:5] + _CORSICA[letters] + start[7:] if letters in _CORSICA else start
        base = int(digits) * 1000
        # Corsican letters count 19 and 18, which départements have too: their marks are kept apart.
        apart = 10_000_000_000_000 if digits is not start else 0
        random = self.random.random
        for _ in range(_ORDER_ATTEMPTS):
            order = FIRST_ORDER + int(random() * _ORDERS)
            number = base + order
            if self.marks.take(number + apart):
                return Matricule(f"{start}{order}", _KEYS[number % 97])
        return None

    def next_serial(self) -> str:
        """Give the serial number of the card of the next person."""
        return str(_SERIAL + self.count)

    def register(
        self,
        traits: Traits,
        matricule: Matricule,
        tags: tuple[str, ...],
        card: Card | None,
        *,
        oid: str = NIR,
        history: tuple[HistoricId, ...] = (),
        note: str | None = None,
    ) -> Person:
        """Give the next person of the population."""
        number = self.count
        self.count = number + 1
        return Person(
            key=f"{self.prefix}/{number}",
            identity=InsIdentity(traits=traits, matricule=matricule, oid=oid, history=history),
            tags=tags,
            note=note,
            card=card,
        )
