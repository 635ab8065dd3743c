"""WS_INS1, ``rechercherInsAvecCarteVitale``: who is at this place on this Vitale card?

The request is published, and so is the shape of the answer; how the service compares is inferred
(``simulator.registry.card_matching``).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from simulator.contract.evidence import EvidenceLevel
from simulator.contract.faults import FaultError, fault_catalogue
from simulator.contract.messages import CardQuery
from simulator.contract.render import LABELS, Answer
from simulator.ins import Matricule, MatriculeError, check_birth_name
from simulator.journal.exchange import Decision
from simulator.registry.card_matching import CardSearch, judge_card
from simulator.scripting.answers import person_answer
from simulator.teleservice.operations.answering import check_birth_date, considered
from simulator.teleservice.operations.operation import ServedOperation
from simulator.teleservice.operations.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable

    from simulator.contract.messages import Call, Coverage
    from simulator.registry.person import Person
    from simulator.teleservice.operations.outcome import Context

_RANK: Final = re.compile(r"0?([1-9])", re.ASCII)
_FIRST_RANK: Final = "1"

_UNKNOWN_HERE: Final = {"insi_102": "insi_101"}
"""The fault of this search for an unknown person, by that of the search by traits (insi-contract §3.3 and §3.4)."""


def _check(query: CardQuery, call: Call, context: Context) -> CardSearch:
    """Check the fields, then that they agree with COUVERTURE and with the card of the Vitale assertion.

    Raises:
        FaultError: a mandatory field is missing or badly formed, or they do not agree.
    """
    wanted = _check_query(query)
    problem = check_coverage(wanted, query, call.contexts.coverage)
    if problem is None and context.caller.vitale is not None:
        people = context.registry.on_card_of(wanted.insured_number, context.session.scope)
        problem = check_card_coherence(context.caller.vitale.serial, wanted.insured_number, people)
    if problem is not None:
        raise problem
    return wanted


def check_coverage(wanted: CardSearch, query: CardQuery, coverage: Coverage) -> FaultError | None:
    """Compare the beneficiary asked for with COUVERTURE of ContexteBAM, part by part where both are there.

    CNDA test 1.03 (second-hand: CNDA homologation tracker, issue 171) asks that they agree; that the service refuses,
    and with which code, is inferred.
    """
    covered_rank = None if coverage.birth_rank is None else _rank(coverage.birth_rank)
    pairs = (
        ("MatriculeOD", wanted.insured_number, "ASSURE/Id/Num", coverage.insured_number),
        ("MatriculeIndividu", wanted.individual_number, "BENEFICIAIRE/Nir/Num", coverage.individual_number),
        ("DateNaissance", wanted.birth_date, "BENEFICIAIRE/DateNai", coverage.birth_date),
        ("RangNaissance", _rank(query.birth_rank or ""), "BENEFICIAIRE/Rang", covered_rank),
    )
    for asked, ours, covered, theirs in pairs:
        if ours is not None and theirs is not None and ours != theirs:
            return FaultError(
                "desir_9107", f"expected {asked} to be {covered} of COUVERTURE, {theirs!r}; got {ours!r}"
            )
    return None


def check_card_coherence(
    card_serial: str, insured_number: str, people: Iterable[Person]
) -> FaultError | None:
    """Tell whether the card of the Vitale assertion is that of the insured person asked for.

    ``people`` are those on cards of this insured person, as ``RegistryStore.on_card_of`` gives them. Of somebody who is
    on no card nothing can be said: the search will not find them. Evidence as for ``check_coverage``.
    """
    serials = {
        person.card.serial
        for person in people
        if person.card is not None and person.card.insured_number == insured_number
    }
    if not serials or card_serial in serials:
        return None
    return FaultError(
        "desir_9107",
        f"expected the card {' or '.join(sorted(serials))} of the insured person {insured_number}, got an assertion "
        f"of the card {card_serial!r}",
    )


def _search(wanted: CardSearch, context: Context) -> Outcome:
    """Answer from the registry: the people on the card of the insured person, and nobody else."""
    profile = context.session.profile
    candidates = judge_card(wanted, context.registry.on_card_of(wanted.insured_number, context.session.scope))
    matching = [candidate.person for candidate in candidates if candidate.matches]
    unknown = _UNKNOWN_HERE.get(profile.unknown_person, profile.unknown_person)
    decision = Decision(
        source="registry",
        profile=profile.name,
        considered=tuple(map(considered, candidates)),
        person=matching[0].key if len(matching) == 1 else None,
        # That an unknown person gives insi_101 in qualification is told by a third party; all the rest is ours.
        evidence=EvidenceLevel.REPORTED if not matching and unknown == "insi_101" else EvidenceLevel.INFERRED,
    )
    if len(matching) == 1:
        return Outcome(decision=decision, answer=person_answer(matching[0]))
    code = "02" if matching else unknown
    if code in LABELS:
        return Outcome(decision=decision, answer=Answer(code=code, label=LABELS[code]))
    return Outcome(decision=decision, fault=fault_catalogue()[code])


def _check_query(query: CardQuery) -> CardSearch:
    """Apply the business rules on the fields; the published schema has none, and every code here is inferred.

    Mandatory: what every real client sends (insi-contract §2.2).
    """
    if not query.insured_number:
        raise FaultError("insi_907", "expected MatriculeOD/NumIdentifiant with a value, got none")
    if not query.birth_date:
        raise FaultError("insi_908", "expected DateNaissance with a value, got none")
    for name, number in (
        ("MatriculeOD", query.insured_number),
        ("MatriculeIndividu", query.individual_number),
    ):
        if number:
            try:
                Matricule.from_number(number)
            except MatriculeError as error:
                raise FaultError("insi_909", f"{name}/NumIdentifiant: {error}") from error
    check_birth_date(query.birth_date, "insi_903")
    rank = _rank(query.birth_rank or _FIRST_RANK)
    if rank is None:
        raise FaultError("insi_910", f"expected RangNaissance from 1 to 9, got {query.birth_rank!r}")
    for problem in check_birth_name(query.birth_name) if query.birth_name else ():
        raise FaultError("insi_904", f"NomNaissance {query.birth_name!r}: {problem}")
    return CardSearch(
        insured_number=query.insured_number,
        birth_date=query.birth_date,
        birth_rank=rank,
        birth_name=query.birth_name or None,
        individual_number=query.individual_number or None,
    )


def _rank(text: str) -> str | None:
    """Return a rank as one digit, ``None`` when it is none."""
    match = _RANK.fullmatch(text.strip())
    return match[1] if match else None


OPERATION: Final = ServedOperation(
    query=CardQuery, check=_check, search=_search, evidence=EvidenceLevel.OFFICIAL
)
