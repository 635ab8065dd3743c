"""A question that was answered a moment ago is not asked again, unless something may have changed meanwhile."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest

from conformance.engine import looking
from conformance.engine.looking import Looks
from conformance.engine.recording import RecordingDriver
from conformance.record.timeline import Timeline


class Software:
    """Answers with how often it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def read_patient(self, patient_id: str, *, actor: str) -> str:
        self.asked.append(f"read {patient_id} {actor}")
        return f"{patient_id}, {len(self.asked)}"

    def read_status_history(self, patient_id: str, *, actor: str) -> list[str]:
        self.asked.append(f"history {patient_id} {actor}")
        return [patient_id]

    def search_patients(self, criteria: str, *, actor: str) -> list[str]:
        self.asked.append(f"search {criteria} {actor}")
        return []

    def update_patient(self, patient_id: str, *, actor: str) -> str:
        self.asked.append(f"update {patient_id} {actor}")
        raise OSError("refused, and perhaps done all the same")


class User:
    user, role = "dupond", "USER"


@pytest.fixture
def software() -> Software:
    return Software()


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> Looks:
    # Never too old by itself: this machine may be slow.
    monkeypatch.setattr(looking, "FRESH_S", 3600.0)
    return Looks()


@pytest.fixture
def driver(software: Software, looks: Looks) -> Any:
    return RecordingDriver(
        software,  # type: ignore[arg-type] # the verbs that matter here
        Timeline(),
        before=lambda _: None,
        after=lambda _: None,
        looks=looks,
    )


def test_two_looks_in_a_row_are_one_question(driver: Any, software: Software) -> None:
    user = User()
    first = driver.read_patient("1", actor=user)
    driver.read_status_history("1", actor=user)
    assert driver.read_patient("1", actor=user) is first
    assert len(software.asked) == 2


def test_another_file_or_another_user_is_another_question(driver: Any, software: Software) -> None:
    user = User()
    driver.read_patient("1", actor=user)
    driver.read_patient("2", actor=user)
    driver.read_patient("1", actor=User())
    assert len(software.asked) == 3


@pytest.mark.parametrize("verb", ["search_patients", "update_patient"])
def test_whatever_is_done_between_makes_it_ask_again(driver: Any, software: Software, verb: str) -> None:
    user = User()
    driver.read_patient("1", actor=user)
    with contextlib.suppress(OSError):
        getattr(driver, verb)("1", actor=user)
    driver.read_patient("1", actor=user)
    assert [each for each in software.asked if each.startswith("read")] == software.asked[::2]


def test_what_comes_on_the_wire_makes_it_ask_again(driver: Any, software: Software, looks: Looks) -> None:
    user = User()
    driver.read_patient("1", actor=user)
    looks.forget()
    driver.read_patient("1", actor=user)
    assert len(software.asked) == 2


def test_what_comes_while_the_answer_is_on_its_way_is_not_lost(software: Software, looks: Looks) -> None:
    def ask(patient_id: str) -> str:
        looks.forget()
        return software.read_patient(patient_id, actor="")

    looks.look("read_patient", ask, ("1",), {})
    looks.look("read_patient", ask, ("1",), {})
    assert len(software.asked) == 2


def test_time_that_goes_by_makes_it_ask_again(
    driver: Any, software: Software, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = User()
    monkeypatch.setattr(looking, "FRESH_S", -1.0)
    driver.read_patient("1", actor=user)
    driver.read_patient("1", actor=user)
    assert len(software.asked) == 2


def test_a_list_is_the_callers_own(driver: Any) -> None:
    user = User()
    driver.read_status_history("1", actor=user).append("mine")
    assert driver.read_status_history("1", actor=user) == ["1"]
