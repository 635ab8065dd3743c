"""Goes over a driver in seconds: what is wrong with it, which verbs it has, what to write next."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import cache, partial
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from conformance.drivers.errors import DriverError, Fault, RefusedError, VerbNotSupportedError
from conformance.drivers.model import (
    Actor,
    Attribute,
    Capabilities,
    PatientTraits,
    SearchCriteria,
    Status,
    Verb,
)
from conformance.drivers.verbs import VERBS
from conformance.drivers.wire import MalformedAnswerError
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.drivers.http import HttpDriver
    from conformance.drivers.raw import RawExchange
    from conformance.drivers.subprocess import SubprocessDriver
    from simulator.text import Lang

_USER = Actor(user="banc.controle")
_NOWHERE = "http://127.0.0.1:9/banc-driver-check"
"""Where INSi is said to be: nobody listens there, so no call can go wrong silently."""
_TRAITS = PatientTraits(
    birth_name="BANC-CONTROLE", first_name="ESSAI", birth_date="1984-09-25", sex="F", birth_place="63220"
)
_SHOWN_RULES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverProblem:
    """One thing wrong with a driver."""

    verb: str
    text: Text
    hint: Text | None
    exchange: RawExchange | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverCheck:
    """What was found."""

    software: Capabilities | None
    problems: tuple[DriverProblem, ...]
    tried: tuple[Verb, ...]
    """Verbs that were called."""
    present: tuple[Verb, ...]
    missing: tuple[Verb, ...]
    unlocks: Mapping[Verb, tuple[str, ...]]
    """For each missing verb, the rules that use it."""
    next_verb: Verb | None
    """The missing verb that most rules wait for."""


def check_driver(driver: HttpDriver | SubprocessDriver, *, read_only: bool = False) -> DriverCheck:
    """Call what a driver declares, as far as that needs no INSi, and tell everything that is wrong.

    Args:
        driver: opened.
        read_only: ask only for the capabilities.

    Raises:
        DriverError: the driver cannot be reached at all.
    """
    probe = _Probe(driver)
    software = probe.call("capabilities", driver.capabilities)
    if software is not None and not read_only:
        probe.walk(software)
    present = tuple(verb for verb in Verb if software is not None and verb in software.verbs)
    missing = tuple(verb for verb in Verb if verb not in present)
    unlocks = {verb: rules for verb in missing if (rules := rules_by_verb().get(verb))}
    return DriverCheck(
        software=software,
        problems=tuple(probe.problems),
        tried=tuple(verb for verb in Verb if verb.value in probe.tried),
        present=present,
        missing=missing,
        unlocks=unlocks,
        next_verb=max(unlocks, key=lambda verb: len(unlocks[verb]), default=None),
    )


@cache
def rules_by_verb() -> Mapping[Verb, tuple[str, ...]]:
    """Return the rules whose checks use each verb, as a campaign has shown (``verb_map.py``)."""
    data = json.loads((files("conformance.commands") / "verb_map.json").read_text("utf-8"))
    return {Verb(name): tuple(rules) for name, rules in data.items()}


class _Probe:
    """Calls verbs one after the other and keeps what is wrong."""

    def __init__(self, driver: HttpDriver | SubprocessDriver) -> None:
        self.problems: list[DriverProblem] = []
        self.tried: list[str] = []
        self._driver = driver

    def call(self, name: str, act: Callable[[], Any], *, may_refuse: bool = True) -> Any:
        """Do one act; return its answer, or ``None`` when it is refused or wrong."""
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
                self._add(name, each.problem, error)
        except DriverError as error:
            if error.fault in {Fault.UNREACHABLE, Fault.SETUP} and name == "capabilities":
                raise
            self._add(name, error.text, error)
        return None

    def walk(self, software: Capabilities) -> None:
        """Go through the declared verbs that need neither INSi nor a partner."""
        driver = self._driver
        self.call("reset", lambda: driver.reset(insi_url=_NOWHERE), may_refuse=False)
        self._settings(software)
        patient = None
        if Verb.CREATE_PATIENT in software.verbs:
            patient = self.call(
                "create_patient", lambda: driver.create_patient(_TRAITS, actor=_USER), may_refuse=False
            )
            # An empty form: the refusal has to be readable, whatever it says.
            self.call("create_patient", lambda: driver.create_patient(PatientTraits(), actor=_USER))
        if Verb.SEARCH_PATIENTS in software.verbs:
            criteria = SearchCriteria(birth_date=_TRAITS.birth_date)
            self.call(
                "search_patients", lambda: driver.search_patients(criteria, actor=_USER), may_refuse=False
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
                patient_id, {"used_name": "ESSAI"}, actor=_USER
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

    def _add(self, name: str, text: Text, error: DriverError | None = None) -> None:
        problem = DriverProblem(
            verb=name,
            text=text,
            hint=error.hint if error else None,
            exchange=error.exchange if error else None,
        )
        known = [replace(each, exchange=None) for each in self.problems]
        if replace(problem, exchange=None) not in known:  # The same field of the same verb, again.
            self.problems.append(problem)


def as_text(result: DriverCheck, lang: Lang) -> str:
    """Return the result for a terminal."""
    fr = lang == "fr"
    lines = []
    if result.software is not None:
        lines.append(f"{_visible(result.software.name)} {_visible(result.software.version)}")
    shown: RawExchange | None = None
    for each in result.problems:
        lines.append(f"\n✗ {each.verb} : {_visible(each.text[lang])}")
        if each.hint:
            lines.append(f"  → {_visible(each.hint[lang])}")
        if each.exchange is not None and each.exchange != shown:
            shown = each.exchange
            lines += [f"    > {_visible(line)}" for line in each.exchange.sent.splitlines()]
            lines += [f"    < {_visible(line)[:300]}" for line in each.exchange.received.splitlines()[:30]]
    if not result.problems:
        lines.append(
            f"✓ aucun écart à l'API de pilotage ({len(result.tried)} verbes essayés)"
            if fr
            else f"✓ nothing departs from the driver API ({len(result.tried)} verbs tried)"
        )
    lines.append("")
    lines.append(
        f"{'Verbes présents' if fr else 'Verbs present'} ({len(result.present)}/{len(VERBS)}) : {', '.join(result.present) or '-'}"
    )
    if result.unlocks:
        lines.append(
            "Verbes qui manquent, et les règles qu'ils ouvriraient :"
            if fr
            else "Missing verbs, and the rules that each would unlock:"
        )
        for verb, rules in sorted(result.unlocks.items(), key=lambda entry: -len(entry[1])):
            more = f" … (+{len(rules) - _SHOWN_RULES})" if len(rules) > _SHOWN_RULES else ""
            lines.append(f"  {verb.value:<22} {len(rules):>3}  {' '.join(rules[:_SHOWN_RULES])}{more}")
    without = [verb.value for verb in result.missing if verb not in result.unlocks]
    if without:
        lines.append(
            f"{'Sans contrôle qui les emploie encore' if fr else 'No check uses these yet'} : {', '.join(without)}"
        )
    if result.next_verb is not None:
        declared = VERBS[result.next_verb]
        lines.append(
            f"{'À écrire ensuite' if fr else 'To write next'} : {declared.name} ({declared.title[lang]}), {declared.method} {declared.path}"
        )
    return "\n".join(lines)


def as_json(result: DriverCheck, lang: Lang) -> dict[str, Any]:
    """Return the result as JSON data."""
    software = result.software
    return {
        "reachable": True,
        "software": None if software is None else {"name": software.name, "version": software.version},
        "problems": [
            {
                "verb": each.verb,
                "problem": each.text[lang],
                "hint": each.hint[lang] if each.hint else None,
                "sent": each.exchange.sent if each.exchange else None,
                "received": each.exchange.received if each.exchange else None,
            }
            for each in result.problems
        ],
        "tried": list(result.tried),
        "present": list(result.present),
        "missing": {verb.value: list(result.unlocks.get(verb, ())) for verb in result.missing},
        "next": result.next_verb.value if result.next_verb else None,
    }


def _visible(text: str) -> str:
    """Return a text of the software with what would move the cursor made visible."""
    return "".join(
        letter if letter.isprintable() or letter == "\n" else repr(letter)[1:-1] for letter in text
    )
