"""Whom an act on a software is about, by what it is asked with and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.cards import AppIdentity, VitaleCard
from conformance.drivers.model import CallOutcome, InsiCall, Patient, PatientTraits, Verb
from conformance.drivers.partners import ReceivedIdentity, Reception, Verification, VerificationOutcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

VERIFYING: Final = frozenset(
    {
        Verb.VERIFY_INS, Verb.START_BULK_VERIFICATION, Verb.READ_BULK_VERIFICATION, Verb.RECEIVE_IDENTITY,
        Verb.RECEIVE_MESSAGE, Verb.FETCH_MESSAGES, Verb.SCAN_DATAMATRIX, Verb.IMPORT_APP_IDENTITY,
    }
)  # fmt: skip
"""Acts that have an INS verified."""
_PEOPLE: Final = (PatientTraits, ReceivedIdentity, AppIdentity)
_OF_ANYBODY: Final = frozenset(
    {
        Verb.SEARCH_PATIENTS, Verb.SEARCH_BY_MATRICULE, Verb.READ_INSI_CALL, Verb.SWAP_CARD, Verb.RECEIVE_MESSAGE,
        Verb.FETCH_MESSAGES, Verb.SCAN_DATAMATRIX, Verb.READ_BULK_VERIFICATION,
    }
)  # fmt: skip
"""Acts that may be about somebody whom nothing names."""
_BY_CARD: Final = frozenset({Verb.CALL_INSI_CARD, Verb.ATTACH_CARD})
_WITHOUT_ANSWER: Final = frozenset(
    {CallOutcome.BLOCKED, CallOutcome.ERROR, VerificationOutcome.BLOCKED, VerificationOutcome.ERROR}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Whom an act is about."""

    files: frozenset[str]
    """Identifiers, also those of calls."""
    traits: tuple[Mapping[str, Any], ...]
    """Of people who may have no file."""
    is_open: bool
    """It may be about anybody."""
    is_answered: bool
    """It ended as if INSi had answered."""


def subject_of(
    name: str,
    args: tuple[Any, ...],
    named: Mapping[str, Any],
    answer: object,
    cards: Mapping[str, tuple[Mapping[str, Any], ...]],
) -> Subject:
    """Return whom an act is about; ``answer``: ``None`` where it was refused; ``cards``: who is on each card that was read."""
    given: list[object] = [each for each in args if isinstance(each, _PEOPLE)]
    for card in args:
        if isinstance(card, VitaleCard):
            given.extend(card.beneficiaries)
    patient_id = named.get("patient_id")
    on_card = [
        one for each in args if name in _BY_CARD and isinstance(each, str) for one in cards.get(each, ())
    ]
    if name == Verb.ATTACH_CARD:
        on_card = [one for one in on_card if one.get("rank") == args[-1]]
    return Subject(
        files=frozenset(_identifiers((*args, patient_id, answer))),
        traits=(*(_values_of(each) for each in given), *on_card),
        is_open=name in _OF_ANYBODY or (name in _BY_CARD and not on_card),
        is_answered=isinstance(answer, (InsiCall, Verification, Reception))
        and getattr(answer, "outcome", None) not in _WITHOUT_ANSWER,
    )


def _values_of(somebody: object) -> dict[str, Any]:
    names = ("rank", "birth_name", "birth_date", "sex", "matricule", "first_name", "first_names")
    return {name: value for name in names if (value := getattr(somebody, name, None))}


def _identifiers(values: tuple[object, ...]) -> Iterator[str]:
    for value in values:
        if isinstance(value, str):
            yield value
        elif isinstance(value, Patient):
            yield value.id
        elif isinstance(value, (InsiCall, Reception)):
            yield from filter(None, (value.patient_id,))
        elif isinstance(value, (tuple, list)):
            yield from _identifiers(tuple(each for each in value if isinstance(each, (str, Patient))))
