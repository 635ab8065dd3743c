"""What each file has to hold by what was done to it, compared with whatever is read of it.

Passive: nothing is asked for it. A check looks closely at the act that it is about; on its way there it types, imports,
corrects and validates people whom it looks at no more. Whatever is read of them all the same is compared here with what
was typed, or with what INSi answered, for people of every kind, on every path and in every status.

Only what is beyond doubt is noted: values in the letters that a file has to hold (TRT), of acts that were not refused. A
departure is one of the rules that the value comes under: of the check where it is about one of them, else told apart.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from conformance.drivers.model import STRICT_FIELDS
from conformance.suite.desk.found import Found, Owners, together
from conformance.suite.desk.origins import (
    ANSWERED,
    CHANGED,
    COMPARISON,
    FORMATS,
    LEFT,
    LEFT_RULES,
    NOT_FOUND,
    PLAIN,
    REQUEST,
    SEARCH,
    TYPED,
    USED,
    Origin,
    Place,
)
from conformance.suite.desk.routes import WITH_INS
from conformance.suite.desk.words import label, shown
from conformance.verdicts import Departure
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from conformance.drivers.model import Patient, PatientTraits, SearchCriteria, Status

_SENT: Final = ("birth_name", "birth_date", "sex", "birth_place")
_WHO: Final = frozenset({"birth_name", "birth_date"})
"""What tells a request for one person from that for another."""
_INS: Final = frozenset({"matricule", "oid"})


@dataclass(slots=True)
class _Value:
    """What a field of a file may hold."""

    allowed: frozenset[str | None]
    origin: Origin
    was_seen: bool = False
    """The software has shown the right one since."""


_Told: TypeAlias = "tuple[str, _Value, str | None]"
"""A field of a file, what it may hold, and what was told of it."""


@dataclass(slots=True)
class _File:
    """What is known of one file."""

    values: dict[str, _Value] = field(default_factory=dict)
    since: dict[str, Owners] = field(default_factory=dict)
    """What was done to it since it was last read, with the rules about that."""
    wrong: Found | None = None
    """What its last reading showed: a software that is late shows the right thing in the end."""


class Ledger:
    """What the files that were made or changed have to hold."""

    def __init__(self) -> None:
        """Know of no file."""
        self._files: dict[str, _File] = {}
        self._found: list[Found] = []

    @property
    def found(self) -> list[Found]:
        """The departures found so far."""
        for patient_id in list(self._files):
            self._settle(patient_id)
        return self._found

    def knows(self, patient_id: str) -> bool:
        """Return whether something is known of a file."""
        return patient_id in self._files

    def number_of(self, patient_id: str) -> str | None:
        """Return the matricule that a file has to hold, where that is certain."""
        file = self._files.get(patient_id)
        held = file.values.get("matricule") if file else None
        return next(iter(held.allowed)) if held and len(held.allowed) == 1 else None

    def forget(self) -> None:
        """Know of no file any more; what was found stays."""
        for patient_id in list(self._files):
            self._settle(patient_id)
        self._files.clear()

    def forget_file(self, patient_id: str) -> None:
        """Know nothing of this file any more."""
        self._settle(patient_id)
        self._files.pop(patient_id, None)

    def created(self, traits: PatientTraits, patient: Patient) -> None:
        """Note the traits typed for a new file; one that was known already was only opened."""
        if patient.id in self._files:
            self.forget_file(patient.id)
            return
        file = self._files[patient.id] = _File(values=_typed(traits))
        names = traits.first_names
        if names and not names.startswith(traits.first_name or ""):
            # Which of the two such a software puts right is its own matter.
            file.values.pop("first_name", None)

    def imported(self, patient_id: str, answer: Mapping[str, str | None]) -> None:
        """Note an answer of INSi that was accepted for a file; one that is not as it has to be is left to its rules."""
        known = self._files.get(patient_id)
        self.forget_file(patient_id)
        given = {name: value for name in STRICT_FIELDS if (value := answer.get(name))}
        if all(PLAIN[name].fullmatch(value) for name, value in given.items()):
            self._files[patient_id] = _File(values=_values(given, ANSWERED) | _left(known))

    def updated(self, patient_id: str, changes: Mapping[str, str | None]) -> None:
        """Note a change that was not refused: each value is the new one, or the one before where the software kept it."""
        file = self._files.get(patient_id)
        if file is None:
            return
        self._settle(patient_id)
        for name in USED:
            # What is used may follow what is changed.
            file.values.pop(name, None)
        for name, value in changes.items():
            before = file.values.pop(name, None)
            if name not in FORMATS or before is None or not PLAIN[name].fullmatch(value or ""):
                continue
            file.values[name] = _Value(allowed=before.allowed | {value}, origin=CHANGED)
        if changes.keys() & {"first_name", "first_names"}:
            # Each may follow the other.
            for name in {"first_name", "first_names"} - changes.keys():
                file.values.pop(name, None)
        self._may_lose_ins(file)

    def done(self, patient_id: str, act: str, owners: Owners, *, may_lose_ins: bool) -> None:
        """Note an act on a file that changes none of its traits, and no INS but by taking it away."""
        file = self._files.get(patient_id)
        if file is None:
            return
        self._settle(patient_id)
        file.since[act] = owners
        if may_lose_ins:
            self._may_lose_ins(file)

    def forget_ins(self, patient_id: str) -> None:
        """Know nothing of the INS of a file any more."""
        self._settle(patient_id)
        if file := self._files.get(patient_id):
            for name in _INS:
                file.values.pop(name, None)

    def sent(self, patient_id: str, requests: Iterable[Mapping[str, Any]]) -> None:
        """Compare the traits of the requests for a file with what it has to hold (CAL-08)."""
        file = self._files.get(patient_id)
        if file is None:
            return
        known = _seen(file)
        # The place may be left out of any request.
        asked = [{name: request[name] for name in _SENT} for request in requests]
        if any(not _wrong(known, each) for each in asked):
            # What was asked in vain for another file may be asked again meanwhile.
            asked = [each for each in asked if not _WHO.issubset(name for name, _, _ in _wrong(known, each))]
        for each in asked:
            if self._tell(REQUEST, known, each):
                return

    def shown(self, patient: Patient) -> None:
        """Compare a file that was read with what is known of it."""
        file = self._files.get(patient.id)
        if file is None:
            return
        judged: list[_Told] = [
            (name, value, getattr(patient, name) or None)
            for name, value in file.values.items()
            if not _may_differ(name, value, patient.status)
        ]
        wrong = [(name, value, got) for name, value, got in judged if got not in value.allowed]
        file.wrong = _departure(wrong, file.since) if wrong else None
        if wrong:
            return
        file.since.clear()
        for _, value, got in judged:
            value.allowed, value.was_seen = frozenset({got}), True
        for name in USED - file.values.keys():
            used = frozenset({getattr(patient, name) or None})
            file.values[name] = _Value(allowed=used, origin=LEFT, was_seen=True)

    def listed(self, patients: Iterable[Patient]) -> None:
        """Compare the rows of a search with what is known of their files; a row need not show all there is."""
        for patient in patients:
            file = self._files.get(patient.id)
            if file is None:
                continue
            known = _shown_since(file) if patient.status in WITH_INS else _seen(file)
            self._tell(SEARCH, known, {name: getattr(patient, name) for name in FORMATS})

    def sought(self, criteria: SearchCriteria, shown_ids: Collection[str]) -> None:
        """Compare whom a search by date of birth has shown with the files that hold this date (SRC-01)."""
        if not criteria.birth_date or criteria.name_prefix or criteria.first_name_prefix:
            return
        for patient_id, file in self._files.items():
            held = file.values.get("birth_date")
            is_certain = held is not None and held.was_seen and held.allowed == {criteria.birth_date}
            if is_certain and file.wrong is None and patient_id not in shown_ids:
                self._found.append(Found(SEARCH.owners, NOT_FOUND))
                return

    def compared(self, patient_id: str, local: Mapping[str, str | None]) -> None:
        """Compare the local side of a comparison with what is known of the file (RSP-01); a line need not be shown."""
        file = self._files.get(patient_id)
        if file is None:
            return
        # The 1er prénom is none of the data compared.
        told = {name: local[name] for name in STRICT_FIELDS if name in local}
        self._tell(COMPARISON, _seen(file), told)

    def _tell(self, place: Place, known: Mapping[str, _Value], told: Mapping[str, str | None]) -> bool:
        """Note what a place tells that a file does not hold, and return whether there is any; what is not told is no matter of it."""
        wrong = _wrong(known, told)
        if wrong:
            text = _lines(wrong)
            departure = Departure(
                f"{place.text.fr} : {text.fr}", f"{place.text.en}: {text.en}", inferred=place.inferred
            )
            self._found.append(Found(place.owners, departure))
        return bool(wrong)

    @staticmethod
    def _may_lose_ins(file: _File) -> None:
        for name in _INS & file.values.keys():
            file.values[name].allowed |= {None}

    def _settle(self, patient_id: str) -> None:
        """Keep what the last reading of a file showed, as something else is done to it now."""
        file = self._files.get(patient_id)
        if file is None or file.wrong is None:
            return
        self._found.append(file.wrong)
        # Once is enough.
        file.wrong = None
        file.values.clear()


def _typed(traits: PatientTraits) -> dict[str, _Value]:
    given = {name: value for name in FORMATS if (value := getattr(traits, name))}
    return _values({name: value for name, value in given.items() if PLAIN[name].fullmatch(value)}, TYPED)


def _values(given: Mapping[str, str], origin: Origin) -> dict[str, _Value]:
    return {name: _Value(allowed=frozenset({value}), origin=origin) for name, value in given.items()}


def _left(known: _File | None) -> dict[str, _Value]:
    """Return what an answer of INSi leaves as it was: the 1er prénom (RSP-05) and the names in use (FLD-04)."""
    values = known.values if known else {}
    return {
        name: _Value(allowed=value.allowed, origin=LEFT)
        for name, value in values.items()
        if name in LEFT_RULES
    }


def _wrong(known: Mapping[str, _Value], told: Mapping[str, str | None]) -> list[_Told]:
    """Return what is told of a file and is none of what it may hold; what is not told is no matter of it."""
    return [
        (name, value, got)
        for name, value in known.items()
        if (got := told.get(name) or None) is not None and got not in value.allowed
    ]


def _may_differ(name: str, value: _Value, status: Status) -> bool:
    """Return whether a file of this status need not hold a value: an answer may be accepted and wait for a second look."""
    is_without_ins = status not in WITH_INS
    return is_without_ins and (name in _INS or (not value.origin.is_typed and not value.was_seen))


def _seen(file: _File) -> dict[str, _Value]:
    """Return what a file holds for certain: what was typed, and what was accepted and then read."""
    return {
        name: value for name, value in _shown_since(file).items() if value.was_seen or value.origin.is_typed
    }


def _shown_since(file: _File) -> dict[str, _Value]:
    """Return what is known of a file but for what an answer of INSi, not looked at yet, may have taken away wrongly."""
    return {name: value for name, value in file.values.items() if value.was_seen or not value.origin.is_left}


def _departure(wrong: Collection[_Told], since: Mapping[str, Owners]) -> Found:
    """Return what is wrong with a file."""
    acted = list(since.values())
    owners = [
        each
        for name, value, _ in wrong
        for each in (acted if value.was_seen and acted else (value.origin.owners(name),))
    ]
    acts, text = ", ".join(since), _lines(wrong)
    after = (
        Text(f"après {acts}, le dossier", f"after {acts}, the file")
        if acts
        else Text("le dossier", "the file")
    )
    return Found(
        together(owners),
        Departure(
            f"{after.fr} ne contient pas ce qu'il doit contenir : {text.fr}",
            f"{after.en} does not hold what it has to: {text.en}",
        ),
    )


def _lines(wrong: Collection[_Told]) -> Text:
    fr, en = [], []
    for name, value, got in wrong:
        expected = sorted(value.allowed, key=str)
        one = expected[0] if len(expected) == 1 else expected
        named, origin = label(name), value.origin.text
        fr.append(f"{named.fr} {shown(got).fr}, attendu {shown(one).fr} ({origin.fr})")
        en.append(f"{named.en} {shown(got).en}, expected {shown(one).en} ({origin.en})")
    return Text(" ; ".join(fr), "; ".join(en))
