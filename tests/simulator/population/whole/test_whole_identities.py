"""Every person of a whole population has a valid matricule, was born where and when one can be, and says what is odd."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from stdnum.fr import nir

from simulator.ins.coherence import FindingCode, Reason, coherence_findings
from simulator.ins.dates import BirthDate
from simulator.ins.oid import InsOid
from simulator.ins.places import PlaceKind, cog
from simulator.ins.traits import check_birth_name, check_first_names, comparison_key
from simulator.population.drawing.births import order_is_impossible
from simulator.population.drawing.name_draws import reserved
from simulator.population.uninsurable import reserved_names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.ins.matricule import Matricule
    from simulator.registry.person import Person

SAYS = {
    # finding: the tags of which one at least must announce it
    FindingCode.SEX: {"sex-differs"},
    FindingCode.YEAR: {"number-date-differs"},
    FindingCode.MONTH: {"pseudo-month"},
    FindingCode.PLACE: {"place-recoded", "place-extension", "before-independence"},
}


def matricules(person: Person) -> Iterator[Matricule]:
    yield person.identity.matricule
    for former in person.identity.history:
        yield former.matricule


def possible_days(person: Person) -> tuple[dt.date, dt.date]:
    """Give the first and the last day on which somebody may be born, the same when the date is complete."""
    date = BirthDate.parse_iso(person.identity.traits.birth_date)
    if date.month and date.day:
        return date.to_date(), date.to_date()
    if date.month:
        return (
            dt.date(date.year, date.month, 1),
            dt.date(date.year, date.month, 28),
        )
    return dt.date(date.year, 1, 1), dt.date(date.year, 12, 31)


def untagged(person: Person) -> str | None:
    """Tell of the first incoherence that no tag announces, or that has no legitimate cause."""
    for finding in coherence_findings(person.identity, check_nature=True):
        if SAYS.get(finding.code, set()).isdisjoint(person.tags):
            return f"no tag says: {finding}"
        if finding.code is FindingCode.PLACE and finding.reason is None:
            return f"no known cause: {finding}"
    return None


def test_every_matricule_is_valid_for_an_independent_library(people, faults) -> None:
    def invalid(person: Person) -> str | None:
        wrong = [each.value for each in matricules(person) if not nir.is_valid(each.value)]
        return f"refused by python-stdnum: {wrong}" if wrong else None

    assert faults(people, invalid) == []


def test_every_matricule_is_valid_for_our_stricter_parser(people, faults) -> None:
    def invalid(person: Person) -> str | None:
        wrong = [each.value for each in matricules(person) if not each.is_valid]
        return f"refused by Matricule.parse: {wrong}" if wrong else None

    assert faults(people, invalid) == []


def test_no_matricule_is_had_twice(people) -> None:
    # Somebody's history may repeat their active matricule, which is a case; nobody else may have it.
    owners = Counter(number for person in people for number in {each.number for each in matricules(person)})
    assert [number for number, count in owners.items() if count > 1] == []


def test_every_incoherence_is_announced_by_a_tag_and_has_a_cause(people, faults) -> None:
    assert faults(people, untagged) == []


def test_every_tag_that_announces_an_incoherence_is_true(people, faults) -> None:
    def false(person: Person) -> str | None:
        codes = {finding.code for finding in coherence_findings(person.identity)}
        for code, tags in SAYS.items():
            told = tags.intersection(person.tags)
            if told and code not in codes:
                return f"nothing is as {', '.join(sorted(told))} says"
        return None

    assert faults(people, false) == []


@pytest.mark.parametrize("code", SAYS)
def test_an_incoherence_without_its_tag_would_be_seen(people, code) -> None:
    with_it = [person for person in people if not SAYS[code].isdisjoint(person.tags)]
    assert with_it
    for person in with_it:
        assert untagged(replace(person, tags=tuple(tag for tag in person.tags if tag not in SAYS[code])))


def test_every_birth_place_was_in_force_at_birth(people, faults) -> None:
    def out_of_force(person: Person) -> str | None:
        place = person.identity.traits.birth_place or ""
        if "place-recoded" in person.tags:
            # The trait has the code of today, the matricule that of the birth.
            latest = cog().at(place, None)
            if latest is None or latest.valid_to is not None:
                return f"{place} is not in force today"
            place = person.identity.matricule.place
        in_force = any(cog().is_valid_at(place, day) for day in possible_days(person))
        return None if in_force else f"{place} was not in force"

    assert faults(people, out_of_force) == []


def test_births_before_independence_are_before_independence(people, faults) -> None:
    def late(person: Person) -> str | None:
        if "before-independence" not in person.tags:
            return None
        (finding,) = (each for each in coherence_findings(person.identity) if each.code is FindingCode.PLACE)
        return None if finding.reason is Reason.INDEPENDENCE else f"{finding}"

    assert faults(people, late) == []


def test_nobody_is_born_in_a_part_of_a_commune(people, faults) -> None:
    def within(person: Person) -> str | None:
        place = person.identity.traits.birth_place or ""
        for day in possible_days(person):
            found = cog().at(place, day)
            if found is None or found.parent is None or found.kind is PlaceKind.ARRONDISSEMENT:
                return None
        return f"{place} belongs to {found.parent}"

    assert faults(people, within) == []


def test_every_name_can_be_sent(people, faults) -> None:
    def unsendable(person: Person) -> str | None:
        traits = person.identity.traits
        problems = [*check_birth_name(traits.birth_name), *check_first_names(traits.first_names)]
        return str(problems[0]) if problems else None

    assert faults(people, unsendable) == []


def test_no_first_name_is_repeated_in_a_list(people, faults) -> None:
    def repeated(person: Person) -> str | None:
        names = person.identity.traits.first_names.split(" ")
        return None if len(set(names)) == len(names) else "a first name twice"

    assert faults(people, repeated) == []


def test_nobody_has_a_name_kept_for_patients_without_ins_or_for_test_identities(people, faults) -> None:
    assert {comparison_key(name) for name in reserved_names()} <= reserved()

    def taken(person: Person) -> str | None:
        name = person.identity.traits.birth_name
        return f"{name} is kept" if comparison_key(name) in reserved() else None

    assert faults(people, taken) == []


def test_nobody_is_born_in_the_future_or_older_than_anybody(people, faults) -> None:
    def out_of_time(person: Person) -> str | None:
        first, last = possible_days(person)
        return None if dt.date(1920, 1, 1) <= first <= last <= dt.date(2024, 12, 31) else "out of time"

    assert faults(people, out_of_time) == []


def test_nobody_has_the_identifier_of_a_real_person(people, faults) -> None:
    def possible(person: Person) -> str | None:
        for oid, matricule in (
            (person.identity.oid, person.identity.matricule),
            *((former.oid, former.matricule) for former in person.identity.history),
        ):
            if int(matricule.order) < 900:
                return f"the order number {matricule.order} may be that of somebody"
            if oid == InsOid.NIR_TEST:
                continue
            if oid != InsOid.NIA:
                return f"the OID {oid} is that of real people"
            if matricule.place[:2] not in {"91", "92", "93", "94", "95", "96"} and not order_is_impossible(
                matricule.place
            ):
                return f"{matricule.value} with the OID {oid} may be that of somebody"
        return None

    assert faults(people, possible) == []


def test_where_an_order_number_is_not_excluded_a_tag_says_so(people, faults) -> None:
    def silent(person: Person) -> str | None:
        place = person.identity.matricule.place
        if "before-independence" in person.tags:
            # Commune numbers from 900 were given to no commune of these départements.
            return None if int(place[2:]) >= 900 else f"{place} may be a commune"
        excluded = order_is_impossible(place)
        return (
            None
            if excluded is ("order-not-excluded" not in person.tags)
            else f"{place}: excluded: {excluded}"
        )

    assert faults(people, silent) == []


def test_the_oid_says_who_is_being_registered(people, faults) -> None:
    def otherwise(person: Person) -> str | None:
        identity = person.identity
        for oid, matricule in (
            (identity.oid, identity.matricule),
            *((former.oid, former.matricule) for former in identity.history),
        ):
            if oid != (InsOid.NIA if matricule.sex_digit in "78" else InsOid.NIR_TEST):
                return f"{matricule.value} with OID {oid}"
        return None if (identity.oid == InsOid.NIA) is ("nia" in person.tags) else f"OID {identity.oid}"

    assert faults(people, otherwise) == []
