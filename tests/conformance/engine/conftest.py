"""A campaign in miniature: a software kept in memory, a journal of exchanges, and suites written by each test."""

from __future__ import annotations

import dataclasses
import sys
import textwrap
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from conformance.drivers.model import CallOutcome, InsiCall, Patient, Status, Verb
from conformance.drivers.protocol import RefusedError, VerbNotSupportedError
from conformance.engine import BenchContext, run_checks
from conformance.engine.context import Limits
from conformance.rules import load_catalogue

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conformance.engine import Event, SuiteRun
    from conformance.rules import Rule
    from simulator.registry.person import Person

ENVELOPE = "<Envelope><NomNaissance>MARTIN</NomNaissance></Envelope>"


@dataclass
class JournalLine:
    """As ``simulator.client.ExchangeView``."""

    id: int
    operation: str = "rechercherInsAvecTraitsIdentite"
    code: str = "01"
    http_status: int = 200
    request_xml: str = ENVELOPE
    response_xml: str = ENVELOPE
    explanation: dict[str, list[str]] = field(default_factory=lambda: {"fr": ["personne"], "en": ["nobody"]})
    findings: tuple[dict[str, str], ...] = ()
    path: str = "/lps"
    request_headers: dict[str, str] = field(default_factory=dict)
    response_headers: dict[str, str] = field(default_factory=dict)
    service: str = "insi"


@dataclass
class SessionInMemory:
    """As ``simulator.client.SessionClient``."""

    journal: list[JournalLine] = field(default_factory=list)
    scenarios: list[str] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    unreadable: Exception | None = None

    def exchanges(self, after: int = 0, *, service: str | None = "insi") -> list[JournalLine]:
        if self.unreadable:
            raise self.unreadable
        return [line for line in self.journal if line.id > after and service in {None, line.service}]

    def install(self, scenario: str, **_bindings: Person) -> None:
        self.scenarios.append(scenario)

    def add_people(self, people: list[Person]) -> int:
        self.people += people
        return len(people)

    def clear_scenarios(self) -> None:
        self.scenarios.clear()

    def receive(self) -> None:
        self.journal.append(JournalLine(id=len(self.journal) + 1))


@dataclass
class SoftwareInMemory:
    """As ``conformance.drivers.protocol.Driver``, with the verbs that these tests use."""

    insi: SessionInMemory
    patients: dict[str, Patient] = field(default_factory=dict)
    resets: list[str] = field(default_factory=list)
    reset_error: Exception | None = None

    def reset(self, *, insi_url: str) -> None:
        if self.reset_error:
            raise self.reset_error
        self.resets.append(insi_url)
        self.patients.clear()

    def create_patient(self, traits: Any, *, actor: Any) -> Patient:  # noqa: ARG002 - the protocol has it
        if not traits.birth_date:
            raise RefusedError("MISSING", "la date de naissance manque", ["birth_date"])
        patient = Patient(id=str(len(self.patients) + 1), status=Status.PROV, birth_name=traits.birth_name)
        self.patients[patient.id] = patient
        return patient

    def validate_identity(self, patient_id: str, *, actor: Any) -> Patient:  # noqa: ARG002 - the protocol has it
        self.patients[patient_id] = dataclasses.replace(self.patients[patient_id], status=Status.VALI)
        return self.patients[patient_id]

    def call_insi_traits(self, patient_id: str, *, actor: Any) -> InsiCall:  # noqa: ARG002 - the protocol has it
        self.insi.receive()
        return InsiCall(id="1", outcome=CallOutcome.NOT_FOUND, patient_id=patient_id, code="01")

    def read_audit_log(self, **_criteria: object) -> list[Any]:
        raise VerbNotSupportedError(Verb.READ_AUDIT_LOG, "pas de journal dans cette version")


@dataclass
class Bench:
    """What a test of the plugin works with."""

    folder: Path
    insi: SessionInMemory
    software: SoftwareInMemory
    events: list[Event] = field(default_factory=list)
    on_event: Callable[[Event], None] | None = None
    seed: int = 1

    def run(self, code: str, **options: Any) -> SuiteRun:
        """Run ``code`` as the only module of a suite."""
        sys.modules.pop("test_sample", None)  # That of the test before.
        suite = self.folder / "suite"
        suite.mkdir(exist_ok=True)
        header = (
            "import httpx, pytest\n"
            "from conformance.drivers.model import *\n"
            "from conformance.drivers.protocol import *\n"
            "from conformance.suite.desk.expect import *\n"
            "from conformance.verdicts import Departure, UndecidedError, Verdict\n"
        )
        (suite / "test_sample.py").write_text(header + textwrap.dedent(code), encoding="utf-8")
        context = BenchContext(
            driver=self.software,  # type: ignore[arg-type]
            insi=self.insi,  # type: ignore[arg-type]
            insi_url="http://127.0.0.1:1/lps",
            seed=self.seed,
            on_event=self.on_event or self.events.append,
            limits=options.pop("limits", Limits()),
        )
        options.setdefault("rules", ["SRC-01"])
        return run_checks(context, suite=suite, catalogue=catalogue(), **options)


@cache
def catalogue() -> dict[str, Rule]:
    return load_catalogue()


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    insi = SessionInMemory()
    return Bench(folder=tmp_path, insi=insi, software=SoftwareInMemory(insi))
