"""The card in the reader, what was read of it, and whether a call may still be made with that (CAL-02 to CAL-05). Pure.

What a call needs is produced when the card is read: who is on it, its serial number, and the time, which becomes the
``IssueInstant`` of the Vitale assertion. So an old reading cannot be sent as a fresh one by mistake, and a card that
was taken out is never asked about.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from conformance.drivers.model import Alert
from conformance.drivers.protocol import RefusedError
from simulator.ins.matricule import NUMBER_LENGTH

if TYPE_CHECKING:
    from conformance.drivers.cards import Beneficiary, VitaleCard

LIFETIME: Final = timedelta(minutes=20)
"""How long the assertion of a reading lasts (CNDA test 1.02, second-hand)."""

FIRST_RANK: Final = "1"
"""The *rang gémellaire* of whoever has no twin on the card."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A card as it was read, once."""

    id: str
    card: VitaleCard
    read_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CardCriteria:
    """One request by card: the place on the card that is asked for, and the assertion that comes with it."""

    insured_number: str
    """*MatriculeOD*, 13 characters."""
    birth_date: str
    birth_rank: str
    birth_name: str | None = None
    own_number: str | None = None
    """*MatriculeIndividu*, 13 characters: only where the card holds a certified number of the person."""
    serial: str
    """Of the card, for the Vitale assertion."""
    issued_at: datetime
    """When the card was read: the ``IssueInstant`` of the Vitale assertion."""


def chosen(reading: Reading, rank: str) -> Beneficiary:
    """Return the person whom the user picks on the card (CAL-02).

    Raises:
        RefusedError: nobody on the card has this rank; code ``NOT_ON_CARD``.
    """
    found = [person for person in reading.card.beneficiaries if person.rank == rank]
    if len(found) != 1:
        raise RefusedError("NOT_ON_CARD", f"La carte lue ne porte pas de bénéficiaire {rank}.", ["rank"])
    return found[0]


def why_unusable(reading: Reading, present: VitaleCard | None, now: datetime) -> Alert | None:
    """Return why no call may be made with a reading, or ``None``.

    Args:
        reading: the card as it was read.
        present: the card that is in the reader now.
        now: the time.
    """
    if present is None or present.number != reading.card.number:
        return Alert(
            code="CARD_SWAPPED",
            message="La carte du lecteur n'est plus celle qui a été lue : relisez-la et choisissez le bénéficiaire.",
        )
    # Also when the clock was set back: the age of the reading is then unknown.
    if not timedelta() <= now - reading.read_at < LIFETIME:
        return Alert(
            code="CARD_READING_EXPIRED",
            message="La lecture de la carte a plus de 20 minutes : relisez la carte avant d'appeler INSi.",
        )
    return None


def why_incomplete(reading: Reading, person: Beneficiary) -> Alert | None:
    """Return why nobody can be asked for with what the card says, or ``None``."""
    if not insured_number(reading.card) or not person.birth_date:
        return Alert(
            code="CARD_INCOMPLETE",
            message="La carte ne donne pas le numéro de l'assuré ou la date de naissance : appelez INSi par traits.",
        )
    return None


def criteria_of(reading: Reading, person: Beneficiary) -> CardCriteria:
    """Return the request for a person on the card that was read; see ``why_incomplete`` first."""
    return CardCriteria(
        insured_number=insured_number(reading.card) or "",
        birth_date=person.birth_date or "",
        birth_rank=person.birth_rank or FIRST_RANK,
        birth_name=person.birth_name,
        own_number=_number(person.own_number),
        serial=reading.card.number,
        issued_at=reading.read_at,
    )


def insured_number(card: VitaleCard) -> str | None:
    """Return the number of the insured person, who comes first on the card: 13 characters, without the key."""
    return _number(card.beneficiaries[0].billing_number) if card.beneficiaries else None


def _number(value: str | None) -> str | None:
    return value[:NUMBER_LENGTH] if value else None
