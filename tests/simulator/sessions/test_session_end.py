"""How sessions end: by command, or because nobody uses them; and what happens when their file is in trouble."""

from __future__ import annotations

import sqlite3
import threading
from typing import TYPE_CHECKING, Any

import pytest
import time_machine

from simulator.bench.session_life import create_session, remove_session, sweep
from simulator.sessions.store import (
    ExpiredSessionError,
    SessionConflictError,
    SessionStore,
    SessionsUnavailableError,
    UnknownSessionError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from werkzeug.test import Client

    from simulator.bench import Bench
    from simulator.journal.exchange import Exchange
    from simulator.registry.person import Person

    Ask = Callable[..., Exchange]

START = "2026-06-01T10:00:00Z"
SOAP_TYPE = "application/soap+xml; charset=utf-8"


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


class TestExpiry:
    def test_a_session_ends_when_it_is_not_used(self, clock: Any, bench: Bench) -> None:
        session = bench.sessions.create(ttl=600)
        clock.shift(599)
        assert bench.sessions.get(session.id).id == session.id
        clock.shift(2)
        with pytest.raises(ExpiredSessionError) as caught:
            bench.sessions.get(session.id)
        assert str(caught.value) == (
            f"the session '{session.id}' has expired: not used since 2026-06-01 10:00:00 UTC, its time to live is 600 s; "
            "create another with POST /api/v1/sessions"
        )

    def test_a_call_keeps_it_alive(
        self, clock: Any, web: Client, bench: Bench, soap_request: Callable[..., bytes]
    ) -> None:
        session = bench.sessions.create(ttl=600)
        for _ in range(5):
            clock.shift(500)
            response = web.post(f"/s/{session.id}/lps", data=soap_request(), content_type=SOAP_TYPE)
            assert response.status_code == 200
        clock.shift(601)
        response = web.post(f"/s/{session.id}/lps", data=soap_request(), content_type=SOAP_TYPE)
        assert response.status_code == 410
        assert "not used since 2026-06-01 10:41:40 UTC" in response.text

    @pytest.mark.parametrize("act", ["change", "install", "advance"])
    def test_a_change_keeps_it_alive(self, clock: Any, bench: Bench, act: str) -> None:
        session = bench.sessions.create(ttl=600)
        both = {"fr": "a", "en": "b"}
        scenario = {
            "id": "tests/one", "title": both, "purpose": both, "source": "t", "evidence": "inferred",
            "rules": [{"when": {}, "then": {"code": "01"}}],
        }  # fmt: skip
        clock.shift(500)
        match act:
            case "change":
                bench.sessions.change(session.id, name="x")
            case "install":
                bench.installer.install(session.id, scenario, {})
            case _:
                bench.sessions.update(session.id, lambda settings: settings.changed({"clock_offset": 60}))
        clock.shift(500)
        assert bench.sessions.get(session.id).id == session.id

    def test_looking_at_it_is_no_use_of_it(self, clock: Any, web: Client) -> None:
        session = web.post("/api/v1/sessions", json={"ttl": 600}).json["id"]  # type: ignore[index] # the test fails if none
        clock.shift(500)
        assert web.get(f"/api/v1/sessions/{session}").status_code == 200
        clock.shift(101)
        assert web.get(f"/api/v1/sessions/{session}").status_code == 410

    def test_a_use_seen_by_another_worker_counts(self, clock: Any, bench: Bench) -> None:
        other = SessionStore(bench.options.data_dir / "sessions.sqlite", profile="production")
        session = bench.sessions.create(ttl=600)
        assert other.get(session.id)
        clock.shift(500)
        bench.sessions.touch(session.id)
        clock.shift(500)
        assert other.get(session.id).id == session.id
        assert other.expire() == []
        other.close()

    def test_without_a_time_to_live_it_stays(self, clock: Any, bench: Bench) -> None:
        session = bench.sessions.create()
        clock.shift(86400 * 3650)
        assert sweep(bench) == 0
        assert bench.sessions.get(session.id).id == session.id
        assert bench.sessions.get("default").id == "default"

    def test_the_clock_of_the_session_does_not_count(self, bench: Bench) -> None:
        session = bench.sessions.create(ttl=600, clock_offset=86400)
        assert bench.sessions.get(session.id).id == session.id

    def test_sweeping_removes_all_but_the_exchanges_and_keeps_the_reason(
        self, clock: Any, bench: Bench, ask: Ask, make_person: Callable[..., Person]
    ) -> None:
        session, kept = (
            bench.sessions.create(ttl=600, recognise={"idam": "1"}),
            bench.sessions.create(ttl=6000),
        )
        bench.registry.add([make_person()], session.scope)
        ask(session=session.id)
        clock.shift(601)
        assert sweep(bench) == 1
        assert set(bench.sessions.ids()) == {"default", kept.id}
        assert bench.registry.own(session.scope) == []
        assert bench.journal.list()[0].session == session.id
        for _ in range(2):
            with pytest.raises(ExpiredSessionError, match="not used since 2026-06-01 10:00:00 UTC"):
                bench.sessions.get(session.id)
        bench.sessions.create(recognise={"idam": "1"})

    def test_creating_and_listing_sweep(self, clock: Any, web: Client, bench: Bench) -> None:
        for act in (lambda: web.get("/api/v1/sessions"), lambda: web.post("/api/v1/sessions")):
            session = bench.sessions.create(ttl=600)
            clock.shift(601)
            assert session.id in bench.sessions.ids()
            act()
            assert session.id not in bench.sessions.ids()

    def test_a_time_to_live_can_be_given_and_taken_later(self, clock: Any, bench: Bench) -> None:
        session = bench.sessions.create()
        assert bench.sessions.expires_at(session) is None
        changed = bench.sessions.change(session.id, ttl=600)
        assert str(bench.sessions.expires_at(changed)) == "2026-06-01 10:10:00+00:00"
        bench.sessions.change(session.id, ttl=None)
        clock.shift(601)
        assert bench.sessions.get(session.id).id == session.id


class TestIds:
    @pytest.mark.parametrize("name", ["a", "lgo-x", "0.1_b", "x" * 64])
    def test_a_tester_may_choose_one(self, bench: Bench, name: str) -> None:
        assert create_session(bench, name).id == name
        assert bench.sessions.get(name).scope == name

    @pytest.mark.parametrize("name", ["", "A", "-a", ".a", "a/b", "a b", "é", "x" * 65, 12, ["a"], "a\n"])
    def test_what_cannot_be_one_is_refused(self, bench: Bench, name: object) -> None:
        with pytest.raises(ValueError, match=r"^id: expected 1 to 64 of a-z"):
            create_session(bench, name)

    @pytest.mark.parametrize("name", ["default", "lgo-x"])
    def test_a_taken_one_is_a_conflict_and_touches_nothing(
        self, bench: Bench, make_person: Callable[..., Person], name: str
    ) -> None:
        bench.sessions.create("lgo-x")
        bench.registry.add([make_person()], "lgo-x")
        with pytest.raises(SessionConflictError, match=f"^id: there is already a session '{name}'"):
            create_session(bench, name)
        assert len(bench.registry.own("lgo-x")) == 1

    def test_a_new_session_of_an_old_id_finds_nothing_of_the_old_one(
        self, bench: Bench, ask: Ask, make_person: Callable[..., Person]
    ) -> None:
        create_session(bench, "lgo-x", strictness="strict")
        bench.registry.add([make_person()], "lgo-x")
        assert [ask(session="lgo-x").code for _ in range(2)] == ["00", "desir_9010"]
        # As if the process had died before it had removed the people.
        bench.sessions.delete("lgo-x")
        create_session(bench, "lgo-x", strictness="strict")
        assert bench.registry.own("lgo-x") == []
        assert ask(session="lgo-x").code == "00"

    def test_an_expired_id_can_be_taken_again(self, clock: Any, bench: Bench) -> None:
        create_session(bench, "lgo-x", ttl=60)
        clock.shift(61)
        assert create_session(bench, "lgo-x").id == "lgo-x"


class TestRemoval:
    def test_exchanges_are_kept_or_removed(self, bench: Bench, ask: Ask) -> None:
        for name in ("kept", "removed", "other"):
            create_session(bench, name)
            ask(session=name)
        remove_session(bench, "kept")
        remove_session(bench, "removed", exchanges=True)
        assert [exchange.session for exchange in bench.journal.list()] == ["kept", "other"]


class TestTrouble:
    @pytest.fixture
    def file(self, bench: Bench) -> Path:
        return bench.options.data_dir / "sessions.sqlite"

    def test_a_locked_file_refuses_changes_in_words_and_calls_go_on(
        self, web: Client, bench: Bench, file: Path, soap_request: Callable[..., bytes]
    ) -> None:
        session = bench.sessions.create()
        bench.sessions._database.connection().execute("PRAGMA busy_timeout = 10")
        with sqlite3.connect(file, isolation_level=None) as outsider:
            outsider.execute("BEGIN IMMEDIATE")
            for response in (
                web.post("/api/v1/sessions"),
                web.patch(f"/api/v1/sessions/{session.id}", json={"name": "x"}),
                web.delete(f"/api/v1/sessions/{session.id}"),
            ):
                assert response.status_code == 503
                assert "sessions.sqlite: database is locked" in response.json["error"]  # type: ignore[index] # the test fails if none
            response = web.post(f"/s/{session.id}/lps", data=soap_request(), content_type=SOAP_TYPE)
            assert response.status_code == 200
            outsider.rollback()
        assert web.patch(f"/api/v1/sessions/{session.id}", json={"name": "x"}).status_code == 200

    def test_a_removed_file_refuses_changes_in_words_and_calls_go_on(
        self, web: Client, bench: Bench, file: Path, soap_request: Callable[..., bytes]
    ) -> None:
        session = bench.sessions.create()
        file.unlink()
        response = web.patch(f"/api/v1/sessions/{session.id}", json={"name": "x"})
        assert response.status_code == 503
        assert "was removed or replaced" in response.json["error"]  # type: ignore[index] # the test fails if none
        response = web.post(f"/s/{session.id}/lps", data=soap_request(), content_type=SOAP_TYPE)
        assert response.status_code == 200

    def test_a_file_that_breaks_leaves_the_sessions_as_they_were(
        self, web: Client, bench: Bench, soap_request: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        session = bench.sessions.create(profile="qualification-2022")
        unknown = bench.sessions.create()
        assert bench.sessions.get(session.id)

        def broken() -> sqlite3.Connection:
            raise sqlite3.OperationalError("disk I/O error")

        monkeypatch.setattr(bench.sessions._database, "connection", broken)
        answer = web.post(
            f"/s/{session.id}/lps", data=soap_request(birth_name="PERSONNE"), content_type=SOAP_TYPE
        )
        assert b"insi_102" in answer.data
        bench.sessions._local.known.sessions.pop(unknown.id)
        bench.sessions._local.known.retry_at = 0.0
        answer = web.post(f"/s/{unknown.id}/lps", data=soap_request(), content_type=SOAP_TYPE)
        assert answer.status_code == 503
        assert "sessions.sqlite: disk I/O error" in answer.text
        monkeypatch.undo()
        bench.sessions._local.known.retry_at = 0.0
        assert bench.sessions.get(unknown.id).id == unknown.id

    def test_a_new_thread_that_finds_no_sessions_says_why(self, bench: Bench, file: Path) -> None:
        file.unlink()
        told: list[Exception] = []

        def look() -> None:
            try:
                bench.sessions.get("default")
            except SessionsUnavailableError as error:
                told.append(error)

        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
        (error,) = told
        assert "the sessions cannot be read: " in str(error)

    def test_identifiers_are_compared_in_one_worker_when_they_cannot_be_shared(
        self, bench: Bench, ask: Ask, caplog: pytest.LogCaptureFixture
    ) -> None:
        session = bench.sessions.create(strictness="strict").id
        connection = bench.sessions.activity._database.connection()
        connection.execute("DROP TABLE seen")
        assert [ask(session=session).code for _ in range(2)] == ["00", "desir_9010"]
        assert "identifiers are compared in this worker alone" in caplog.text


def test_a_deleted_session_cannot_be_changed_by_who_still_knows_it(bench: Bench) -> None:
    other = SessionStore(bench.options.data_dir / "sessions.sqlite", profile="production")
    session = bench.sessions.create()
    assert other.get(session.id)
    bench.sessions.delete(session.id)
    with pytest.raises(UnknownSessionError):
        other.change(session.id, name="x")
    other.close()
