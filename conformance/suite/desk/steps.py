"""What a check works with, and the steps that most checks begin with."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from conformance.drivers.model import HIGH_CONFIDENCE_PROOFS, CallOutcome, SearchCriteria, Status
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.people import typed
from conformance.suite.desk.words import FIELD, state_of
from conformance.verdicts import UndecidedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conformance.drivers.model import Actor, InsiCall, Patient, PatientTraits
    from conformance.drivers.protocol import Driver
    from conformance.suite.desk.people import Draw
    from conformance.suite.desk.wire import Wire
    from simulator.client import ExchangeView, SessionClient
    from simulator.registry.person import Person

_T = TypeVar("_T")


@contextmanager
def preparing(fr: str, en: str) -> Iterator[None]:
    """Turn a refusal inside the block into "this check could not be prepared"; ``fr``, ``en`` name the act."""
    try:
        yield
    except RefusedError as refusal:
        raise UndecidedError(
            f"préparation impossible, le logiciel refuse de {fr} : {refusal.message} ({refusal.code})",
            f"could not be prepared, the software refuses to {en}: {refusal.message} ({refusal.code})",
        ) from refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A pharmacist at work: the software in front of them, INSi behind it, and people who come in.

    Its steps are not what a check verifies. One that goes wrong ends the check without a verdict on its rule
    (INCONCLUSIVE): the rule that the step belongs to has its own check, which says FAIL.
    """

    lgo: Driver
    """The software under test."""
    insi: SessionClient
    """The simulator: where scenarios are installed."""
    wire: Wire
    user: Actor
    """An ordinary user; does all the steps."""
    super_user: Actor
    """A user entitled to change strict traits."""
    draw: Draw
    """Returns a fresh person known to INSi, with the features wished."""

    def draw_where(self, condition: Callable[[Person], bool], **wanted: object) -> Person:
        """Draw somebody for whom ``condition`` holds; whoever does not is unknown to INSi."""
        return self.draw(where=condition, **wanted)

    def during(self, act: Callable[[], _T]) -> tuple[_T, list[ExchangeView]]:
        """Do ``act`` and return what it returned, with the exchanges that INSi had meanwhile, oldest first."""
        return self.wire.during(act)

    def call(self, patient: Patient, user: Actor | None = None) -> tuple[InsiCall, list[ExchangeView]]:
        """Call INSi for a patient; return what the software says of it, and what INSi received."""
        with preparing("appeler INSi", "call INSi"):
            return self.during(lambda: self.lgo.call_insi_traits(patient.id, actor=user or self.user))

    def create(self, person: Person, **others: str | None) -> Patient:
        """Type a patient with the traits of a person, some of them replaced."""
        traits = typed(person, **others)
        with preparing("créer le patient", "create the patient"):
            patient = self.lgo.create_patient(traits, actor=self.user)
        patient = self.read(patient)
        # Without this a software could show one and the same patient to every check.
        for name in ("birth_name", "first_name", "birth_date", *others):
            value, got = getattr(traits, name), getattr(patient, name)
            if value is not None and got != value:
                raise UndecidedError(
                    f"préparation impossible, {FIELD[name].fr} saisi « {value} », relu « {got} »",
                    f"could not be prepared, {FIELD[name].en} typed “{value}”, read “{got}”",
                )
        return patient

    def try_create(self, traits: PatientTraits, *, control: PatientTraits) -> Patient | RefusedError:
        """Type traits and return the file, or the refusal.

        After a refusal ``control`` is typed: the software has to accept that, or the refusal proves nothing.
        """
        try:
            patient = self.lgo.create_patient(traits, actor=self.user)
        except RefusedError as refusal:
            with preparing(
                "créer un patient sans cette particularité", "create a patient without this feature"
            ):
                self.lgo.create_patient(control, actor=self.user)
            return refusal
        return self.read(patient)

    def read(self, patient: Patient) -> Patient:
        """Return the file as it is now."""
        return self.lgo.read_patient(patient.id, actor=self.user)

    def find(self, patient: Patient) -> InsiCall:
        """Call INSi for a patient that it knows; the identity found is proposed, nothing is decided."""
        with preparing("appeler INSi", "call INSi"):
            call = self.lgo.call_insi_traits(patient.id, actor=self.user)
        if call.outcome is not CallOutcome.FOUND:
            raise UndecidedError(
                f"préparation impossible, l'appel INSi ne trouve pas le patient : {call.outcome}, {call.message}",
                f"could not be prepared, the INSi call does not find the patient: {call.outcome}, {call.message}",
            )
        return call

    def decide(self, call: InsiCall, *, accept: bool) -> Patient | None:
        """Accept or refuse the identity found."""
        with preparing(
            "enregistrer la décision sur l'identité INSi", "take the decision on the INSi identity"
        ):
            return self.lgo.decide_proposal(call.id, accept=accept, actor=self.user)

    def feed(self, patient: Patient) -> Patient:
        """Call INSi, accept the identity found, and return the file."""
        self.decide(self.find(patient), accept=True)
        return self.read(patient)

    def decline(self, patient: Patient) -> None:
        """Call INSi, refuse the identity found, and make sure that this has changed nothing."""
        self.decide(self.find(patient), accept=False)
        if state_of(self.read(patient)) != state_of(patient):
            raise UndecidedError(
                "préparation impossible, le dossier a changé alors que l'identité INSi a été refusée",
                "could not be prepared, the file has changed although the INSi identity was refused",
            )

    def born_on(self, day: str) -> list[Patient]:
        """Return the files of those born that day."""
        with preparing("chercher par date de naissance", "search by date of birth"):
            return self.lgo.search_patients(SearchCriteria(birth_date=day), actor=self.user)

    def record_document(self, patient: Patient) -> None:
        """Record the first of the high-confidence documents that the software knows."""
        for kind in HIGH_CONFIDENCE_PROOFS:
            try:
                self.lgo.record_proof(patient.id, kind, actor=self.user)
            except RefusedError:
                continue
            return
        raise UndecidedError(
            "préparation impossible, le logiciel n'enregistre aucun dispositif à haut niveau de confiance",
            "could not be prepared, the software records no high-confidence document",
        )

    def check_document(self, patient: Patient) -> Patient:
        """Record a high-confidence document, validate, and return the file."""
        self.record_document(patient)
        with preparing("valider l'identité", "validate the identity"):
            self.lgo.validate_identity(patient.id, actor=self.user)
        return self.read(patient)

    def bring(self, person: Person, status: Status, **others: str | None) -> Patient:
        """Type a patient and bring the file to a status, QUAL by way of RECUP."""
        patient = self.create(person, **others)
        if status in {Status.RECUP, Status.QUAL}:
            patient = self.feed(patient)
            _need_status(patient, Status.RECUP)
        if status in {Status.VALI, Status.QUAL}:
            patient = self.check_document(patient)
        _need_status(patient, status)
        return patient

    def as_super_user(self) -> Desk:
        """Return the same desk with the entitled user at it."""
        return replace(self, user=self.super_user)


def _need_status(patient: Patient, status: Status) -> None:
    if patient.status is not status:
        raise UndecidedError(
            f"préparation impossible, le dossier devait être {status} et il est {patient.status}",
            f"could not be prepared, the file had to be {status} and it is {patient.status}",
        )
