"""Matching a Vitale card against the people on it: pure, exact, and able to say why.

The fields of the request are those of the published schema; how the real service compares them is not public. All that
is done here is inferred from what real clients send (insi-contract §2.2, seen: Pyxvital templates).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.ins import comparison_key
from simulator.registry.matching import Candidate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulator.registry.person import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class CardSearch:
    """A place on a card to look for. ``birth_name`` and ``individual_number`` are compared only when given."""

    insured_number: str
    """13 characters."""
    birth_date: str
    birth_rank: str = "1"
    birth_name: str | None = None
    individual_number: str | None = None
    """13 characters: the beneficiary's own number, active or former."""

    def is_about(self, person: Person) -> bool:
        """Tell whether this place on this card is that of the person."""
        return not differing_parts(self, person)


def differing_parts(wanted: CardSearch, person: Person) -> tuple[str, ...]:
    """Return the names of what differs between the place asked for and that of the person.

    - ``insured_number``: the person is on no card, or on that of somebody else.
    - ``birth_date`` and ``birth_rank``: equal, character for character.
    - ``birth_name``: equal on the comparison key.
    - ``individual_number``: that of the active matricule or of a former one.
    """
    identity, card = person.identity, person.card
    different = []
    if card is None or card.insured_number != wanted.insured_number:
        different.append("insured_number")
    if identity.traits.birth_date != wanted.birth_date:
        different.append("birth_date")
    if card is None or card.birth_rank != wanted.birth_rank:
        different.append("birth_rank")
    if wanted.birth_name is not None and comparison_key(wanted.birth_name) != comparison_key(
        identity.traits.birth_name
    ):
        different.append("birth_name")
    if wanted.individual_number is not None and wanted.individual_number not in {
        identity.matricule.number,
        *(former.matricule.number for former in identity.history),
    }:
        different.append("individual_number")
    return tuple(different)


def judge_card(wanted: CardSearch, people: Sequence[Person]) -> list[Candidate]:
    """Return every person with what excluded them, the best first."""
    candidates = [Candidate(person, differing_parts(wanted, person)) for person in people]
    return sorted(candidates, key=lambda candidate: len(candidate.excluded_by))
