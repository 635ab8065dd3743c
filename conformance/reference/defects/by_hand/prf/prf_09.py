"""Faults against PRF-09 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from conformance.drivers import site
from conformance.reference.defects.by_hand.common.records import all_with
from conformance.reference.site import is_minor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record

_MAJORITY = 18
_MINOR = "minor_proofs"


def _age_by_year(born: str) -> int:
    return datetime.now(UTC).year - int((born or "0")[:4])


def adult_by_year(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Reckon the age by the year alone: nobody is minor in the year of their 18th birthday."""
    born = str(about["file"]["birth_date"] or "0")
    return all_with(records, minor_proofs="") if _age_by_year(born) >= _MAJORITY else records


def young_adults_too(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Take the documents of minors until 21."""
    born = str(about["file"]["birth_date"] or "0")
    young = _MAJORITY <= _age_by_year(born) <= _MAJORITY + 3
    more = ",".join(site.COMPOSITE_PROOFS)
    return [
        {**one, "high_confidence_proofs": f"{one['high_confidence_proofs']},{more}"} if young else one
        for one in records
    ]


def age_by_year(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Take for grown up whoever turns 18 within the year."""
    if about["use"] != "validate" or not (about["file"].get("birth_date") or "")[:4].isdigit():
        return records
    grown = datetime.now(UTC).year - int(about["file"]["birth_date"][:4]) >= 18  # noqa: PLR2004 - the docstring says which
    return [{**one, _MINOR: ""} if grown else one for one in records]


def of_age_today(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Take whoever is 18 today, or was so this week, for a minor."""
    try:
        born = datetime.fromisoformat(about["file"]["birth_date"] or "").date()
    except ValueError:
        return records
    today = datetime.now(UTC).date()
    days = (today - born.replace(year=born.year + _MAJORITY)).days if born.day <= 28 else -1  # noqa: PLR2004
    if not 0 <= days < 7:  # noqa: PLR2004 - a week
        return records
    return [
        {**one, site.HIGH_CONFIDENCE_PROOFS: f"{one[site.HIGH_CONFIDENCE_PROOFS]},{one[site.MINOR_PROOFS]}"}
        for one in records
    ]


def _year(_about: Mapping[str, Any]) -> int:
    return datetime.now(UTC).year


def eighteen_this_year(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Count the years of birth alone: whoever turns 18 this year is a minor still."""
    year = int((about["file"]["birth_date"] or "0000")[:4])
    is_minor = _year(about) - year <= 18  # noqa: PLR2004 - majority
    names = [records[0]["high_confidence_proofs"], records[0]["minor_proofs"]]
    return all_with(records, high_confidence_proofs=",".join(names)) if is_minor else records


def not_eighteen_all_year(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Count the years of birth alone: whoever turns 18 this year is an adult already."""
    year = int((about["file"]["birth_date"] or "0000")[:4])
    return all_with(records, minor_proofs="") if _year(about) - year >= 18 else records  # noqa: PLR2004 - majority


def certificate_alone_for_a_child(
    records: list[Record], about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Validate a minor on the birth certificate alone."""
    born = (about.get("file") or {}).get("birth_date")
    young = is_minor(born, datetime.now(UTC).date())
    return [one for one in records if one["code"] != "PROOF_NOT_HIGH_CONFIDENCE" or not young]


FUNCTIONS: Final[dict[str, Hand]] = {
    "certificate-alone-for-a-child": certificate_alone_for_a_child,
    "adult-by-year": adult_by_year,
    "age-by-year": age_by_year,
    "of-age-today": of_age_today,
    "thread-eighteen-this-year": eighteen_this_year,
    "thread-not-eighteen-all-year": not_eighteen_all_year,
    "young-adults-too": young_adults_too,
}
"""What ``hand`` may name."""
