"""What is true of everybody in a population of 100,000."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

import pytest
from stdnum.fr import nir

from simulator.ins.coherence import FindingCode, Reason, coherence_findings
from simulator.ins.matricule import Matricule
from simulator.ins.oid import InsOid
from simulator.ins.places import PlaceKind, cog
from simulator.ins.traits import check_birth_name, check_first_names, comparison_key
from simulator.population.births import order_is_impossible
from simulator.population.build import people
from simulator.population.name_draws import reserved
from simulator.population.profiles import profiles
from simulator.population.tags import vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable

    from simulator.registry.person import Person

    Whole = tuple[Person, ...]

LAST_DAY = dt.date(2024, 12, 31)

TAG_OF_FINDING = {
    (FindingCode.SEX, None): "sex-differs",
    (FindingCode.YEAR, None): "number-date-differs",
    (FindingCode.MONTH, Reason.MONTH_UNKNOWN): "pseudo-month",
    (FindingCode.MONTH, Reason.LUNAR_DATE): "lunar-month",
    (FindingCode.PLACE, Reason.INDEPENDENCE): "before-independence",
    (FindingCode.PLACE, Reason.EXTENSION): "place-extension",
    (FindingCode.PLACE, Reason.CORSICA): "place-recoded",
    (FindingCode.PLACE, Reason.PARIS_REGION): "place-recoded",
    (FindingCode.PLACE, Reason.RECODED): "place-recoded",
}


def possible_days(birth_date: str) -> Iterable[dt.date]:
    """Every day an incomplete date may be."""
    year, month, day = (int(part) for part in birth_date.split("-"))
    at = dt.date(year, month or 1, day or 1)
    while at.year == year and (not month or at.month == month):
        if not day or at.day == day:
            yield at
        at += dt.timedelta(days=1)


def existed(code: str, birth_date: str) -> bool:
    """Whether some row of the COG has a place where people are born on such a day."""
    rows = [row for row in cog().periods(code) if row.parent is None or row.kind is PlaceKind.ARRONDISSEMENT]
    return any(row.covers(day) for day in possible_days(birth_date) for row in rows)


def sharing(population: Whole) -> dict[tuple[str, ...], list[Person]]:
    """People by what a search needs at least: name, first word of the first names, sex, date."""
    found: dict[tuple[str, ...], list[Person]] = defaultdict(list)
    for person in population:
        traits = person.identity.traits
        first = comparison_key(traits.first_names).partition(" ")[0]
        found[comparison_key(traits.birth_name), first, traits.sex, traits.birth_date].append(person)
    return found


def test_every_matricule_is_valid_for_an_independent_library(whole: Whole) -> None:
    wrong = [person for person in whole if not nir.is_valid(person.identity.matricule.value)]
    assert wrong == []


def test_every_matricule_of_today_or_before_is_valid_for_our_stricter_parser(whole: Whole) -> None:
    for person in whole:
        assert Matricule.parse(person.identity.matricule.value) == person.identity.matricule
        for former in person.identity.history:
            assert Matricule.parse(former.matricule.value) == former.matricule


def test_no_matricule_of_today_or_before_is_that_of_another(whole: Whole) -> None:
    owners: Counter[str] = Counter()
    for person in whole:
        identity = person.identity
        owners.update({identity.matricule.number, *(former.matricule.number for former in identity.history)})
    assert [number for number, count in owners.items() if count > 1] == []


def test_keys_are_numbered_in_order(whole: Whole) -> None:
    assert [person.key for person in whole] == [f"syn/2026/{number}" for number in range(len(whole))]


def test_a_matricule_departs_from_the_traits_only_where_a_tag_says_why(whole: Whole) -> None:
    for person in whole:
        said = {
            TAG_OF_FINDING[finding.code, finding.reason]
            for finding in coherence_findings(person.identity, check_nature=True)
        }
        may_say = set(TAG_OF_FINDING.values()) & set(person.tags)
        # A month that is unknown in the date is always a number from 20 in the matricule: one finding, two tags.
        if "pseudo-month" in said:
            said.update({"lunar-month"} & may_say)
        assert said == may_say, person


def test_every_place_existed_at_birth_but_for_those_tagged_with_the_code_of_today(whole: Whole) -> None:
    for person in whole:
        traits = person.identity.traits
        place = traits.birth_place
        assert place is not None
        if "before-independence" in person.tags:
            assert place in {"99350", "99351", "99352"}
        elif "place-recoded" in person.tags:
            assert cog().is_valid_at(place, LAST_DAY), person
            assert existed(person.identity.matricule.place, traits.birth_date), person
        else:
            assert existed(place, traits.birth_date), person


def test_dates_are_those_of_people_alive(whole: Whole) -> None:
    dates = [person.identity.traits.birth_date for person in whole]
    assert min(dates) >= "1919-12-31"
    assert max(dates) <= LAST_DAY.isoformat()


def test_registry_names_obey_the_lexical_rules(whole: Whole) -> None:
    for person in whole:
        traits = person.identity.traits
        assert check_birth_name(traits.birth_name) == []
        assert check_first_names(traits.first_names) == []


def test_no_first_name_is_repeated_in_a_list(whole: Whole) -> None:
    for person in whole:
        names = person.identity.traits.first_names.split(" ")
        assert len(set(names)) == len(names), person


def test_nobody_has_a_name_kept_for_those_without_ins_or_for_test_identities(whole: Whole) -> None:
    assert {comparison_key(person.identity.traits.birth_name) for person in whole}.isdisjoint(reserved())


def test_every_number_is_a_test_one(whole: Whole) -> None:
    for person in whole:
        identity = person.identity
        oids = [
            (identity.matricule, identity.oid),
            *((each.matricule, each.oid) for each in identity.history),
        ]
        for matricule, oid in oids:
            assert int(matricule.order) >= 900, person
            assert oid == (InsOid.NIA if matricule.sex_digit in "78" else InsOid.NIR_TEST), person


@pytest.mark.parametrize("profile", profiles())
def test_a_waiting_number_is_never_one_that_a_real_person_could_have(profile: str) -> None:
    """There is no test OID for a NIA: only the place and the order number tell it from a real one."""
    waiting = [
        person
        for person in people(10_000, "waiting", profile)
        if InsOid.NIA in {person.identity.oid, *(former.oid for former in person.identity.history)}
    ]
    assert len(waiting) > 50
    assert [person for person in waiting if not order_is_impossible(person.identity.matricule.place)] == []


def test_order_numbers_that_a_real_person_could_have_are_tagged(whole: Whole) -> None:
    for person in whole:
        excluded = order_is_impossible(person.identity.matricule.place)
        assert ("order-not-excluded" in person.tags) is not excluded, person


def test_two_people_whom_a_search_cannot_tell_apart_are_tagged_namesakes(whole: Whole) -> None:
    tags = {"namesake-4", "namesake-5"}
    for alike in sharing(whole).values():
        for person in alike:
            assert tags.isdisjoint(person.tags) is (len(alike) == 1), person


def test_namesakes_share_what_their_tag_says(whole: Whole) -> None:
    for alike in sharing(whole).values():
        places = {person.identity.traits.birth_place for person in alike}
        for person in alike:
            if "namesake-5" in person.tags:
                assert (len(alike), len(places)) == (2, 1), person
            if "namesake-4" in person.tags:
                assert (len(alike), len(places)) == (2, 2), person


def test_a_namesake_by_three_traits_shares_name_sex_and_date_and_no_more(whole: Whole) -> None:
    alike: dict[tuple[str, ...], list[Person]] = defaultdict(list)
    for person in whole:
        if "namesake-3" in person.tags:
            traits = person.identity.traits
            alike[traits.birth_name, traits.sex, traits.birth_date].append(person)
    assert len(alike) > 50
    for pair in alike.values():
        assert len(pair) == 2, pair
        one, other = (person.identity.traits for person in pair)
        assert one.first_names.split(" ")[0] != other.first_names.split(" ")[0]
        assert one.birth_place != other.birth_place


def test_each_card_has_one_insured_person_and_a_rank_for_each_birth(whole: Whole) -> None:
    cards: dict[str, list[Person]] = defaultdict(list)
    for person in whole:
        if person.card is not None:
            cards[person.card.serial].append(person)
    for members in cards.values():
        insured = {person.card.insured_number for person in members if person.card}
        owners = [person for person in members if person.identity.matricule.number in insured]
        assert len(insured) == len(owners) == 1, members
        places = [
            (person.identity.traits.birth_date, person.card.birth_rank) for person in members if person.card
        ]
        assert len(set(places)) == len(places), members


def test_family_tags_are_what_the_cards_say(whole: Whole) -> None:
    cards: dict[str, list[Person]] = defaultdict(list)
    for person in whole:
        if person.card is not None:
            cards[person.card.serial].append(person)
    # The last household may be cut.
    for person in whole[:-10]:
        members = cards[person.card.serial] if person.card else []
        date = person.identity.traits.birth_date
        insured = person.card is not None and person.card.insured_number == person.identity.matricule.number
        of_birth = [each for each in members if each.identity.traits.birth_date == date]
        said = {"insured", "beneficiary", "no-card", "twin"} & set(person.tags)
        expected = {
            "insured": insured and len(members) > 1,
            "beneficiary": bool(members) and not insured,
            "no-card": person.card is None,
            "twin": len(of_birth) > 1,
        }
        assert said == {tag for tag, applies in expected.items() if applies}, person


def test_twins_are_born_together(whole: Whole) -> None:
    births: dict[tuple[str, str], list[Person]] = defaultdict(list)
    for person in whole:
        if "twin" in person.tags and person.card:
            births[person.card.serial, person.identity.traits.birth_date].append(person)
    assert len(births) > 100
    for twins in births.values():
        assert sorted(person.card.birth_rank for person in twins if person.card) == ["1", "2"]
        for trait in ("birth_name", "birth_place"):
            assert len({getattr(person.identity.traits, trait) for person in twins}) == 1, twins


def test_beneficiaries_are_children_of_somebody_old_enough(whole: Whole) -> None:
    born = {person.identity.matricule.number: person.identity.traits.birth_date for person in whole}
    for person in whole:
        if "beneficiary" in person.tags and person.card:
            year = int(person.identity.traits.birth_date[:4])
            assert year >= 2009, person
            assert 15 <= year - int(born[person.card.insured_number][:4]) <= 61, person


def test_every_tag_has_a_label(whole: Whole) -> None:
    assert {tag for person in whole for tag in person.tags} <= set(vocabulary())


def test_no_tag_is_said_twice(whole: Whole) -> None:
    assert [person for person in whole if len(set(person.tags)) != len(person.tags)] == []


def test_tags_of_traits_are_exactly_those_that_apply(whole: Whole) -> None:
    for person in whole:
        identity = person.identity
        name, firsts, date = (
            identity.traits.birth_name,
            identity.traits.first_names,
            identity.traits.birth_date,
        )
        place, number = identity.traits.birth_place or "", identity.matricule
        expected = {
            "hyphen-name": "-" in name,
            "double-hyphen-name": "--" in name,
            "apostrophe-name": "'" in name,
            "leading-apostrophe-name": name[0] == "'",
            "space-name": " " in name,
            "short-name": len(name) < 3,
            "long-name": len(name) >= 54,
            "several-first-names": " " in firsts,
            "compound-first-name": "-" in firsts.split(" ")[0],
            "apostrophe-first-name": "'" in firsts.split(" ")[0],
            "short-first-name": len(firsts.split(" ")[0]) < 3,
            "long-first-names": len(firsts) >= 54,
            "born-abroad": place[:2] == "99",
            "born-overseas": place[:2] in ("97", "98"),
            "born-corsica": number.place[:2] in ("2A", "2B", "20"),
            "arrondissement": place[:3] in ("751", "132") or place[:4] == "6938",
            "lunar-day": date[8:] == "00",
            "lunar-month": date[5:7] == "00",
            "pseudo-month": int(number.month) > 12,
            "leap-day": date[5:] == "02-29",
            "newborn": date[:4] == "2024",
            "centenarian": date[:4] <= "1924",
            "nia": identity.oid == InsOid.NIA,
            "history": bool(identity.history),
        }
        said = {tag for tag in expected if tag in person.tags}
        assert said == {tag for tag, applies in expected.items() if applies}, person
