"""Keeps the ledger of a software while a check works with it: what each act changes of what a file has to hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.model import CallOutcome, InsiCall, Patient, SearchCriteria, Verb
from conformance.suite.desk.calls_logged import CallsLogged
from conformance.suite.desk.carded import CardCalls
from conformance.suite.desk.histories import Histories
from conformance.suite.desk.ledger import Ledger
from conformance.suite.desk.turns import Turns
from conformance.suite.desk.wire import is_disturbed, returned

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from conformance.drivers.model import AuditEntry
    from conformance.suite.desk.found import Found, Owners
    from conformance.suite.desk.wire import Wire
    from simulator.client import ExchangeView

_CALLS: Final = frozenset({Verb.CALL_INSI_TRAITS, Verb.SEARCH_INSI, Verb.CALL_INSI_CARD})
"""Calls that end with their answer."""
_SEARCHES: Final = frozenset({Verb.SEARCH_PATIENTS, Verb.SEARCH_BY_MATRICULE})
LOOKS: Final = _SEARCHES | {Verb.READ_PROPOSAL, Verb.READ_STATUS_HISTORY}
"""Looks that show what files hold, besides a reading."""
_TAKES_INS: Final = frozenset({Verb.DOWNGRADE_STATUS, Verb.SET_ATTRIBUTES})
"""Acts that may take the INS of a file away."""
_KEEPS_TRAITS: Final = _TAKES_INS | {Verb.RECORD_PROOF, Verb.VALIDATE_IDENTITY}
"""Acts on a file that change none of its traits."""
_TURNING: Final = _KEEPS_TRAITS | {Verb.UPDATE_PATIENT}
"""Acts on a file that may change its status, besides what comes from INSi."""
_TAKES_OTHER_INS: Final = frozenset(
    {Verb.CALL_INSI_TRAITS, Verb.CALL_INSI_CARD, Verb.START_INSI_CALL, Verb.VERIFY_INS}
)
"""Acts after which a file may hold another INS, or none."""
_KEEPS_ALL: Final = frozenset(
    {
        Verb.SEARCH_INSI, Verb.READ_INSI_CALL, Verb.RECORD_PROOF, Verb.VALIDATE_IDENTITY,
        Verb.READ_CARD, Verb.SWAP_CARD, Verb.CHOOSE_AUTHENTICATION, Verb.WRITE_TRUSTED_SENDERS, Verb.RENDER_DOCUMENT,
        Verb.EXPORT_MESSAGE, Verb.EXPORT_PATIENTS, Verb.SEND_DOCUMENT, Verb.WITHDRAW_DOCUMENT, Verb.RECORD_OPPOSITION,
        Verb.OPEN_DMP, Verb.READ_TRANSMISSIONS, Verb.READ_DASHBOARD, Verb.SET_CLOCK, Verb.WRITE_SETTINGS,
    }
)  # fmt: skip
"""Acts that change no trait of any file, and no INS."""


class Accounts:
    """Tells a ledger what is done with a software.

    Args:
        wire: what INSi received; ``None``: answers of INSi are not known.
    """

    def __init__(self, wire: Wire | None) -> None:
        """Begin with nothing known."""
        self._wire = wire
        self._ledger = Ledger()
        self._cards, self._turns, self._logged = CardCalls(), Turns(), CallsLogged()
        self._histories = Histories()
        self._unseeing: set[str] = set()
        self._answers: dict[str, Sequence[ExchangeView]] = {}
        self._files: dict[str, str] = {}
        self._is_alone = True

    @property
    def found(self) -> list[Found]:
        """The departures found so far."""
        return [
            *self._ledger.found,
            *self._cards.found,
            *self._turns.found,
            *self._logged.found,
            *self._histories.found,
        ]

    def forget(self) -> None:
        """Know of no file any more."""
        self._ledger.forget()
        self._turns.forget()
        self._histories.forget()
        self._logged.forget()
        self._answers.clear()
        self._files.clear()

    def forget_file(self, patient_id: str) -> None:
        """Know nothing of one file any more."""
        self._ledger.forget_file(patient_id)
        self._turns.forget_file(patient_id)
        self._histories.forget_status(patient_id)

    def number_of(self, patient_id: str) -> str | None:
        """Return the matricule that was accepted for a file, if only one."""
        return self._ledger.number_of(patient_id)

    def read(self, patient: Patient, named: Mapping[str, Any]) -> None:
        """Compare a file that was read."""
        if self._sees(named):
            self._ledger.shown(patient)
            self._turns.seen(patient)
            self._histories.seen(patient)

    def read_log(self, entries: Collection[AuditEntry], named: Mapping[str, Any]) -> None:
        """Compare the log of a file that was read."""
        if (patient_id := named.get("patient_id")) is not None and self._sees(named):
            self._logged.read(patient_id, user_of(named), entries)

    def _sees(self, named: Mapping[str, Any]) -> bool:
        """Return whether all is shown to who looks: their rights were not changed."""
        return user_of(named) not in self._unseeing

    def looked(self, name: str, args: tuple[Any, ...], named: Mapping[str, Any], answer: Any) -> None:
        """Compare what a look has shown of files."""
        if name in _SEARCHES:
            self._ledger.listed(answer)
            if args and isinstance(args[0], SearchCriteria) and self._sees(named):
                self._ledger.sought(args[0], {patient.id for patient in answer})
        elif name == Verb.READ_STATUS_HISTORY:
            if self._sees(named):
                self._histories.read(args[0], answer)
        elif (patient_id := self._files.get(args[0])) is not None:
            self._ledger.compared(patient_id, {line.field: line.local for line in answer.fields})

    def asking(
        self, name: str, member: Callable[..., Any], args: tuple[Any, ...], named: dict[str, Any]
    ) -> Any:
        """Do an act and return its answer; of a call, what INSi received and answered meanwhile is noted."""
        if name not in _CALLS or self._wire is None:
            return member(*args, **named)
        answer, exchanges = self._wire.during(lambda: member(*args, **named))
        if isinstance(answer, InsiCall):
            self._called(name, answer, exchanges)
            if answer.patient_id is not None:
                self._logged.called(answer.patient_id, user_of(named), exchanges)
            if name == Verb.CALL_INSI_CARD and len(args) > 1:
                self._cards.called(args[0], args[1], exchanges)
        return answer

    def _called(self, name: str, call: InsiCall, exchanges: Collection[ExchangeView]) -> None:
        of_insi = [each for each in exchanges if each.code == "00" and not is_disturbed(each)]
        if call.outcome is CallOutcome.FOUND and of_insi:
            self._answers[call.id] = of_insi
        if call.patient_id is not None:
            self._files[call.id] = call.patient_id
        if name == Verb.CALL_INSI_TRAITS and call.patient_id is not None and self._is_alone:
            # What INSi could not read is another rule's matter.
            self._ledger.sent(call.patient_id, [each.traits for each in exchanges if each.traits is not None])

    def done(
        self, name: str, args: tuple[Any, ...], named: Mapping[str, Any], answer: Any, owners: Owners | None
    ) -> None:
        """Note an act that was not refused; ``owners``: the rules about what it does to a file, where there are any."""
        ledger = self._ledger
        self._turned(name, args, named)
        self._cards.done(name, args, answer)
        if name == Verb.CREATE_PATIENT and isinstance(answer, Patient):
            ledger.created(args[0], answer)
        elif name == Verb.UPDATE_PATIENT and len(args) > 1:
            ledger.updated(args[0], args[1])
        elif name == Verb.DECIDE_PROPOSAL:
            self._decided(args, named, answer)
        elif name in _TAKES_OTHER_INS:
            self._is_alone = self._is_alone and name != Verb.START_INSI_CALL
            if (patient_id := _file_of(name, args, named)) is not None:
                ledger.forget_ins(patient_id)
        elif owners is not None and name in _KEEPS_TRAITS:
            ledger.done(args[0], name, owners, may_lose_ins=name in _TAKES_INS)
        elif name == Verb.WRITE_RIGHTS:
            self._unseeing.add(args[0])
        elif name not in _KEEPS_ALL:
            self.forget()

    def _turned(self, name: str, args: tuple[Any, ...], named: Mapping[str, Any]) -> None:
        """Note what an act may make of the status of a file, and who did it."""
        user = user_of(named)
        if name == Verb.DECIDE_PROPOSAL:
            if named.get("accept"):
                patient_id = self._files.get(args[0], "")
                self._turns.done(name, patient_id, None)
                self._histories.done(patient_id, user)
        elif name in _TURNING:
            self._turns.done(name, args[0], args[1] if len(args) > 1 else None)
            self._histories.done(args[0], user)
        elif name in _TAKES_OTHER_INS:
            patient_id = _file_of(name, args, named) or ""
            self._turns.forget_file(patient_id)
            if name == Verb.VERIFY_INS:
                self._histories.forget_status(patient_id)

    def _decided(self, args: tuple[Any, ...], named: Mapping[str, Any], answer: Any) -> None:
        if not named.get("accept"):
            return
        answered = _only(self._answers.get(args[0], ()))
        asked_for = self._files.get(args[0])
        patient_id = answer.id if isinstance(answer, Patient) else asked_for
        if patient_id is None:
            self.forget()
        elif answered is None or (patient_id != asked_for and self._ledger.knows(patient_id)):
            # Who is known by the number already may be opened in the place of the file.
            self._ledger.forget_file(patient_id)
            self._ledger.forget_file(asked_for or "")
        else:
            self._ledger.imported(patient_id, answered)


def user_of(named: Mapping[str, Any]) -> str:
    """Return who does an act, by its named arguments; empty when it does not say."""
    return getattr(named.get("actor"), "user", "")


def _file_of(name: str, args: tuple[Any, ...], named: Mapping[str, Any]) -> str | None:
    """Return the file that a call or a verification is for; a call by card may be for none yet."""
    return named.get("patient_id") if name == Verb.CALL_INSI_CARD else args[0]


def _only(answers: Sequence[ExchangeView]) -> Mapping[str, str | None] | None:
    """Return what INSi answered to a call; ``None`` where it answered nothing, or one thing and then another."""
    found = [returned(each) for each in answers]
    return found[0] if found and all(each == found[0] for each in found) else None
