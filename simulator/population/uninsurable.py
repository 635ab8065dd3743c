"""Patients who cannot have an INS: they come to the counter, and are in no registry.

Tourists, people not registered in France, anonymous care, doubtful identities (reasons and their evidence in
``data/uninsurable.yaml``). No registry made by ``build.people`` holds anybody with one of their birth names, so that a
search for them never finds somebody: the answer is 01, or no search should be made at all.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from itertools import accumulate
from random import Random
from typing import TYPE_CHECKING, Any, Final

from simulator.datafile import load_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

_FIRST_YEAR: Final = 1935
_LAST_YEAR: Final = 2022


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why somebody has no INS."""

    key: str
    fr: str
    en: str
    searched: bool
    """Whether a search by traits makes sense: without a complete identity there is nothing to send."""
    share: int
    """Of ten thousand patients; ours."""
    evidence: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """Somebody known to the software and to no registry. A trait that is not known is None."""

    key: str
    """``none/<seed>/<n>``."""
    birth_name: str
    first_names: str
    sex: str | None
    birth_date: str | None
    birth_place: str | None
    reason: str
    """A key of ``reasons()``."""
    searched: bool
    """Whether these traits are enough for a search; the right answer is then 01."""

    @property
    def tags(self) -> tuple[str, ...]:
        """Which cases this patient is."""
        return ("uninsurable", self.reason)


def patients(size: int, seed: int | str) -> Iterator[Patient]:
    """Yield patients who cannot have an INS; the same seed gives the same ones, a smaller number the first of them."""
    random = Random(f"none/{seed}")  # noqa: S311 - repeatable on purpose, nothing is secret
    # The first ones are one of each reason.
    first = tuple(reasons())
    for number in range(size):
        reason = first[number] if number < len(first) else None
        yield draw_patient(random, f"none/{seed}/{number}", reason)


def draw_patient(random: Random, key: str, reason: str | None = None) -> Patient:
    """Draw one patient.

    Args:
        random: where chance comes from.
        key: their key.
        reason: a key of ``reasons()``; none for any, as often as they are.

    Raises:
        ValueError: there is no such reason.
    """
    kinds = reasons()
    if reason is None:
        cumulative = tuple(accumulate(kind.share for kind in kinds.values()))
        reason = tuple(kinds)[bisect_right(cumulative, int(random.random() * cumulative[-1]))]
    elif reason not in kinds:
        raise ValueError(f"reason: expected one of {', '.join(kinds)}, got {reason!r}")
    kind, entry = kinds[reason], _data()["reasons"][reason]
    sex = "F" if random.random() < 0.5 else "M"  # noqa: PLR2004 - either
    first = date(_FIRST_YEAR, 1, 1).toordinal()
    span = date(_LAST_YEAR + 1, 1, 1).toordinal() - first
    born = date.fromordinal(first + int(random.random() * span)).isoformat()
    name = _pick(random, entry.get("birth_names") or _data()["birth_names"])
    first_name = _pick(random, entry.get("first_names") or _data()["first_names"][sex])
    place = _pick(random, entry["birth_places"]) if "birth_places" in entry else None
    return Patient(
        key=key,
        birth_name=name,
        first_names=first_name,
        sex=None if "sex" in entry["unknown"] else sex,
        birth_date=None if "birth_date" in entry["unknown"] else born,
        birth_place=None if "birth_place" in entry["unknown"] else place,
        reason=kind.key,
        searched=kind.searched,
    )


@cache
def reasons() -> dict[str, Reason]:
    """Give every reason by key, in file order."""
    return {
        key: Reason(
            key=key,
            fr=entry["fr"],
            en=entry["en"],
            searched=entry["searched"],
            share=entry["share"],
            evidence=entry["evidence"],
            source=entry["source"],
        )
        for key, entry in _data()["reasons"].items()
    }


def reserved_names() -> tuple[str, ...]:
    """Give the birth names of these patients, which nobody in a drawn registry has."""
    data = _data()
    return (
        *data["birth_names"],
        *(name for entry in data["reasons"].values() for name in entry.get("birth_names", ())),
    )


@cache
def _data() -> Any:
    folder = files("simulator.population") / "data"
    return load_yaml(
        folder / "uninsurable.yaml", json.loads((folder / "uninsurable.schema.json").read_bytes())
    )


def _pick(random: Random, choices: list[str]) -> str:
    return choices[int(random.random() * len(choices))]
