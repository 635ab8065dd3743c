"""A simulator inside a test: started, asked, stopped, and nothing left behind."""

from __future__ import annotations

import ssl
import threading
from typing import TYPE_CHECKING

import httpx
import pytest

from simulator.bench import BenchSetupError
from simulator.datafile import DataFileError
from simulator.testing import NoSuchPersonError, Simulator, SimulatorError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    LookUp = Callable[..., httpx.Response]


@pytest.fixture(scope="module")
def server():
    simulator = Simulator(people=40)
    simulator.start()
    yield simulator
    simulator.stop()


class TestLife:
    def test_it_answers_from_the_first_line_of_the_block_and_no_more_after_it(self, look_up: LookUp) -> None:
        with Simulator(people=5) as insi:
            person = insi.person()
            assert person.identity.matricule.number in look_up(insi, person).text
            data_dir = insi.server.bench.options.data_dir
            assert data_dir.is_dir()
        with pytest.raises(httpx.ConnectError):
            look_up(insi)
        assert not data_dir.exists()

    def test_it_leaves_no_thread(self) -> None:
        before = set(threading.enumerate())
        with Simulator(people=0):
            assert set(threading.enumerate()) - before
        left = [
            thread for thread in set(threading.enumerate()) - before if not thread.daemon or thread.is_alive()
        ]
        for thread in left:
            thread.join(5)
        assert not [thread for thread in left if thread.is_alive()]

    def test_two_run_beside_each_other(self, look_up: LookUp) -> None:
        with Simulator(people=3) as one, Simulator(people=3) as other:
            look_up(one, one.person())
            one.assert_called(times=1)
            other.assert_not_called()

    def test_started_twice_is_refused_and_stopped_twice_is_not(self) -> None:
        simulator = Simulator(people=0)
        simulator.start()
        with pytest.raises(SimulatorError, match="stop it first"):
            simulator.start()
        simulator.stop()
        simulator.stop()
        with simulator as insi:
            assert insi.url

    @pytest.mark.parametrize(
        ("options", "error", "said"),
        [
            ({"profile": "prod"}, BenchSetupError, "unknown profile 'prod'"),
            ({"scenarios": ["faults/never"]}, DataFileError, "faults/never"),
        ],
    )
    def test_what_cannot_start_says_why_and_leaves_nothing(self, options, error, said: str) -> None:
        before = set(threading.enumerate())
        with pytest.raises(error, match=said):
            Simulator(people=0, **options).start()
        assert set(threading.enumerate()) <= before

    def test_a_port_that_was_not_asked_for_says_how_to_open_it(self, server: Simulator) -> None:
        for name in ("https_url", "mtls_url"):
            with pytest.raises(SimulatorError, match="open it with Simulator"):
                getattr(server, name)
        with pytest.raises(SimulatorError, match=r"Simulator\(tls=True\)"):
            _ = server.pki

    def test_both_tls_ports_answer_with_throwaway_certificates(self, soap_request) -> None:
        with Simulator(people=2, tls=True, mtls=True) as insi:
            trust = ssl.create_default_context(cafile=str(insi.pki.bundle))
            software = insi.pki.entry("insi-manu")
            mutual = ssl.create_default_context(cafile=str(insi.pki.bundle))
            mutual.load_cert_chain(insi.pki.directory / software.chain, insi.pki.directory / software.key)
            headers = {"Content-Type": "application/soap+xml; charset=utf-8"}
            for url, context in ((insi.https_soap_url, trust), (insi.mtls_soap_url, mutual)):
                with httpx.Client(verify=context, trust_env=False) as client:
                    response = client.post(url, content=soap_request(), headers=headers)
                assert response.status_code == 200
            assert [call.exchange.authentication for call in insi.calls] == ["none", "mtls"]


