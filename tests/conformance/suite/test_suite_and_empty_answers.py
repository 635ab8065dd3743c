"""Software that answers without doing: no answer, garbage, always the same one, or yes to everything. None of it is a PASS."""

from __future__ import annotations

import contextlib
import json
import random
import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest

from conformance.drivers.http import HttpDriver
from conformance.drivers.model import (
    Attribute,
    CallOutcome,
    Capabilities,
    InsiCall,
    Patient,
    PatientTraits,
    Proof,
    Proposal,
    Status,
    Verb,
)
from conformance.drivers.verbs import ALWAYS, Driver
from conformance.rules import load_catalogue
from conformance.verdicts import Verdict
from tests.conformance.listening import listening

from .sparing import passed

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator, Mapping

    from conformance.drivers.model import Actor
    from conformance.drivers.verbs import Declaration
    from conformance.matrix.running import Rig

RULES = ("CRE-02", "CRE-05", "SRC-01", "SRC-11", "CAL-13", "RSP-13", "STA-01", "SEC-05")
"""Some are met by a refusal, some by nobody found, some by nothing that changes: the easiest ones for who does nothing."""
DECLARED = {
    "name": "Officine",
    "version": "1",
    "verbs": [
        *(
            "create_patient",
            "search_patients",
            "read_patient",
            "update_patient",
            "call_insi_traits",
            "search_insi",
        ),
        *("read_proposal", "decide_proposal", "record_proof", "validate_identity", "set_attributes"),
        *("downgrade_status", "read_status_history", "read_audit_log"),
    ],
}


def http(status: str, body: bytes) -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    return head.encode() + body


@pytest.fixture
def serve() -> Iterator[Callable[[Callable[[], bytes | None]], str]]:
    """Return what serves a software that is what it should be at /capabilities and /reset, and answers all else as told."""
    stop = threading.Event()
    with contextlib.ExitStack() as stack:

        def start(answer: Callable[[], bytes | None]) -> str:
            def talk(connection: socket.socket) -> None:
                with connection, contextlib.suppress(OSError):
                    request = connection.recv(65536)
                    if request.startswith(b"GET /capabilities"):
                        said: bytes | None = http("200 OK", json.dumps(DECLARED).encode())
                    elif request.startswith(b"POST /reset"):
                        said = http("204 No Content", b"")
                    else:
                        said = answer()
                    if said is None:
                        stop.wait()
                    else:
                        connection.sendall(said)

            return f"http://{stack.enter_context(listening(talk))}"

        stack.callback(stop.set)
        yield start


def verdicts(campaigns: Rig, wrap: Callable[[HttpDriver], Any], rules: Any = RULES) -> dict[str, Verdict]:
    run = campaigns.run(rules=rules, wrap=wrap)
    return {result.rule.key: result.verdict for result in run.rules}


def test_a_software_that_hangs_passes_nothing_and_is_not_waited_for_at_every_check(
    campaigns: Rig, serve: Callable[[Callable[[], bytes | None]], str]
) -> None:
    asked: list[int] = []

    def never() -> None:
        asked.append(1)

    found = verdicts(campaigns, lambda _driver: HttpDriver(serve(never), timeout=0.4))
    assert set(found.values()) == {Verdict.INCONCLUSIVE}
    assert len(asked) <= 6


GARBAGE = {
    "bytes": lambda: http("200 OK", random.Random(7).randbytes(4000)),
    "cut": lambda: http("200 OK", b'{"id": "1", "status": "PR'),
    "page": lambda: http("200 OK", b"<html><body>It works!</body></html>"),
    "null": lambda: http("200 OK", b"null"),
    "array": lambda: http("200 OK", b"[]"),
    "object": lambda: http("200 OK", b"{}"),
    "no-http": lambda: b"SSH-2.0-OpenSSH_9.2\r\n",
    "nothing": lambda: b"",
    "no-content": lambda: http("204 No Content", b""),
    "every-refusal": lambda: http("409 Conflict", b'{"code": "NO", "message": "non"}'),
}


@pytest.mark.parametrize("kind", GARBAGE)
def test_garbage_passes_nothing(
    campaigns: Rig, serve: Callable[[Callable[[], bytes | None]], str], kind: str
) -> None:
    found = verdicts(campaigns, lambda _driver: HttpDriver(serve(GARBAGE[kind]), timeout=5))
    assert not [key for key, verdict in found.items() if verdict is Verdict.PASS]
    # What cannot be read is no departure of the software; a refusal of what it has to allow is one.
    if kind != "every-refusal":
        assert set(found.values()) <= {Verdict.INCONCLUSIVE, Verdict.NOT_TESTED}


