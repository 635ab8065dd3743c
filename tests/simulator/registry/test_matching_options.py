"""Lenient matching: each option widens one comparison and no other, and says that it is inferred."""

from __future__ import annotations

from dataclasses import asdict, fields, replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.journal.explain import explain
from simulator.population.cnda import load_cnda
from simulator.population.generate import draw
from simulator.registry.matching import SearchTraits, differing_traits, is_inferred, judge
from simulator.registry.options import EXACT, MatchingOptions, MatchingOptionsError
from simulator.registry.verification import ClaimedIdentity, differing_claims
from simulator.sessions.settings import SessionSettings, SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.bench import Bench
    from simulator.journal.exchange import Exchange
    from simulator.registry.person import Person

    Ask = Callable[..., Exchange]

NARROWING = ("apostrophes_count", "hyphens_count", "whole_compound_names")
NAMES = [field.name for field in fields(MatchingOptions) if field.name not in NARROWING]
PEOPLE = (*load_cnda(), *draw(100, 3, nia=None))
people = st.sampled_from(PEOPLE)
options = st.builds(MatchingOptions, **{name: st.booleans() for name in NAMES})
narrowing = st.builds(MatchingOptions, **{name: st.booleans() for name in NARROWING})


def traits_of(person: Person) -> SearchTraits:
    traits = person.identity.traits
    return SearchTraits(
        birth_name=traits.birth_name,
        first_names=person.first_name,
        sex=traits.sex,
        birth_date=traits.birth_date,
        birth_place=traits.birth_place,
    )


@given(people, people, options)
def test_lenient_options_only_widen_who_matches(one: Person, other: Person, chosen: MatchingOptions) -> None:
    wanted = traits_of(one)
    assert differing_traits(wanted, one.identity, chosen) == ()
    exact = set(differing_traits(wanted, other.identity))
    lenient = set(differing_traits(wanted, other.identity, chosen))
    assert lenient <= exact
    widened = {
        "first_names": chosen.other_given_name,
        "sex": chosen.any_sex,
        "birth_place": chosen.any_birth_place,
    }
    assert all(widened[trait] for trait in exact - lenient)


@given(people, people, narrowing)
def test_exacting_options_only_narrow_who_matches(
    one: Person, other: Person, chosen: MatchingOptions
) -> None:
    wanted = traits_of(one)
    assert differing_traits(wanted, one.identity, chosen) == ()
    default = set(differing_traits(wanted, other.identity))
    narrowed = set(differing_traits(wanted, other.identity, chosen))
    assert default <= narrowed
    assert narrowed - default <= {"birth_name", "first_names"}


ANY = ("", "apostrophes_count", "hyphens_count", "whole_compound_names")


@pytest.mark.parametrize(
    ("trait", "names", "not_found_with"),
    [
        ("birth_name", ("ADRUN'", "ADRUN"), {"apostrophes_count"}),
        ("birth_name", ("ADRUN-", "ADRUN"), {"hyphens_count"}),
        ("birth_name", ("D ARTAGNAN", "D'ARTAGNAN"), {"apostrophes_count"}),
        ("birth_name", ("D'ARTAGNAN", "D'ARTAGNAN"), set()),
        ("birth_name", ("PATB QUATRE", "PATB-QUATRE"), {"hyphens_count"}),
        ("birth_name", ("PATB-QUATRE", "PATB-QUATRE"), set()),
        ("first_names", ("PIERRE", "PIERRE-ALAIN MURIEL FLORIANT"), {"whole_compound_names"}),
        ("first_names", ("PIERRE ALAIN", "PIERRE-ALAIN MURIEL FLORIANT"), {"hyphens_count"}),
        ("first_names", ("PIERRE-ALAIN", "PIERRE-ALAIN MURIEL FLORIANT"), set()),
        ("first_names", ("PIERRE-ALAIN MURIEL", "PIERRE-ALAIN MURIEL FLORIANT"), set()),
        ("first_names", ("PIERRE-ALAIN-MURIEL", "PIERRE-ALAIN MURIEL FLORIANT"), {"hyphens_count"}),
        ("first_names", ("N GOLO", "N'GOLO PAUL"), {"apostrophes_count"}),
        ("first_names", ("N", "N'GOLO PAUL"), {"whole_compound_names"}),
        ("first_names", ("ANNE", "ANNE LOUISE"), set()),
    ],
)
@pytest.mark.parametrize("option", ANY)
def test_each_way_of_being_more_exact_is_an_option_of_its_own(
    make_person: Callable[..., Person],
    trait: str,
    names: tuple[str, str],
    not_found_with: set[str],
    option: str,
) -> None:
    asked, registered = names
    person = make_person(**{trait: registered})
    wanted = replace(traits_of(person), **{trait: asked})
    chosen = MatchingOptions(**{option: True}) if option else EXACT
    expected = (trait,) if option in not_found_with else ()
    assert differing_traits(wanted, person.identity, chosen) == expected
    # What an option keeps from being found is not established either.
    if expected:
        assert is_inferred(wanted, judge(wanted, [person], chosen), chosen)


