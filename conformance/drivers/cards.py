"""Words about the Vitale card and the Appli carte Vitale.

The bench plays the card: it gives the software what a reader, or its simulation, would read from one.
"""

from dataclasses import dataclass

from conformance.drivers.formats import Identifier


@dataclass(frozen=True, slots=True, kw_only=True)
class Beneficiary:
    """A person on a card: the insured or one of the *ayants droit*."""

    rank: Identifier
    """How the card tells its people apart; the bench chooses among them by it."""
    birth_name: str | None = None
    used_name: str | None = None
    first_name: str | None = None
    birth_date: str | None = None
    """``AAAA-MM-JJ`` as on the card, where day and month may be ``00`` or beyond the calendar (lunar dates)."""
    sex: str | None = None
    billing_number: str | None = None
    """NIR used for billing, 15 characters: that of the insured for those who depend on them. It is not an INS."""
    birth_rank: str | None = None
    """*Rang gémellaire*, ``1`` unless the person has a twin on the card; goes into ``RangNaissance`` of a call."""
    own_number: str | None = None
    """The person's own certified NIR, 15 characters, where the card holds one; it is not an INS either."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VitaleCard:
    """A card as a reader reads it."""

    number: Identifier
    """Serial number of the card; tells one card from another."""
    beneficiaries: tuple[Beneficiary, ...]
    """The insured person first, whose number every call with this card bears."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardReading:
    """A card that the software has read: what the user chooses from."""

    id: Identifier
    """The software's own identifier of this reading."""
    beneficiaries: tuple[Beneficiary, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AppIdentity:
    """A person as the Appli carte Vitale (NFC or QR code) gives them, INS included."""

    rank: Identifier
    matricule: Identifier
    oid: Identifier
    birth_name: Identifier
    first_names: Identifier
    birth_date: Identifier
    sex: Identifier
    birth_place: str | None = None
