"""The bench drives software with other manners and habits than those of the reference LGO, and accuses it of nothing."""

from __future__ import annotations

from contextlib import ExitStack, closing
from functools import partial
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.errors import RefusedError
from conformance.drivers.http import HttpDriver
from conformance.drivers.model import Actor, PatientTraits, SearchCriteria
from conformance.engine import BenchContext, run_checks
from conformance.reference.api import create_app
from conformance.reference.habits import acts, shapes, strategies, wire
from conformance.reference.habits.front import Habit, Manner, fronted
from conformance.reference.lgo import Lgo
from conformance.rules import load_actors, load_catalogue
from conformance.verdicts import Verdict
from simulator.bench import BenchOptions
from simulator.client import BenchClient
from simulator.serving import ServeOptions, free_port, running

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

USER = Actor(user="dupond")
SOMEBODY = PatientTraits(
    birth_name="D'ARC", first_name="JEANNE", birth_date="1984-09-25", sex="F", birth_place="2A004"
)

MANNERS = {
    "HTTP/1.0": Manner(version="1.0"),
    "small chunks with a trailer": Manner(chunk=3),
    "packed in chunks": Manner(packed=True, chunk=7),
    "closed after each answer": Manner(closes=True),
    "five requests for a connection": Manner(most=5),
    "one connection at a time": Manner(one_at_a_time=True),
    "an interim answer first": Manner(hints=True),
    "headers in small letters, with others": Manner(
        named=str.lower, others=(("set-cookie", "a=1"), ("vary", "*"))
    ),
    "headers in capitals, type with parameters": Manner(
        named=str.upper, kind='Application/JSON; profile="a;b"; Charset="UTF-8"'
    ),
    "JSON as PHP writes it": Manner(written=shapes.php),
    "JSON after a byte order mark": Manner(written=shapes.dotnet),
    "200 for everything": Manner(status=shapes.all_200),
    "201 for everything": Manner(status=shapes.all_201),
}

HABITS: dict[str, Callable[[], Habit]] = {
    **{f"identifiers: {name}": made for name, made in shapes.IDS.items()},
    **{f"moments: {name}": partial(shapes.moments, one) for name, one in shapes.MOMENTS.items()},
    "what is empty left out": lambda: shapes.empty_left_out,
    "what is empty as a blank": lambda: shapes.empty_as_blank,
    "more keys": lambda: shapes.more_keys,
    "attributes said twice": lambda: shapes.attributes_doubled,
    "sessions in the log": acts.sessions_in_the_log,
}


def _acts(driver: HttpDriver) -> None:
    driver.reset(insi_url="http://127.0.0.1:9/lps")
    patient = driver.create_patient(SOMEBODY, actor=USER)
    driver.record_proof(patient.id, "CNI", actor=USER)
    checked = driver.validate_identity(patient.id, actor=USER)
    assert (checked.id, checked.status) == (patient.id, "VALI")
    found = driver.search_patients(SearchCriteria(birth_date=SOMEBODY.birth_date), actor=USER)
    assert [each.id for each in found] == [patient.id]
    assert driver.read_patient(patient.id, actor=USER).birth_name == "D'ARC"
    assert driver.read_status_history(patient.id, actor=USER)[-1].author == "dupond"
    assert {entry.patient_id for entry in driver.read_audit_log(actor=USER, patient_id=patient.id)} == {
        patient.id
    }
    with pytest.raises(RefusedError):
        driver.create_patient(PatientTraits(birth_name="SEUL"), actor=USER)
    driver.set_clock(now=None)


@pytest.mark.parametrize("manner", MANNERS.values(), ids=MANNERS)
def test_any_manner_that_http_and_json_allow_is_understood(tmp_path: Path, manner: Manner) -> None:
    with (
        closing(Lgo(tmp_path / "lgo.sqlite")) as lgo,
        fronted(create_app(lgo), manner=manner) as url,
        HttpDriver(url) as driver,
    ):
        _acts(driver)


@pytest.mark.parametrize("habit", HABITS.values(), ids=HABITS)
def test_any_shape_of_answers_that_the_driver_api_allows_is_understood(
    tmp_path: Path, habit: Callable[[], Habit]
) -> None:
    with (
        closing(Lgo(tmp_path / "lgo.sqlite")) as lgo,
        fronted(create_app(lgo), habits=[habit()]) as url,
        HttpDriver(url) as driver,
    ):
        _acts(driver)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_software_with_many_habits_is_accused_of_nothing(tmp_path: Path) -> None:
    rules = ("CRE-01", "RSP-04", "ERR-03", "STA-07", "VER-10")
    habits = [
        shapes.IDS["small"](),
        shapes.moments(shapes.MOMENTS["minutes"]),
        shapes.empty_left_out,
        shapes.own_words_of_refusal,
        acts.lowered_by_super_user_only,
        acts.old_proposals_expire(),
        acts.calls_of_a_creation_are_of_its_file(),
    ]
    options = ServeOptions(bench=BenchOptions(data_dir=tmp_path / "bench", people=0), port=free_port())
    with ExitStack() as stack:
        client = stack.enter_context(BenchClient(stack.enter_context(running(options))))
        lgo = stack.enter_context(closing(Lgo(tmp_path / "lgo.sqlite")))
        stack.enter_context(strategies.searching(strategies.on_after_several))
        habits.append(stack.enter_context(wire.through(wire.CLIENTS["padoa"])))
        driver = stack.enter_context(HttpDriver(stack.enter_context(fronted(create_app(lgo), habits=habits))))
        session = client.create_session()
        context = BenchContext(
            driver=driver,
            insi=session,
            insi_url=session.soap_url,
            seed="habits",
            actors=frozenset(load_actors()),
        )
        run = run_checks(context, catalogue=load_catalogue(), rules=rules)
    assert {one.rule.key: one.reason.en for one in run.rules if one.verdict is not Verdict.PASS} == {}
