"""WS_INS2, ``rechercherInsAvecTraitsIdentite``: who has these traits?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from simulator.contract.evidence import EvidenceLevel
from simulator.contract.faults import FaultError, fault_catalogue
from simulator.contract.messages import TraitsQuery
from simulator.contract.render import LABELS, Answer
from simulator.ins import check_birth_name, check_first_name, check_place_format
from simulator.journal.exchange import Decision
from simulator.registry.matching import SearchTraits, is_inferred, judge
from simulator.registry.options import EXACT, EXACT_REMARK
from simulator.scripting.answers import person_answer
from simulator.teleservice.operations.answering import check_birth_date, considered
from simulator.teleservice.operations.operation import ServedOperation
from simulator.teleservice.operations.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.contract.messages import Call
    from simulator.teleservice.operations.outcome import Context


def _search(wanted: SearchTraits, context: Context) -> Outcome:
    """Answer from the registry: a closed world, in which an unknown identity does not exist."""
    registry, session = context.registry, context.session
    options = session.settings.matching
    candidates = judge(wanted, registry.same_name_and_date(wanted, session.scope), options)
    matching = []
    for candidate in candidates:  # a comprehension is a call more, at each look-up
        if not candidate.excluded_by:
            matching.append(candidate.person)  # noqa: PERF401 - as said
    if not matching and not candidates:
        candidates = judge(wanted, registry.near_misses(wanted, session.scope), options)
    profile = session.profile
    remark = EXACT_REMARK if options is EXACT else options.remark
    known = EvidenceLevel.OBSERVED if matching else profile.evidence
    decision = Decision(
        source="registry",
        profile=profile.name,
        considered=tuple(map(considered, candidates)),
        person=matching[0].key if len(matching) == 1 else None,
        remarks=(remark,) if matching else (remark, *_hints(wanted)),
        evidence=EvidenceLevel.INFERRED if is_inferred(wanted, candidates, options) else known,
    )
    if len(matching) == 1:
        return Outcome(decision=decision, answer=person_answer(matching[0]))
    if matching:
        return Outcome(decision=decision, answer=Answer(code="02", label=LABELS["02"]))
    if profile.unknown_person in LABELS:
        code = profile.unknown_person
        return Outcome(decision=decision, answer=Answer(code=code, label=LABELS[code]))
    return Outcome(decision=decision, fault=fault_catalogue()[profile.unknown_person])


def _hints(wanted: SearchTraits) -> Iterator[tuple[str, str]]:
    """Say which criterion finds nobody by what it is: well formed, and no mistake that a fault would name."""
    place = wanted.birth_place or ""
    if place == "99999":
        yield (
            "LieuNaissance 99999 dit que le lieu n'est pas connu : personne n'y est né, laissez l'élément de côté",
            "LieuNaissance 99999 says that the place is not known: nobody was born there, leave the element out",
        )
    elif place.endswith("000"):
        yield (
            f"LieuNaissance {place} : aucun code INSEE ne finit par 000 ; est-ce un code postal ?",
            f"LieuNaissance {place}: no INSEE code ends with 000; is it a postal code?",
        )
    if "-00" in wanted.birth_date:
        yield (
            f"DateNaissance {wanted.birth_date} : une date incomplète n'est pas un critère (règle CAL-12)",
            f"DateNaissance {wanted.birth_date}: an incomplete date is no criterion (rule CAL-12)",
        )


def _check_traits(query: TraitsQuery, _call: Call, _context: Context) -> SearchTraits:
    """Apply the business rules on traits; the published schema has none.

    Mandatory: birth name, at least one first name, sex, birth date (insi-contract §5.1). Characters: §5.2
    (second-hand). Only insi_19 and insi_24 are public codes, the others are inferred.

    Raises:
        FaultError: a mandatory trait is missing or a trait is not well formed.
    """
    if not query.birth_name:
        raise FaultError("insi_19", "expected NomNaissance with a value, got none")
    if not query.first_names or not all(query.first_names):
        raise FaultError(
            "insi_901", "expected at least one Prenom, each with a value, got none or an empty one"
        )
    if query.sex not in {"M", "F"}:
        raise FaultError("insi_24", f"expected Sexe M or F, got {query.sex!r}")
    if not query.birth_date:
        raise FaultError("insi_902", "expected DateNaissance with a value, got none")
    for problem in check_birth_name(query.birth_name):
        raise FaultError("insi_904", f"NomNaissance {query.birth_name!r}: {problem}")
    for first_name in query.first_names:
        for problem in check_first_name(first_name):
            raise FaultError("insi_905", f"Prenom {first_name!r}: {problem}")
    check_birth_date(query.birth_date, "insi_903")
    if query.birth_place and check_place_format(query.birth_place):
        raise FaultError(
            "insi_906", f"expected LieuNaissance of 5 characters (COG), got {query.birth_place!r}"
        )
    return SearchTraits(
        birth_name=query.birth_name,
        # Several Prenom elements are read as the beginning of the list (inferred, insi-contract §5.3).
        first_names=" ".join(query.first_names),
        sex=query.sex,
        birth_date=query.birth_date,
        birth_place=query.birth_place or None,
    )


OPERATION: Final = ServedOperation(
    query=TraitsQuery, check=_check_traits, search=_search, evidence=EvidenceLevel.OFFICIAL
)
