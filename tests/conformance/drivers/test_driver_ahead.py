"""What a software answers together with a file is not asked for apart, and is never older than the file."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from conformance.drivers import ahead
from conformance.drivers.ahead import Ahead
from conformance.drivers.http import HttpDriver
from conformance.drivers.lateness import Lateness
from conformance.drivers.model import Actor, Capabilities, PatientTraits, Status, Verb
from conformance.drivers.protocol import RefusedError
from conformance.drivers.verbs import VERBS
from conformance.drivers.wire import MalformedAnswerError
from conformance.engine.looking import Looks
from conformance.engine.recording import RecordingDriver
from conformance.record.timeline import Timeline
from conformance.reference.acts import Acts
from conformance.reference.server import running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.drivers.raw import RawExchange

USER, OTHER = Actor(user="dupond"), Actor(user="durand")
TRAITS = PatientTraits(
    birth_name="ADRTROIS", first_name="TOUSSAINT", birth_date="1960-01-01", sex="M", birth_place="99999"
)
READ, HISTORY = VERBS[Verb.READ_PATIENT], VERBS[Verb.READ_STATUS_HISTORY]


@pytest.fixture(autouse=True)
def _never_old(monkeypatch: pytest.MonkeyPatch) -> None:
    # Never too old by itself: this machine may be slow.
    monkeypatch.setattr(ahead, "FRESH_S", 3600.0)


class Line:
    """The reference LGO, and what travelled to it."""

    def __init__(self, url: str) -> None:
        self.travelled: list[RawExchange] = []
        self.driver = HttpDriver(url, on_exchange=self.travelled.append)
        self.patient_id = self.driver.create_patient(TRAITS, actor=USER).id
        self.travelled.clear()

    @property
    def requests(self) -> list[str]:
        """Return the requests; an answer that is told for two verbs came to one of them."""
        answers = {id(each._answer): each for each in self.travelled}  # type: ignore[attr-defined]
        return [each.sent.partition("\n")[0] for each in answers.values()]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with running() as url:
        yield url


@pytest.fixture
def line(url: str) -> Iterator[Line]:
    line = Line(url)
    with line.driver:
        yield line


def test_file_and_history_are_one_request_and_two_answers(line: Line) -> None:
    patient = line.driver.read_patient(line.patient_id, actor=USER)
    history = line.driver.read_status_history(line.patient_id, actor=USER)
    assert patient.status is Status.PROV
    assert [change.status for change in history] == [Status.PROV]
    assert len(line.requests) == 1
    assert line.requests[0].endswith(f"/patients/{line.patient_id}?with=read_status_history")
    # Whoever reads the evidence finds for each of the two what travelled.
    assert len(line.travelled) == 2


def test_it_is_the_same_as_asked_apart(line: Line) -> None:
    line.driver.read_patient(line.patient_id, actor=USER)
    together = line.driver.read_status_history(line.patient_id, actor=USER)
    apart = line.driver.read_status_history(line.patient_id, actor=USER)
    assert together == apart
    assert len(line.requests) == 2


def test_another_file_or_another_user_is_asked_for(line: Line) -> None:
    second = line.driver.create_patient(TRAITS, actor=USER).id
    line.driver.read_patient(line.patient_id, actor=USER)
    line.driver.read_status_history(second, actor=USER)
    line.driver.read_patient(line.patient_id, actor=USER)
    line.driver.read_status_history(line.patient_id, actor=OTHER)
    assert len([each for each in line.requests if "history" in each.partition("?")[0]]) == 2


def test_after_an_act_it_is_asked_for(line: Line) -> None:
    line.driver.read_patient(line.patient_id, actor=USER)
    line.driver.record_proof(line.patient_id, "CNI", actor=USER)
    line.driver.validate_identity(line.patient_id, actor=USER)
    history = line.driver.read_status_history(line.patient_id, actor=USER)
    assert history[-1].status is Status.VALI


def test_when_time_went_by_it_is_asked_for(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    line.driver.read_patient(line.patient_id, actor=USER)
    monkeypatch.setattr(ahead, "FRESH_S", -1.0)
    line.driver.read_status_history(line.patient_id, actor=USER)
    assert len(line.requests) == 2


def test_a_software_that_does_not_offer_it_is_asked_twice(line: Line) -> None:
    declared = line.driver.capabilities()
    line.driver._capabilities = replace(declared, with_patient=frozenset())
    line.travelled.clear()
    line.driver.read_patient(line.patient_id, actor=USER)
    line.driver.read_status_history(line.patient_id, actor=USER)
    assert [each.rpartition("/")[2] for each in line.requests] == [line.patient_id, "history"]


def test_what_is_refused_is_asked_for_apart_and_refused(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    do = Acts.do

    def refusing(self: Acts, declaration: Any, request: Any, actor: Any) -> Any:
        if declaration is HISTORY:
            raise RefusedError("NOT_ALLOWED", "Réservé.")
        return do(self, declaration, request, actor)

    monkeypatch.setattr(Acts, "do", refusing)
    assert line.driver.read_patient(line.patient_id, actor=USER).id == line.patient_id
    with pytest.raises(RefusedError, match="Réservé"):
        line.driver.read_status_history(line.patient_id, actor=USER)


def test_the_engine_asks_anew_once_something_came(line: Line) -> None:
    looks = Looks(line.driver.outdated)
    driver: Any = RecordingDriver(
        line.driver, Timeline(), before=lambda _: None, after=lambda _: None, looks=looks
    )
    driver.read_patient(line.patient_id, actor=USER)
    looks.forget()  # An exchange came on the wire.
    driver.read_status_history(line.patient_id, actor=USER)
    assert len(line.requests) == 2


def test_a_history_that_comes_late_is_asked_for(line: Line) -> None:
    lateness = Lateness()
    lateness._seconds["read_status_history"] = 0.001
    driver: Any = RecordingDriver(
        line.driver,
        Timeline(),
        before=lambda _: None,
        after=lambda _: None,
        looks=Looks(line.driver.outdated),
        lateness=lateness,
    )
    driver.read_patient(line.patient_id, actor=USER)
    driver.read_status_history(line.patient_id, actor=USER)
    assert len(line.requests) == 2


class Came:
    """An answer as it came."""

    operation, began_at = "read_patient", 100.0

    def __init__(self, document: Any) -> None:
        self.document = json.loads(json.dumps(document))


@pytest.mark.parametrize("nothing", [{}, {"with": None}, {"with": {}}, {"with": {"read_documents": {}}}])
def test_nothing_or_something_else_with_the_file(nothing: dict[str, Any]) -> None:
    kept = Ahead(now=lambda: 100.0)
    kept.keep(READ, USER, {"patient_id": "1"}, Came(nothing))
    assert kept.take(HISTORY, USER, {"patient_id": "1"}) is None


@pytest.mark.parametrize("wrong", ["history", [], 3])
def test_with_that_is_no_object_is_told(wrong: object) -> None:
    with pytest.raises(MalformedAnswerError, match="with"):
        Ahead().keep(READ, USER, {"patient_id": "1"}, Came({"with": wrong}))


def test_it_is_taken_once() -> None:
    kept = Ahead(now=lambda: 100.0)
    came = Came({"with": {"read_status_history": {"changes": []}}})
    kept.keep(READ, USER, {"patient_id": "1"}, came)
    assert kept.take(HISTORY, USER, {"patient_id": "1"}) == ({"changes": []}, came)
    assert kept.take(HISTORY, USER, {"patient_id": "1"}) is None


def test_only_what_is_declared_and_offered_is_wanted() -> None:
    def declared(*together: Verb, verbs: frozenset[Verb] = frozenset(Verb)) -> Capabilities:
        return Capabilities(name="Officine", version="1", verbs=verbs, with_patient=frozenset(together))

    kept = Ahead()
    assert kept.wanted(READ, declared(Verb.READ_STATUS_HISTORY)) == "read_status_history"
    assert kept.wanted(READ, declared()) == ""
    assert kept.wanted(READ, declared(Verb.READ_AUDIT_LOG)) == ""
    assert kept.wanted(HISTORY, declared(Verb.READ_STATUS_HISTORY)) == ""
    few = frozenset({Verb.READ_PATIENT})
    assert kept.wanted(READ, declared(Verb.READ_STATUS_HISTORY, verbs=few)) == ""
