"""What a check works with, and the steps that most checks begin with."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from conformance.drivers.model import HIGH_CONFIDENCE_PROOFS, SearchCriteria, Status
from conformance.drivers.protocol import DriverError, RefusedError
from conformance.suite.desk.apart import EMPTYING, HISTORY, INS_HISTORY, USUAL, WHILE_WAITING, NotOfferedError
from conformance.suite.desk.delivered import learn_lateness
from conformance.suite.desk.log import without_others
from conformance.suite.desk.needs import (
    held_already,
    need_another_question,
    need_no_exemption,
    need_no_new_check,
    need_number,
    need_proposed,
    need_status,
    need_typed,
)
from conformance.suite.desk.on_the_way import checked_on_the_way
from conformance.suite.desk.people import typed
from conformance.suite.desk.routes import STEPS, TYPICAL, Route, Step
from conformance.suite.desk.snapshot import Snapshot
from conformance.suite.desk.standing import Standing
from conformance.suite.desk.told import Told, told
from conformance.suite.desk.wire import need_found, of_file, returned
from conformance.suite.desk.words import elided, state_of
from conformance.verdicts import Departure, UndecidedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conformance.drivers.model import Actor, AuditEntry, InsiCall, Patient, PatientTraits
    from simulator.client import ExchangeView
    from simulator.registry.person import Person

USERS = ("user", "super-user")
"""Who may be at the desk; see ``Desk.by``."""

_STOPS = (UndecidedError, Departure, RefusedError, DriverError)
"""What keeps an ordinary case from being seen; the checks of the rules that it is about say so."""
_USUAL_ENDINGS = {"01": "answers/not-found", "02": "answers/several", "insi_102": "faults/insi-102"}


@contextmanager
def preparing(fr: str, en: str, *, depends_on: tuple[str, ...] = ()) -> Iterator[None]:
    """Turn a refusal inside the block into "this check could not be prepared"; ``fr``, ``en`` name the act.

    ``depends_on`` names the rules that say that the software has to do it.
    """
    try:
        yield
    except RefusedError as refusal:
        raise UndecidedError(
            f"préparation impossible, le logiciel refuse {elided(fr)} : {refusal.message} ({refusal.code})",
            f"could not be prepared, the software refuses to {en}: {refusal.message} ({refusal.code})",
            depends_on=depends_on,
        ) from refusal


@contextmanager
def while_waiting() -> Iterator[None]:
    """Turn a refusal inside the block into "a decision is wanted first": an answer of INSi waits for one."""
    try:
        yield
    except RefusedError as refusal:
        raise NotOfferedError(
            WHILE_WAITING,
            f"refusé tant qu'une réponse d'INSi attend : {refusal.message} ({refusal.code})",
            f"refused while an answer of INSi waits: {refusal.message} ({refusal.code})",
        ) from refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk(Standing):
    """A pharmacist at work: the software in front of them, INSi behind it, and people who come in.

    Its steps are not what a check verifies. One that goes wrong ends the check without a verdict on its rule
    (INCONCLUSIVE): the rule that the step belongs to has its own check, which says FAIL.
    """

    def need_reset(self) -> None:
        """Make sure that ``/reset`` empties the software; asked once a campaign.

        Raises:
            UndecidedError: it keeps its files: what a check finds may then be what another left.
        """
        self.once("reset", Desk._try_reset)

    def _try_reset(self) -> None:
        person = self.draw()
        day = person.identity.traits.birth_date
        kept: list[Patient] = []
        # A refusal: the checks of creation and search say so.
        with self.if_offered(EMPTYING), suppress(RefusedError):
            patient = self.lgo.create_patient(typed(person), actor=self.user)
            learn_lateness(self, patient, day)
            self.lgo.reset(insi_url=self.insi.soap_url)
            kept = [each for each in self.search(birth_date=day) if each.id == patient.id]
        if any(each.birth_name == person.identity.traits.birth_name for each in kept):
            raise UndecidedError(
                "le logiciel garde ses dossiers après /reset : ce qu'un contrôle trouve peut être ce qu'un autre a laissé",
                "the software keeps its files after /reset: what a check finds may be what another one left",
            )

    # Files

    def create(self, person: Person, **others: str | None) -> Patient:
        """Type a patient with the traits of a person, some of them replaced, and return the file."""
        patient = self.read(self._entered(person, **others))
        need_typed(patient, typed(person, **others), others)
        return patient

    def _entered(self, person: Person, **others: str | None) -> Patient:
        """Type a patient and return what the software answers to that."""
        with preparing("créer le patient", "create the patient", depends_on=("CRE-03",)):
            return self.enter(typed(person, **others))

    def enter(self, traits: PatientTraits) -> Patient:
        """Type traits, and once more where somebody of that name born that day made the software ask to look again (SRC-12)."""
        try:
            return self.lgo.create_patient(traits, actor=self.user)
        except RefusedError:
            alike: list[Patient] = []
            if traits.birth_date:
                with suppress(*_STOPS):
                    alike = self.search(birth_date=traits.birth_date)
            if all(each.birth_name != traits.birth_name for each in alike):
                raise
        return self.lgo.create_patient(traits, actor=self.user)

    def try_create(self, traits: PatientTraits, *, control: PatientTraits) -> Patient | RefusedError:
        """Type traits and return the file, or the refusal.

        After a refusal ``control`` is typed: the software has to accept that, or the refusal proves nothing.
        """
        try:
            patient = self.enter(traits)
        except RefusedError as refusal:
            with preparing(
                "créer un patient sans cette particularité",
                "create a patient without this feature",
                depends_on=("CRE-03",),
            ):
                self.lgo.create_patient(control, actor=self.user)
            return refusal
        return self.read(patient)

    def read(self, patient: Patient, user: Actor | None = None) -> Patient:
        """Return the file as it is now."""
        return self.lgo.read_patient(patient.id, actor=user or self.user)

    def snapshot(self, patient: Patient, *, former: bool = False, is_read: bool = False) -> Snapshot:
        """Return the whole state of a file, on demand with its ``former`` INS; without what the software does not tell.

        ``is_read``: what is given was read just now.
        """
        now = patient if is_read else self.read(patient)
        history, numbers = None, None
        with self.if_offered(HISTORY):
            history = tuple(self.lgo.read_status_history(patient.id, actor=self.user))
        # What becomes of former INS is seen only while there is one.
        if former and now.matricule:
            with self.if_at_hand(INS_HISTORY), suppress(RefusedError):
                numbers = tuple(self.lgo.read_ins_history(patient.id, actor=self.user))
        return Snapshot(patient=now, history=history, former=numbers)

    def search(self, **criteria: str) -> list[Patient]:
        """Search the local files; somebody may be listed under each of their names."""
        found = self.lgo.search_patients(SearchCriteria(**criteria), actor=self.user)
        return list({patient.id: patient for patient in found}.values())

    def born_on(self, day: str) -> list[Patient]:
        """Return the files of those born that day."""
        with preparing("chercher par date de naissance", "search by date of birth", depends_on=("SRC-01",)):
            return self.search(birth_date=day)

    def prove_search_works(self, person: Person) -> None:
        """Create somebody born that day and find them: that nobody was found before proves something then."""
        control = self.create(self.draw(birth_date=person.identity.traits.birth_date))
        if control.id not in {patient.id for patient in self.born_on(person.identity.traits.birth_date)}:
            raise UndecidedError(
                "la recherche ne trouve pas même un patient qui existe : qu'elle ne trouve rien ne prouve rien",
                "the search does not even find a patient who exists: that it finds nothing proves nothing",
                depends_on=("SRC-01",),
            )

    # INSi

    def call(self, patient: Patient, user: Actor | None = None) -> tuple[InsiCall, list[ExchangeView]]:
        """Call INSi for a patient; return what the software says of it, and what INSi received."""
        answer, exchanges = self.try_call(patient, user)
        if not exchanges:
            self._need_no_reason(patient, answer)
        with preparing("appeler INSi", "call INSi"):
            if isinstance(answer, RefusedError):
                raise answer
            return answer, exchanges

    def try_call(
        self, patient: Patient, user: Actor | None = None
    ) -> tuple[InsiCall | RefusedError, list[ExchangeView]]:
        """Call INSi for a patient; a refusal to go on is an answer here."""

        def act() -> InsiCall | RefusedError:
            try:
                return self.lgo.call_insi_traits(patient.id, actor=user or self.user)
            except RefusedError as refusal:
                return refusal

        answer, exchanges = self.asking(patient, act)
        if not exchanges and user in {None, self.user, self.super_user}:
            self._need_no_reason(patient, answer)
        return answer, exchanges

    def _need_no_reason(self, patient: Patient, answer: InsiCall | RefusedError) -> None:
        """Make sure that a call which was not made is none that no text asks for."""
        now = self.read(patient)
        need_no_exemption(now, answer)
        need_another_question(now, answer, self.in_vain.get(patient.id))

    def try_search_insi(self, traits: PatientTraits) -> tuple[InsiCall | RefusedError, list[ExchangeView]]:
        """Search INSi with typed traits; a refusal to go on is an answer here."""

        def act() -> InsiCall | RefusedError:
            try:
                return self.lgo.search_insi(traits, actor=self.user)
            except RefusedError as refusal:
                return refusal

        return self.during(act)

    def find(self, patient: Patient) -> InsiCall:
        """Call INSi for a patient that it knows; the identity found is proposed, nothing is decided."""
        call, requests = self.call(patient)
        need_found(requests)
        return need_proposed(call)

    def find_by(self, traits: PatientTraits) -> InsiCall:
        """Search INSi with typed traits of somebody that it knows; the identity found is proposed."""
        with preparing("chercher sur INSi", "search INSi"):
            call, requests = self.during(lambda: self.lgo.search_insi(traits, actor=self.user))
        need_found(requests)
        return need_proposed(call)

    def decide(self, call: InsiCall, *, accept: bool) -> Patient | None:
        """Accept or refuse the identity found."""
        with preparing(
            "enregistrer la décision sur l'identité INSi",
            "take the decision on the INSi identity",
            depends_on=("RSP-01", "RSP-02"),
        ):
            try:
                return self.lgo.decide_proposal(call.id, accept=accept, actor=self.user)
            except RefusedError as refusal:
                if accept:
                    self._need_last(call, refusal)
                    need_no_new_check(self, call, refusal)
                    if (patient := held_already(self, call)) is not None:
                        return patient
                raise

    def _need_last(self, call: InsiCall, refusal: RefusedError) -> None:
        """Make sure that no other file was called for since: a software may hold one answer at a time."""
        calls = list(self.waiting.values())
        if call.id in calls[:-1]:
            raise NotOfferedError(
                WHILE_WAITING,
                f"refusé après l'appel d'un autre dossier : {refusal.message} ({refusal.code})",
                f"refused after the call of another file: {refusal.message} ({refusal.code})",
            ) from refusal

    def try_accept(self, call: InsiCall) -> Patient | RefusedError | None:
        """Accept what a call proposes; return the refusal when the software does not let that happen."""
        try:
            return self.lgo.decide_proposal(call.id, accept=True, actor=self.user)
        except RefusedError as refusal:
            return refusal

    def feed(self, patient: Patient) -> Patient:
        """Call INSi, accept the identity found, and return the file, which has to hold the number that INSi returned."""
        number = self._imported(patient)
        return need_number(self.read(patient), number)

    def _imported(self, patient: Patient) -> str | None:
        """Call INSi, accept the identity found, and return its number."""
        call, requests = self.call(patient)
        answer = need_found(of_file(requests, patient))
        self.decide(need_proposed(call), accept=True)
        return returned(answer)["matricule"]

    def arrive(self, person: Person, **others: str | None) -> Patient:
        """Search INSi with the traits of a person, accept, and return the file that this creates."""
        return self.read(self._arrived(person, **others))

    def _arrived(self, person: Person, **others: str | None) -> Patient:
        """Search INSi, accept, and return what the software answers of the file that this creates."""
        patient = self.decide(self.find_by(typed(person, **others)), accept=True)
        if patient is None:
            raise UndecidedError(
                "préparation impossible, aucun dossier n'est créé depuis INSi",
                "could not be prepared, no file is created from INSi",
                depends_on=("RSP-02",),
            )
        return patient

    def decline(self, patient: Patient) -> InsiCall:
        """Call INSi, refuse the identity found, make sure that this has changed nothing, and return the call."""
        call = self.find(patient)
        self.decide(call, accept=False)
        self._need_same(patient, self.read(patient))
        return call

    def snapshot_declined(self, patient: Patient) -> Snapshot:
        """Decline as ``decline`` does, and return the whole state of the file."""
        self.decide(self.find(patient), accept=False)
        after = self.snapshot(patient)
        self._need_same(patient, after.patient)
        return after

    @staticmethod
    def _need_same(before: Patient, after: Patient) -> None:
        if state_of(after) != state_of(before):
            raise UndecidedError(
                "préparation impossible, le dossier a changé alors que l'identité INSi a été refusée",
                "could not be prepared, the file has changed although the INSi identity was refused",
                depends_on=("RSP-01",),
            )

    def usually_told(self) -> dict[str, Told]:
        """Return what the software tells its user in ordinary cases, by the code of the ending.

        Asked once a campaign, for a person of whom nothing is particular. An ending that this software does not come to
        is left out: what is compared with it is then not compared.
        """
        usual: dict[str, Told] = self.once("usual", Desk._ask_usual)
        return usual

    def _ask_usual(self) -> dict[str, Told]:
        usual: dict[str, Told] = {}
        with self.if_offered(USUAL), suppress(*_STOPS):
            patient = self.create(self.draw())
            with self.if_offered(USUAL), suppress(*_STOPS):
                usual["00"] = told(self.decline(patient), about=patient)
            for code, scenario in _USUAL_ENDINGS.items():
                with self.answered_by(scenario), suppress(*_STOPS):
                    call, requests = self.try_call(patient)
                    if any(each.code == code for each in requests):
                        usual[code] = told(call, about=patient)
        return usual

    def logged_calls(self, patient: Patient | None = None) -> list[AuditEntry]:
        """Return the entries of INSi calls in the audit log, of one patient or of all, but for those of requests put apart."""
        entries = self.lgo.read_audit_log(actor=self.user, patient_id=patient.id if patient else None)
        return without_others(
            [entry for entry in entries if entry.action == "INSI_CALL"], self.wire.others.values()
        )

    # Statuses

    def record_document(self, patient: Patient) -> Patient | None:
        """Record the first of the high-confidence documents that the software knows, and return the file as the act gives it.

        Whoever is at the desk does, else the entitled user: that of a checked identity may be theirs to replace.
        """
        for actor, kind in product((self.user, self.super_user), HIGH_CONFIDENCE_PROOFS):
            try:
                return self.lgo.record_proof(patient.id, kind, actor=actor)
            except RefusedError:
                continue
        if self.read(patient).status in {Status.VALI, Status.QUAL}:
            return None  # It has been checked: another document need not be taken.
        if self.decline_waiting(patient):  # A decision may be wanted first.
            return self.record_document(patient)
        raise UndecidedError(
            "préparation impossible, le logiciel n'enregistre aucun dispositif à haut niveau de confiance",
            "could not be prepared, the software records no high-confidence document",
            depends_on=("PRF-01",),
        )

    def check_document(self, patient: Patient) -> Patient:
        """Record a high-confidence document, validate, and return the file."""
        self._checked(patient)
        return self.read(patient)

    def _checked(self, patient: Patient) -> None:
        self.record_document(patient)
        with preparing("valider l'identité", "validate the identity", depends_on=("PRF-04",)):
            self.after_decision(patient, lambda: self.lgo.validate_identity(patient.id, actor=self.user))

    def bring(self, person: Person, to: Status | Route, /, **others: str | None) -> Patient:
        """Type a patient, or let INSi create the file, and bring it to a status; return the file.

        A status is reached the typical way; name a ``Route`` for another. What is on the way has checks of its own.
        """
        return self.bring_laden(person, to, None, **others)

    def bring_laden(
        self,
        person: Person,
        to: Status | Route,
        lade: Callable[[Patient], None] | None,
        /,
        **others: str | None,
    ) -> Patient:
        """Have ``lade`` put more into the file before it is read; if that takes it to another status, bring one without."""
        route = to if isinstance(to, Route) else TYPICAL[to]
        patient = self._arrived(person, **others) if route.is_from_insi else self._entered(person, **others)
        number = None
        for step in STEPS[route]:
            if step is Step.IMPORT:
                number = self._imported(patient)
            elif not checked_on_the_way(self.lgo, patient, route, self.user):
                self._checked(patient)
        if lade is not None:
            lade(patient)
        patient = self.read(patient)
        if lade is not None and patient.status is not route.status:
            return self.bring(person, to, **others)
        if Step.IMPORT in STEPS[route]:
            need_number(patient, number)
        elif not route.is_from_insi:
            need_typed(patient, typed(person, **others), others)
        need_status(patient, route)
        return patient