@given(people, st.sampled_from(["birth_name", "birth_date"]), options)
def test_name_and_date_are_always_compared(person: Person, trait: str, chosen: MatchingOptions) -> None:
    wrong = {"birth_name": "NOBODY-HAS-THIS", "birth_date": "1900-01-01"}[trait]
    wanted = replace(traits_of(person), **{trait: wrong})
    assert differing_traits(wanted, person.identity, chosen) == (trait,)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("LOUISE", True),
        ("LOUISE MARIE-ODILE", True),
        ("MARIE-ODILE", True),
        ("MARIE ODILE", True),
        ("ODILE", False),
        ("ANNE MARIE", False),
        ("LOU", False),
    ],
)
def test_another_given_name_is_a_whole_one_and_those_after_it(
    make_person: Callable[..., Person], asked: str, *, found: bool
) -> None:
    person = make_person(first_names="ANNE LOUISE MARIE-ODILE")
    wanted = replace(traits_of(person), first_names=asked)
    chosen = MatchingOptions(other_given_name=True)
    assert ("first_names" not in differing_traits(wanted, person.identity, chosen)) is found
    if found:
        assert differing_traits(wanted, person.identity) == ("first_names",)


@pytest.mark.parametrize(
    ("option", "changed"),
    [
        ("other_given_name", {"first_names": "LOUISE"}),
        ("any_sex", {"sex": "M"}),
        ("any_birth_place", {"birth_place": "75056"}),
    ],
)
def test_what_an_option_lets_in_is_inferred(
    make_person: Callable[..., Person], option: str, changed: dict[str, str]
) -> None:
    person = make_person()
    wanted = replace(traits_of(person), **changed)
    chosen = MatchingOptions(**{option: True})
    candidates = judge(wanted, [person], chosen)
    assert candidates[0].matches
    assert is_inferred(wanted, candidates, chosen)
    assert not is_inferred(traits_of(person), judge(traits_of(person), [person], chosen), chosen)


def test_a_former_matricule_is_accepted_with_the_key_and_oid_of_its_time(
    make_person: Callable[..., Person],
) -> None:
    history = [{"matricule": "185046322000141", "oid": "1.2.250.1.213.1.4.9", "date_from": "1985-04-12"}]
    person = make_person(history=history)
    claimed = ClaimedIdentity(
        number="1850463220001",
        key="41",
        oid="1.2.250.1.213.1.4.9",
        birth_name="ESSAI",
        first_names="ANNE",
        sex="F",
        birth_date="1985-04-12",
    )
    chosen = MatchingOptions(former_matricule=True)
    assert differing_claims(claimed, person)[0] == "former_number"
    assert differing_claims(claimed, person, chosen) == ()
    assert differing_claims(replace(claimed, key="42"), person, chosen) == ("key",)
    assert differing_claims(replace(claimed, oid="1.2.250.1.213.1.4.10"), person, chosen) == ("oid",)


class TestSessions:
    def test_a_session_is_exact_unless_told_otherwise(self) -> None:
        assert SessionSettings().matching == EXACT
        assert not any(asdict(EXACT).values())

    def test_settings_survive_their_json_form(self) -> None:
        changed = SessionSettings().changed({"matching": {"any_sex": True}})
        assert SessionSettings().changed(changed.to_json()) == changed
        assert changed.matching == MatchingOptions(any_sex=True)

    @pytest.mark.parametrize(
        ("value", "message"),
        [
            ("exact", "matching: expected an object"),
            ({"sex": True}, "unknown option 'sex'; known are any_birth_place"),
            ({"any_sex": "yes"}, "matching: any_sex: expected true or false, got 'yes'"),
        ],
    )
    def test_other_values_are_refused(self, value: object, message: str) -> None:
        with pytest.raises(SettingsError, match=message):
            SessionSettings().changed({"matching": value})
        with pytest.raises(MatchingOptionsError):
            MatchingOptions.read(value)

    def test_only_the_session_that_asked_is_lenient_and_the_explanation_says_so(
        self, bench: Bench, ask: Ask
    ) -> None:
        lenient = bench.sessions.create(matching={"any_sex": True})
        assert ask(sex="F").code == "01"
        found = ask(sex="F", session=lenient.id)
        assert found.code == "00"
        assert found.decision.evidence == "inferred"
        assert "le sexe n'est pas comparé" in "\n".join(explain(found, "fr"))
        assert "made lenient by the session (inferred, not established)" in "\n".join(explain(found, "en"))

    @pytest.mark.parametrize(
        ("asked", "option"),
        [
            ({"birth_name": "ADRTROIS'"}, "apostrophes_count"),
            ({"birth_name": "ADRTROIS-"}, "hyphens_count"),
            (
                {"birth_name": "ECETINSI", "first_names": "PIERRE", "birth_date": "2009-07-14"},
                "whole_compound_names",
            ),
        ],
    )
    def test_what_is_not_established_is_found_unless_the_session_says_otherwise(
        self, bench: Bench, ask: Ask, asked: dict[str, str], option: str
    ) -> None:
        exacting = bench.sessions.create(matching={option: True})
        found, missed = ask(**asked), ask(**asked, session=exacting.id)
        assert (found.code, missed.code) == ("00", "01")
        assert (found.decision.evidence, missed.decision.evidence) == ("inferred", "inferred")
        assert "set by the session (inferred, not established)" in "\n".join(explain(missed, "en"))
        assert "réglée par la session (déduit, non établi)" in "\n".join(explain(missed, "fr"))

    def test_every_answer_says_how_people_are_compared(self, ask: Ask) -> None:
        assert "Matching: exact on the normalised form" in "\n".join(explain(ask(), "en"))
