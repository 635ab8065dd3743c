"""A Faker provider of INS identities, for anybody who writes test data with Faker.

::

    from faker import Faker
    from simulator.population.provider import InsProvider

    fake = Faker("fr_FR")
    fake.add_provider(InsProvider)
    fake.ins_identity(sex="F", birth_place="2B020")

Draws follow the seed of the Faker instance. Faker itself is only needed here: the registry is generated without it,
from the same functions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from faker.providers import BaseProvider

from simulator.ins.dates import BirthDate
from simulator.population import births, names
from simulator.population.identities import Wish, draw_identity

if TYPE_CHECKING:
    from simulator.ins.identity import InsIdentity


class InsProvider(BaseProvider):
    """Coherent identities and their parts. Dates are ISO ``AAAA-MM-JJ`` text, places COG codes."""

    def ins_identity(
        self,
        *,
        sex: str | None = None,
        birth_date: str | None = None,
        birth_place: str | None = None,
        first_names_count: int | None = None,
        compound_first_name: bool | None = None,
        hyphen_name: bool | None = None,
        apostrophe_name: bool | None = None,
        space_name: bool | None = None,
        nia: bool | None = False,
    ) -> InsIdentity:
        """Give a whole identity: traits, matricule and test OID. See ``Wish`` for the features.

        Raises:
            ValueError: a wish cannot be fulfilled.
        """
        wish = Wish(
            sex=sex,
            birth_date=birth_date,
            birth_place=birth_place,
            first_names_count=first_names_count,
            compound_first_name=compound_first_name,
            hyphen_name=hyphen_name,
            apostrophe_name=apostrophe_name,
            space_name=space_name,
            nia=nia,
        )
        return draw_identity(self.generator.random, wish)

    def matricule(
        self,
        *,
        sex: str | None = None,
        birth_date: str | None = None,
        birth_place: str | None = None,
        nia: bool = False,
    ) -> str:
        """Give 15 characters, key included, that agree with what is given.

        Raises:
            ValueError: unknown sex or place, or a place that did not exist at the date.
        """
        wish = Wish(sex=sex, birth_date=birth_date, birth_place=birth_place, nia=nia)
        return draw_identity(self.generator.random, wish).matricule.value

    def birth_name(
        self, *, hyphen: bool | None = None, apostrophe: bool | None = None, space: bool | None = None
    ) -> str:
        """Give a birth name, as frequent as in France among those with the wished features.

        Raises:
            ValueError: no name of the tables has them all.
        """
        return names.draw_birth_name(self.generator.random, hyphen=hyphen, apostrophe=apostrophe, space=space)

    def first_names(
        self,
        *,
        sex: str | None = None,
        birth_date: str | None = None,
        count: int | None = None,
        compound: bool | None = None,
    ) -> str:
        """Give a list of first names separated by spaces, as frequent as in France for the sex and the decade.

        Raises:
            ValueError: unknown sex, impossible date, or a count out of range.
        """
        if sex not in ("M", "F", None):
            raise ValueError(f"sex: expected M or F, got {sex!r}")
        year = BirthDate.parse_iso(birth_date or self.birth_date()).year
        return names.draw_first_names(
            self.generator.random,
            sex or self.random_element(("F", "M")),
            year,
            count=count,
            compound=compound,
        )

    def birth_date(self) -> str:
        """Give a complete birth date of somebody who may be alive."""
        return births.draw_birth_date(self.generator.random).isoformat()

    def birth_place(self, on_date: str | None = None) -> str:
        """Give the COG code of a place that existed at a date, by default at a drawn one.

        Raises:
            ValueError: not a complete date.
        """
        date = BirthDate.parse_iso(on_date or self.birth_date()).to_date()
        return births.draw_birth_place(self.generator.random, date)
