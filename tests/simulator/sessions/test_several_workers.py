"""Three real workers behind one address: what is set once holds in all of them, from the next call on."""

from __future__ import annotations

import re
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from simulator.client import BenchClientError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import httpx

    from simulator.client import SessionClient
    from simulator.registry.person import Person

ANNE = {"birth_name": "ESSAI", "first_names": "ANNE", "sex": "F", "birth_date": "1985-04-12"}
CALLS = 12
"""Enough on connections of their own to reach more than one of three workers."""


@pytest.fixture
def session(workers: Any, make_person: Callable[..., Person]) -> Iterator[SessionClient]:
    created = workers.client.create_session()
    created.add_people([make_person()])
    yield created
    created.delete()


@pytest.fixture
def codes(workers: Any, session: SessionClient) -> Callable[..., set[str]]:
    """Make several calls and return the codes answered."""

    def ask(calls: int = CALLS, **arguments: Any) -> set[str]:
        path = f"/s/{session.id}/lps"
        return {code(workers.post(path, **(ANNE | arguments))) for _ in range(calls)}

    return ask


def code(response: httpx.Response) -> str:
    found = re.search(r"<(?:\w+:)?CodeCR>(\w+)<|code=\"(\w+)\"|>(\w+_\d+)<", response.text)
    assert found is not None, response.text
    return next(group for group in found.groups() if group)


def test_calls_do_reach_several_workers(workers: Any, session: SessionClient) -> None:
    # A lenient session remembers identifiers in each worker by itself: a first time there is no finding.
    for _ in range(30):
        workers.post(f"/s/{session.id}/lps", **ANNE, message_id="uuid:the-same")
    found = [{finding["code"] for finding in view.findings} for view in session.exchanges()]
    first_times = sum("identifier-reused" not in codes for codes in found)
    assert 2 <= first_times <= 3


def test_a_changed_setting_holds_in_every_worker_at_the_next_call(
    session: SessionClient, codes: Callable[..., set[str]]
) -> None:
    nobody = {"birth_name": "PERSONNE"}
    for profile, answer in (("qualification-2022", "insi_102"), ("production", "01")) * 3:
        session.change(profile=profile)
        assert codes(**nobody) == {answer}


def test_a_scenario_installed_or_cleared_is_so_in_every_worker(
    session: SessionClient, codes: Callable[..., set[str]]
) -> None:
    both = {"fr": "a", "en": "b"}
    rules = [{"when": {}, "then": {"code": "02"}}]
    for _ in range(3):
        session.install(
            {"id": "tests/two", "title": both, "purpose": both, "source": "tests", "evidence": "inferred", "rules": rules}
        )  # fmt: skip
        assert codes() == {"02"}
        session.clear_scenarios()
        assert codes() == {"00"}


class TestClock:
    def test_an_assertion_expires_at_the_time_of_the_session(
        self, session: SessionClient, codes: Callable[..., set[str]]
    ) -> None:
        issued = datetime.now(UTC)
        assert codes(issued=issued) == {"00"}
        session.advance(61 * 60)
        assert codes(issued=issued) == {"desir_9104"}
        session.reset_clock()
        assert codes(issued=issued) == {"00"}

    def test_a_frozen_clock_is_advanced_in_every_worker(
        self, session: SessionClient, codes: Callable[..., set[str]]
    ) -> None:
        frozen = datetime(2020, 2, 29, 23, 0, tzinfo=UTC)
        session.freeze(frozen.isoformat())
        assert codes(issued=frozen) == {"00"}
        shown = session.advance(3600)
        assert shown["now"] == "2020-03-01T00:00:00.000+00:00"
        assert codes(issued=frozen) == {"00"}
        session.advance(60)
        assert codes(issued=frozen) == {"desir_9104"}

    @pytest.mark.parametrize("frozen", [True, False])
    def test_advances_at_the_same_time_all_count(self, session: SessionClient, *, frozen: bool) -> None:
        start = datetime(2026, 1, 1, tzinfo=UTC)
        if frozen:
            session.freeze(start.isoformat())
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda _: session.advance(1), range(40)))
        shown = session.show()
        if frozen:
            assert datetime.fromisoformat(shown["now"]) == start + timedelta(seconds=40)
        else:
            assert shown["clock_offset"] == 40

    def test_settings_changed_at_the_same_time_as_the_clock_are_kept(self, session: SessionClient) -> None:
        session.freeze("2026-01-01T00:00:00Z")
        with ThreadPoolExecutor(8) as pool:
            moves = [pool.submit(session.advance, 1) for _ in range(20)]
            names = [pool.submit(session.change, name=f"name {number}") for number in range(20)]
            for done in (*moves, *names):
                done.result()
        shown = session.show()
        assert shown["now"] == "2026-01-01T00:00:20.000+00:00"
        assert shown["name"].startswith("name ")


