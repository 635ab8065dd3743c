"""What a test scripts and what it checks, with the messages of a check that fails."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import httpx
import pytest

from simulator.client import BenchClientError
from simulator.testing import Simulator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from simulator.testing import Insi

    LookUp = Callable[..., httpx.Response]


@pytest.fixture(scope="module")
def server() -> Iterator[Simulator]:
    simulator = Simulator(people=20)
    simulator.start()
    yield simulator
    simulator.stop()


@pytest.fixture
def insi(server: Simulator) -> Iterator[Insi]:
    with server.session() as session:
        yield session


class TestScripts:
    def test_what_is_not_scripted_comes_from_the_registry(self, insi: Insi, look_up: LookUp) -> None:
        one, other = insi.people(2)
        insi.when(birth_name=one.identity.traits.birth_name).then(fault="insi_102")
        assert look_up(insi, one).status_code == 500
        look_up(insi, other)
        assert [call.code for call in insi.calls] == ["insi_102", "00"]

    def test_the_last_one_speaks_first_and_knows_its_calls(self, insi: Insi, look_up: LookUp) -> None:
        first = insi.when().then(code="02")
        last = insi.when().then(code="01")
        look_up(insi)
        assert [call.code for call in last.calls] == ["01"]
        assert first.calls == []

    def test_another_person_is_answered(self, insi: Insi, look_up: LookUp) -> None:
        asked, other = insi.people(2)
        insi.when(person=asked).then(person=other)
        response = look_up(insi, asked)
        assert other.identity.matricule.number in response.text
        insi.assert_called(person=other, code="00", birth_name=asked.identity.traits.birth_name)

    def test_an_alteration_changes_the_answer(self, insi: Insi, look_up: LookUp) -> None:
        person = insi.person()
        insi.when().then(person=person, alter={"sex": ""})
        assert person.identity.matricule.number in look_up(insi, person).text

    def test_the_first_call_fails_and_the_next_does_not(self, insi: Insi, look_up: LookUp) -> None:
        person = insi.person()
        insi.when(call={"nth": 1}).then(fault="insi_102")
        look_up(insi, person)
        look_up(insi, person)
        assert [call.code for call in insi.calls] == ["insi_102", "00"]

    def test_the_network_is_disturbed(self, insi: Insi, look_up: LookUp) -> None:
        insi.when().then(chaos=["connection-reset"])
        with pytest.raises(httpx.TransportError):
            look_up(insi)
        assert insi.assert_called(times=1)[0].exchange.chaos == ("connection-reset",)

    def test_a_shipped_scenario_brings_its_people(self, server: Simulator, look_up: LookUp) -> None:
        with server.session() as insi:
            bound = insi.install("safety/other-person")
            assert len(bound) >= 1
            look_up(insi, next(iter(bound.values())))
            insi.assert_called(code="00")

    @pytest.mark.parametrize(
        ("answer", "said"),
        [
            ({"fault": "insi_999"}, "expected a code of the fault catalogue"),
            ({"code": "07"}, "code: expected one of 00, 01, 02"),
            ({"answer": "01"}, "unknown key 'answer'"),
        ],
    )
    def test_a_script_that_cannot_be_used_says_where(self, insi: Insi, answer, said: str) -> None:
        with pytest.raises(BenchClientError, match=rf"rules\[0\].then.*({said})"):
            insi.when().then(**answer)


class TestChecks:
    def test_calls_are_found_by_what_was_sent_and_answered(self, insi: Insi, look_up: LookUp) -> None:
        person = insi.person(sex="F")
        look_up(insi, person)
        look_up(insi, person, sex="M")
        traits = person.identity.traits
        found = insi.assert_called(
            times=1,
            birth_name=traits.birth_name.lower(),
            sex="F",
            birth_date=traits.birth_date,
            http_status=200,
        )
        assert found[0].request.startswith(b"<?xml")
        assert found[0].response
        assert found[0].headers["content-type"].startswith("application/soap+xml")
        insi.assert_called(times=2, first_names=traits.first_names.split(" ")[0], idam="750000000001")
        insi.assert_not_called(code="02")

    def test_a_failure_shows_what_came_the_differences_and_the_reasons(
        self, insi: Insi, look_up: LookUp
    ) -> None:
        person = insi.person()
        look_up(insi, person)
        with pytest.raises(AssertionError) as caught:
            insi.assert_called(times=2, birth_name="SOMEBODY ELSE")
        text = str(caught.value)
        assert text.startswith("expected 2 calls with birth_name='SOMEBODY ELSE', got 0 of 1 received")
        assert f"birth_name: expected 'SOMEBODY ELSE', got '{person.identity.traits.birth_name}'" in text
        assert "| " in text

    def test_a_failure_shows_the_last_ten_calls(self, insi: Insi, look_up: LookUp) -> None:
        for _ in range(12):
            look_up(insi)
        with pytest.raises(AssertionError, match=r"got 12 of 12 received\n  the last 10:"):
            insi.assert_not_called()

    def test_nothing_received_asks_about_the_address(self, insi: Insi) -> None:
        with pytest.raises(
            AssertionError, match=r"nothing was received: does the software call insi\.soap_url\?"
        ):
            insi.assert_called()

    def test_an_unknown_criterion_is_refused(self, insi: Insi) -> None:
        insi.assert_not_called()
        with pytest.raises(TypeError, match="unknown criterion 'name'; known are birth_date"):
            insi.assert_called(name="X")

    def test_a_call_that_comes_later_is_waited_for(self, insi: Insi, look_up: LookUp) -> None:
        def later() -> None:
            time.sleep(0.1)
            look_up(insi)

        thread = threading.Thread(target=later)
        thread.start()
        assert insi.wait_for_call(timeout=10).code
        thread.join()
        with pytest.raises(AssertionError, match=r"after 0\.05 seconds"):
            insi.wait_for_call(timeout=0.05, code="02")

    def test_a_departure_is_found(self, insi: Insi, look_up: LookUp) -> None:
        look_up(insi, software="LGO")
        assert insi.assert_called(finding="lps-name-form")[0].findings
