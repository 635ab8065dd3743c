"""What the teleservice answers about one person, found out by asking it: nothing here decides anything.

Each call goes through the operation that answers real ones, on the registry at hand, in a session with default settings.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from simulator.contract.faults import FaultError
from simulator.contract.messages import Call, CardQuery, Contexts, TraitsQuery, VerificationQuery
from simulator.contract.names import Operation
from simulator.database import IN_MEMORY
from simulator.lots.store import LotStore
from simulator.sessions.settings import SessionSettings
from simulator.sessions.store import Session
from simulator.teleservice.authentication import Caller
from simulator.teleservice.operations.catalogue import OPERATIONS
from simulator.teleservice.operations.outcome import Context

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.contract.messages import Query
    from simulator.registry.person import Person
    from simulator.registry.protocol import Registry

_CONTEXTS: Final = Contexts(bam_id="", bam_time="", lps_id="", lps_time="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """One call about the person, and what it gets."""

    kind: str
    """``first``, ``first-place``, ``other``, ``list``, ``card``, ``verify`` or ``verify-former``."""
    sent: str
    """What tells this call from the others: the first name, the card or the matricule sent."""
    code: str
    """``00``, ``01``, ``02`` or the code of a fault."""
    evidence: str
    """See ``simulator.contract.evidence.EvidenceLevel``."""
    others: tuple[str, ...] = ()
    """Keys of the other people who match too."""
    place: str | None = None
    """The birth place sent."""


def expected_answers(person: Person, registry: Registry) -> list[Expected]:
    """Return what each call about a person is answered, in the order in which a tester tries them."""
    session = Session(id="default", created_at="", settings=SessionSettings())
    with closing(LotStore(IN_MEMORY)) as lots:
        context = Context(
            registry=registry,
            lots=lots,
            session=session,
            now=session.settings.now(),
            caller=Caller(),
        )
        return [_ask(call, person, context) for call in _calls(person)]


@dataclass(frozen=True, slots=True)
class _Call:
    kind: str
    sent: str
    operation: Operation
    query: Query


def _calls(person: Person) -> Iterator[_Call]:
    identity, traits, search = person.identity, person.identity.traits, Operation.SEARCH_BY_TRAITS
    names = traits.first_names.split(" ")
    yield _Call("first", names[0], search, _traits(person, names[:1]))
    if traits.birth_place is not None:
        yield _Call("first-place", names[0], search, _traits(person, names[:1], place=True))
    for name in dict.fromkeys(names[1:]):
        yield _Call("other", name, search, _traits(person, [name]))
    if len(names) > 1:
        yield _Call("list", traits.first_names, search, _traits(person, [traits.first_names]))
    card = person.card
    if card is not None:
        place = CardQuery(
            insured_number=card.insured_number, birth_date=traits.birth_date, birth_rank=card.birth_rank
        )
        yield _Call("card", card.insured_number, Operation.SEARCH_BY_CARD, place)
    ids = [("verify", identity.matricule, identity.oid)]
    ids += [("verify-former", old.matricule, old.oid) for old in identity.history]
    for kind, matricule, oid in ids:
        claim = VerificationQuery(
            number=matricule.number, key=matricule.key, oid=oid, traits=_traits(person, names[:1], place=True)
        )
        yield _Call(kind, matricule.value, Operation.VERIFY, claim)


def _traits(person: Person, names: list[str], *, place: bool = False) -> TraitsQuery:
    traits = person.identity.traits
    return TraitsQuery(
        birth_name=traits.birth_name,
        first_names=tuple(names),
        sex=traits.sex,
        birth_date=traits.birth_date,
        birth_place=traits.birth_place if place else None,
    )


def _ask(asked: _Call, person: Person, context: Context) -> Expected:
    place = asked.query.birth_place if isinstance(asked.query, TraitsQuery) else None
    call = Call(operation=asked.operation, message_id="", contexts=_CONTEXTS, query=asked.query)
    others: tuple[str, ...] = ()
    try:
        operation = OPERATIONS[asked.operation]
        outcome = operation.search(operation.checked(call, context), context)
    except FaultError as error:
        code, evidence = error.fault.code, str(error.fault.evidence)
    else:
        code = outcome.fault.code if outcome.fault else outcome.answer.code if outcome.answer else ""
        evidence = str(outcome.decision.evidence)
        matching = [entry.key for entry in outcome.decision.considered if not entry.excluded_by]
        others = tuple(key for key in matching if key != person.key)
    return Expected(
        kind=asked.kind, sent=asked.sent, code=code, evidence=evidence, others=others, place=place
    )
