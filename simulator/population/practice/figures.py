"""Counts the answers of a practice file as the study of production counted its own.

Only calls that got 00, 01 or 02 count. A line whose sex is empty counts when trying F, then M, gives 00 or 02, with that
sex; otherwise the study let its sex empty and did not count it. Sex and age are those of the file, not the truth.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from simulator.population.practice.answers import Answer
    from simulator.population.practice.parameters import Parameters, Published


@dataclass(slots=True)
class Count:
    """How many answers of each code."""

    found: int = 0
    not_found: int = 0
    several: int = 0

    @property
    def total(self) -> int:
        """How many answers in all."""
        return self.found + self.not_found + self.several

    @property
    def percents(self) -> tuple[float, float, float]:
        """The shares of 00, 01 and 02; zeros when there is no answer."""
        whole = self.total or 1
        return 100 * self.found / whole, 100 * self.not_found / whole, 100 * self.several / whole


@dataclass(frozen=True, slots=True)
class Figure:
    """The answers among everybody, one sex or one age class, and what was published of them."""

    sex: str | None
    ages: str | None
    measured: Count
    published: Count | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """All that is counted in one file."""

    lines: int
    rows: tuple[Figure, ...]
    """Everybody, each sex, each age class."""
    empty_sex: int
    """Lines whose sex is empty."""
    completed: int
    """Those of them that count, once the sex is completed."""


def counted(answer: Answer) -> tuple[str, str] | None:
    """Return the code and the sex with which an answer counts, or None when it does not."""
    if answer.tried_code is None:
        return (answer.code, answer.line.record.sex) if answer.code in {"00", "01", "02"} else None
    if answer.tried_sex is None:
        return None
    return answer.tried_code, answer.tried_sex


def measure(answers: Iterable[Answer], parameters: Parameters) -> Figures:
    """Count the answers, by sex and by age class."""
    counts: dict[tuple[str | None, str | None], Count] = {(None, None): Count()}
    for sex in ("M", "F"):
        counts[sex, None] = Count()
    for ages in parameters.ages:
        counts[None, ages.name] = Count()
    lines = empty = completed = 0
    for answer in answers:
        lines += 1
        empty += not answer.line.record.sex
        found = counted(answer)
        if found is None:
            continue
        completed += not answer.line.record.sex
        code, sex = found
        keys: list[tuple[str | None, str | None]] = [(None, None), (sex, None)]
        if ages_name := parameters.age_class(answer.line.record.birth_date):
            keys.append((None, ages_name))
        for key in keys:
            _add(counts[key], code)
    published = {(each.sex, each.ages): _count(each) for each in parameters.published}
    return Figures(
        lines=lines,
        rows=tuple(
            Figure(sex, ages, count, published.get((sex, ages))) for (sex, ages), count in counts.items()
        ),
        empty_sex=empty,
        completed=completed,
    )


def _count(published: Published) -> Count:
    return Count(published.found, published.not_found, published.several)


def _add(count: Count, code: str) -> None:
    if code == "00":
        count.found += 1
    elif code == "01":
        count.not_found += 1
    else:
        count.several += 1
