"""Whether the answers of the declared verbs are what the driver API says, as far as that needs no INSi."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from conformance.doctor.notes import BUDGET_S, Look
from conformance.drivers.errors import DriverError, Fault, RefusedError, VerbNotSupportedError
from conformance.drivers.formats import DAY, MOMENT
from conformance.drivers.model import Actor, Attribute, PatientTraits, SearchCriteria, Status, Verb
from conformance.drivers.wire import MalformedAnswerError
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.doctor.notes import Notes, Patience
    from conformance.drivers.http import HttpDriver
    from conformance.drivers.model import Capabilities
    from conformance.drivers.raw import RawExchange
    from conformance.drivers.subprocess import SubprocessDriver

_USER = Actor(user="banc.controle")
PROBE_TRAITS: Final = PatientTraits(
    birth_name="BANC-CONTROLE", first_name="ESSAI", birth_date="1984-09-25", sex="F", birth_place="63220"
)
"""Somebody whom INSi does not know, to try the verbs on."""
_BEYOND_ASCII: Final = "ESSAI-É"
"""A name that an answer in another encoding than UTF-8 cannot carry; it may be refused, or kept without its accent."""
CORE: Final = frozenset({"capabilities", "reset", "create_patient", "read_patient"})
"""Verbs that nearly every check uses: when their answers cannot be read, nothing can be concluded."""
MAX_TOLD: Final = 12
"""Problems told one by one; more are counted."""
_DATES: Final = (DAY.expected, MOMENT.expected)


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverProblem:
    """One thing wrong with a driver."""

    verb: str
    text: Text
    hint: Text | None
    exchange: RawExchange | None
    fault: Fault | None = None
    """The kind of trouble; ``None``: the answer is right in form, and not what was to be expected."""
    is_date: bool = False
    """A date or moment that the driver API cannot read."""


class ContractProbe:
    """Calls verbs one after the other and keeps what is wrong.

    Args:
        driver: opened.
        insi_url: where INSi is said to be.
        before_each: is told the name of each verb before it is called; what it raises ends the walk.
    """

    def __init__(
        self,
        driver: HttpDriver | SubprocessDriver,
        *,
        insi_url: str,
        before_each: Callable[[str], None] = lambda _verb: None,
    ) -> None:
        """Begin with nothing wrong."""
        self.problems: list[DriverProblem] = []
        self.tried: list[str] = []
        self._driver = driver
        self._insi_url = insi_url
        self._before_each = before_each

    def call(self, name: str, act: Callable[[], Any], *, may_refuse: bool = True) -> Any:
        """Do one act; return its answer, or ``None`` when it is refused or wrong."""
        self._before_each(name)
        self.tried.append(name)
        try:
            return act()
        except RefusedError as refusal:
            if not may_refuse:
                said = f"{refusal.message} ({refusal.code})"
                self._add(
                    name,
                    Text(
                        f"refusé, alors que rien ne s'y oppose : {said}",
                        f"refused, though nothing stands in the way: {said}",
                    ),
                )
        except VerbNotSupportedError as missing:
            self._add(
                name,
                Text(
                    f"déclaré dans /capabilities mais non réalisé : {missing.reason}",
                    f"declared in /capabilities but not implemented: {missing.reason}",
                ),
            )
        except MalformedAnswerError as error:
            for each in error.all():
                self._add(name, each.problem, error, is_date=each.expected in _DATES)
        except DriverError as error:
            if error.fault in {Fault.UNREACHABLE, Fault.SETUP} and name == "capabilities":
                raise
            self._add(name, error.text, error)
        return None

    def walk(self, software: Capabilities) -> None:
        """Go through the declared verbs that need neither INSi nor a partner."""
        driver = self._driver
        self.call("reset", lambda: driver.reset(insi_url=self._insi_url), may_refuse=False)
        self._settings(software)
        patient = None
        if Verb.CREATE_PATIENT in software.verbs:
            patient = self.call(
                "create_patient", lambda: driver.create_patient(PROBE_TRAITS, actor=_USER), may_refuse=False
            )
            # An empty form: the refusal has to be readable, whatever it says.
            self.call("create_patient", lambda: driver.create_patient(PatientTraits(), actor=_USER))
        if Verb.SEARCH_PATIENTS in software.verbs:
            # Somebody, and nobody: a list without anybody is still an answer.
            for birth_date in (PROBE_TRAITS.birth_date, "1901-01-01"):
                criteria = SearchCriteria(birth_date=birth_date)
                self.call(
                    "search_patients",
                    partial(driver.search_patients, criteria, actor=_USER),
                    may_refuse=False,
                )
        for verb in (Verb.READ_AUDIT_LOG, Verb.READ_WORKLIST, Verb.READ_TRANSMISSIONS, Verb.READ_DASHBOARD):
            if verb in software.verbs:
                self.call(verb.value, partial(getattr(driver, verb.value), actor=_USER))
        if patient is not None:
            self._patient(software, patient.id)

    def _settings(self, software: Capabilities) -> None:
        driver = self._driver
        if Verb.READ_SETTINGS in software.verbs:
            self.call("read_settings", driver.read_settings)
        if Verb.WRITE_SETTINGS in software.verbs:
            self.call("write_settings", lambda: driver.write_settings({}))

    def _patient(self, software: Capabilities, patient_id: str) -> None:
        driver = self._driver
        acts: dict[Verb, Callable[[], Any]] = {
            Verb.READ_PATIENT: lambda: driver.read_patient(patient_id, actor=_USER),
            Verb.UPDATE_PATIENT: lambda: driver.update_patient(
                patient_id, {"used_name": _BEYOND_ASCII}, actor=_USER
            ),
            Verb.SET_ATTRIBUTES: lambda: driver.set_attributes(
                patient_id, frozenset({Attribute.HOMONYME}), actor=_USER
            ),
            Verb.RECORD_PROOF: lambda: driver.record_proof(patient_id, "CNI", actor=_USER),
            Verb.VALIDATE_IDENTITY: lambda: driver.validate_identity(patient_id, actor=_USER),
            Verb.DOWNGRADE_STATUS: lambda: driver.downgrade_status(patient_id, Status.PROV, actor=_USER),
            Verb.READ_STATUS_HISTORY: lambda: driver.read_status_history(patient_id, actor=_USER),
            Verb.READ_INS_HISTORY: lambda: driver.read_ins_history(patient_id, actor=_USER),
            Verb.READ_DOCUMENTS: lambda: driver.read_documents(patient_id, actor=_USER),
        }
        for verb, act in acts.items():
            if verb in software.verbs:
                self.call(verb.value, act)

    def _add(self, name: str, text: Text, error: DriverError | None = None, *, is_date: bool = False) -> None:
        problem = DriverProblem(
            verb=name,
            text=text,
            hint=error.hint if error else None,
            exchange=error.exchange if error else None,
            fault=error.fault if error else None,
            is_date=is_date,
        )
        known = [replace(each, exchange=None) for each in self.problems]
        if replace(problem, exchange=None) not in known:  # The same field of the same verb, again.
            self.problems.append(problem)


class _OutOfTimeError(Exception):
    """The doctor has no time left."""


def look_at_contract(
    driver: HttpDriver | SubprocessDriver,
    software: Capabilities,
    insi_url: str,
    notes: Notes,
    patience: Patience,
) -> None:
    """Try the declared verbs that need no INSi and note every departure from the driver API, dates apart."""
    own_timeout = driver.settings.timeout

    def before_each(_verb: str) -> None:
        if patience.is_over:
            raise _OutOfTimeError
        driver.settings = replace(driver.settings, timeout=patience.left(own_timeout))

    probe = ContractProbe(driver, insi_url=insi_url, before_each=before_each)
    try:
        probe.walk(software)
        is_whole = True
    except _OutOfTimeError:
        is_whole = False
    finally:
        driver.settings = replace(driver.settings, timeout=own_timeout)
    for problem in probe.problems[:MAX_TOLD]:
        _note(problem, notes, own_timeout)
    rest = len(probe.problems) - MAX_TOLD
    if rest > 0:
        notes.told(
            Look.CONTRACT,
            Text(
                f"… et {rest} autres écarts à l'API de pilotage",
                f"… and {rest} more departures from the driver API",
            ),
            _ALL_OF_THEM,
        )
    if not probe.problems and is_whole:
        count = len(probe.tried)
        notes.ok(
            Look.CONTRACT,
            Text(
                f"{count} acte{'s' if count > 1 else ''} conforme{'s' if count > 1 else ''} à l'API de pilotage",
                f"{count} act{'s' if count != 1 else ''} as the driver API says",
            ),
        )


def _note(problem: DriverProblem, notes: Notes, own_timeout: float) -> None:
    text = Text(f"{problem.verb} : {problem.text.fr}", f"{problem.verb}: {problem.text.en}")
    details = f"{problem.exchange.sent}\n\n{problem.exchange.received}" if problem.exchange else ""
    look = Look.DATES if problem.is_date else Look.CONTRACT
    # A software that needs longer than the doctor has, and is given longer by the plan, may still be driven.
    was_cut = problem.fault is Fault.TIMEOUT and own_timeout > BUDGET_S
    if problem.is_date:
        remedy = _DATE_FORMS
    elif was_cut:
        remedy = Text(
            f"Le banc attendra {own_timeout:g} s par acte pendant la campagne (timeout du plan) : est-ce voulu, ou le logiciel est-il bloqué ?",
            f"The campaign will wait {own_timeout:g} s for each act (timeout of the plan): is that wanted, or is the software stuck?",
        )
    elif problem.fault is Fault.CONTRACT:
        remedy = problem.hint or _SEE_API
    else:
        remedy = problem.hint or _ALL_OF_THEM
    # What one act came to says little: only an answer that cannot be read, or none at all, stops.
    stops = problem.verb in CORE and problem.fault is not None and not was_cut
    (notes.stop if stops else notes.told)(look, text, remedy, details=details)


_DATE_FORMS = Text(
    "Répondez AAAA-MM-JJ pour un jour, une date et heure ISO 8601 pour un moment, même si l'écran montre JJ/MM/AAAA.",
    "Answer AAAA-MM-JJ for a day, an ISO 8601 date and time for a moment, even if the screen shows JJ/MM/AAAA.",
)
_SEE_API = Text(
    "Comparez avec « banc driver show » ; « banc driver check » montre les échanges.",
    "Compare with “banc driver show”; “banc driver check” shows the exchanges.",
)
_ALL_OF_THEM = Text(
    "« banc driver check » les dit tous, avec les échanges.",
    "“banc driver check” tells all of them, with the exchanges.",
)
