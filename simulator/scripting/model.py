"""A scenario as values."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime, time

    from simulator.chaos.catalogue import ChaosStep
    from simulator.contract.evidence import EvidenceLevel
    from simulator.registry.person import Person
    from simulator.scripting.sinks import SinkAnswer


class Stage(StrEnum):
    """When the rules of a scenario are tried."""

    BEFORE_AUTHENTICATION = "before-authentication"
    """As soon as the bytes came in, even when they cannot be read: what an outage does."""
    AFTER = "after"
    """Once the caller is authenticated and the fields are checked: where the registry would answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextTest:
    """What one text must be: all that is given must hold."""

    exact: str | None = None
    normalised: str | None = None
    """Equal on the form in which hyphen, apostrophe and space are one, whatever the case and the accents."""
    pattern: str | None = None
    """A regular expression (RE2) found somewhere in the text."""
    present: bool | None = None
    """Whether there is such a text, and not an empty one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallCount:
    """Which of the calls that satisfy the rest of the rule; exactly one field is given."""

    first: bool = False
    nth: int | None = None
    """1-based."""
    after: int | None = None
    """All but the first ``after`` calls."""

    def holds(self, number: int) -> bool:
        """Tell whether the call of this number (1-based) is one of them."""
        if self.after is not None:
            return number > self.after
        return number == (1 if self.first else self.nth)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeWindow:
    """A span of the session's clock, in UTC: ``start`` and ``from_hour`` included, ``end`` and ``to_hour`` not."""

    start: datetime | None = None
    end: datetime | None = None
    from_hour: time | None = None
    to_hour: time | None = None
    """When it is not after ``from_hour``, the hours go over midnight."""


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """Conditions of a rule: all that are given must hold."""

    operations: tuple[str, ...] = ()
    person: str | None = None
    birth_name: str | None = None
    texts: tuple[tuple[str, TextTest], ...] = ()
    """By where the text is: ``traits.sex``, ``matricule.number``, ``headers.user-agent``, ``certificate.cn``,
    ``assertion.name_id``, ``assertion.attributes.secteurActivite``, ``lps.idam``, ``user``, ``document.title``,
    ``mail.to``."""
    elements: tuple[tuple[str, bool], ...] = ()
    call: CallCount | None = None
    state: tuple[tuple[str, str | None], ...] = ()
    time: TimeWindow | None = None
    all_of: tuple[When, ...] = ()
    any_of: tuple[When, ...] = ()
    none_of: When | None = None


class Take(StrEnum):
    """What of another person is put in the answer."""

    ALL = "all"
    IDENTIFIER = "identifier"
    TRAITS = "traits"


@dataclass(frozen=True, slots=True, kw_only=True)
class FormerEntry:
    """An INSHISTO to write, right or wrong; texts with placeholders."""

    number: str
    key: str | None
    oid: str
    date_from: str | None = None
    date_to: str | None = None
    dates_first: bool = False
    """Dates before IdIndividu, against the schema, as in the injection file TEST_2.04_cas2."""


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What is written instead of the person's history, in this order; the person's own is kept when ``own``."""

    own: bool = False
    repeats_active: bool = False
    made_up: int = 0
    """How many former matricules are made up."""
    entries: tuple[FormerEntry, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Raw:
    """Bytes answered as they are."""

    body: bytes = field(repr=False)
    status: int = 200
    content_type: str = "application/soap+xml; charset=utf-8"
    origin: str = "inline"
    """Name of the file, or ``inline``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighted:
    """One of several answers, drawn by weight; the n-th draw of a seed is always the same."""

    seed: int
    weights: tuple[int, ...]
    entries: tuple[Then, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Then:
    """What to answer. With neither ``code``, ``fault``, ``raw`` nor a choice among several, the registry answers."""

    code: str | None = None
    fault: str | None = None
    fault_texts: Mapping[str, str] | None = None
    """Instead of those of the catalogue: ``label``, ``reason``, ``severity``."""
    person: str | None = None
    alter: Mapping[str, str | None] | None = None
    other_person: str | None = None
    take: Take = Take.ALL
    history: History | None = None
    raw: Raw | None = None
    set: Mapping[str, str | None] | None = None
    sequence: tuple[Then, ...] = ()
    cycle: tuple[Then, ...] = ()
    weighted: Weighted | None = None
    chaos: tuple[ChaosStep, ...] = ()
    sink: SinkAnswer | None = None
    """What a sink answers, in a rule about one."""

    @property
    def choices(self) -> tuple[Then, ...]:
        """The answers to choose among, if any."""
        return self.sequence or self.cycle or (self.weighted.entries if self.weighted else ())

    @property
    def speaks(self) -> bool:
        """Whether this says what to answer, instead of letting the registry do it."""
        return not (self.code is None and self.fault is None and self.raw is None and self.sink is None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One *when → then*."""

    when: When
    then: Then
    stage: Stage = Stage.AFTER


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """Which person of the population a role is; exactly one field is given, or none: whoever installs says."""

    key: str | None = None
    tag: str | None = None
    """The first person of this tag who has no other role."""
    twin_of: str | None = None
    """A role: somebody on the same card born the same day."""
    namesake_of: str | None = None
    """A role: somebody else of the same birth name and birth date."""
    person: Person | None = None

    @property
    def given(self) -> bool:
        """Whether this says who the person is."""
        return any((self.key, self.tag, self.twin_of, self.namesake_of, self.person))


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One call that shows the scenario, and what comes back."""

    ask: Mapping[str, Any]
    """See ``outcome`` in the schema."""
    expect: Mapping[str, Any]
    times: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A scenario file. Rules are tried in order; the first whose conditions hold answers."""

    id: str
    title_fr: str
    title_en: str
    evidence: EvidenceLevel
    people: tuple[str, ...]
    rules: tuple[Rule, ...]
    picks: Mapping[str, Pick] = field(default_factory=dict)
    purpose_fr: str = ""
    purpose_en: str = ""
    source: str = ""
    expected_fr: str | None = None
    """What software is expected to do, in French."""
    expected_en: str | None = None
    outcome: tuple[Step, ...] = ()

    @property
    def pack(self) -> str:
        """The first part of the id."""
        return self.id.partition("/")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """A scenario in force in a session, with the people bound to its roles."""

    scenario: Scenario
    people: Mapping[str, Person]
    id: int = 0
    """Of the installation: what the rules remember is kept under it."""
    file: str | None = None
    """Path of the file followed, when the scenario was installed by reference."""


def conditions_of(when: When) -> Iterator[When]:
    """Yield the conditions and all those nested in them."""
    yield when
    nested = (*when.all_of, *when.any_of, *((when.none_of,) if when.none_of else ()))
    for each in nested:
        yield from conditions_of(each)
