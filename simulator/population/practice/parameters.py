"""What a practice file is made of: who is in it, how often each defect happens, and what was measured in production."""

from __future__ import annotations

import json
from bisect import bisect_right
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Final

from simulator.datafile import load_yaml
from simulator.population.practice.defects import DEFECTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from importlib.resources.abc import Traversable
    from pathlib import Path

DEFAULT: Final = "production-study-2026"
"""The parameter set shipped with the bench."""

_DATA: Final = files("simulator.population.practice") / "data"


@dataclass(frozen=True, slots=True, order=True)
class Stratum:
    """People of one sex and one age class."""

    sex: str
    ages: str
    """Name of the age class, such as ``40-59``."""


@dataclass(frozen=True, slots=True)
class AgeClass:
    """Ages from ``first`` to ``last``, both included, in completed years at the reference date."""

    name: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Rate:
    """A share in percent among people of a sex and age class; none: of any."""

    sex: str | None
    ages: str | None
    percent: float

    def applies_to(self, stratum: Stratum) -> bool:
        """Tell whether this rate is meant for these people."""
        return self.sex in (None, stratum.sex) and self.ages in (None, stratum.ages)


@dataclass(frozen=True, slots=True)
class Mishap:
    """Something that happens to some lines: one of several defects, drawn with its weight."""

    defects: tuple[str, ...]
    cumulative: tuple[float, ...]
    rates: tuple[Rate, ...]
    evidence: str

    def percent(self, stratum: Stratum) -> float:
        """Return how often it happens to these people."""
        return _percent(self.rates, stratum)

    def choose(self, roll: float) -> str:
        """Return the defect for a number drawn from 0 to 1, excluded."""
        return self.defects[bisect_right(self.cumulative, roll * self.cumulative[-1])]


@dataclass(frozen=True, slots=True)
class Published:
    """Answers counted in production, among everybody or among some."""

    sex: str | None
    ages: str | None
    found: int
    not_found: int
    several: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """A parameter set, as read from its file."""

    id: str
    title_fr: str
    title_en: str
    source: str
    reference_date: date
    ages: tuple[AgeClass, ...]
    composition: tuple[tuple[Stratum, int], ...]
    """How many lines each stratum has in the imitated file; only the proportions count."""
    patients: dict[str, tuple[Rate, ...]]
    mishaps: tuple[Mishap, ...]
    published: tuple[Published, ...]

    def age_class(self, birth_date: str) -> str | None:
        """Return the name of the age class for a date ``AAAA-MM-JJ``, ``00`` read as 01; none fits, or no date: None.

        A month or a day that does not exist is compared as it is: a file may hold such a date.
        """
        if not birth_date:
            return None
        year, month, day = (int(part) for part in birth_date.split("-"))
        today = self.reference_date
        age = today.year - year - ((max(month, 1), max(day, 1)) > (today.month, today.day))
        return next((each.name for each in self.ages if each.first <= age <= each.last), None)

    def patient_percent(self, kind: str, stratum: Stratum) -> float:
        """Return how many of these lines in percent are about an ``uninsurable``, a ``duplicate`` or a ``namesake``."""
        return _percent(self.patients.get(kind, ()), stratum)


def load_parameters(path: Path | None = None) -> Parameters:
    """Read a parameter set, by default the one of the bench.

    Raises:
        simulator.datafile.DataFileError: not such a file; every problem has its line.
    """
    source: Path | Traversable = path or _DATA / f"{DEFAULT}.yaml"
    data = load_yaml(source, json.loads((_DATA / "practice.schema.json").read_bytes()), _check)
    return Parameters(
        id=data["id"],
        title_fr=data["title"]["fr"],
        title_en=data["title"]["en"],
        source=data["source"],
        reference_date=date.fromisoformat(data["reference_date"]),
        ages=tuple(AgeClass(**entry) for entry in data["ages"]),
        composition=tuple(
            (Stratum(entry["sex"], entry["ages"]), entry["lines"]) for entry in data["composition"]["lines"]
        ),
        patients={entry["kind"]: _rates(entry) for entry in data["patients"]},
        mishaps=tuple(
            Mishap(
                defects=tuple(entry["defects"]),
                cumulative=tuple(accumulate(entry["defects"].values())),
                rates=_rates(entry),
                evidence=entry["evidence"],
            )
            for entry in data["defects"]
        ),
        published=tuple(
            Published(
                entry.get("sex"), entry.get("ages"), entry["found"], entry["not_found"], entry["several"]
            )
            for entry in data.get("published", {}).get("answers", ())
        ),
    )


def _percent(rates: Sequence[Rate], stratum: Stratum) -> float:
    return next((rate.percent for rate in rates if rate.applies_to(stratum)), 0.0)


def _rates(entry: dict[str, Any]) -> tuple[Rate, ...]:
    return tuple(Rate(rate.get("sex"), rate.get("ages"), rate["percent"]) for rate in entry["rates"])


def _check(data: dict[str, Any]) -> Iterator[tuple[Sequence[str | int], str]]:
    """Say what a schema cannot: dates that exist, age classes and defects that are known, nothing twice."""
    try:
        date.fromisoformat(data["reference_date"])
    except ValueError:
        yield ("reference_date",), f"expected a date that exists, got {data['reference_date']!r}"
    ages = [entry["name"] for entry in data["ages"]]
    yield from _repeated(ages, "ages")
    covered: set[int] = set()
    for index, entry in enumerate(data["ages"]):
        if entry["last"] < entry["first"]:
            yield ("ages", index, "last"), f"expected at least {entry['first']}, got {entry['last']}"
        years = set(range(entry["first"], entry["last"] + 1))
        if both := covered & years:
            yield ("ages", index), f"expected ages of no other class, got {min(both)} again"
        covered |= years
    strata = [(entry["sex"], entry["ages"]) for entry in data["composition"]["lines"]]
    yield from _repeated(strata, "composition", "lines")
    yield from _repeated([entry["kind"] for entry in data["patients"]], "patients")
    for index, mishap in enumerate(data["defects"]):
        for name in mishap["defects"]:
            if name not in DEFECTS:
                yield (
                    ("defects", index, "defects", name),
                    f"expected one of {', '.join(sorted(DEFECTS))}, got {name!r}",
                )
    for path, entry in _with_ages(data):
        if "ages" in entry and entry["ages"] not in ages:
            yield (*path, "ages"), f"expected one of the ages {', '.join(ages)}, got {entry['ages']!r}"


def _repeated(values: list[Any], *path: str) -> Iterator[tuple[Sequence[str | int], str]]:
    for index, value in enumerate(values):
        if value in values[:index]:
            yield (*path, index), f"expected each once, got {value!r} again"


def _with_ages(data: dict[str, Any]) -> Iterator[tuple[tuple[str | int, ...], dict[str, Any]]]:
    for index, entry in enumerate(data["composition"]["lines"]):
        yield ("composition", "lines", index), entry
    for index, entry in enumerate(data.get("published", {}).get("answers", ())):
        yield ("published", "answers", index), entry
    for group in ("patients", "defects"):
        for index, entry in enumerate(data[group]):
            for number, rate in enumerate(entry["rates"]):
                yield (group, index, "rates", number), rate
