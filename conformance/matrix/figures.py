"""What a matrix found of each defect, kept as ``docs/kill-matrix.csv``: the page is written from it, and runs are aimed with it."""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import astuple, dataclass, fields
from typing import TYPE_CHECKING, Self

from conformance.reference.defects import catalogue

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from conformance.matrix.running import Outcome

FILE = "kill-matrix.csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One defect."""

    defect: str
    runs: int
    """Under how many seeds it was run."""
    caught: int
    """Under how many of those one of its rules found the software at fault."""
    check: str
    """Id of the check that found it; empty when none did."""

    @classmethod
    def of(cls, defect: str, outcomes: Sequence[Outcome]) -> Self:
        """Count the runs of one defect."""
        return cls(
            defect=defect,
            runs=len(outcomes),
            caught=sum(bool(one.caught_by) for one in outcomes),
            check=next((one.checks[0] for one in outcomes if one.checks), ""),
        )


def figures(outcomes: Iterable[Outcome]) -> list[Figure]:
    """Return a figure for each defect that was run, in the order of the catalogue; what it no longer holds is left out.

    What was run on top of a party counts for nothing here.
    """
    runs: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        if not outcome.job.party.name:
            runs[outcome.job.defect].append(outcome)
    return [Figure.of(name, runs[name]) for name in catalogue() if name in runs]


def write(path: Path, figures: Iterable[Figure]) -> None:
    """Write figures, by name: two branches that add defects then seldom touch the same line."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow([field.name for field in fields(Figure)])
        table.writerows(sorted(astuple(figure) for figure in figures))


def read(path: Path) -> list[Figure]:
    """Return what ``write`` wrote, in the order of the catalogue.

    Raises:
        ValueError: a line is not one of ours.
    """
    order = {name: position for position, name in enumerate(catalogue())}
    with path.open(encoding="utf-8", newline="") as file:
        found = [_figure(path, row) for row in csv.DictReader(file)]
    return sorted(found, key=lambda figure: order.get(figure.defect, len(order)))


def put_into(path: Path, fresh: Iterable[Figure]) -> list[Figure]:
    """Return the figures of a file with fresh ones in place of its own, without what the catalogue no longer holds.

    Raises:
        ValueError: a line of the file is not one of ours.
    """
    found = {one.defect: one for one in (read(path) if path.exists() else ())} | {
        one.defect: one for one in fresh
    }
    return [found[name] for name in catalogue() if name in found]


def _figure(path: Path, row: dict[str, str]) -> Figure:
    try:
        return Figure(
            defect=row["defect"], runs=int(row["runs"]), caught=int(row["caught"]), check=row["check"]
        )
    except (KeyError, TypeError, ValueError) as error:
        wanted = ", ".join(field.name for field in fields(Figure))
        message = f"{path}: expected the columns {wanted}, got {row}"
        raise ValueError(message) from error