def test_of_calls_with_the_same_identifier_a_strict_session_answers_one(
    workers: Any, session: SessionClient
) -> None:
    session.change(strictness="strict")
    for turn in range(5):
        unique = f"uuid:{uuid4()}"

        def call(_: int, unique: str = unique) -> str:
            return code(workers.post(f"/s/{session.id}/lps", **ANNE, message_id=unique))

        with ThreadPoolExecutor(6) as pool:
            answers = sorted(pool.map(call, range(6)))
        assert answers == ["00", *["desir_9010"] * 5], turn


def test_a_deleted_session_is_gone_from_every_worker(workers: Any) -> None:
    session = workers.client.create_session()
    path = f"/s/{session.id}/lps"
    assert {workers.post(path).status_code for _ in range(CALLS)} == {200}
    session.delete()
    assert {workers.post(path).status_code for _ in range(CALLS)} == {404}


def test_a_session_nobody_uses_expires_in_every_worker(workers: Any) -> None:
    session = workers.client.create_session(ttl=1)
    path = f"/s/{session.id}/lps"
    workers.post(path)

    def gone() -> bool:
        # Asking about a session is no use of it.
        try:
            session.show()
        except BenchClientError as error:
            return "HTTP 410" in str(error)
        return False

    deadline = time.monotonic() + 30
    while not gone() and time.monotonic() < deadline:
        time.sleep(0.1)
    answers = {(answer.status_code, answer.text) for answer in (workers.post(path) for _ in range(CALLS))}
    ((status, text),) = answers
    assert status == 410
    assert re.fullmatch(
        rf"the session '{session.id}' has expired: not used since [\d: -]+ UTC, its time to live is 1 s; .*\n",
        text,
    )


def test_what_a_session_is_recognised_by_changes_in_every_worker(workers: Any) -> None:
    first, second = (workers.client.create_session(strictness="strict") for _ in range(2))
    for owner, other in ((first, second), (second, first)) * 2:
        other.change(recognise={})
        owner.change(recognise={"idam": "759999999999"})
        last = owner.exchanges()[-1].id if owner.exchanges() else 0
        for _ in range(CALLS):
            workers.post(idam="759999999999")
        assert len(owner.exchanges(after=last)) == CALLS
    for session in (first, second):
        session.delete()


def test_of_two_sessions_that_claim_the_same_at_once_one_gets_it(workers: Any) -> None:
    def claim(_: int) -> str:
        try:
            return str(workers.client.create_session(recognise={"lps_instance": "wanted-by-all"}).id)
        except BenchClientError as error:
            return str(error)

    with ThreadPoolExecutor(6) as pool:
        results = list(pool.map(claim, range(6)))
    refusals = [text for text in results if "HTTP 409: recognise.lps_instance: 'wanted-by-all'" in text]
    (winner,) = set(results) - set(refusals)
    assert len(refusals) == 5
    assert all(winner in text for text in refusals)
    workers.client.session(winner).delete()
