"""Which scripted answer a call gets, if any."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from simulator.contract.render import LABELS, Answer, IdentifierBlock, TraitsBlock
from simulator.ins import comparison_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulator.contract.messages import Call
    from simulator.contract.names import Evidence
    from simulator.registry.person import Person
    from simulator.scripting.chaos import ChaosStep
    from simulator.scripting.model import Installed, Then, When

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


class Wanted(Protocol):
    """What an operation is asked about, already checked."""

    @property
    def birth_name(self) -> str | None:
        """The birth name asked, if any."""
        ...

    def is_about(self, person: Person) -> bool:
        """Tell whether it is this person who is asked about."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Scripted:
    """What a scenario answers: ``answer`` or the code of a ``fault``; and which rule said so."""

    scenario: str
    rule: int
    """0-based."""
    evidence: Evidence
    """That of the scenario."""
    answer: Answer | None = None
    fault: str | None = None
    person: str | None = None
    """Key of the person answered."""
    chaos: tuple[ChaosStep, ...] = ()
    """What is done to the answer on its way."""


def scripted_answer(call: Call, wanted: Wanted, installed: Sequence[Installed]) -> Scripted | None:
    """Return what the first rule that holds answers, or ``None`` when the registry is to answer."""
    for entry in installed:
        for index, rule in enumerate(entry.scenario.rules):
            if _holds(rule.when, call, wanted, entry):
                return _answer(rule.then, index, entry)
    return None


def person_answer(person: Person) -> Answer:
    """Return the answer 00 for a person, as the registry knows them."""
    identity = person.identity
    return Answer(
        code="00",
        label=LABELS["00"],
        active=IdentifierBlock(
            number=identity.matricule.number, key=identity.matricule.key, oid=identity.oid
        ),
        history=tuple(
            IdentifierBlock(
                number=old.matricule.number,
                key=old.matricule.key,
                oid=old.oid,
                date_from=old.date_from,
                date_to=old.date_to,
            )
            for old in identity.history
        ),
        traits=TraitsBlock(
            birth_name=identity.traits.birth_name,
            first_names=identity.traits.first_names,
            sex=identity.traits.sex,
            birth_date=identity.traits.birth_date,
            birth_place=identity.traits.birth_place,
        ),
    )


def _holds(when: When, call: Call, wanted: Wanted, entry: Installed) -> bool:
    if when.operation is not None and when.operation != call.operation.value:
        return False
    if when.birth_name is not None and comparison_key(when.birth_name) != comparison_key(
        wanted.birth_name or ""
    ):
        return False
    return when.person is None or wanted.is_about(entry.people[when.person])


def _answer(then: Then, index: int, entry: Installed) -> Scripted:
    scripted = Scripted(
        scenario=entry.scenario.id, rule=index, evidence=entry.scenario.evidence, chaos=then.chaos
    )
    if then.fault is not None:
        return replace(scripted, fault=then.fault)
    if then.person is None:
        code = then.code or "01"
        return replace(scripted, answer=Answer(code=code, label=LABELS[code]))
    person = entry.people[then.person]
    answer = person_answer(person)
    if then.alter:
        answer = _alter(answer, dict(then.alter), person)
    return replace(scripted, answer=answer, person=person.key)


def _alter(answer: Answer, changes: dict[str, str | None], person: Person) -> Answer:
    assert answer.active is not None  # noqa: S101 - an answer 00 has both blocks
    assert answer.traits is not None  # noqa: S101
    traits = person.identity.traits
    year, month, day = traits.birth_date.split("-")
    own = {
        "year": year,
        "month": month,
        "day": day,
        "birth_name": traits.birth_name,
        "first_names": traits.first_names,
        "sex": traits.sex,
        "birth_place": traits.birth_place or "",
        "number": person.identity.matricule.number,
        "key": person.identity.matricule.key,
        "oid": person.identity.oid,
    }
    values = {
        name: None if text is None else _PLACEHOLDER.sub(lambda match: own.get(match[1], match[0]), text)
        for name, text in changes.items()
    }
    identifier = {name: values.pop(name) for name in ("number", "key", "oid") if name in values}
    return replace(
        answer,
        active=replace(answer.active, **identifier),  # type: ignore[arg-type] # the schema gives number and oid texts
        traits=replace(answer.traits, **values),
    )