class TestSessions:
    def test_each_has_its_own_calls_scripts_people_and_clock(
        self, server: Simulator, look_up: LookUp
    ) -> None:
        with server.session() as one, server.session(strictness="strict") as other:
            added = one.add(birth_name="SEULEMENT")
            one.when(birth_name="SEULEMENT").then(code="01")
            one.clock.advance(hours=2)
            look_up(one, added)
            one.assert_called(times=1, code="01")
            other.assert_not_called()
            with pytest.raises(NoSuchPersonError):
                other.person(birth_name="SEULEMENT")
            assert (one.clock.now - other.clock.now).total_seconds() == pytest.approx(7200, abs=60)

    def test_it_is_gone_after_its_block(self, server: Simulator, look_up: LookUp) -> None:
        with server.session() as one:
            pass
        assert look_up(one).status_code == 404

    def test_reset_forgets_all_but_the_settings(self, server: Simulator, look_up: LookUp) -> None:
        with server.session() as insi:
            person = insi.add()
            insi.when().then(fault="insi_102")
            insi.clock.freeze()
            look_up(insi, person)
            insi.reset()
            insi.assert_not_called()
            look_up(insi, person)
            insi.assert_called(times=1, code="01")
            assert insi.session.change()["clock_frozen_at"] is None


class TestPeople:
    def test_the_same_wish_gives_the_same_person(self, server: Simulator) -> None:
        with server.session() as one, server.session() as other:
            assert one.person(sex="F") == other.person(sex="F")
            assert one.person(sex="F").identity.traits.sex == "F"
            assert len({person.key for person in one.people(7)}) == 7

    def test_names_are_found_in_whatever_case_and_accents(self, server: Simulator) -> None:
        with server.session() as insi:
            insi.add(birth_name="D'ARTAGNAN", first_names="CHARLES ANDRE", sex="M")
            assert (
                insi.person(birth_name="d'Artagnan", first_names="Charles André").identity.traits.sex == "M"
            )

    def test_nobody_says_what_was_wished_and_which_tags_there_are(self, server: Simulator) -> None:
        with server.session() as insi, pytest.raises(NoSuchPersonError) as caught:
            insi.person(tag="unicorn", sex="F")
        assert "tag='unicorn', sex='F'" in str(caught.value)
        assert "Tags there: " in str(caught.value)

    def test_an_unknown_trait_is_refused(self, server: Simulator) -> None:
        with (
            server.session() as insi,
            pytest.raises(TypeError, match="unknown trait 'name'; known are birth_name"),
        ):
            insi.person(name="X")

    def test_what_is_left_out_of_a_new_person_is_filled_in_to_fit(
        self, server: Simulator, look_up: LookUp
    ) -> None:
        with server.session() as insi:
            person = insi.add(sex="M", birth_date="1999-12-31", birth_place="2A004")
            assert person.identity.matricule.value.startswith("199122A004")
            look_up(insi, person)
            insi.assert_called(code="00", person=person)


class TestClock:
    def test_it_advances_stops_and_comes_back(self, server: Simulator) -> None:
        with server.session() as insi:
            real = insi.clock.now
            assert (insi.clock.advance(minutes=61) - real).total_seconds() >= 3660
            stopped = insi.clock.freeze()
            assert insi.clock.now == stopped
            assert (insi.clock.advance(seconds=1) - stopped).total_seconds() == 1
            assert (insi.clock.reset() - real).total_seconds() < 3600

    def test_a_time_without_its_zone_is_refused(self, server: Simulator) -> None:
        from datetime import datetime

        with server.session() as insi, pytest.raises(ValueError, match="with its zone"):
            insi.clock.freeze(datetime(2026, 1, 1))  # noqa: DTZ001 - that is the point


def test_a_scenario_file_is_followed(server: Simulator, look_up: LookUp, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    text = """
id: tests/mine
title: {fr: Essai, en: Test}
purpose: {fr: Essai, en: Test}
source: tests
evidence: inferred
rules:
  - {when: {}, then: {code: "01"}}
"""
    file.write_text(text, encoding="utf-8")
    with server.session() as insi:
        insi.install(file)
        look_up(insi)
        file.write_text(text.replace('code: "01"', "fault: insi_102"), encoding="utf-8")
        look_up(insi)
        assert [call.code for call in insi.calls] == ["01", "insi_102"]
