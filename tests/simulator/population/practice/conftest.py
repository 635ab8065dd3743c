"""A practice file of a thousand lines with its registry, made once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from simulator.population.generate import generate
from simulator.population.practice.answers import Answer, answer_line
from simulator.population.practice.lines import PracticeFile, make_lines
from simulator.population.practice.parameters import Parameters, load_parameters
from simulator.registry.store import RegistryStore

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from simulator.registry.person import Person


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
    return tuple(generate(6000, seed="practice-tests"))


def practice_of(
    folder: Path, people: tuple[Person, ...], size: int, seed: str, parameters: Parameters
) -> Practice:
    file = make_lines(people, size, seed, parameters)
    registry = RegistryStore(folder / "registry.sqlite")
    registry.add(people)
    registry.add(file.namesakes)
    return Practice(people, file, registry, tuple(answer_line(line, registry) for line in file.lines))


@pytest.fixture(scope="package")
def practice(
    tmp_path_factory: pytest.TempPathFactory, people: tuple[Person, ...], parameters: Parameters
) -> Iterator[Practice]:
    made = practice_of(tmp_path_factory.mktemp("practice"), people, 1500, "one", parameters)
    yield made
    made.registry.close()
