"""SubprocessDriver against programs that behave, die, hang and write nonsense."""

from __future__ import annotations

import sys
import textwrap
from typing import TYPE_CHECKING, Any

import pytest

from conformance.drivers.http import HttpDriver
from conformance.drivers.model import Actor, PatientTraits, SearchCriteria
from conformance.drivers.opening import open_driver
from conformance.drivers.protocol import DriverError, Fault, RefusedError, VerbNotSupportedError
from conformance.drivers.settings import DriverSettings
from conformance.drivers.subprocess import SubprocessDriver

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

USER = Actor(user="Zoé")
PROGRAM = """
import json, sys, time
for line in sys.stdin:
    message = json.loads(line)
    answer = {{"id": message["id"]}}
    if message["verb"] == "capabilities":
        answer["answer"] = {{"name": "Officine", "version": "1", "verbs": ["read_settings", "read_patient"]}}
    elif message["verb"] == "reset":
        print("reset to", message["request"]["insi_url"], file=sys.stderr)
        answer["answer"] = None
    else:
{act}
    print(json.dumps(answer), flush=True)
"""


@pytest.fixture
def program() -> Iterator[Callable[..., SubprocessDriver]]:
    opened: list[SubprocessDriver] = []

    def start(act: str, **settings: Any) -> SubprocessDriver:
        code = PROGRAM.format(act=textwrap.indent(textwrap.dedent(act), " " * 8))
        wanted = {"timeout": 60.0, **settings}
        driver = SubprocessDriver(
            DriverSettings(kind="subprocess", command=(sys.executable, "-c", code), **wanted)
        )
        opened.append(driver)
        return driver

    yield start
    for driver in opened:
        driver.close()


def test_answer_of_a_verb_is_read(program: Callable[..., SubprocessDriver]) -> None:
    assert program('answer["answer"] = {"a": "é"}').read_settings() == {"a": "é"}
    nulls = 'answer |= {"answer": {"a": "b"}, "refused": None, "not_supported": None, "error": None}'
    assert program(nulls).read_settings() == {"a": "b"}


def test_actor_and_arguments_travel(program: Callable[..., SubprocessDriver]) -> None:
    driver = program('answer["refused"] = {"code": "SEEN", "message": json.dumps(message)}')
    with pytest.raises(RefusedError, match=r"Zo\\u00e9") as caught:
        driver.read_patient("128", actor=USER)
    assert '"request": {"patient_id": "128"}' in caught.value.message
    assert '"role": "USER"' in caught.value.message


def test_refusal_missing_verb_and_failure_are_raised_as_such(
    program: Callable[..., SubprocessDriver],
) -> None:
    with pytest.raises(RefusedError) as refused:
        program('answer["refused"] = {"code": "NO", "message": "Non.", "fields": ["sex"]}').read_settings()
    assert (refused.value.code, refused.value.fields) == ("NO", ("sex",))
    with pytest.raises(VerbNotSupportedError, match="pas ici"):
        program('answer["not_supported"] = {"reason": "pas ici"}').read_settings()
    with pytest.raises(DriverError, match="KeyError") as failed:
        program('answer["error"] = {"message": "KeyError"}').read_settings()
    assert failed.value.fault is Fault.FAILED


def test_verb_that_is_not_declared_is_not_sent(program: Callable[..., SubprocessDriver]) -> None:
    driver = program("raise SystemExit(3)")
    with pytest.raises(VerbNotSupportedError):
        driver.create_patient(PatientTraits(), actor=USER)
    assert driver.capabilities().name == "Officine"


def test_death_is_told_with_code_and_log_then_the_program_is_started_again(
    program: Callable[..., SubprocessDriver],
) -> None:
    driver = program("""
        print("no more disk", file=sys.stderr, flush=True)
        raise SystemExit(3)
    """)
    said: list[Any] = []
    driver.on_restart = said.append
    driver.reset(insi_url="http://127.0.0.1:9/s/1/lps")
    with pytest.raises(DriverError) as caught:
        driver.read_settings()
    assert caught.value.fault is Fault.UNREACHABLE
    assert "code 3" in caught.value.text.fr
    assert "exit code 3" in caught.value.text.en
    assert "no more disk" in caught.value.text.en
    assert said == []
    assert driver.capabilities().name == "Officine"
    assert driver.restarts == 1
    assert "code 3" in said[0].fr
    driver.capabilities()
    assert driver.restarts == 1


