"""What the teleservice answers for a line, found by the matching of the registry itself, and why.

A line is searched once, as a correct software searches it: names in capitals from A to Z without accents, apostrophe
plain, spaces tidy; the first name of the record; the birth place when there is one. Nothing here reads which
defects the line has.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Protocol

from simulator.ins.traits import check_birth_name, check_first_name, to_wire
from simulator.population.uninsurable import reasons
from simulator.registry.matching import SearchTraits, differing_traits, judge

if TYPE_CHECKING:
    from simulator.population.practice.record import Line, Patient, Record
    from simulator.registry.person import Person

    class Searchable(Protocol):
        """What is asked of a registry here."""

        def same_name_and_date(self, wanted: SearchTraits) -> list[Person]:
            """Return the people whose name and birth date are those wanted."""
            ...


EMPTY_SEX: Final = "insi_24"
"""The refusal of a search without sex (observed in production by the study)."""

_SEXES: Final = ("F", "M")
"""The order in which the study tried to complete an empty sex, where nothing hinted at it."""

_TRAIT_NAMES: Final = {
    "birth_name": ("le nom de naissance", "the birth name"),
    "first_names": ("le prénom", "the first name"),
    "sex": ("le sexe", "the sex"),
    "birth_date": ("la date de naissance", "the birth date"),
    "birth_place": ("le lieu de naissance", "the birth place"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What searching a line gives."""

    line: Line
    code: str
    """``00``, ``01``, ``02``, or the fault of a search that cannot be made: ``insi_24`` or ``insi_19`` for an empty sex or
    birth name; for the rest codes of ours, ``insi_9xx``."""
    person: Person | None
    """Who was found; only with 00."""
    tried_sex: str | None = None
    """The sex that gave 00 or 02 when an empty one is completed by trying, F then M; none: neither did."""
    tried_code: str | None = None
    """The answer with the sex tried: 00 or 02; 01 when neither sex is known. None: the sex was not empty."""
    tried_person: Person | None = None
    why_fr: str
    why_en: str


def wanted_traits(record: Record) -> SearchTraits:
    """Give the traits that a correct software sends for a record (ins-rules TRT-06 for the names)."""
    return SearchTraits(
        birth_name=_tidy(record.birth_name),
        first_names=_tidy(record.first_name),
        sex=record.sex,
        birth_date=record.birth_date,
        birth_place=record.birth_place or None,
    )


def answer_line(line: Line, registry: Searchable) -> Answer:
    """Search a line in the base population of a registry."""
    wanted = wanted_traits(line.record)
    if (refusal := _refusal(wanted)) is not None:
        code, why_fr, why_en = refusal
        return Answer(line=line, code=code, person=None, why_fr=why_fr, why_en=why_en)
    if not wanted.sex:
        return _without_sex(line, wanted, registry)
    matching = _matching(wanted, registry)
    why_fr, why_en = _why(line.patient, wanted, matching)
    return Answer(
        line=line,
        code=_code(matching),
        person=matching[0] if len(matching) == 1 else None,
        why_fr=why_fr,
        why_en=why_en,
    )


def _refusal(wanted: SearchTraits) -> tuple[str, str, str] | None:
    """Give the fault of a search that no sex could complete, with its reason, as the bench gives it."""
    if not wanted.birth_name:
        return "insi_19", "le nom de naissance est vide", "the birth name is empty"
    if not wanted.first_names:
        return "insi_901", "le prénom est vide", "the first name is empty"
    if not wanted.birth_date:
        # The sex is looked at before the date.
        code = "insi_902" if wanted.sex else EMPTY_SEX
        return code, "la date de naissance est vide", "the birth date is empty"
    for code, problems in (
        ("insi_904", check_birth_name(wanted.birth_name)),
        ("insi_905", check_first_name(wanted.first_names)),
    ):
        if problems and wanted.sex:
            return (
                code,
                f"le nom ou le prénom ne peut pas être envoyé : {problems[0]}",
                f"the name or the first name cannot be sent: {problems[0]}",
            )
    return None


def _tidy(name: str) -> str:
    return " ".join(to_wire(name).split())


def _matching(wanted: SearchTraits, registry: Searchable) -> list[Person]:
    candidates = judge(wanted, registry.same_name_and_date(wanted))
    return [candidate.person for candidate in candidates if candidate.matches]


def _code(matching: list[Person]) -> str:
    return ("01", "00")[len(matching)] if len(matching) < 2 else "02"  # noqa: PLR2004 - none, one, several


def _without_sex(line: Line, wanted: SearchTraits, registry: Searchable) -> Answer:
    """Answer a line that cannot be searched, and say what completing the sex would give."""
    fr = "le sexe est vide : la recherche ne peut pas être faite"
    en = "the sex is empty: the search cannot be made"
    for sex in _SEXES:
        tried = replace(wanted, sex=sex)
        if matching := _matching(tried, registry):
            why_fr, why_en = _why(line.patient, tried, matching)
            return Answer(
                line=line,
                code=EMPTY_SEX,
                person=None,
                tried_sex=sex,
                tried_code=_code(matching),
                tried_person=matching[0] if len(matching) == 1 else None,
                why_fr=f"{fr} ; avec {sex} : {why_fr}",
                why_en=f"{en}; with {sex}: {why_en}",
            )
    why_fr, why_en = _why(line.patient, replace(wanted, sex=str(line.patient.traits.sex)), [])
    return Answer(
        line=line,
        code=EMPTY_SEX,
        person=None,
        tried_code="01",
        why_fr=f"{fr} ; avec F comme avec M : {why_fr}",
        why_en=f"{en}; with F as with M: {why_en}",
    )


def _why(patient: Patient, wanted: SearchTraits, matching: list[Person]) -> tuple[str, str]:
    if len(matching) > 1:
        names = ", ".join(person.key for person in matching)
        return (
            f"{len(matching)} personnes ont ces traits ({names}){_more(wanted)[0]}",
            f"{len(matching)} people have these traits ({names}){_more(wanted)[1]}",
        )
    if matching and matching[0].key == patient.key:
        return "les traits sont ceux de la personne", "the traits are those of the person"
    if matching:
        other = matching[0].key
        return (
            f"attention : ces traits sont ceux d'une autre personne ({other})",
            f"beware: these traits are those of somebody else ({other})",
        )
    if patient.person is None:
        return _why_nobody(patient)
    different = differing_traits(wanted, patient.person.identity)
    truth = patient.person.identity.traits
    return tuple(  # type: ignore[return-value]  # one text in each of the two languages
        between.join(
            saying.format(_TRAIT_NAMES[name][lang], getattr(wanted, name), getattr(truth, name))
            for name in different
        )
        for lang, (saying, between) in enumerate(
            (("{} {} au lieu de {}", " ; "), ("{} {} instead of {}", "; "))
        )
    )


def _why_nobody(patient: Patient) -> tuple[str, str]:
    reason = reasons()[str(patient.reason)]
    fr = f"le patient n'est pas au répertoire : {reason.fr}"
    en = f"the registry does not have the patient: {reason.en}"
    if reason.searched:
        return fr, en
    return f"{fr} ; aucune recherche n'a lieu d'être", f"{en}; no search should be made"


def _more(wanted: SearchTraits) -> tuple[str, str]:
    if wanted.birth_place is None:
        return " : préciser le lieu de naissance", ": add the birth place"
    return "", ""
