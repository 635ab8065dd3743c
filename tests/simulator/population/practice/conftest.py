"""A practice file of a thousand lines with its registry, made once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from simulator.population.build import people as population
from simulator.population.practice.answers import Answer, answer_line
from simulator.population.practice.lines import PracticeFile, make_lines
from simulator.population.practice.parameters import Parameters, load_parameters
from simulator.registry.store import RegistryStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from simulator.registry.person import Person

    MakePractice = Callable[[tuple[Person, ...], int, str, Parameters], "Practice"]


@dataclass(frozen=True)
class Practice:
    """What the tests look at."""

    people: tuple[Person, ...]
    file: PracticeFile
    registry: RegistryStore
    answers: tuple[Answer, ...]


@pytest.fixture(scope="package")
def parameters() -> Parameters:
    return load_parameters()


@pytest.fixture(scope="package")
def people() -> tuple[Person, ...]:
    return tuple(population(6000, "practice-tests", "officine"))


@pytest.fixture(scope="package")
def make_practice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MakePractice]:
    opened: list[RegistryStore] = []

    def make(people: tuple[Person, ...], size: int, seed: str, parameters: Parameters) -> Practice:
        file = make_lines(people, size, seed, parameters)
        registry = RegistryStore(tmp_path_factory.mktemp("practice") / "registry.sqlite")
        opened.append(registry)
        registry.add(people)
        registry.add(file.namesakes)
        return Practice(people, file, registry, tuple(answer_line(line, registry) for line in file.lines))

    yield make
    for registry in opened:
        registry.close()


@pytest.fixture(scope="package")
def practice(make_practice: MakePractice, people: tuple[Person, ...], parameters: Parameters) -> Practice:
    return make_practice(people, 1500, "one", parameters)
