"""InsProvider inside a real Faker."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from faker import Faker

import simulator
from simulator.ins.coherence import coherence_findings
from simulator.ins.dates import BirthDate
from simulator.ins.matricule import Matricule
from simulator.ins.oid import InsOid
from simulator.ins.places import cog
from simulator.ins.traits import check_birth_name, check_first_names, to_wire
from simulator.population.provider import InsProvider


@pytest.fixture
def fake() -> Faker:
    faker = Faker("fr_FR")
    faker.add_provider(InsProvider)
    faker.seed_instance(42)
    return faker


def test_identities_are_coherent_and_test_only(fake: Faker) -> None:
    for _ in range(200):
        identity = fake.ins_identity()
        assert list(coherence_findings(identity)) == []
        assert identity.oid == InsOid.NIR_TEST


def test_identity_has_the_wished_features(fake: Faker) -> None:
    identity = fake.ins_identity(sex="F", birth_place="2B020", first_names_count=3, apostrophe_name=True)
    assert (identity.traits.sex, identity.matricule.place) == ("F", "2B020")
    assert identity.traits.first_names.count(" ") == 2
    assert "'" in identity.traits.birth_name


def test_matricule_agrees_with_what_is_given(fake: Faker) -> None:
    text = fake.matricule(sex="M", birth_date="1984-07-09", birth_place="99102")
    assert Matricule.parse(text).number.startswith("1840799102")


def test_birth_name_is_acceptable(fake: Faker) -> None:
    assert all(check_birth_name(fake.birth_name()) == [] for _ in range(100))


def test_birth_name_has_the_wished_shape(fake: Faker) -> None:
    assert "-" in fake.birth_name(hyphen=True, space=False)


def test_first_names_are_acceptable(fake: Faker) -> None:
    assert all(check_first_names(fake.first_names()) == [] for _ in range(100))


def test_first_names_are_as_many_as_wished(fake: Faker) -> None:
    assert fake.first_names(sex="M", birth_date="1950-01-01", count=4).count(" ") == 3


def test_first_names_refuse_an_unknown_sex(fake: Faker) -> None:
    with pytest.raises(ValueError, match="sex: expected M or F, got 'I'"):
        fake.first_names(sex="I")


def test_birth_date_is_a_complete_date(fake: Faker) -> None:
    assert not BirthDate.parse_iso(fake.birth_date()).is_lunar


def test_birth_place_existed_on_the_date(fake: Faker) -> None:
    for on_date in ("1930-01-01", "1975-12-31", "1976-01-01", "2020-05-05"):
        date = BirthDate.parse_iso(on_date).to_date()
        assert all(cog().is_valid_at(fake.birth_place(on_date), date) for _ in range(50))


def test_draws_follow_the_seed_of_the_faker_instance() -> None:
    def identities(seed: int) -> list[object]:
        faker = Faker("fr_FR")
        faker.add_provider(InsProvider)
        faker.seed_instance(seed)
        return [faker.ins_identity() for _ in range(20)]

    assert identities(1) == identities(1)
    assert identities(1) != identities(2)


def test_generation_does_not_load_faker() -> None:
    program = (
        "import sys; from simulator.population.generate import draw; from simulator.population import cnda; "
        "draw(3, 1); cnda.load_cnda(); sys.exit('faker' in sys.modules)"
    )
    root = Path(simulator.__file__).parent.parent
    assert subprocess.run([sys.executable, "-c", program], cwd=root, check=False, timeout=60).returncode == 0


def test_a_household_has_the_wished_case(fake: Faker) -> None:
    parent, one, other = fake.ins_household(family="twin", name="double-hyphen", place="overseas")
    assert {person.card.serial for person in (parent, one, other)} == {parent.card.serial}
    assert [person.card.birth_rank for person in (one, other)] == ["1", "2"]
    assert "--" in one.identity.traits.birth_name
    assert one.identity.traits.birth_place == other.identity.traits.birth_place
    assert one.identity.traits.birth_place.startswith("97")


def test_households_never_share_a_matricule(fake: Faker) -> None:
    numbers = [
        person.identity.matricule.number
        for _ in range(300)
        for person in fake.ins_household(place="overseas")
    ]
    assert len(set(numbers)) == len(numbers)


def test_a_household_that_cannot_be_is_refused_with_the_reason(fake: Faker) -> None:
    with pytest.raises(ValueError, match="place=maghreb and date=newborn cannot go together"):
        fake.ins_household(place="maghreb", date="newborn")


def test_a_patient_without_ins_has_the_wished_reason(fake: Faker) -> None:
    assert fake.patient_without_ins(reason="tourist").tags == ("uninsurable", "tourist")


def test_names_have_the_wished_shape(fake: Faker) -> None:
    assert len(fake.birth_name(shape="length-54")) == 54
    assert len(fake.first_names(sex="M", shape="length-100")) == 100


@pytest.mark.parametrize("method", ["birth_name", "first_names"])
def test_an_unknown_shape_is_refused(fake: Faker, method: str) -> None:
    with pytest.raises(ValueError, match=r"expected one of .*, got 'square'"):
        getattr(fake, method)(shape="square")


def test_a_typed_form_is_that_of_the_traits(fake: Faker) -> None:
    traits = fake.ins_identity().traits
    kinds = set()
    for _ in range(40):
        form = fake.typed_form(traits)
        kinds.add(form.kind)
        assert to_wire(form.birth_name) == traits.birth_name
    assert {"registry", "lower-case", "mixed-case"} <= kinds
