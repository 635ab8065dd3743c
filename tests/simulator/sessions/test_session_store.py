"""Sessions on disk: isolated from each other, shared between the workers of a simulator."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from simulator.scripting.loader import ScenarioError, checked_scenario
from simulator.sessions.store import DEFAULT, SessionStore, UnknownSessionError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from simulator.registry.person import Person

BOTH = {"fr": "a", "en": "b"}


def scenario(name: str, *, people: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "id": name,
        "title": BOTH,
        "purpose": BOTH,
        "source": "tests",
        "evidence": "inferred",
        "people": list(people),
        "rules": [{"when": {}, "then": {"code": "01"}}],
    }


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "sessions.sqlite"


@pytest.fixture
def store(file: Path) -> Iterator[SessionStore]:
    opened = SessionStore(file, profile="production")
    yield opened
    opened.close()


@pytest.fixture
def other(store: SessionStore, file: Path) -> Iterator[SessionStore]:
    """Open the same file once more, as another worker does."""
    opened = SessionStore(file, profile="production")
    yield opened
    opened.close()
    assert store is not opened


def installed(store: SessionStore, session: str) -> list[str]:
    return [entry.scenario.id for entry in store.get(session).scenarios]


class TestLife:
    def test_the_default_session_is_always_there(self, store: SessionStore) -> None:
        session = store.get(DEFAULT)
        assert (session.id, session.profile.name, session.settings.idams, session.scenarios) == (
            "default",
            "production",
            None,
            (),
        )

    def test_the_default_session_takes_the_profile_of_the_latest_start(self, file: Path) -> None:
        SessionStore(file, profile="production").close()
        again = SessionStore(file, profile="qualification-2022")
        assert again.get(DEFAULT).profile.name == "qualification-2022"
        again.close()

    def test_a_created_session_keeps_its_options(self, store: SessionStore) -> None:
        created = store.create(profile="qualification-2023", idams=["2", "1"])
        session = store.get(created.id)
        assert session == created
        assert (session.profile.name, session.settings.idams) == ("qualification-2023", ("1", "2"))
        assert session.scope == session.id

    def test_ids_are_all_different_and_listed_oldest_first(self, store: SessionStore) -> None:
        created = [store.create(profile="production").id for _ in range(20)]
        assert len(set(created)) == 20
        assert store.ids() == [DEFAULT, *created]

    def test_a_deleted_session_is_unknown(self, store: SessionStore) -> None:
        session = store.create(profile="production").id
        store.install(session, checked_scenario(scenario("tests/one")), {})
        store.delete(session)
        assert store.ids() == [DEFAULT]
        with pytest.raises(UnknownSessionError, match=session):
            store.get(session)

    def test_the_default_session_cannot_be_deleted(self, store: SessionStore) -> None:
        with pytest.raises(ValueError, match="default session"):
            store.delete(DEFAULT)
        assert store.get(DEFAULT).id == DEFAULT

    @pytest.mark.parametrize("name", ["", "nobody", "' OR 1=1 --", "é"])
    def test_an_unknown_session_is_named(self, store: SessionStore, name: str) -> None:
        for act in (store.get, store.delete, store.clear_scenarios):
            with pytest.raises(UnknownSessionError, match="no session"):
                act(name)

    def test_sessions_are_there_after_a_restart(self, file: Path) -> None:
        first = SessionStore(file, profile="production")
        session = first.create(profile="production", idams=["1"])
        first.install(session.id, checked_scenario(scenario("tests/one")), {})
        first.close()
        second = SessionStore(file, profile="production")
        assert installed(second, session.id) == ["tests/one"]
        assert second.get(session.id).settings.idams == ("1",)
        second.close()


class TestScenarios:
    def test_the_latest_comes_first(self, store: SessionStore) -> None:
        for name in ("tests/one", "tests/two", "tests/three"):
            store.install(DEFAULT, checked_scenario(scenario(name)), {})
        assert installed(store, DEFAULT) == ["tests/three", "tests/two", "tests/one"]

    def test_they_belong_to_one_session(self, store: SessionStore) -> None:
        one, two = store.create(profile="production").id, store.create(profile="production").id
        store.install(one, checked_scenario(scenario("tests/one")), {})
        store.install(two, checked_scenario(scenario("tests/two")), {})
        assert (installed(store, one), installed(store, two), installed(store, DEFAULT)) == (
            ["tests/one"],
            ["tests/two"],
            [],
        )
        store.clear_scenarios(one)
        assert (installed(store, one), installed(store, two)) == ([], ["tests/two"])

    def test_the_people_bound_to_roles_come_back(
        self, store: SessionStore, make_person: Callable[..., Person]
    ) -> None:
        person = make_person("test/anne", tags=["a"], note="b")
        store.install(DEFAULT, checked_scenario(scenario("tests/one", people=("p",))), {"p": person})
        assert store.get(DEFAULT).scenarios[0].people == {"p": person}

    def test_a_role_without_person_is_named(self, store: SessionStore) -> None:
        with pytest.raises(ValueError, match="each role of tests/one, got none for p, q"):
            store.install(DEFAULT, checked_scenario(scenario("tests/one", people=("q", "p"))), {})
        assert installed(store, DEFAULT) == []

    def test_broken_data_is_refused_and_changes_nothing(self, store: SessionStore) -> None:
        with pytest.raises(ScenarioError):
            store.install(DEFAULT, checked_scenario({"id": "tests/one"}), {})
        assert installed(store, DEFAULT) == []

    def test_a_scenario_is_validated_once_however_often_its_session_is_read(
        self, store: SessionStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        written = checked_scenario(scenario("tests/one"))
        monkeypatch.setattr("simulator.sessions.rows.read_scenario", None)  # a second reading would fail
        store.install(DEFAULT, written, {})
        other = store.create(profile="production").id
        store.install(other, written, {})
        assert store.get(DEFAULT).scenarios[0].scenario is written.scenario
        assert store.get(other).scenarios[0].scenario is written.scenario

    def test_an_unknown_session_cannot_have_any(self, store: SessionStore) -> None:
        with pytest.raises(UnknownSessionError):
            store.install("nobody", checked_scenario(scenario("tests/one")), {})


class TestTwoWorkers:
    """Two stores on one file: what one writes, the other must see at its next look."""

    def test_a_new_session_is_seen(self, store: SessionStore, other: SessionStore) -> None:
        session = store.create(profile="production").id
        assert other.get(session).id == session

    def test_a_scenario_is_seen_by_a_worker_that_had_read_the_session(
        self, store: SessionStore, other: SessionStore
    ) -> None:
        session = store.create(profile="production").id
        assert installed(other, session) == []
        store.install(session, checked_scenario(scenario("tests/one")), {})
        assert installed(other, session) == ["tests/one"]
        other.clear_scenarios(session)
        assert installed(store, session) == []

    def test_a_deletion_is_seen_by_a_worker_that_had_read_the_session(
        self, store: SessionStore, other: SessionStore
    ) -> None:
        session = store.create(profile="production").id
        assert other.get(session).id == session
        store.delete(session)
        with pytest.raises(UnknownSessionError):
            other.get(session)

    def test_a_thread_sees_what_another_thread_wrote(self, store: SessionStore) -> None:
        session = store.create(profile="production").id
        assert installed(store, session) == []
        thread = threading.Thread(
            target=lambda: store.install(session, checked_scenario(scenario("tests/one")), {})
        )
        thread.start()
        thread.join()
        assert installed(store, session) == ["tests/one"]

    def test_threads_of_two_workers_write_at_once(self, store: SessionStore, other: SessionStore) -> None:
        created: list[str] = []

        def work(mine: SessionStore) -> None:
            for _ in range(10):
                session = mine.create(profile="production").id
                mine.install(session, checked_scenario(scenario("tests/one")), {})
                created.append(session)

        threads = [threading.Thread(target=work, args=(mine,)) for mine in (store, other) * 2]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(store.ids()) == sorted([DEFAULT, *created])
        assert all(installed(other, session) == ["tests/one"] for session in created)


def test_an_unchanged_session_is_not_read_again(store: SessionStore) -> None:
    assert store.get(DEFAULT) is store.get(DEFAULT)
