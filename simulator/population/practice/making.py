"""Makes a practice file with its registry and its expected answers, from a seed or from a registry that exists."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Final, Literal

from simulator.population.build import people, recipe
from simulator.population.practice.answers import answer_line
from simulator.population.practice.export import write_expected, write_practice
from simulator.population.practice.figures import measure
from simulator.population.practice.lines import NAMESAKE_TAG, make_lines
from simulator.registry.opening import add_people, build_registry, open_registry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from simulator.population.practice.answers import Answer
    from simulator.population.practice.export import Delimiter, Encoding
    from simulator.population.practice.figures import Figures
    from simulator.population.practice.lines import PracticeFile
    from simulator.population.practice.parameters import Parameters
    from simulator.registry.person import Person
    from simulator.registry.protocol import Registry

    Stage = Literal["people", "registry", "searches"]
    Tell = Callable[[Stage, int], None]
    """Told how far a stage is: people read, people written, lines searched."""

PRACTICE: Final = "practice.csv"
EXPECTED: Final = "expected.csv"
REGISTRY: Final = "registry.sqlite"

PROFILE: Final = "officine"
"""The population drawn when no registry is given."""

_PEOPLE_PER_LINE: Final = 50
"""How many people are drawn at most to find those of one line: a practice has other ages than the population."""
_LEAST_PEOPLE: Final = 20_000
_PAGE: Final = 2000
_MAX_PLANTED: Final = 1_000_000
_STEP: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is asked for."""

    size: int
    seed: str
    parameters: Parameters
    delimiter: Delimiter = ";"
    encoding: Encoding = "utf-8"


@contextmanager
def whole_or_nothing(folder: Path) -> Iterator[Path]:
    """Give a folder to write in, whose files go to ``folder`` when all are written; after an interruption none do.

    Raises:
        OSError: the files cannot be written.
    """
    is_new = not folder.exists()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(
            dir=folder, prefix=".unfinished-", ignore_cleanup_errors=True
        ) as draft:
            yield Path(draft)
            for file in sorted(Path(draft).iterdir()):
                os.replace(file, folder / file.name)  # noqa: PTH105 - replaces a file on Windows too
    except BaseException:
        if is_new:
            with suppress(OSError):
                folder.rmdir()
        raise


def make_with_registry(folder: Path, order: Order, tell: Tell) -> Figures:
    """Draw a population, write it as a registry, and a practice file of its people with the expected answers.

    Raises:
        TooFewPeopleError: the parameters ask for people of ages that nobody has.
        RegistryError: the registry cannot be written.
        OSError: a file cannot be written.
    """
    limit = max(_LEAST_PEOPLE, _PEOPLE_PER_LINE * order.size)
    drawn: list[Person] = []
    numbers: set[str] = set()

    def kept() -> Iterator[Person]:
        for person in people(limit, order.seed, PROFILE):
            drawn.append(person)
            numbers.add(person.identity.matricule.number)
            if len(drawn) % _STEP == 0:
                tell("people", len(drawn))
            yield person

    made = make_lines(
        kept(),
        order.size,
        order.seed,
        order.parameters,
        is_taken=lambda person: person.identity.matricule.number in numbers,
    )
    tell("registry", 0)
    name = f"{recipe(len(drawn), order.seed, PROFILE)} practice={order.parameters.id} lines={order.size}"
    build_registry(folder / REGISTRY, chain(drawn, made.namesakes), name)
    registry = open_registry(folder / REGISTRY)
    try:
        return _write(folder, made, registry, order, tell)
    finally:
        registry.close()


def make_from_registry(folder: Path, order: Order, target: str, *, plant: bool, tell: Tell) -> Figures:
    """Write a practice file of people of a registry, with the expected answers of that registry.

    Args:
        folder: where the files go.
        order: what is asked for; its seed also says whom to begin with.
        target: the registry, a file or ``postgresql://…``; only its base population is used.
        plant: add the namesakes that the file still needs to the registry. Without it, only people who have a namesake
            in the registry make ambiguous lines.
        tell: told of progress.

    Raises:
        TooFewPeopleError: the registry is too small.
        RegistryError: the registry cannot be read, or not be written with ``plant``.
        OSError: a file cannot be written.
        sqlite3.Error: the registry cannot be read.
    """
    registry = open_registry(target)
    try:
        made = make_lines(
            _from_anywhere(registry, order.seed, tell),
            order.size,
            order.seed,
            order.parameters,
            is_taken=lambda person: any(
                other.key != person.key for other in registry.by_matricule(person.identity.matricule.number)
            ),
        )
        new = [person for person in made.namesakes if plant and registry.by_key(person.key) is None]
    finally:
        registry.close()
    if new:
        tell("registry", 0)
        add_people(target, new)
    registry = open_registry(target)
    try:
        return _write(folder, made, registry, order, tell)
    finally:
        registry.close()


def _write(folder: Path, made: PracticeFile, registry: Registry, order: Order, tell: Tell) -> Figures:
    answers: list[Answer] = []
    for line in made.lines:
        answers.append(answer_line(line, registry))
        if line.number % _STEP == 0 or line.number == len(made.lines):
            tell("searches", line.number)
    write_practice(folder / PRACTICE, made.lines, delimiter=order.delimiter, encoding=order.encoding)
    write_expected(folder / EXPECTED, answers)
    return measure(answers, order.parameters)


def _from_anywhere(registry: Registry, seed: str, tell: Tell) -> Iterator[Person]:
    """Yield everybody once, beginning at a drawn page and going round."""
    # Those planted before come last and are passed over: with or without them, a seed gives the same file.
    planted = len(registry.people(tag=NAMESAKE_TAG, limit=_MAX_PLANTED))
    pages = -(-(registry.count() - planted) // _PAGE)
    if not pages:
        return
    first = int(Random(f"practice/{seed}/page").random() * pages)  # noqa: S311 - repeatable on purpose
    read = 0
    for page in range(pages):
        people: Sequence[Person] = registry.people(limit=_PAGE, offset=(first + page) % pages * _PAGE)
        read += len(people)
        tell("people", read)
        yield from people
