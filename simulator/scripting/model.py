"""A scenario as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.contract.names import Evidence
    from simulator.registry.person import Person
    from simulator.scripting.chaos import ChaosStep


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """Conditions of a rule: all that are given must hold."""

    operation: str | None = None
    person: str | None = None
    birth_name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Then:
    """What to answer: ``code`` with, for 00, ``person`` and alterations; or ``fault``."""

    code: str | None = None
    fault: str | None = None
    person: str | None = None
    alter: Mapping[str, str | None] | None = None
    chaos: tuple[ChaosStep, ...] = ()
    """What is done to the answer on its way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One *when → then*."""

    when: When
    then: Then


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A scenario file. Rules are tried in order; the first whose conditions hold answers."""

    id: str
    title_fr: str
    title_en: str
    evidence: Evidence
    people: tuple[str, ...]
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """A scenario in force in a session, with the people bound to its roles."""

    scenario: Scenario
    people: Mapping[str, Person]
