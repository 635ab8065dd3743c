"""The matricule INS: 13 characters and a 2-digit key, the same shape for a NIR and for a NIA.

Layout: sex (1), year (2), month (2), birth place (5), order (3), key (2). The digits never tell a NIR from a
NIA: only the OID does (ins-rules MAT-04; the one public NIA test identity starts with 1).

What ``Matricule.parse`` accepts, and why (ins-formats §8, ins-rules MAT-01 to MAT-03):

===========  ==========================================  ====================================================
part         accepted                                    source
===========  ==========================================  ====================================================
sex          1 2, 3 4 (being registered), 7 8            CNAM regex has 1 2; the rest reported: not refused
             (provisional)
year         two digits                                  CNAM regex
month        01-12, 31-42 (the month plus 30), and else  CNAM regex; 31-42 reported, several agree; a narrower
             20-99 when the month is unknown             set was never confirmed
place        départements 01-96, 2A 2B, 97x, 98x, 99;    96 is Tunisia before independence (service-public),
             commune or country not 000                  20 Corsica before 1976
order        001-999                                     NIR structure, reported
key          97 - (number mod 97): 01-97                 CNAM, verified on every public test identity
===========  ==========================================  ====================================================

Whether the place is in the COG is another question: see ``simulator.ins.places``.
"""

from __future__ import annotations

import re
from itertools import pairwise

from simulator.values import value

NUMBER_LENGTH = 13
VALUE_LENGTH = 15

_DIGITS = frozenset("0123456789")
_LETTERS = frozenset("AB")
_MALE = frozenset("137")
_FEMALE = frozenset("248")
_MONTHS = frozenset(f"{month:02d}" for month in (*range(1, 13), *range(20, 100)))
_FICTIVE_MONTHS = range(31, 43)
_PLACE = re.compile(r"(?!00)(?:\d\d|2[AB])\d{3}", re.ASCII)
_COMPUTABLE = re.compile(r"\d{5}(?:\d\d|2[AB])\d{6}", re.ASCII)
_CORSICA = {"2A": "19", "2B": "18"}
_OVERSEAS = ("97", "98")


class MatriculeError(ValueError):
    """A text is not a matricule: ``part`` is wrong, ``expected`` is what it should be, ``got`` what it is."""

    def __init__(self, part: str, expected: str, got: str) -> None:
        """Keep the three facts.

        Args:
            part: ``length``, ``characters``, ``sex``, ``year``, ``month``, ``place``, ``order`` or ``key``.
            expected: what this part must be, in words.
            got: what was found.
        """
        super().__init__(f"matricule, {part}: expected {expected}, got {got}")
        self.part = part
        self.expected = expected
        self.got = got

    def __reduce__(self) -> tuple[type[MatriculeError], tuple[str, str, str]]:
        """Survive a trip between processes, which rebuilds exceptions from their arguments."""
        return type(self), (self.part, self.expected, self.got)


