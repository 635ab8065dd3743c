"""Makes the lines of a practice file from people of the population: who is in it, and what happened to their record.

Everything is drawn from the seed, line by line, before anything is searched: the same people, size, seed and
parameters give the same lines.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, replace
from random import Random
from typing import TYPE_CHECKING, Final

from simulator.ins.dates import BirthDateError
from simulator.ins.identity import Traits
from simulator.population.generate import namesake
from simulator.population.practice.defects import DEFECTS
from simulator.population.practice.parameters import Stratum
from simulator.population.practice.record import Line, Patient, true_record
from simulator.population.uninsurable import patients as uninsurable_patients
from simulator.text import Text, TextError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from simulator.population.practice.parameters import Mishap, Parameters
    from simulator.population.practice.record import Record
    from simulator.population.uninsurable import Patient as UninsurablePatient
    from simulator.registry.person import Person

NAMESAKE_TAG: Final = "practice-namesake"
"""The tag of people who are in the registry because somebody of a practice file has the same traits."""

_NAMESAKES: Final = frozenset({"namesake-4", "namesake-5"})
"""Tags of people of a population whom somebody else resembles in all that a search without birth place says."""

_LAST_CHOICE: Final = frozenset({"designed", "companion"})
"""Tags of people made to be a rare case: only a file that lacks others has them, or it would be made of rare cases."""

_DUPLICATE_ATTEMPTS: Final = 50


class TooFewPeopleError(TextError, ValueError):
    """The population has not enough people of some sex and age for a file of this size."""

    def __init__(self, stratum: Stratum, wanted: int, got: int) -> None:
        """Keep whom the file lacks, how many it needs and how many there were."""
        super().__init__(
            Text(
                f"personnes {stratum.sex} de {stratum.ages} ans : {wanted} sont attendues dans la population, il y en a {got} ; demandez moins de lignes, ou prenez une population plus grande",
                f"people {stratum.sex} aged {stratum.ages}: expected {wanted} of them in the population, got {got};"
                " ask for fewer lines, or take a larger population",
            )
        )
        self.stratum = stratum
        self.wanted = wanted
        self.got = got

    def __reduce__(self) -> tuple[type[TooFewPeopleError], tuple[Stratum, int, int]]:
        """Survive a trip between processes, which rebuilds exceptions from their arguments."""
        return type(self), (self.stratum, self.wanted, self.got)


@dataclass(frozen=True, slots=True)
class PracticeFile:
    """The lines of a practice file, in order."""

    lines: tuple[Line, ...]
    namesakes: tuple[Person, ...]
    """People whom the registry must have too, so that some of the lines are ambiguous. Tagged ``NAMESAKE_TAG``."""


@dataclass(slots=True)
class _Slot:
    """A line to be: of which people, and about whom."""

    number: int
    stratum: Stratum
    kind: str
    random: Random


def make_lines(
    people: Iterable[Person],
    size: int,
    seed: int | str,
    parameters: Parameters,
    *,
    is_taken: Callable[[Person], bool] = lambda _: False,
) -> PracticeFile:
    """Make a file of ``size`` lines about ``people``, which is read only as far as needed.

    Args:
        people: the population; the public test identities (``cnda/``) and the namesakes of other files are passed over.
        size: how many lines.
        seed: of everything that is drawn here.
        parameters: the parameter set.
        is_taken: whether somebody else has the matricule of a namesake, who is then drawn again.

    Raises:
        TooFewPeopleError: the population is too small.
    """
    slots = _slots(size, seed, parameters)
    deal = _Deal(slots, seed, parameters)
    waiting = _collect(people, slots, parameters)
    to_resemble = _to_resemble(waiting, seed, parameters)
    nobodies = uninsurable_patients(size, f"practice-{seed}")
    lines: list[Line] = []
    namesakes: list[Person] = []
    first_lines: dict[Stratum, list[Line]] = {}
    for slot in slots:
        earlier = first_lines.setdefault(slot.stratum, [])
        if slot.kind == "duplicate":
            first = earlier[int(slot.random.random() * len(earlier))]
            lines.append(_duplicate(slot, first, seed, parameters))
            continue
        if slot.kind == "uninsurable":
            patient = _unregistered(next(nobodies))
        else:
            person = waiting[slot.stratum].popleft()
            patient = Patient(key=person.key, traits=person.identity.traits, person=person)
            if person.key in to_resemble:
                namesakes.extend(_namesake(person, seed, is_taken))
        record, defects = spoil(patient, deal.happening(slot), slot.random)
        line = Line(number=slot.number, patient=patient, record=record, defects=defects)
        lines.append(line)
        earlier.append(line)
    return PracticeFile(tuple(lines), tuple(namesakes))


def spoil(patient: Patient, mishaps: Iterable[Mishap], random: Random) -> tuple[Record, tuple[str, ...]]:
    """Copy the traits of a patient into a record and let these mishaps happen to it.

    Returns:
        The record and the defects it got: a mishap that cannot happen to this record leaves none.
    """
    record = true_record(patient.traits)
    happened: list[str] = []
    for mishap in mishaps:
        name = mishap.choose(random.random())
        spoilt = DEFECTS[name](record, patient.traits, random)
        if spoilt is not None:
            record = spoilt
            happened.append(name)
    return record, tuple(happened)


class _Deal:
    """Deals the mishaps out among the lines of each stratum.

    Each happens to its share of them, to one line more or less, whichever the lines: drawing each by itself would
    miss the shares by several points in a small file.
    """

    def __init__(self, slots: Sequence[_Slot], seed: int | str, parameters: Parameters) -> None:
        self._mishaps = parameters.mishaps
        random = Random(f"practice/{seed}/deal")  # noqa: S311 - repeatable on purpose, nothing is secret
        lines = Counter(slot.stratum for slot in slots if slot.kind != "duplicate")
        self._lines = dict(lines)
        self._hits = {
            stratum: [
                int(count * mishap.percent(stratum) / 100 + random.random()) for mishap in self._mishaps
            ]
            for stratum, count in sorted(lines.items())
        }

    def happening(self, slot: _Slot) -> list[Mishap]:
        """Return what happens to the next line, in the order of the parameters."""
        hits, left = self._hits[slot.stratum], self._lines[slot.stratum]
        self._lines[slot.stratum] = left - 1
        happening = []
        for index, mishap in enumerate(self._mishaps):
            # Selection sampling: as many hits as are left, among as many lines as are left.
            if slot.random.random() * left < hits[index]:
                hits[index] -= 1
                happening.append(mishap)
        return happening


def _happens(random: Random, percent: float) -> bool:
    return random.random() * 100 < percent


def _slots(size: int, seed: int | str, parameters: Parameters) -> list[_Slot]:
    """Give each line its people, in the proportions of the parameters, in a drawn order."""
    strata = _shares(size, parameters.composition)
    _shuffle(strata, Random(f"practice/{seed}/order"))  # noqa: S311 - repeatable on purpose, nothing is secret
    slots: list[_Slot] = []
    begun: set[Stratum] = set()
    for number, stratum in enumerate(strata, start=1):
        random = Random(f"practice/{seed}/{number}")  # noqa: S311 - same
        kind = "person"
        if _happens(random, parameters.patient_percent("duplicate", stratum)) and stratum in begun:
            kind = "duplicate"
        elif _happens(random, parameters.patient_percent("uninsurable", stratum)):
            kind = "uninsurable"
        begun.add(stratum)
        slots.append(_Slot(number, stratum, kind, random))
    return slots


def _shares(size: int, composition: Sequence[tuple[Stratum, int]]) -> list[Stratum]:
    """Divide ``size`` lines in these proportions: the largest remainders get what rounding down leaves."""
    total = sum(weight for _, weight in composition)
    counts = [size * weight // total for _, weight in composition]
    by_remainder = sorted(
        range(len(composition)), key=lambda index: (-(size * composition[index][1] % total), index)
    )
    for index in by_remainder[: size - sum(counts)]:
        counts[index] += 1
    return [stratum for (stratum, _), count in zip(composition, counts, strict=True) for _ in range(count)]


def _shuffle(strata: list[Stratum], random: Random) -> None:
    # Written out: how random.shuffle draws is not promised to stay.
    for last in range(len(strata) - 1, 0, -1):
        other = int(random.random() * (last + 1))
        strata[last], strata[other] = strata[other], strata[last]


def _to_resemble(
    waiting: dict[Stratum, deque[Person]], seed: int | str, parameters: Parameters
) -> frozenset[str]:
    """Choose the people who need a namesake, beside those who have one in the population, by their keys."""
    random = Random(f"practice/{seed}/namesakes")  # noqa: S311 - repeatable on purpose, nothing is secret
    chosen: set[str] = set()
    for stratum, people in sorted(waiting.items()):
        alone = [person for person in people if _NAMESAKES.isdisjoint(person.tags)]
        wanted = len(people) * parameters.patient_percent("namesake", stratum) / 100
        missing = wanted - (len(people) - len(alone))
        # Each by itself: how many come out is the wanted number, to chance.
        chosen.update(person.key for person in alone if random.random() * len(alone) < missing)
    return frozenset(chosen)


def _collect(
    people: Iterable[Person], slots: Sequence[_Slot], parameters: Parameters
) -> dict[Stratum, deque[Person]]:
    """Read people until there are enough of each kind; those of the last choice serve only when all are read."""
    wanted = Counter(slot.stratum for slot in slots if slot.kind == "person")
    waiting: dict[Stratum, deque[Person]] = {stratum: deque() for stratum in wanted}
    others: dict[Stratum, deque[Person]] = {stratum: deque() for stratum in wanted}
    missing = sum(wanted.values())
    for person in people if missing else ():
        stratum = _stratum_of(person, parameters)
        if stratum is None or stratum not in wanted:
            continue
        last_choice = not _LAST_CHOICE.isdisjoint(person.tags)
        queue = others[stratum] if last_choice else waiting[stratum]
        if len(queue) < wanted[stratum]:
            queue.append(person)
            missing -= not last_choice
            if not missing:
                break
    for stratum, count in wanted.items():
        while len(waiting[stratum]) < count and others[stratum]:
            waiting[stratum].append(others[stratum].popleft())
    for stratum, count in sorted(wanted.items()):
        if len(waiting[stratum]) < count:
            raise TooFewPeopleError(stratum, count, len(waiting[stratum]))
    return waiting


def _stratum_of(person: Person, parameters: Parameters) -> Stratum | None:
    """Return to whom a person belongs, or None for those who are in no practice file."""
    if person.key.startswith("cnda/") or NAMESAKE_TAG in person.tags:
        return None
    traits = person.identity.traits
    ages = parameters.age_class(traits.birth_date)
    return None if ages is None else Stratum(str(traits.sex), ages)


def _duplicate(slot: _Slot, first: Line, seed: int | str, parameters: Parameters) -> Line:
    """Make another line about the patient of ``first``, with other defects."""
    record, defects = first.record, first.defects
    for attempt in range(_DUPLICATE_ATTEMPTS):
        random = Random(f"practice/{seed}/{slot.number}/{attempt}")  # noqa: S311 - repeatable on purpose
        mishaps = [each for each in parameters.mishaps if _happens(random, each.percent(slot.stratum))]
        record, defects = spoil(first.patient, mishaps, random)
        if record != first.record and defects != first.defects:
            break
    return Line(
        number=slot.number,
        patient=first.patient,
        record=record,
        defects=defects,
        duplicate_of=first.number,
    )


def _unregistered(patient: UninsurablePatient) -> Patient:
    return Patient(
        key=patient.key,
        traits=Traits(
            birth_name=patient.birth_name,
            first_names=patient.first_names,
            sex=patient.sex or "",
            birth_date=patient.birth_date or "",
            birth_place=patient.birth_place,
        ),
        person=None,
        reason=patient.reason,
    )


def _namesake(person: Person, seed: int | str, is_taken: Callable[[Person], bool]) -> list[Person]:
    """Give somebody of the same traits born elsewhere; nobody when the birth date is not complete."""
    for attempt in range(_DUPLICATE_ATTEMPTS):
        try:
            other = namesake(person, f"practice-{seed}-{attempt}")
        except BirthDateError:
            return []
        if not is_taken(other):
            return [replace(other, tags=(*other.tags, NAMESAKE_TAG))]
    return []
