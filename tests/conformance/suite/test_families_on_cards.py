"""No two families of a campaign are one for INSi: a call by card bears a number and a birth date, and no name of necessity."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.engine.drawing import PeopleOfCheck
from conformance.suite.desk.cards import family

if TYPE_CHECKING:
    from collections.abc import Iterable

    from simulator.registry.person import Person


class Known:
    """INSi, for this."""

    def add_people(self, people: Iterable[Person]) -> int:
        """Take everybody."""
        return len(list(people))


def test_families_have_numbers_of_their_own() -> None:
    insured = [family(PeopleOfCheck(1, f"check {number}", Known())).insured.person for number in range(40)]  # type: ignore[arg-type]
    assert len({one.identity.matricule.number for one in insured}) == len(insured)
    assert all(one.identity.matricule.value[5:10] == one.identity.traits.birth_place for one in insured)
    assert all("1976" <= one.identity.traits.birth_date[:4] <= "1994" for one in insured)
