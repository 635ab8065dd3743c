"""What in a matricule departs from the traits it goes with: warnings, never errors.

A matricule is a registration number, not a computation on traits: it may legitimately tell another place,
month or sex (ins-formats §8). So nothing here may refuse an identity. A finding whose ``reason`` is set is a
difference with a known legitimate cause.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from simulator.ins.countries import are_same_territory
from simulator.ins.dates import BirthDate, BirthDateError
from simulator.ins.matricule import MatriculeError, key_of
from simulator.ins.oid import InsOid
from simulator.ins.places import PlaceKind, cog

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.ins.identity import InsIdentity, Traits
    from simulator.ins.matricule import Matricule

_CORSICA = frozenset({"20", "2A", "2B"})

# Départements that had the numbers of Algeria, Morocco and Tunisia (ins-formats §8; data README).
_BEFORE_INDEPENDENCE = {
    "91": "99352",
    "92": "99352",
    "93": "99352",
    "94": "99352",
    "95": "99350",
    "96": "99351",
}

# Second registration codes of communes whose 999 order numbers of a month do not suffice (data README;
# examples, not the complete list, which is not published).
_EXTENSIONS = {
    "06488": "06088",
    "13155": "13055",
    "13255": "13055",
    "31655": "31555",
    "33663": "33063",
    "35438": "35238",
    "59750": "59350",
    "67582": "67482",
    **{f"752{number:02d}": f"751{number:02d}" for number in range(1, 21)},
}


class FindingCode(StrEnum):
    """Which part of the matricule is concerned."""

    KEY = "matricule-key"
    SEX = "matricule-sex"
    YEAR = "matricule-year"
    MONTH = "matricule-month"
    PLACE = "matricule-place"
    NATURE = "matricule-nature"


class Reason(StrEnum):
    """Why a difference can be legitimate."""

    MONTH_UNKNOWN = "the month of birth was unknown at registration: the matricule has a number from 20"
    MONTH_PLUS_30 = "31 to 42 is the month plus 30: the civil status document is incomplete and tells the month (reported)"
    LUNAR_DATE = "the birth date is incomplete"
    INDEPENDENCE = "Algeria, Morocco and Tunisia had the département numbers 91 to 96 before independence"
    CORSICA = "Corsica had the code 20 until 1975, then 2A and 2B"
    PARIS_REGION = "Seine (75) and Seine-et-Oise (78) were divided in 1968"
    MAYOTTE = "Mayotte had the code 985 until 2011, then 976"
    RECODED = "both codes name the same place at different times, or a commune and a part of it, or a country that ended or split and what it became"
    EXTENSION = "a second registration code of a commune whose order numbers ran out"


@dataclass(frozen=True, slots=True)
class CoherenceFinding:
    """One difference between a matricule and what goes with it."""

    code: FindingCode
    in_matricule: str
    """The part of the matricule concerned, as carried."""
    expected: str
    """What the traits (or the number for a key, the OID for a nature) let expect."""
    reason: Reason | None = None
    """The known legitimate cause; none when the difference is unexplained."""

    @property
    def text(self) -> str:
        """The difference with both values and its reason, in English."""
        explained = f" ({self.reason})" if self.reason else ""
        return _TEXTS[self.code].format(self.in_matricule, self.expected) + explained

    def __str__(self) -> str:
        return f"{self.code}: {self.text}"


_TEXTS = {
    FindingCode.KEY: "the key is {0}, the number gives {1}",
    FindingCode.SEX: "the matricule begins with {0}, the sex is {1}",
    FindingCode.YEAR: "the matricule has the year {0}, the birth date is {1}",
    FindingCode.MONTH: "the matricule has the month {0}, the birth date is {1}",
    FindingCode.PLACE: "the matricule has the place {0}, the birth place is {1}",
    FindingCode.NATURE: "the matricule begins with {0}, the OID is the one of a {1} (inferred rule)",
}


def coherence_findings(identity: InsIdentity, *, check_nature: bool = False) -> list[CoherenceFinding]:
    """Compare a matricule with key, sex, year, month and place of its identity.

    Traits that are missing or unreadable are not compared. Two equal values give no finding.

    Args:
        identity: the active matricule and the traits; the history is not looked at.
        check_nature: also compare the first digit with the OID (7 or 8 for a NIA, another for a NIR). This
            rule is inferred, and the public NIA test identity breaks it (ins-formats §8).
    """
    matricule, traits = identity.matricule, identity.traits
    findings = [
        *_key(matricule),
        *_sex(matricule, traits.sex),
        *_date(matricule, traits),
        *_place(matricule, traits),
    ]
    if check_nature:
        findings.extend(_nature(matricule, identity.oid))
    return findings


def _key(matricule: Matricule) -> Iterator[CoherenceFinding]:
    if matricule.key_is_valid:
        return
    try:
        expected = key_of(matricule.number)
    except MatriculeError:
        expected = "none"
    yield CoherenceFinding(FindingCode.KEY, matricule.key, expected)


def _sex(matricule: Matricule, sex: str) -> Iterator[CoherenceFinding]:
    if sex and matricule.sex is not None and matricule.sex != sex:
        yield CoherenceFinding(FindingCode.SEX, matricule.sex_digit, sex)


def _date(matricule: Matricule, traits: Traits) -> Iterator[CoherenceFinding]:
    try:
        date = BirthDate.parse_iso(traits.birth_date)
    except BirthDateError:
        return
    if matricule.year != f"{date.year % 100:02d}":
        yield CoherenceFinding(FindingCode.YEAR, matricule.year, date.iso())
    if matricule.month != f"{date.month:02d}":
        reason = None
        if matricule.birth_month is None:
            reason = Reason.MONTH_UNKNOWN
        elif not date.month:
            reason = Reason.LUNAR_DATE
        elif matricule.birth_month == date.month:
            reason = Reason.MONTH_PLUS_30
        yield CoherenceFinding(FindingCode.MONTH, matricule.month, date.iso(), reason)


def _place(matricule: Matricule, traits: Traits) -> Iterator[CoherenceFinding]:
    place = traits.birth_place
    if place and matricule.place != place:
        reason = _place_reason(matricule, place, traits.birth_date)
        yield CoherenceFinding(FindingCode.PLACE, matricule.place, place, reason)


def _place_reason(matricule: Matricule, place: str, birth_date: str) -> Reason | None:
    registered = matricule.place
    if _BEFORE_INDEPENDENCE.get(matricule.departement) == place:
        return Reason.INDEPENDENCE if _is_before_independence(place, birth_date) else None
    if registered in _EXTENSIONS:
        return Reason.EXTENSION if _same_place(_EXTENSIONS[registered], place) else None
    if are_same_territory(registered, place, birth_date):
        return Reason.RECODED
    departements = {registered[:2], place[:2]}
    if departements <= _CORSICA and "20" in departements and registered[2:] == place[2:]:
        # By number and not by the list: CNDA test places such as 2A020 are in no list.
        return Reason.CORSICA
    if not _same_place(registered, place):
        return None
    if {registered[:3], place[:3]} == {"985", "976"}:
        return Reason.MAYOTTE
    if departements & {"75", "78"} and departements & {"91", "92", "93", "94", "95"}:
        return Reason.PARIS_REGION
    return Reason.RECODED


def _is_before_independence(country: str, birth_date: str) -> bool:
    independence = next((period.valid_from for period in cog().periods(country)), None)
    return independence is None or birth_date < independence.isoformat()


def _same_place(one: str, other: str) -> bool:
    """Whether two codes name the same commune today; a country is only itself."""
    commune = _commune_today(one)
    return commune is not None and commune == _commune_today(other)


def _commune_today(code: str) -> str | None:
    place = cog().current(code)
    if place is None or place.kind is PlaceKind.COUNTRY:
        return None
    return place.parent or place.code


def _nature(matricule: Matricule, oid: str) -> Iterator[CoherenceFinding]:
    if oid not in frozenset(InsOid) or not matricule.sex_digit:
        return
    nature = InsOid(oid).nature
    if (matricule.sex_digit in "78") != (nature == "NIA"):
        yield CoherenceFinding(FindingCode.NATURE, matricule.sex_digit, nature)
