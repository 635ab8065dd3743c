"""Whether an identity is that of the registry, in every part: pure, and able to say why not.

Inferred as a whole: the rule of the real verification is not public (insi-contract §2.4). *Identity fully equal → OK,
otherwise KO*: no normalisation, and no former matricule unless the session asks for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.registry.matching import Candidate, SearchTraits
from simulator.registry.options import EXACT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulator.registry.options import MatchingOptions
    from simulator.registry.person import Person
    from simulator.registry.protocol import Registry


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedIdentity:
    """An identity to verify. At least one of ``first_names`` and ``first_names_list`` is given."""

    number: str
    """13 characters."""
    key: str
    oid: str
    birth_name: str
    first_names: str | None = None
    """The ``Prenom`` elements joined by a space: the beginning of the list, or all of it."""
    first_names_list: str | None = None
    """``ListePrenom``: the whole list."""
    sex: str
    birth_date: str
    birth_place: str | None = None

    def is_about(self, person: Person) -> bool:
        """Tell whether the matricule claimed is the person's, whatever the traits."""
        return self.number == person.identity.matricule.number


def differing_claims(
    claimed: ClaimedIdentity, person: Person, options: MatchingOptions = EXACT
) -> tuple[str, ...]:
    """Return the names of the parts of the claimed identity that are not those of the person.

    Everything is compared character for character; ``first_names`` with as many whole given names of the list,
    ``birth_place`` only when given. ``former_number``: the number is one that the person no longer has; with the option
    ``former_matricule`` it is accepted, and key and OID are compared with those of that time.
    """
    identity, traits = person.identity, person.identity.traits
    different = []
    matricule, oid = identity.matricule, identity.oid
    if claimed.number != matricule.number:
        former = next((old for old in identity.history if old.matricule.number == claimed.number), None)
        if former is not None and options.former_matricule:
            matricule, oid = former.matricule, former.oid
        else:
            different.append("number" if former is None else "former_number")
    compared = (
        ("key", claimed.key, matricule.key),
        ("oid", claimed.oid, oid),
        ("birth_name", claimed.birth_name, traits.birth_name),
        ("first_names_list", claimed.first_names_list, traits.first_names),
        ("sex", claimed.sex, traits.sex),
        ("birth_date", claimed.birth_date, traits.birth_date),
        ("birth_place", claimed.birth_place, traits.birth_place),
    )
    optional = {"first_names_list", "birth_place"}
    different += [
        name for name, ours, theirs in compared if ours != theirs and not (ours is None and name in optional)
    ]
    if claimed.first_names is not None and not f"{traits.first_names} ".startswith(f"{claimed.first_names} "):
        different.append("first_names")
    return tuple(different)


def verify(
    claimed: ClaimedIdentity, registry: Registry, scope: str, options: MatchingOptions = EXACT
) -> tuple[Candidate, ...]:
    """Return everybody considered, the best first: the identity is verified when the first one matches.

    People of this matricule are considered, failing any those who once had it; failing these too, those of this name and
    birth date, only to explain.
    """
    people: Sequence[Person] = registry.by_matricule(claimed.number, scope)
    if not people or options.former_matricule:
        people = [*people, *registry.by_former_matricule(claimed.number, scope)]
    if not people:
        wanted = SearchTraits(
            birth_name=claimed.birth_name, first_names="", sex=claimed.sex, birth_date=claimed.birth_date
        )
        people = registry.same_name_and_date(wanted, scope)
    candidates = [Candidate(person, differing_claims(claimed, person, options)) for person in people]
    return tuple(sorted(candidates, key=lambda candidate: len(candidate.excluded_by)))
