"""Whom each call by card is about, compared with the card that was read and the person chosen on it.

Passive: nothing is asked for it. The rules of the card look at this on the ways that they name; a call by card is made on many
more: for a file that has an INS, after a downgrade, by another user, with a card read before. Each of them is looked at here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.model import Verb
from conformance.suite.desk.found import Found, Owners
from conformance.suite.desk.words import shown
from conformance.verdicts import Departure
from simulator.contract.names import Operation
from simulator.ins.matricule import NUMBER_LENGTH
from simulator.xml import parsed, without_declaration

if TYPE_CHECKING:
    from collections.abc import Collection

    from conformance.drivers.cards import Beneficiary, VitaleCard
    from simulator.client import ExchangeView

_BY_CARD: Final = Operation.SEARCH_BY_CARD.value
_BY_TRAITS: Final = Operation.SEARCH_BY_TRAITS.value
_WAY: Final = Owners("CAL-01", frozenset({"CAL"}))
_WHOM: Final = Owners("CAL-02", frozenset({"CAL"}))
_DAY: Final = re.compile(r"\d{4}-(?!00)\d\d-(?!00)\d\d")


class CardCalls:
    """The cards that were read, and the calls made with them."""

    def __init__(self) -> None:
        """Begin with an empty reader."""
        self._readings: dict[str, VitaleCard] = {}
        self._present: VitaleCard | None = None
        self.found: list[Found] = []

    def done(self, name: str, args: tuple[Any, ...], answer: Any) -> None:
        """Note a card that is read, or put into the reader."""
        if name in {Verb.READ_CARD, Verb.SWAP_CARD}:
            self._present = args[0]
        if name == Verb.READ_CARD:
            self._readings[answer.id] = args[0]

    def called(self, reading_id: str, rank: str, exchanges: Collection[ExchangeView]) -> None:
        """Look at what left for a person chosen on a card."""
        card = self._readings.get(reading_id)
        if card is None or self._present is None or self._present.number != card.number:
            # What a software does with a card that is no longer there is the matter of CAL-05.
            return
        operations = {each.operation for each in exchanges}
        if operations == {_BY_TRAITS}:
            self._note(
                _WAY,
                "un appel par carte n'envoie qu'une recherche par traits",
                "a call by card sends a search by traits only",
            )
        chosen = [person for person in card.beneficiaries if person.rank == rank]
        if len(chosen) == 1:
            for each in exchanges:
                if each.operation == _BY_CARD:
                    self._compare(each, card, chosen[0])

    def _compare(self, exchange: ExchangeView, card: VitaleCard, person: Beneficiary) -> None:
        root = parsed(without_declaration(exchange.request_xml).encode())
        if root is None:
            return

        def sent(path: str) -> str | None:
            return (root.findtext(f".//{{*}}RECVITALE/{path}") or "").strip() or None

        numbers = {one.billing_number[:NUMBER_LENGTH] for one in card.beneficiaries if one.billing_number}
        number, born = sent("{*}MatriculeOD/{*}NumIdentifiant"), sent("{*}DateNaissance")
        if number and numbers and number not in numbers:
            self._note(
                _WHOM,
                f"un appel par carte porte le numéro d'assuré {number}, qui n'est sur la carte lue pour personne",
                f"a call by card carries the insured number {number}, which is nobody's on the card that was read",
            )
        elif born and _DAY.fullmatch(person.birth_date or "") and born != person.birth_date:
            self._note(
                _WHOM,
                f"un appel par carte porte la date {shown(born).fr}, la personne choisie est née le {person.birth_date}",
                f"a call by card carries the date {shown(born).en}, the person chosen was born on {person.birth_date}",
            )

    def _note(self, owners: Owners, fr: str, en: str) -> None:
        self.found.append(Found(owners, Departure(fr, en)))