@value(frozen=True, slots=True)
class Matricule:
    """A matricule as it is carried. The constructor checks nothing, ``parse`` and ``from_number`` do.

    Holding a wrong value is needed: the CNDA test person HERMANN has a wrong key, and scenarios send worse.
    The parts of such a value are cut at their usual positions, and may be short or empty.
    """

    number: str
    """The first 13 characters, Corsican letters in upper case."""
    key: str
    """The 2-digit key as carried."""

    @classmethod
    def parse(cls, text: str) -> Matricule:
        """Read the 15 characters of a matricule, raw: no space, no lower case, nothing around.

        Raises:
            MatriculeError: naming the first part that is wrong.
        """
        _check_characters(text)
        _check_length(text, VALUE_LENGTH)
        number, key = text[:NUMBER_LENGTH], text[NUMBER_LENGTH:]
        _check_structure(number)
        expected = _computed_key(number)
        if key != expected:
            raise MatriculeError("key", f"{expected} for {number}", repr(key))
        return cls(number, key)

    @classmethod
    def from_number(cls, number13: str) -> Matricule:
        """Complete a 13-character number with its key.

        Raises:
            MatriculeError: naming the first part that is wrong.
        """
        _check_characters(number13)
        _check_length(number13, NUMBER_LENGTH)
        _check_structure(number13)
        return cls(number13, _computed_key(number13))

    @property
    def value(self) -> str:
        """The whole matricule, 15 characters when it is well formed."""
        return self.number + self.key

    @property
    def key_is_valid(self) -> bool:
        """Whether the key is the one computed from the number; false when none can be computed."""
        return _COMPUTABLE.fullmatch(self.number) is not None and self.key == _computed_key(self.number)

    @property
    def is_valid(self) -> bool:
        """Whether ``parse`` would accept this value."""
        try:
            return Matricule.parse(self.value) == self
        except MatriculeError:
            return False

    @property
    def sex_digit(self) -> str:
        """The first character."""
        return self.number[:1]

    @property
    def sex(self) -> str | None:
        """``M`` for 1, 3, 7, ``F`` for 2, 4, 8, else none.

        For a NIA, 7 and 8 follow the old waiting numbers (ins-formats §8, inferred).
        """
        if self.sex_digit in _MALE:
            return "M"
        return "F" if self.sex_digit in _FEMALE else None

    @property
    def year(self) -> str:
        """Last two digits of the birth year."""
        return self.number[1:3]

    @property
    def month(self) -> str:
        """Birth month as registered: see ``birth_month``."""
        return self.number[3:5]

    @property
    def month_is_known(self) -> bool:
        """Whether the month part is 01 to 12."""
        return self.month in _MONTHS and self.month < "13"

    @property
    def birth_month(self) -> int | None:
        """The month that the matricule tells, 1 to 12; none when it tells that it is unknown.

        31 to 42 are the month plus 30, of somebody whose civil status document is incomplete (reported); 20 to 30 and from
        43 the month is unknown.
        """
        if self.month not in _MONTHS:
            return None
        month = int(self.month)
        if month in _FICTIVE_MONTHS:
            return month - _FICTIVE_MONTHS.start + 1
        return month if self.month_is_known else None

    @property
    def place(self) -> str:
        """Place of birth as registered: five characters, the COG code unless it changed since or was full."""
        return self.number[5:10]

    @property
    def departement(self) -> str:
        """Two characters (``63``, ``2A``, ``99``), three overseas (``974``, ``988``)."""
        return self.place[: self._departement_length]

    @property
    def commune(self) -> str:
        """The place without its département: commune number, or country number after ``99``."""
        return self.place[self._departement_length :]

    @property
    def order(self) -> str:
        """Rank of the registration in its month and place."""
        return self.number[10:13]

    @property
    def _departement_length(self) -> int:
        return 3 if self.place.startswith(_OVERSEAS) else 2

    def __str__(self) -> str:
        return self.value


def key_of(number13: str) -> str:
    """Compute the key of a 13-character number: 97 - (number mod 97), two digits, ``01`` to ``97``.

    Corsica counts as a number for the division only: ``2A`` as 19, ``2B`` as 18 (ins-rules MAT-02). Nothing
    but what the division needs is checked.

    Raises:
        MatriculeError: no key can be computed (``characters`` or ``length``; ``place`` for a stray letter).
    """
    _check_characters(number13)
    _check_length(number13, NUMBER_LENGTH)
    if _COMPUTABLE.fullmatch(number13) is None:
        raise MatriculeError("place", "no letter but in 2A or 2B at characters 6 and 7", repr(number13))
    return _computed_key(number13)


def _computed_key(number: str) -> str:
    departement = number[5:7]
    digits = number[:5] + _CORSICA.get(departement, departement) + number[7:]
    return f"{97 - int(digits) % 97:02d}"


def _check_characters(text: str) -> None:
    for position, character in enumerate(text, start=1):
        if character not in _DIGITS and character not in _LETTERS:
            expected = "digits, or A or B in a Corsican place, in upper case and without separator"
            raise MatriculeError("characters", expected, f"{character!r} at character {position}")


def _check_length(text: str, length: int) -> None:
    if len(text) != length:
        raise MatriculeError("length", f"{length} characters", f"{len(text)}")


def _check_structure(number: str) -> None:
    matricule = Matricule(number, "")
    if matricule.sex is None:
        raise MatriculeError("sex", "1, 2, 3, 4, 7 or 8", repr(matricule.sex_digit))
    if not matricule.year.isdecimal():
        raise MatriculeError("year", "two digits", repr(matricule.year))
    if matricule.month not in _MONTHS:
        raise MatriculeError(
            "month",
            "01 to 12, 31 to 42 (the month plus 30), or 20 to 99 when it is unknown",
            repr(matricule.month),
        )
    if _PLACE.fullmatch(matricule.place) is None:
        expected = "five digits, or 2A or 2B and three digits, in département 01 to 99"
        raise MatriculeError("place", expected, repr(matricule.place))
    if not matricule.commune.strip("0"):
        raise MatriculeError("place", "a commune or country number other than 0", repr(matricule.place))
    if not matricule.order.isdecimal() or matricule.order == "000":
        raise MatriculeError("order", "001 to 999", repr(matricule.order))


def grouped(number: str, space: str = "\u202f") -> str:
    """Return a matricule or a number as people read it: ``2 61 05 29 005 951 07``."""
    cuts = (0, 1, 3, 5, 7, 10, 13, 15)
    parts = [number[first:last] for first, last in pairwise(cuts)]
    return space.join(part for part in [*parts, number[15:]] if part)