@dataclass
class Canned:
    """Gives for each verb what the first question was answered, whatever is asked."""

    driver: HttpDriver
    answers: dict[str, Any] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Any:
        member = getattr(self.driver, name)
        if name in ALWAYS or not callable(member):
            return member

        def act(*arguments: Any, **options: Any) -> Any:
            if name not in self.answers:
                self.answers[name] = member(*arguments, **options)
            return self.answers[name]

        return act


MATRICULE, OID = "160012B02077713", "1.2.250.1.213.1.4.10"


class YesToAll(Driver):
    """Keeps nothing but what is typed, never calls INSi, refuses nothing, and says that all went well."""

    def __init__(self) -> None:
        self.files: dict[str, Patient] = {}

    def carry(self, declaration: Declaration, _actor: Actor | None, arguments: Mapping[str, Any]) -> Any:
        return getattr(self, f"_{declaration.name}", lambda **_: None)(**arguments)

    def capabilities(self) -> Capabilities:
        verbs = frozenset(Verb(name) for name in DECLARED["verbs"])
        return Capabilities(name="Oui", version="1", verbs=verbs)

    def _reset(self, **_: Any) -> None:
        self.files.clear()

    def _keep(self, patient: Patient) -> Patient:
        self.files[patient.id] = patient
        return patient

    def _of(self, patient_id: str) -> Patient:
        return self.files.get(patient_id) or Patient(id=patient_id, status=Status.PROV)

    def _create_patient(self, traits: PatientTraits) -> Patient:
        typed = {name: getattr(traits, name) for name in PatientTraits.__slots__}
        return self._keep(Patient(id=str(len(self.files) + 1), status=Status.PROV, **typed))

    def _search_patients(self, **_: Any) -> list[Patient]:
        return list(self.files.values())

    def _read_patient(self, patient_id: str) -> Patient:
        return self._of(patient_id)

    def _update_patient(self, patient_id: str, changes: Mapping[str, str | None]) -> Patient:
        return self._keep(replace(self._of(patient_id), **changes))

    def _call_insi_traits(self, patient_id: str) -> InsiCall:
        return InsiCall(
            id=patient_id, outcome=CallOutcome.FOUND, patient_id=patient_id, code="00", message="OK"
        )

    def _search_insi(self, traits: PatientTraits) -> InsiCall:
        patient = self._create_patient(traits)
        return InsiCall(id=patient.id, outcome=CallOutcome.FOUND, code="00", message="OK")

    def _read_proposal(self, call_id: str) -> Proposal:
        return Proposal(call_id=call_id, fields=())

    def _decide_proposal(self, call_id: str, **_: Any) -> Patient:
        patient = self._of(call_id)
        status = Status.QUAL if patient.status is Status.VALI else Status.RECUP
        return self._keep(replace(patient, status=status, matricule=MATRICULE, oid=OID))

    def _record_proof(self, patient_id: str, kind: str) -> Patient:
        return self._keep(replace(self._of(patient_id), proof=Proof(kind=kind)))

    def _validate_identity(self, patient_id: str) -> Patient:
        patient = self._of(patient_id)
        status = Status.QUAL if patient.status is Status.RECUP else Status.VALI
        return self._keep(replace(patient, status=status))

    def _set_attributes(self, patient_id: str, attributes: frozenset[Attribute]) -> Patient:
        return self._keep(replace(self._of(patient_id), attributes=attributes))

    def _downgrade_status(self, patient_id: str, status: Status) -> Patient:
        return self._keep(replace(self._of(patient_id), status=status))

    def _read_status_history(self, **_: Any) -> list[Any]:
        return []

    def _read_audit_log(self, **_: Any) -> list[Any]:
        return []


def test_the_same_answer_to_every_question_passes_nothing(campaigns: Rig) -> None:
    assert passed(campaigns, load_catalogue(), Canned) == []


DONE = {"CRE-02", "CRE-03", "CRE-05", "CRE-08", "MAT-10", "SRC-13", "TRT-03", "TRT-10"}
"""What it does indeed: it keeps what is typed, as provisional, without INSi, whatever place or sign is in it."""


def test_yes_to_everything_passes_no_rule_of_what_was_not_done(campaigns: Rig) -> None:
    assert set(passed(campaigns, load_catalogue(), lambda _driver: YesToAll())) <= DONE
