"""One of the files that chance leads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.suite.desk.apart import CARD
from conformance.suite.desk.routes import DISQUALIFYING
from conformance.suite.wandering.acts import BY_TRAITS, NEED_MARK, OF_MARKED, bears_traits_of
from simulator.ins.oid import InsOid

if TYPE_CHECKING:
    from conformance.drivers.model import Patient
    from conformance.suite.states.changing_acts import Cast
    from conformance.suite.states.changing_life import Looked
    from conformance.suite.states.changing_turns import Turn


@dataclass(slots=True)
class Wanderer:
    """One of the files."""

    cast: Cast
    at: Looked

    @property
    def patient(self) -> Patient:
        """The file as it was read last."""
        return self.at.state.patient

    @property
    def number(self) -> str:
        """The matricule under which INSi knows the person by now."""
        return self.cast.person.identity.matricule.value

    def fits(self, turn: Turn) -> bool:
        """Return whether an act can be done to the file as it is."""
        if self.patient.status not in turn.begins:
            return False
        if turn.path is CARD and self.cast.people.insured.person.identity.oid == InsOid.NIA:
            return False  # Nobody has a card under a waiting number.
        if turn.does in NEED_MARK and not self.is_marked:
            return False
        if self.is_marked and turn.does not in OF_MARKED and turn.rule != "STA-14":
            return False
        return turn.does not in BY_TRAITS or self.is_as_born

    @property
    def is_marked(self) -> bool:
        """Whether the file is that of a doubtful or made up identity."""
        return bool(DISQUALIFYING & self.patient.attributes)

    @property
    def is_as_born(self) -> bool:
        """Whether the file bears the traits that INSi knows its person by now."""
        return bears_traits_of(self.patient, self.cast.person)
