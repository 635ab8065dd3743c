"""A Faker provider of INS identities, for anybody who writes test data with Faker.

::

    from faker import Faker
    from simulator.population.provider import InsProvider

    fake = Faker("fr_FR")
    fake.add_provider(InsProvider)
    fake.ins_identity(sex="F", birth_place="2B020")
    fake.ins_household(family="twin", name="double-hyphen", place="overseas")
    fake.patient_without_ins(reason="tourist")

Draws follow the seed of the Faker instance. Faker itself is only needed here: the registry is generated without it,
from the same functions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from faker.providers import BaseProvider

from simulator.ins.dates import BirthDate
from simulator.population.described.cases import wished_case
from simulator.population.described.profiles import profile
from simulator.population.designed.households import Designer
from simulator.population.designed.shapes import birth_name_of, first_names_of_shape
from simulator.population.drawing import births, names
from simulator.population.drawing.identities import Wish, draw_identity
from simulator.population.drawing.ordinary import Ordinary
from simulator.population.drawing.registrar import Registrar
from simulator.population.typed import typed_forms
from simulator.population.uninsurable import draw_patient

if TYPE_CHECKING:
    from simulator.ins.identity import InsIdentity, Traits
    from simulator.population.typed import TypedForm
    from simulator.population.uninsurable import Patient
    from simulator.registry.person import Person

_KEYS = 10**9


class InsProvider(BaseProvider):
    """Coherent identities and their parts. Dates are ISO ``AAAA-MM-JJ`` text, places COG codes.

    Shapes and cases are the values of ``data/cases.yaml``; ``simulator.population.described.cases.parameters()`` lists them.
    """

    _designer: Designer | None = None

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

    def ins_household(
        self,
        *,
        name: str | None = None,
        first_names: str | None = None,
        place: str | None = None,
        date: str | None = None,
        identifier: str | None = None,
        history: str | None = None,
        family: str | None = None,
    ) -> list[Person]:
        """Give somebody with the wished values of the designed cases, and the people it takes for it.

        A twin comes with a parent, whose card they are on, and the other twin; a namesake with their namesake. All
        people of one provider have different matricules and traits, but for the namesakes.

        Raises:
            ValueError: there is no such value, or nobody can have these values together.
        """
        wishes = {
            "name": name,
            "first_names": first_names,
            "place": place,
            "date": date,
            "identifier": identifier,
            "history": history,
            "family": family,
        }
        if self._designer is None:
            registrar = Registrar("fake", self.generator.random)
            self._designer = Designer(registrar, Ordinary(registrar, profile("france")))
        return self._designer.household(wished_case(wishes))

    def patient_without_ins(self, *, reason: str | None = None) -> Patient:
        """Give a patient who cannot have an INS: a tourist, somebody not registered, anonymous care...

        Raises:
            ValueError: there is no such reason; ``simulator.population.uninsurable.reasons()`` lists them.
        """
        return draw_patient(self.generator.random, f"fake/{self.random_int(0, _KEYS)}", reason)

    def typed_form(self, traits: Traits) -> TypedForm:
        """Give one of the ways to type names: with accents, ligatures, small letters, another apostrophe, or as they are."""
        form: TypedForm = self.random_element(tuple(typed_forms(traits)))
        return form

    def birth_name(
        self,
        *,
        shape: str | None = None,
        hyphen: bool | None = None,
        apostrophe: bool | None = None,
        space: bool | None = None,
    ) -> str:
        """Give a birth name, as frequent as in France among those with the wished features.

        Args:
            shape: a value of ``name`` in the designed cases, such as ``double-hyphen`` or ``length-100``; the other
                features are then of no effect.
            hyphen: with or without one.
            apostrophe: with or without one.
            space: with or without one.

        Raises:
            ValueError: no such shape, or no name of the tables has all features.
        """
        if shape is not None:
            return birth_name_of(self.generator.random, wished_case({"name": shape})["name"]).text
        return names.draw_birth_name(self.generator.random, hyphen=hyphen, apostrophe=apostrophe, space=space)

    def first_names(
        self,
        *,
        sex: str | None = None,
        birth_date: str | None = None,
        count: int | None = None,
        compound: bool | None = None,
        shape: str | None = None,
    ) -> str:
        """Give a list of first names separated by spaces, as frequent as in France for the sex and the decade.

        Args:
            sex: ``M`` or ``F``.
            birth_date: ``AAAA-MM-JJ``.
            count: 1 to 4.
            compound: whether the first one has a hyphen.
            shape: a value of ``first_names`` in the designed cases, such as ``length-100``; ``count`` and ``compound``
                are then of no effect.

        Raises:
            ValueError: unknown sex or shape, impossible date, or a count out of range.
        """
        if sex not in ("M", "F", None):
            raise ValueError(f"sex: expected M or F, got {sex!r}")
        year = BirthDate.parse_iso(birth_date or self.birth_date()).year
        random = self.generator.random
        of_sex = sex or self.random_element(("F", "M"))
        if shape is not None:
            known = wished_case({"first_names": shape})["first_names"]
            return first_names_of_shape(random, known, of_sex, year).text
        return names.draw_first_names(random, of_sex, year, count=count, compound=compound)

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
