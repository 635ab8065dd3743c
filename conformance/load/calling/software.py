"""Users of the software under test, at work through its driver: creations, qualification journeys, searches."""

from __future__ import annotations

import time
from itertools import count
from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.http import HttpDriver
from conformance.drivers.model import Actor, CallOutcome, PatientTraits, SearchCriteria, Status, Verb
from conformance.drivers.protocol import DriverError, RefusedError, VerbNotSupportedError
from conformance.load.calling.chosen import CHECKED
from conformance.load.calling.rules import RULES, Moment, Visit, is_whole, missing_verbs
from conformance.load.stand import StandError
from conformance.suite.desk.words import insi_values
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence
    from random import Random

    from conformance.drivers.model import Patient
    from conformance.load.calling.expected import Lookup, Lookups
    from conformance.load.calling.meter import Meter
    from conformance.load.calling.rules import Sampler
    from conformance.load.options import LoadOptions
    from simulator.ins.identity import Traits
    from simulator.registry.person import Person

NEEDED: Final = (
    Verb.CREATE_PATIENT,
    Verb.CALL_INSI_TRAITS,
    Verb.DECIDE_PROPOSAL,
    Verb.SEARCH_PATIENTS,
    Verb.READ_PATIENT,
)
"""Verbs without which there is no load to make."""
QUALIFYING: Final = (Verb.RECORD_PROOF, Verb.VALIDATE_IDENTITY)
SEARCH_SHARE: Final = 0.3
"""Share of visits by somebody who is in the files already."""
PROOF: Final = "CNI"
UNKNOWN_PLACE: Final = "99999"
"""What a user types when the birth place is not known."""
_KEPT: Final = 200


class WrongError(Exception):
    """The software holds or shows another identity than the registry's."""


def check_verbs(options: LoadOptions) -> None:
    """Ask the software what it can do.

    Raises:
        StandError: it cannot be driven, or lacks a verb that the load needs.
    """
    if options.profile.target == "teleservice":
        return
    if options.software is None:
        raise StandError(
            Text(
                "l'adresse de l'API de pilotage du logiciel est attendue : donnez --software URL",
                "expected the address of the software's driver API, got none: give --software URL",
            )
        )
    with HttpDriver(options.software, timeout=options.timeout) as driver:
        try:
            declared = driver.capabilities()
        except DriverError as error:
            raise StandError(
                Text(
                    f"{error.text.fr}. {error.hint.fr if error.hint else ''}",
                    f"{error.text.en}. {error.hint.en if error.hint else ''}",
                )
            ) from error
    missing = [verb.value for verb in NEEDED if verb not in declared.verbs]
    if missing:
        raise StandError(
            Text(
                f"{declared.name} n'a pas les verbes que demande une charge sur un logiciel : {', '.join(missing)} (déclarez-les dans /capabilities, ou prenez --target teleservice)",
                f"{declared.name} lacks verbs that a load on software needs: {', '.join(missing)} "
                "(declare them in /capabilities, or use --target teleservice)",
            )
        )
    # Those that nobody asked for by name are shown as not looked at.
    lacking = _lacking(options, declared.verbs) if options.rules_named else {}
    if lacking:
        told = "; ".join(f"{rule}: {', '.join(verbs)}" for rule, verbs in lacking.items())
        raise StandError(
            Text(
                f"{declared.name} n'a pas les verbes que demandent les règles sous charge : {told} (laissez-les : --rule {' --rule '.join(rule for rule in options.rules if rule not in lacking) or 'none'})",
                f"{declared.name} lacks verbs that rules under load need: {told} "
                f"(leave them out: --rule {' --rule '.join(rule for rule in options.rules if rule not in lacking) or 'none'})",
            )
        )


def _lacking(options: LoadOptions, declared: Collection[Verb]) -> dict[str, list[str]]:
    """Return which verbs each rule lacks that neither a look nor a check of the suite can judge."""
    from conformance.load.calling.checks import lacking  # noqa: PLC0415 - the engine: only a load on software needs it

    looks, checks = missing_verbs(options.rules, declared), lacking(options.rules, declared)
    return {
        rule: verbs
        for rule, verbs in {**checks, **looks}.items()
        if (rule in looks or rule not in RULES) and (rule in checks or rule not in CHECKED)
    }


