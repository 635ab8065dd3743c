"""Rules looked at while the software works: chosen ones, sampled at a rate, on files that a user has just handled.

A campaign judges a software that does one thing at a time, and empties it before each check. These look at the rules that
can be judged beside other users, without emptying anything: what a call left in the file, the status, the locks, the
history, the log, what a search finds. A log or an index that is written a moment later is waited for.
"""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from conformance.drivers.model import STRICT_FIELDS, CallOutcome, PatientTraits, SearchCriteria, Status, Verb
from conformance.drivers.protocol import DriverError, RefusedError, VerbNotSupportedError
from conformance.suite.desk.words import insi_values
from simulator.ins import BirthDate, BirthDateError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from conformance.drivers.http import HttpDriver
    from conformance.drivers.model import Actor, AuditEntry, InsiCall, Patient
    from conformance.load.calling.meter import Meter
    from simulator.registry.person import Person

LATER_S: Final = 5.0
"""How long a log, a history or an index may lag behind."""
_LOOK_S: Final = 0.25
_LETTERS: Final = 3
_CALL: Final = "INSI_CALL"


class DepartureError(Exception):
    """The software departed from a rule; the message says what was expected and what came."""


class Moment(StrEnum):
    """When a rule can be looked at."""

    FOUND = "found"
    """INSi has answered 00 and nobody has decided yet."""
    NOT_FOUND = "not-found"
    """INSi has answered 01."""
    IMPORTED = "imported"
    """The identity of INSi has been accepted."""
    QUALIFIED = "qualified"
    """An identity document was recorded and the identity validated."""
    BACK = "back"
    """Somebody known has come again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One patient at the counter, as far as it has come."""

    driver: HttpDriver
    actor: Actor
    patient_id: str
    typed: PatientTraits | None = None
    person: Person | None = None
    """Who they are in the registry; ``None``: nobody."""
    call: InsiCall | None = None
    known: Sequence[tuple[str, Person]] = ()
    """Files and people that this user has imported before."""

    def read(self) -> Patient:
        """Read the file again, as any other screen does."""
        return self.driver.read_patient(self.patient_id, actor=self.actor)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One rule at one moment."""

    rule: str
    moment: Moment
    needs: tuple[Verb, ...]
    judge: Callable[[Visit], None]
    """Raises ``DepartureError``."""


def _expect(*, got: object, expected: object, what: str) -> None:
    if got != expected:
        raise DepartureError(f"{what}: expected {_shown(expected)}, got {_shown(got)}")


def _expect_held(visit: Visit, values: Mapping[str, object], when: str) -> None:
    """Expect these values in the file, read again."""
    patient = visit.read()
    for name, value in values.items():
        _expect(got=getattr(patient, name), expected=value, what=f"{'OID' if name == 'oid' else name} {when}")


def _shown(value: object) -> str:
    return "nothing" if value is None else str(value)


def _settled(look: Callable[[], None]) -> None:
    """Look until nothing departs or time is up: what the software writes beside its answer may lag behind."""
    deadline = time.monotonic() + LATER_S
    while True:
        try:
            look()
        except DepartureError:
            if time.monotonic() > deadline:
                raise
            time.sleep(_LOOK_S)
        else:
            return


def _nothing_before_the_decision(visit: Visit) -> None:
    _as_typed(visit, "before anybody decided")
    if visit.call is None or visit.person is None:
        return
    proposal = visit.driver.read_proposal(visit.call.id, actor=visit.actor)
    shown = {line.field: line.insi for line in proposal.fields}
    for name, value in insi_values(visit.person).items():
        if name not in {"matricule", "oid"}:  # Traits are compared; the number is shown or not.
            _expect(got=shown.get(name), expected=value, what=f"{name} of INSi in the comparison")


def _nothing_found_changes_nothing(visit: Visit) -> None:
    _as_typed(visit, "after an answer 01")
    if visit.call is not None and not (visit.call.message.strip() or visit.call.alerts):
        raise DepartureError("after an answer 01: expected a message to the user, got none")


def _as_typed(visit: Visit, when: str) -> None:
    typed = {name: getattr(visit.typed, name) for name in ("sex", "birth_date")}
    _expect_held(visit, {"status": Status.PROV, "matricule": None, "oid": None, **typed}, when)


def _fed_as_returned(visit: Visit) -> None:
    _expect_held(visit, insi_values(_person(visit)), "after acceptance")


def _retrieved(visit: Visit) -> None:
    _expect_held(visit, {"status": Status.RECUP}, "after acceptance")


def _qualified(visit: Visit) -> None:
    _expect_held(visit, {"status": Status.QUAL}, "after acceptance, proof and validation")


def _change_kept(status: Status) -> Callable[[Visit], None]:
    def judge(visit: Visit) -> None:
        def look() -> None:
            changes = visit.driver.read_status_history(visit.patient_id, actor=visit.actor)
            made = [change for change in changes if change.status is status and change.previous is not status]
            if not made:
                raise DepartureError(
                    f"status history: expected a change to {status}, got {len(changes)} others"
                )
            if not made[-1].at or not made[-1].author:
                raise DepartureError(
                    f"status history: expected the time and the author of the change to {status}"
                )

        _settled(look)

    return judge


def _locked(visit: Visit) -> None:
    before = visit.read()
    with suppress(RefusedError):
        visit.driver.update_patient(visit.patient_id, {"birth_name": "BANC CHARGE"}, actor=visit.actor)
    held = {name: getattr(before, name) for name in STRICT_FIELDS}
    _expect_held(visit, held, "after an ordinary user changed the birth name")


def _calls_logged(visit: Visit) -> Sequence[AuditEntry]:
    entries = visit.driver.read_audit_log(actor=visit.actor, patient_id=visit.patient_id)
    found = [entry for entry in entries if entry.action == _CALL]
    if not found:
        raise DepartureError(f"log: expected the INSi call of the file {visit.patient_id}, got no entry")
    return found


def _credited(visit: Visit) -> None:
    def look() -> None:
        for entry in _calls_logged(visit):
            _expect(got=entry.user, expected=visit.actor.user, what="user of the INSi call in the log")

    _settled(look)


def _code_logged(visit: Visit) -> None:
    expected = "00" if visit.call is not None and visit.call.outcome is CallOutcome.FOUND else "01"

    def look() -> None:
        entries = _calls_logged(visit)
        _expect(got=entries[-1].code, expected=expected, what="answer code of the last INSi call in the log")
        if visit.person is not None and expected == "00":
            number = visit.person.identity.matricule.value
            returned = entries[-1].returned.get("matricule")
            _expect(got=returned, expected=number, what="matricule returned, in the log")

    _settled(look)


def _all_born_that_day(visit: Visit) -> None:
    day = _person(visit).identity.traits.birth_date

    def look() -> None:
        found = visit.driver.search_patients(SearchCriteria(birth_date=day), actor=visit.actor)
        _only_born_on(day, found)
        _all_there(found, visit.known, day)

    _settled(look)


def _found_by_letters(visit: Visit) -> None:
    traits = _person(visit).identity.traits
    day, letters = traits.birth_date, traits.birth_name[:_LETTERS]

    def look() -> None:
        criteria = SearchCriteria(birth_date=day, name_prefix=letters)
        found = visit.driver.search_patients(criteria, actor=visit.actor)
        _only_born_on(day, found)
        _all_there(found, [each for each in visit.known if each[0] == visit.patient_id], day)

    _settled(look)


def _only_born_on(day: str, found: Sequence[Patient]) -> None:
    if other := next((each for each in found if each.birth_date != day), None):
        raise DepartureError(f"search by {day}: got the file {other.id}, born on {other.birth_date}")


def _all_there(found: Sequence[Patient], known: Sequence[tuple[str, Person]], day: str) -> None:
    there = {each.id for each in found}
    for patient_id, person in known:
        if person.identity.traits.birth_date == day and patient_id not in there:
            raise DepartureError(f"search by {day}: expected the file {patient_id}, got {len(there)} others")


def _person(visit: Visit) -> Person:
    assert visit.person is not None  # noqa: S101 - a look of these moments has somebody: for the type checker
    return visit.person


LOOKS: Final = (
    Look(
        rule="RSP-01",
        moment=Moment.FOUND,
        needs=(Verb.READ_PROPOSAL,),
        judge=_nothing_before_the_decision,
    ),
    Look(rule="RSP-02", moment=Moment.IMPORTED, needs=(), judge=_fed_as_returned),
    Look(rule="RSP-12", moment=Moment.NOT_FOUND, needs=(), judge=_nothing_found_changes_nothing),
    Look(rule="STA-03", moment=Moment.IMPORTED, needs=(), judge=_retrieved),
    Look(rule="STA-06", moment=Moment.QUALIFIED, needs=(), judge=_qualified),
    Look(
        rule="STA-07",
        moment=Moment.IMPORTED,
        needs=(Verb.READ_STATUS_HISTORY,),
        judge=_change_kept(Status.RECUP),
    ),
    Look(
        rule="STA-07",
        moment=Moment.QUALIFIED,
        needs=(Verb.READ_STATUS_HISTORY,),
        judge=_change_kept(Status.QUAL),
    ),
    Look(rule="STA-12", moment=Moment.BACK, needs=(Verb.UPDATE_PATIENT,), judge=_locked),
    Look(rule="SEC-02", moment=Moment.FOUND, needs=(Verb.READ_AUDIT_LOG,), judge=_credited),
    Look(rule="SEC-02", moment=Moment.NOT_FOUND, needs=(Verb.READ_AUDIT_LOG,), judge=_credited),
    Look(rule="SEC-06", moment=Moment.FOUND, needs=(Verb.READ_AUDIT_LOG,), judge=_code_logged),
    Look(rule="SEC-06", moment=Moment.NOT_FOUND, needs=(Verb.READ_AUDIT_LOG,), judge=_code_logged),
    Look(rule="SRC-01", moment=Moment.BACK, needs=(), judge=_all_born_that_day),
    Look(rule="SRC-02", moment=Moment.BACK, needs=(), judge=_found_by_letters),
)
RULES: Final = tuple(dict.fromkeys(look.rule for look in LOOKS))
"""The rules that can be looked at under load."""


def is_whole(day: str) -> bool:
    """Tell whether a birth date has a day and a month: a software may ask for one to search by."""
    try:
        BirthDate.parse_iso(day).to_date()
    except BirthDateError:
        return False
    return True


def missing_verbs(rules: Collection[str], declared: Collection[Verb]) -> dict[str, list[str]]:
    """Return which verbs each of these rules lacks, for those that lack some."""
    lacking = {
        look.rule: [verb.value for verb in look.needs if verb not in declared]
        for look in LOOKS
        if look.rule in rules
    }
    return {rule: verbs for rule, verbs in lacking.items() if verbs}


class Sampler:
    """Looks at each of some rules so many times a second, in one generator."""

    def __init__(self, rules: Collection[str], rate: float, meter: Meter) -> None:
        """Take what to look at.

        Args:
            rules: keys; those that are not in ``RULES`` are of checks of the suite, and passed over.
            rate: looks each second, shared among the rules.
            meter: where what was seen is told.
        """
        self._looks: Mapping[Moment, list[Look]] = {
            moment: [look for look in LOOKS if look.moment is moment and look.rule in rules]
            for moment in Moment
        }
        self._next: dict[str, float] = dict.fromkeys((rule for rule in RULES if rule in rules), 0.0)
        self._every = len(self._next) / rate if rate else 0.0
        self._meter = meter

    def look(self, moment: Moment, visit: Visit) -> None:
        """Look at the rules whose turn it is."""
        for look in self._due(moment):
            self._meter.tell_rule(look.rule, moment.value, *_seen(look, visit))

    def _due(self, moment: Moment) -> Iterator[Look]:
        for look in self._looks[moment]:
            now = time.monotonic()
            if now >= self._next[look.rule]:
                self._next[look.rule] = now + self._every
                yield look


def _seen(look: Look, visit: Visit) -> tuple[str, str]:
    """Return ``kept``, ``departed`` or ``unseen``, and why."""
    try:
        look.judge(visit)
    except DepartureError as error:
        return "departed", f"{visit.patient_id}: {error}"
    except (DriverError, RefusedError, VerbNotSupportedError) as error:
        return "unseen", str(error)
    return "kept", ""