def test_reset_is_repeated_to_a_program_started_again(program: Callable[..., SubprocessDriver]) -> None:
    driver = program("raise SystemExit(3)")
    sent: list[Any] = []
    driver.reset(insi_url="http://127.0.0.1:9/s/1/lps")
    with pytest.raises(DriverError):
        driver.read_settings()
    driver.on_exchange = sent.append
    driver.capabilities()
    assert ["reset" in sent[0].sent, "capabilities" in sent[1].sent] == [True, True]
    assert "http://127.0.0.1:9/s/1/lps" in sent[0].sent


@pytest.mark.parametrize(
    ("act", "fault", "said"),
    [
        ('print("Starting…", flush=True)', Fault.CONTRACT, "attendu une ligne de JSON, reçu 'Starting"),
        ('answer["id"] = 99', Fault.CONTRACT, "attendu une réponse d'id"),
        ('sys.stdout.write("[" * 100000 + "\\n")', Fault.TOO_LARGE, "32 niveaux"),
        ('sys.stdout.write("x" * 9_000_000)', Fault.TOO_LARGE, "8 Mio"),
        ("answer = [1]", Fault.CONTRACT, "attendu une réponse d'id"),
        ("pass", Fault.CONTRACT, "answer, refused, not_supported, error"),
        ('answer["answer"] = ["a"]', Fault.CONTRACT, "attendu un objet"),
    ],
)
def test_nonsense_is_told(
    program: Callable[..., SubprocessDriver], act: str, fault: Fault, said: str
) -> None:
    with pytest.raises(DriverError) as caught:
        program(act).read_settings()
    assert (caught.value.fault, said in caught.value.text.fr) == (fault, True), caught.value.text.fr
    assert caught.value.exchange is not None


def test_silence_ends_with_its_time(program: Callable[..., SubprocessDriver]) -> None:
    driver = program("time.sleep(3600)")
    driver.capabilities()
    driver.settings = DriverSettings(kind="subprocess", command=driver.settings.command, timeout=0.4)
    with pytest.raises(DriverError, match=r"en 0\.4 s") as caught:
        driver.read_settings()
    assert caught.value.fault is Fault.TIMEOUT


def test_program_that_does_not_exist_is_told() -> None:
    settings = DriverSettings(kind="subprocess", command=("no-such-program-of-banc",))
    with pytest.raises(DriverError, match="ne démarre pas"), open_driver(settings) as driver:
        driver.capabilities()


@pytest.mark.parametrize("kind", ["http", "subprocess"])
def test_incomplete_settings_are_told(kind: Any) -> None:
    with pytest.raises(DriverError) as caught:
        open_driver(DriverSettings(kind=kind))
    assert caught.value.fault is Fault.SETUP


def test_kind_of_the_settings_is_opened() -> None:
    with open_driver(DriverSettings(url="http://127.0.0.1:9")) as driver:
        assert isinstance(driver, HttpDriver)


def test_environment_and_folder_are_those_of_the_settings(
    program: Callable[..., SubprocessDriver], tmp_path: Path
) -> None:
    driver = program(
        """
        import os
        answer["answer"] = {"cwd": os.getcwd(), "site": os.environ["SITE"]}
        """,
        cwd=tmp_path,
        env={"SITE": "7"},
    )
    assert driver.read_settings() == {"cwd": str(tmp_path), "site": "7"}


def test_reference_lgo_is_driven_so() -> None:
    command = (sys.executable, "-m", "conformance.reference", "--stdio")
    traits = PatientTraits(
        birth_name="NESSI", first_name="RUTH", birth_date="1977-07-14", sex="F", birth_place="63220"
    )
    with open_driver(DriverSettings(kind="subprocess", command=command)) as lgo:
        lgo.reset(insi_url="http://127.0.0.1:9/lps")
        created = lgo.create_patient(traits, actor=USER)
        assert lgo.search_patients(SearchCriteria(birth_date="1977-07-14"), actor=USER) == [created]
        with pytest.raises(RefusedError) as refusal:
            lgo.create_patient(PatientTraits(), actor=USER)
        assert refusal.value.code == "MISSING_FIELD"
        with pytest.raises(DriverError, match="no patient '999'"):
            lgo.read_patient("999", actor=USER)
