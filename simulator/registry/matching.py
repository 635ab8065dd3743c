"""Matching traits against people: pure, exact, and able to say why.

Exact matching on the normalised form is the default because practitioners report that the traits must be
exactly those of the registry (insi-contract §5.5, seen: StudioVision study). How hyphens and spaces, several
``Prenom`` elements or a place that differs are treated by the real service is not established
(insi-contract §10.6): what is done here is inferred, and says so in each explanation. A session may ask for less
exact matching, see ``simulator.registry.options``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.ins import comparison_key, starts_list, to_wire
from simulator.registry.options import EXACT
from simulator.values import value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulator.ins import InsIdentity
    from simulator.registry.options import MatchingOptions
    from simulator.registry.person import Person

TRAITS = ("birth_name", "first_names", "sex", "birth_date", "birth_place")
"""The traits compared, in the order in which they are explained."""


@value(frozen=True, slots=True, kw_only=True)
class SearchTraits:
    """Traits to look for. ``birth_place`` is optional; the others are given."""

    birth_name: str
    first_names: str
    """One first name, or several joined by a space: a beginning of the person's list."""
    sex: str
    birth_date: str
    birth_place: str | None = None

    def is_about(self, person: Person) -> bool:
        """Tell whether these traits are those of the person."""
        return not differing_traits(self, person.identity)


@value(frozen=True, slots=True)
class Candidate:
    """A person considered, and the traits that excluded them (none: they match)."""

    person: Person
    excluded_by: tuple[str, ...]

    @property
    def matches(self) -> bool:
        """Whether every trait compared agrees."""
        return not self.excluded_by


def differing_traits(
    wanted: SearchTraits, identity: InsIdentity, options: MatchingOptions = EXACT
) -> tuple[str, ...]:
    """Return the names of the traits of ``identity`` that differ from those wanted.

    - ``birth_name``: equal on the comparison key, with the apostrophes and hyphens that count in ``options``.
    - ``first_names``: the given text is the start of the person's list, on whole given names; a given name
      that is not first does not match (inferred), unless ``other_given_name``.
    - ``sex`` and ``birth_date``: equal, character for character; the sex unless ``any_sex``.
    - ``birth_place``: compared only when given, and equal, unless ``any_birth_place``.
    """
    traits = identity.traits
    different = []
    name = traits.birth_name
    if (
        # A name is equal to itself, whatever counts.
        wanted.birth_name != name and _key(wanted.birth_name, options) != _key(name, options)
    ):
        different.append("birth_name")
    if options is EXACT:
        same_names = starts_list(wanted.first_names, traits.first_names)
    else:
        same_names = _names(wanted.first_names, traits.first_names, options)
    if not same_names:
        different.append("first_names")
    if wanted.sex != traits.sex and not options.any_sex:
        different.append("sex")
    if wanted.birth_date != traits.birth_date:
        different.append("birth_date")
    if wanted.birth_place not in (None, traits.birth_place) and not options.any_birth_place:
        different.append("birth_place")
    return tuple(different)


def _names(wanted: str, first_names: str, options: MatchingOptions) -> bool:
    if _starts(wanted, first_names, options):
        return True
    if not options.other_given_name:
        return False
    names = first_names.split(" ")
    return any(_starts(wanted, " ".join(names[first:]), options) for first in range(1, len(names)))


def _starts(wanted: str, first_names: str, options: MatchingOptions) -> bool:
    """Tell whether a text starts a list of given names, as far as the options let it."""
    if not starts_list(wanted, first_names):
        return False
    if not options.narrows:
        return True
    asked, names = _key(wanted, options), first_names.split(" ")
    if options.whole_compound_names:
        return any(_key(" ".join(names[:count]), options) == asked for count in range(1, len(names) + 1))
    return f"{_key(first_names, options)} ".startswith((f"{asked} ", f"{asked}-", f"{asked}'"))


def _key(text: str, options: MatchingOptions) -> str:
    if not (options.apostrophes_count or options.hyphens_count):
        return comparison_key(text)
    plain = to_wire(text)
    if not options.apostrophes_count:
        plain = plain.replace("'", " ")
    if not options.hyphens_count:
        plain = plain.replace("-", " ")
    return " ".join(plain.split())


def is_inferred(
    wanted: SearchTraits, candidates: Sequence[Candidate], options: MatchingOptions = EXACT
) -> bool:
    """Tell whether the answer for these candidates rests on a rule that no source establishes.

    Somebody matches, but only on the normalised form, by more than the first given name or because the session is
    lenient; or somebody does not because it is more exact; or nobody does, and somebody was excluded by the place alone or
    by a given name that is not the first.
    """
    if (
        options is not EXACT
        and options != EXACT
        and any(
            candidate.matches == bool(differing_traits(wanted, candidate.person.identity))
            for candidate in candidates
        )
    ):
        return True
    # The best are first: somebody matches if the first one does.
    if candidates and not candidates[0].excluded_by:
        for candidate in candidates:
            person = candidate.person
            if not candidate.excluded_by and (
                wanted.birth_name != person.identity.traits.birth_name
                or wanted.first_names != person.first_name
            ):
                return True
        return False
    asked = set(comparison_key(wanted.first_names).split())
    return any(
        candidate.excluded_by == ("birth_place",)
        or (
            candidate.excluded_by == ("first_names",)
            and asked & set(comparison_key(candidate.person.identity.traits.first_names).split())
        )
        for candidate in candidates
    )


def judge(
    wanted: SearchTraits, people: Sequence[Person], options: MatchingOptions = EXACT
) -> list[Candidate]:
    """Return every person with what excluded them, the best first."""
    candidates = [Candidate(person, differing_traits(wanted, person.identity, options)) for person in people]
    if len(candidates) > 1:
        candidates.sort(key=_departures)
    return candidates


def _departures(candidate: Candidate) -> int:
    return len(candidate.excluded_by)
