"""What each act may make of the status of a file, compared with whatever is read of it next.

Passive: nothing is asked for it. The rules of the statuses look at each act on people whom they chose; the acts are done all day,
to people of every kind and on every way. What is beyond doubt is looked at after each of them: a status that rises or falls by an
act that is not meant to do that, an INS that stays where it has to go, half of one. That an act did nothing is not told here: a
software may want a second person for it, and the checks that need its effect say so.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final

from conformance.drivers.model import Attribute, Patient, Status, Verb
from conformance.suite.desk.found import Found, Owners
from conformance.suite.desk.routes import DISQUALIFYING, WITH_INS
from conformance.suite.desk.words import label
from conformance.verdicts import Departure
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Judge = Callable[[object, Patient, Patient], Owners | None]
    """Takes what was asked for, and the file before and after; returns the rules that say that it may not be so."""

CHECKED: Final = frozenset({Status.VALI, Status.QUAL})
"""The statuses of an identity that was compared with a document."""
_TRAITS: Final = ("birth_name", "birth_date", "sex", "birth_place")
"""Strict traits that no software derives from another one."""
_USED: Final = frozenset({"used_name", "used_first_name"})
_HOMONYM: Final = Owners("ATT-01", frozenset({"ATT", "STA"}))
"""That a homonym keeps its status is deduced (E12)."""
_PAIR: Final = Owners("MAT-07", frozenset({"MAT", "STA-08"}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """An act on a file, and the file before it."""

    act: Text
    before: Patient
    judge: Callable[[Patient, Patient], Owners | None]
    """Takes the file before and after; returns the rules that say that it may not be so."""


@dataclass(slots=True)
class Turns:
    """What is known of the files, what was done to them since, and what that has led to."""

    _known: dict[str, Patient] = field(default_factory=dict)
    _done: dict[str, Turn] = field(default_factory=dict)
    _wrong: dict[str, Found] = field(default_factory=dict)
    _found: list[Found] = field(default_factory=list)

    @property
    def found(self) -> list[Found]:
        """The departures found so far."""
        return [*self._found, *self._wrong.values()]

    def forget(self) -> None:
        """Know nothing of any file any more; what was found stays."""
        self._found.extend(self._wrong.values())
        for known in (self._known, self._done, self._wrong):
            known.clear()

    def seen(self, patient: Patient) -> None:
        """Look at a file as it is read."""
        turn = self._done.get(patient.id)
        owners = turn.judge(turn.before, patient) if turn else None
        self._wrong.pop(patient.id, None)
        if turn and owners:
            departure = _departure(turn, patient, inferred=owners is _HOMONYM)
            self._wrong[patient.id] = Found(owners, departure)
        elif bool(patient.matricule) != bool(patient.oid):
            self._wrong[patient.id] = Found(_PAIR, _half(patient))
        else:
            self._known[patient.id] = patient

    def done(self, name: str, patient_id: str, given: object) -> None:
        """Note an act on a file that was not refused; ``given``: what was asked for."""
        if wrong := self._wrong.pop(patient_id, None):
            self._found.append(wrong)
        before = self._known.pop(patient_id, None)
        self._done.pop(patient_id, None)
        made = _JUDGES.get(name)
        if before is not None and made is not None:
            self._done[patient_id] = Turn(act=made[0], before=before, judge=partial(made[1], given))

    def forget_file(self, patient_id: str) -> None:
        """Know nothing of a file any more."""
        self.done("", patient_id, None)


def _after_update(given: object, before: Patient, after: Patient) -> Owners | None:
    names = set(given) if isinstance(given, dict) else set()
    if _rises(before, after):
        return Owners("STA-09", frozenset({"STA", "FLD", "TRT"}))
    is_strict = any(getattr(before, name) != getattr(after, name) for name in _TRAITS)
    if is_strict and before.status in WITH_INS and after.status in WITH_INS:
        return Owners("STA-09", frozenset({"STA-08", "STA-12"}))
    if names and names <= _USED and before.status is not after.status:
        return Owners("STA-14", frozenset({"STA"}))
    return None


def _after_document(_given: object, before: Patient, after: Patient) -> Owners | None:
    return Owners("PRF-01", frozenset({"PRF", "STA"})) if _is_no_check(before, after) else None


def _after_validation(_given: object, before: Patient, after: Patient) -> Owners | None:
    main = "STA-06" if before.status in WITH_INS else "STA-04"
    return Owners(main, frozenset({"STA", "PRF-04"})) if _is_no_check(before, after) else None


def _after_attributes(given: object, before: Patient, after: Patient) -> Owners | None:
    asked = frozenset(given) if isinstance(given, (set, frozenset)) else frozenset[Attribute]()
    if not DISQUALIFYING.intersection(asked & after.attributes):
        if _rises(before, after):
            return Owners("ATT-03", frozenset({"ATT", "STA"}))
        is_doubted = DISQUALIFYING & (before.attributes | after.attributes | asked)
        return None if is_doubted or after.status is before.status else _HOMONYM
    if after.status is not Status.PROV:
        return Owners("ATT-03", frozenset({"ATT"}))
    return Owners("ATT-05", frozenset({"ATT", "STA-08"})) if after.matricule or after.oid else None


def _after_downgrade(given: object, before: Patient, after: Patient) -> Owners | None:
    target = Status(str(given))
    if after.status is before.status:
        return None
    too_high = (after.status in CHECKED and target not in CHECKED) or (
        after.status in WITH_INS and target not in WITH_INS
    )
    is_left = after.status not in WITH_INS and (after.matricule or after.oid)
    return Owners("STA-08", frozenset({"STA"})) if too_high or is_left else None


def _after_import(_given: object, before: Patient, after: Patient) -> Owners | None:
    return Owners("STA-03", frozenset({"STA", "RSP"})) if _gains(before, after, CHECKED) else None


_JUDGES: Final[Mapping[str, tuple[Text, Judge]]] = {
    Verb.UPDATE_PATIENT: (Text("modification", "change"), _after_update),
    Verb.RECORD_PROOF: (Text("enregistrement d'une pièce", "recording of a document"), _after_document),
    Verb.VALIDATE_IDENTITY: (Text("validation", "validation"), _after_validation),
    Verb.SET_ATTRIBUTES: (Text("choix des attributs", "choice of attributes"), _after_attributes),
    Verb.DOWNGRADE_STATUS: (Text("abaissement", "downgrade"), _after_downgrade),
    Verb.DECIDE_PROPOSAL: (
        Text("acceptation de l'identité INSi", "acceptance of the INSi identity"),
        _after_import,
    ),
}


def _gains(before: Patient, after: Patient, among: frozenset[Status]) -> bool:
    return before.status not in among and after.status in among


def _is_no_check(before: Patient, after: Patient) -> bool:
    """Return whether a status changed as no look at a document changes it: an INS came or went, or a check was lost."""
    is_other = (before.status in WITH_INS) is not (after.status in WITH_INS)
    return is_other or _gains(after, before, CHECKED)


def _rises(before: Patient, after: Patient) -> bool:
    return _gains(before, after, CHECKED) or _gains(before, after, WITH_INS)


def _departure(turn: Turn, after: Patient, *, inferred: bool) -> Departure:
    before, number = turn.before, label("matricule")
    held = Text("avec", "with") if after.matricule else Text("sans", "without")
    return Departure(
        f"après {turn.act.fr}, l'identité {before.status} est {after.status}, {held.fr} {number.fr}",
        f"after the {turn.act.en}, the identity {before.status} is {after.status}, {held.en} {number.en}",
        inferred=inferred,
    )


def _half(patient: Patient) -> Departure:
    missing = label("oid" if patient.matricule else "matricule")
    return Departure(
        f"une identité {patient.status} porte la moitié d'une INS : {missing.fr} manque",
        f"an identity {patient.status} bears half of an INS: {missing.en} is missing",
    )
