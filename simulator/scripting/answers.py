"""Answers made from people: as the registry knows them, or altered."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from simulator.contract.render import LABELS, Answer, IdentifierBlock, TraitsBlock
from simulator.ins import key_of
from simulator.scripting.model import Take

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from simulator.ins import HistoricId
    from simulator.registry.person import Person
    from simulator.scripting.model import History, Then

_PLACEHOLDER: Final = re.compile(r"\{(\w+)\}")
_IDENTIFIER: Final = ("number", "key", "oid")
_MODULUS: Final = 97
_ORDER_DIGITS: Final = 3


def person_answer(person: Person) -> Answer:
    """Return the answer 00 for a person, as the registry knows them."""
    identity = person.identity
    return Answer(
        code="00",
        label=LABELS["00"],
        active=IdentifierBlock(
            number=identity.matricule.number, key=identity.matricule.key, oid=identity.oid
        ),
        history=tuple([_former(old) for old in identity.history]) if identity.history else (),
        traits=TraitsBlock(
            birth_name=identity.traits.birth_name,
            first_names=identity.traits.first_names,
            sex=identity.traits.sex,
            birth_date=identity.traits.birth_date,
            birth_place=identity.traits.birth_place,
        ),
    )


def _former(old: HistoricId) -> IdentifierBlock:
    return IdentifierBlock(
        number=old.matricule.number,
        key=old.matricule.key,
        oid=old.oid,
        date_from=old.date_from,
        date_to=old.date_to,
    )


def changer(then: Then, people: Mapping[str, Person]) -> Callable[[Answer], Answer] | None:
    """Return what ``other_person``, ``history`` and ``alter`` do to an answer 00, ``None`` when they do nothing."""
    other = None if then.other_person is None else person_answer(people[then.other_person])
    if other is None and then.history is None and not then.alter:
        return None

    def change(answer: Answer) -> Answer:
        if answer.active is None or answer.traits is None:
            return answer
        if other is not None:
            answer = _taken(answer, other, then.take)
        own = _own_values(answer)
        if then.history is not None:
            answer = replace(answer, history=_history(then.history, answer, own))
        return _altered(answer, then.alter, own) if then.alter else answer

    return change


def _taken(answer: Answer, other: Answer, take: Take) -> Answer:
    if take is Take.TRAITS:
        return replace(answer, traits=other.traits)
    if take is Take.IDENTIFIER:
        return replace(answer, active=other.active, history=other.history)
    return other


def _own_values(answer: Answer) -> dict[str, str]:
    """Return what the placeholders stand for."""
    active, traits = answer.active, answer.traits
    assert active is not None and traits is not None  # noqa: S101, PT018 - an answer 00 has both blocks
    year, _, rest = (traits.birth_date or "").partition("-")
    month, _, day = rest.partition("-")
    sex = traits.sex or ""
    return {
        "year": year,
        "month": month,
        "day": day,
        "birth_name": traits.birth_name or "",
        "first_names": traits.first_names or "",
        "sex": sex,
        "other_sex": "F" if sex == "M" else "M",
        "birth_place": traits.birth_place or "",
        "number": active.number,
        "key": active.key or "",
        "wrong_key": _wrong_key(active.number),
        "oid": active.oid,
    }


def _wrong_key(number: str) -> str:
    """Return a key that is one, but not that of this number."""
    return f"{int(key_of(number)) % _MODULUS + 1:02d}"


def _altered(answer: Answer, changes: Mapping[str, str | None], own: Mapping[str, str]) -> Answer:
    values = {name: None if text is None else _filled(text, own) for name, text in changes.items()}
    identifier = {name: values.pop(name) for name in _IDENTIFIER if name in values}
    assert answer.active is not None and answer.traits is not None  # noqa: S101, PT018 - as above
    return replace(
        answer,
        active=replace(answer.active, **identifier),  # type: ignore[arg-type] # the schema gives number and oid texts
        traits=replace(answer.traits, **values),
    )


def _filled(text: str, own: Mapping[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda match: own.get(match[1], match[0]), text)


def _history(wanted: History, answer: Answer, own: Mapping[str, str]) -> tuple[IdentifierBlock, ...]:
    assert answer.active is not None  # noqa: S101 - as above
    blocks = list(answer.history) if wanted.own else []
    if wanted.repeats_active:
        blocks.append(answer.active)
    blocks += [
        IdentifierBlock(
            number=_filled(entry.number, own),
            key=None if entry.key is None else _filled(entry.key, own),
            oid=_filled(entry.oid, own),
            date_from=None if entry.date_from is None else _filled(entry.date_from, own),
            date_to=None if entry.date_to is None else _filled(entry.date_to, own),
            dates_first=entry.dates_first,
        )
        for entry in wanted.entries
    ]
    return (*blocks, *(_made_up(answer.active, rank) for rank in range(wanted.made_up)))


def _made_up(active: IdentifierBlock, rank: int) -> IdentifierBlock:
    """Return a former matricule that differs by its order number, with its right key, in force for a year."""
    order = int(active.number[-_ORDER_DIGITS:])
    former = (order + rank) % (10**_ORDER_DIGITS - 1) + 1
    number = f"{active.number[:-_ORDER_DIGITS]}{former:03d}"
    year = 2006 + rank
    return IdentifierBlock(
        number=number,
        key=key_of(number),
        oid=active.oid,
        date_from=f"{year}-01-01",
        date_to=f"{year}-12-31",
    )
