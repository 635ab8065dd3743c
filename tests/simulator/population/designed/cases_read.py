"""What the cases of designed people mean, read again in traits, numbers, history and cards: one check for each value of a case."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from typing import TYPE_CHECKING

from simulator.ins.oid import InsOid
from simulator.ins.places import cog

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.registry.person import Person

    Check = Callable[[Person, "World"], bool]

MAGHREB = {"91": "99352", "92": "99352", "93": "99352", "95": "99350", "96": "99351"}
TODAY = dt.date(2026, 1, 1)
"""The last edition of the COG."""
BEFORE_1968 = "1968-01-01"
PARTICLES = ("DE ", "DE LA ", "DU ", "VAN DER ", "DA ", "EL ", "BEN ")


class World:
    """The people of a population, found by what they share."""

    def __init__(self, people: tuple[Person, ...]) -> None:
        self.on_card: dict[str, list[Person]] = defaultdict(list)
        self.named: dict[tuple[str, str, str], list[Person]] = defaultdict(list)
        for person in people:
            if person.card:
                self.on_card[person.card.serial].append(person)
            traits = person.identity.traits
            self.named[traits.birth_name, traits.sex, traits.birth_date].append(person)

    def card(self, person: Person) -> list[Person]:
        return self.on_card[person.card.serial] if person.card else []

    def namesakes(self, person: Person) -> list[Person]:
        traits = person.identity.traits
        return [
            each
            for each in self.named[traits.birth_name, traits.sex, traits.birth_date]
            if each is not person
        ]


def name(pattern: str) -> Check:
    return lambda person, _: re.fullmatch(pattern, person.identity.traits.birth_name) is not None


def firsts(pattern: str) -> Check:
    return lambda person, _: re.fullmatch(pattern, person.identity.traits.first_names) is not None


def born_at(pattern: str, *, former: bool | None = None) -> Check:
    """Registered at a code like this, which is still in force or not."""

    def check(person: Person, _: World) -> bool:
        code = person.identity.matricule.place
        right = former is None or (cog().is_valid_at(code, TODAY) is not former)
        return re.fullmatch(pattern, code) is not None and right

    return check


def before_1968(departement: str) -> Check:
    """Registered in a département that was divided in 1968, at a commune that has another code today."""

    def check(person: Person, _: World) -> bool:
        code = person.identity.matricule.place
        today = cog().current(code)
        return (
            code[:2] == departement
            and person.identity.traits.birth_date < BEFORE_1968
            and today is not None
            and today.code[:2] in {"91", "92", "93", "94", "95"}
        )

    return check


def commune(person: Person, _: World) -> bool:
    code = person.identity.traits.birth_place or ""
    return code[:2] not in {"2A", "2B", "97", "98", "99"} and cog().is_valid_at(code, TODAY)


def extension(person: Person, _: World) -> bool:
    registered, place = person.identity.matricule.place, person.identity.traits.birth_place or ""
    return registered[:3] == "752" and place == f"751{registered[3:]}"


def maghreb(person: Person, _: World) -> bool:
    return MAGHREB.get(person.identity.matricule.place[:2]) == person.identity.traits.birth_place


def date(trait: str, month: str = r"\d\d") -> Check:
    def check(person: Person, _: World) -> bool:
        return (
            re.fullmatch(trait, person.identity.traits.birth_date) is not None
            and re.fullmatch(month, person.identity.matricule.month) is not None
        )

    return check


def agrees(person: Person) -> dict[str, bool]:
    """Which parts of the matricule are those of the traits."""
    traits, number = person.identity.traits, person.identity.matricule
    registered, place = number.place, traits.birth_place or ""
    legitimate = registered == place or registered[:3] == "752" or maghreb(person, World(()))
    return {
        "sex": (number.sex_digit in "28") is (traits.sex == "F"),
        "year": number.year == traits.birth_date[2:4],
        "place": legitimate,
        "nature": number.sex_digit in "12" and person.identity.oid == InsOid.NIR_TEST,
    }


def differs(*parts: str) -> Check:
    return lambda person, _: {part for part, same in agrees(person).items() if not same} == set(parts)


def nia(person: Person, _: World) -> bool:
    return person.identity.matricule.sex_digit in "78" and person.identity.oid == InsOid.NIA


def recoded(person: Person, world: World) -> bool:
    today = cog().current(person.identity.matricule.place)
    return (
        differs("place")(person, world)
        and today is not None
        and person.identity.traits.birth_place in {today.code, today.parent}
    )


def history(*kinds: str) -> Check:
    """What each former matricule, oldest first, changes: ``nia``, ``sex``, ``year``, or nothing (``order``)."""

    def check(person: Person, _: World) -> bool:
        active = person.identity.matricule
        found = []
        for former in person.identity.history:
            said = []
            old = former.matricule
            if former.oid == InsOid.NIA and person.identity.oid != InsOid.NIA:
                said.append("nia")
            if (old.sex_digit in "28") is not (active.sex_digit in "28"):
                said.append("sex")
            if old.year != active.year:
                said.append("year")
            found.append("+".join(said) or ("same" if old == active else "order"))
        return tuple(found) == kinds

    return check


def dated(check: Check, *, has_dates: bool) -> Check:
    def both(person: Person, world: World) -> bool:
        periods = [(each.date_from, each.date_to) for each in person.identity.history]
        if not has_dates:
            return check(person, world) and periods == [(None, None)] * len(periods)
        days = [day for period in periods for day in period]
        return check(person, world) and None not in days and days == sorted(map(str, days))

    return both


def own_card(person: Person, world: World) -> bool:
    return world.card(person) == [person] and person.card is not None


def parent(person: Person, world: World) -> bool:
    card = person.card
    return (
        card is not None
        and card.insured_number == person.identity.matricule.number
        and len(world.card(person)) > 1
    )


def born_with(person: Person, world: World) -> list[Person]:
    """Those on the card who are born the same day, but for the insured person."""
    traits = person.identity.traits
    return [
        each
        for each in world.card(person)
        if each.identity.traits.birth_date == traits.birth_date and not parent(each, world)
    ]


def child(person: Person, world: World) -> bool:
    return bool(world.card(person)) and not parent(person, world) and born_with(person, world) == [person]


def twin(person: Person, world: World) -> bool:
    together = born_with(person, world)
    return sorted(each.card.birth_rank for each in together if each.card) == ["1", "2"]


def namesake(shared: int) -> Check:
    def check(person: Person, world: World) -> bool:
        traits = person.identity.traits
        others = [each.identity.traits for each in world.namesakes(person)]
        wanted = (shared >= 4, shared == 5)
        return [
            (other.first_names == traits.first_names, other.birth_place == traits.birth_place)
            for other in others
        ] == [wanted] and person.card is None

    return check


CHECKS: dict[str, dict[str, Check]] = {
    "name": {
        "plain": name(r"[A-Z]{3,}"),
        "hyphen": name(r"[A-Z]+-[A-Z]+"),
        "double-hyphen": name(r"[A-Z]+--[A-Z]+"),
        "apostrophe": name(r"[A-Z][A-Z -]*'[A-Z '-]+"),
        "leading-apostrophe": name(r"'[A-Z ]+"),
        "space": name(r"[A-Z]+ [A-Z]+"),
        "particle": name(f"({'|'.join(PARTICLES)})[A-Z]+"),
        "one-letter": name(r"[A-Z]"),
        "two-letters": name(r"[A-Z]{2}"),
        "length-54": name(r"[A-Z '-]{54}"),
        "length-100": name(r"[A-Z '-]{100}"),
    },
    "first_names": {
        "single": firsts(r"[A-Z]+"),
        "several": firsts(r"[A-Z']+( [A-Z'-]+){1,2}"),
        "four": firsts(r"[A-Z']+( [A-Z'-]+){3}"),
        "compound": firsts(r"[A-Z]+(-[A-Z]+)+"),
        "compound-several": firsts(r"[A-Z]+(-[A-Z]+)+( [A-Z'-]+){1,2}"),
        "apostrophe": firsts(r"[A-Z]'[A-Z]+"),
        "two-letters": firsts(r"[A-Z]{2}"),
        "length-100": firsts(r"[A-Z '-]{100}"),
        "epicene": firsts(r"[A-Z]+"),
    },
    "place": {
        "commune": commune,
        "former-commune": born_at(r"\d{5}", former=True),
        "arrondissement": born_at(r"(751|132|6938)\d+", former=False),
        "extension": extension,
        "corsica-20": born_at(r"20\d{3}", former=True),
        "corsica-2a": born_at(r"2A\d{3}", former=False),
        "corsica-2b": born_at(r"2B\d{3}", former=False),
        "seine": before_1968("75"),
        "seine-et-oise": before_1968("78"),
        "overseas": born_at(r"97[1-4]\d\d", former=False),
        "collectivity": born_at(r"(975|977|986|987|988)\d\d"),
        "abroad": born_at(r"99\d{3}", former=False),
        "former-country": born_at(r"99\d{3}", former=True),
        "maghreb": maghreb,
    },
    "date": {
        "complete": date(r"\d{4}-(?!00)\d\d-(?!00)\d\d", r"0[1-9]|1[0-2]"),
        "lunar-day": date(r"\d{4}-(?!00)\d\d-00", r"0[1-9]|1[0-2]"),
        "lunar-month": date(r"\d{4}-00-(?!00)\d\d", r"[2-4]\d"),
        "lunar-month-day": date(r"\d{4}-00-00", r"[2-4]\d"),
        "pseudo-month": date(r"\d{4}-(?!00)\d\d-(?!00)\d\d", r"[2-4]\d"),
        "leap-day": date(r"\d{4}-02-29", "02"),
        "centenarian": date(r"192[0-4]-.*"),
        "newborn": date(r"2024-.*"),
    },
    "identifier": {
        "nir": differs(),
        "nia": nia,
        "sex-differs": differs("sex"),
        "number-date-differs": differs("year"),
        "place-recoded": recoded,
    },
    "history": {
        "none": history(),
        "nia-to-nir": dated(history("nia"), has_dates=True),
        "sex-changed": dated(history("sex"), has_dates=True),
        "date-corrected": dated(history("year"), has_dates=True),
        "repeats-active": history("same"),
        "several": dated(history("nia+sex", "sex"), has_dates=True),
        "ten": dated(history(*["order"] * 10), has_dates=True),
        "undated": dated(history("order"), has_dates=False),
    },
    "family": {
        "no-card": lambda person, world: person.card is None and not world.namesakes(person),
        "own-card": own_card,
        "parent": parent,
        "child": child,
        "twin": twin,
        "namesake-3": namesake(3),
        "namesake-4": namesake(4),
        "namesake-5": namesake(5),
    },
}