def prepare_software(options: LoadOptions, insi_url: str) -> None:
    """Empty the software and let it call the session of the run.

    Raises:
        StandError: it cannot be driven.
    """
    if options.software is None:
        return
    with HttpDriver(options.software, timeout=60.0) as driver:
        try:
            driver.reset(insi_url=insi_url)
        except DriverError as error:
            raise StandError(
                Text(
                    f"{error.text.fr}. {error.hint.fr if error.hint else ''}",
                    f"{error.text.en}. {error.hint.en if error.hint else ''}",
                )
            ) from error


class Patients:
    """People who have not come yet, shared by the users of a process: each comes for the first time once."""

    def __init__(self, people: Sequence[Person]) -> None:
        self._waiting: Iterator[Person] = iter(people)

    def next(self) -> Person | None:
        """Return somebody new; ``None`` when everybody has come."""
        return next(self._waiting, None)


class SoftwareCaller:
    """One user of the software."""

    _numbers = count(1)
    _newcomers: Patients | None = None

    def __init__(
        self,
        options: LoadOptions,
        people: Sequence[Person],
        lookups: Lookups,
        meter: Meter,
        random: Random,
        *,
        sampler: Sampler,
    ) -> None:
        cls = type(self)
        if cls._newcomers is None:
            cls._newcomers = Patients(people)
        self._patients = cls._newcomers
        self._lookups, self._meter, self._random = lookups, meter, random
        self._sampler = sampler
        self._driver = HttpDriver(options.software or "", timeout=max(options.timeout, 30.0))
        self._actor = Actor(user=f"banc-{next(self._numbers)}")
        shares = options.profile.people
        self._unknown_share = shares.get("unknown", 0.0) / sum(shares.values())
        self._known: list[tuple[str, Person]] = []
        self._qualifies = self._can_qualify()

    def serve(self, due: float | None) -> None:
        """Do what one visit needs; ``due``: ``time.monotonic()`` when the patient came."""
        person = None
        if not self._known or self._random.random() >= SEARCH_SHARE:
            if self._random.random() < self._unknown_share:
                self._unknown(self._lookups.draw_unknown(), due)
                return
            person = self._patients.next()
        if person is not None:
            self._first_visit(person, due)
        elif self._known:
            self._visit_again(*self._random.choice(self._known), due)
        else:
            self._unknown(self._lookups.draw_unknown(), due)

    def close(self) -> None:
        """Close the connections."""
        self._driver.close()

    def _can_qualify(self) -> bool:
        try:
            return set(QUALIFYING) <= self._driver.capabilities().verbs
        except DriverError:
            return False

    def _first_visit(self, person: Person, due: float | None) -> None:
        typed = _typed(person.identity.traits, person.first_name)
        patient = self._do("create", due, lambda: self._driver.create_patient(typed, actor=self._actor))
        if patient is None:
            return
        call = self._call(patient, CallOutcome.FOUND, person.key)
        if call is None:
            return
        visit = Visit(
            driver=self._driver,
            actor=self._actor,
            patient_id=patient.id,
            typed=typed,
            person=person,
            call=call,
        )
        self._sampler.look(Moment.FOUND, visit)
        imported = self._do(
            "import",
            None,
            lambda: self._driver.decide_proposal(call.id, accept=True, actor=self._actor),
            lambda got: self._same(got, person, Status.RECUP),
        )
        if imported is None:
            return
        self._sampler.look(Moment.IMPORTED, visit)
        self._known.append((patient.id, person))
        del self._known[:-_KEPT]
        if self._qualifies and self._random.random() < 0.5:  # noqa: PLR2004 - what it stands for is in the line
            self._do("proof", None, lambda: self._driver.record_proof(patient.id, PROOF, actor=self._actor))
            validated = self._do(
                "validate",
                None,
                lambda: self._driver.validate_identity(patient.id, actor=self._actor),
                lambda got: self._same(got, person, Status.QUAL),
            )
            if validated is not None:
                self._sampler.look(Moment.QUALIFIED, visit)

    def _visit_again(self, patient_id: str, person: Person, due: float | None) -> None:
        criteria = SearchCriteria(birth_date=person.identity.traits.birth_date)
        self._do(
            "search",
            due,
            lambda: self._driver.search_patients(criteria, actor=self._actor),
            lambda found: self._among(found, patient_id, person),
        )
        self._do(
            "read",
            None,
            lambda: self._driver.read_patient(patient_id, actor=self._actor),
            lambda got: self._same(got, person, None),
        )
        if is_whole(person.identity.traits.birth_date):
            self._sampler.look(
                Moment.BACK,
                Visit(
                    driver=self._driver,
                    actor=self._actor,
                    patient_id=patient_id,
                    person=person,
                    known=tuple(self._known),
                ),
            )

    def _unknown(self, lookup: Lookup, due: float | None) -> None:
        typed = _typed(lookup, lookup.first_name)
        patient = self._do("create", due, lambda: self._driver.create_patient(typed, actor=self._actor))
        if patient is None:
            return
        call = self._call(patient, CallOutcome.NOT_FOUND, str(lookup))
        if call is not None:
            self._sampler.look(
                Moment.NOT_FOUND,
                Visit(driver=self._driver, actor=self._actor, patient_id=patient.id, typed=typed, call=call),
            )

    def _call(self, patient: Patient, expected: CallOutcome, about: str) -> Any:
        return self._do(
            "insi",
            None,
            lambda: self._driver.call_insi_traits(patient.id, actor=self._actor),
            lambda made: self._outcome(made, expected, about),
        )

    def _do(
        self,
        operation: str,
        due: float | None,
        act: Callable[[], Any],
        check: Callable[[Any], None] = lambda _: None,
    ) -> Any:
        """Do one act, measure it and check what comes back; ``None`` when it did not succeed."""
        started = time.monotonic()
        code, problem, wrong, result = "ok", None, False, None
        try:
            result = act()
            ended = time.monotonic()
            check(result)
        except WrongError as error:
            code, problem, wrong = "wrong", str(error), True
        except RefusedError as error:
            ended, code, problem = time.monotonic(), f"refused {error.code}", str(error)
        except (DriverError, VerbNotSupportedError) as error:
            ended, code, problem = time.monotonic(), "driver", str(error)
        self._meter.call(
            operation,
            code=code,
            latency=ended - (started if due is None else due),
            service=ended - started,
            wrong=wrong,
            error=problem is not None and not wrong,
            reached="cannot be reached" not in (problem or ""),
        )
        if wrong:
            self._meter.tell_wrong(operation, problem or "", "", repr(result))
        elif problem is not None:
            self._meter.tell_error(operation, problem)
        return None if problem is not None else result

    @staticmethod
    def _outcome(call: Any, expected: CallOutcome, about: str) -> None:
        if call.outcome is CallOutcome.ERROR:
            raise DriverError(f"{about}: INSi call of the software ended in {call.code or call.message}")
        if call.outcome is not expected:
            raise WrongError(f"{about}: expected the outcome {expected}, got {call.outcome} ({call.message})")

    @staticmethod
    def _same(patient: Patient | None, person: Person, status: Status | None) -> None:
        if patient is None:
            raise WrongError(f"{person.key}: expected the patient imported, got none")
        for name, expected in insi_values(person).items():
            found = getattr(patient, name)
            if found != expected:
                raise WrongError(
                    f"{person.key}: expected {name} {expected}, got {found} in the file {patient.id}"
                )
        if status is not None and patient.status is not status:
            raise WrongError(f"{person.key}: expected the status {status}, got {patient.status}")

    def _among(self, found: Sequence[Patient], patient_id: str, person: Person) -> None:
        for patient in found:
            if patient.id == patient_id:
                self._same(patient, person, None)
                return
        raise WrongError(
            f"{person.key}: expected the file {patient_id} among those found, got {len(found)} others"
        )


def _typed(who: Traits | Lookup, first_name: str) -> PatientTraits:
    """Return what is typed of somebody at the counter: one first name, and a place even if it is unknown."""
    return PatientTraits(
        birth_name=who.birth_name,
        first_name=first_name,
        first_names=first_name,
        birth_date=who.birth_date,
        sex=who.sex,
        birth_place=who.birth_place or UNKNOWN_PLACE,
    )
