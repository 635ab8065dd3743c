"""Builders of scenario data, and sessions of real servers to play it in."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from simulator.bench import BenchOptions
from simulator.client import BenchClient
from simulator.client.calling import Reply, request_of, send
from simulator.security.pki import init_pki
from simulator.serving import ServeOptions, free_port, running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from simulator.client import SessionClient

sys.path.insert(0, str(Path(__file__).parent))

from condition_calls import Place


def scenario_of_rules(*rules: dict[str, Any], **more: Any) -> dict[str, Any]:
    both = {"fr": "a", "en": "b"}
    return {
        "id": "tests/one",
        "title": both,
        "purpose": both,
        "source": "tests",
        "evidence": "reported",
        "rules": list(rules),
        **more,
    }


@pytest.fixture(scope="session")
def scenario() -> Callable[..., dict[str, Any]]:
    return scenario_of_rules


@pytest.fixture
def remote(server: Any) -> Iterator[SessionClient]:
    """Give a session of its own on a server that runs in another process."""
    opened = server.client.create_session()
    yield opened
    opened.delete()


@pytest.fixture
def post(remote: SessionClient) -> Callable[..., Reply]:
    """Give a client that posts a search over a socket; what is given replaces parts of it."""

    def call(**ask: Any) -> Reply:
        return send(remote.soap_url, request_of(ask, remote.bound_people()), headers=ask.get("headers"))

    return call


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("conditions")
    pki = init_pki(folder / "pki", now=datetime.now(UTC))
    bench = BenchOptions(data_dir=folder / "data", people=5, pki=pki.directory)
    port = free_port()
    with running(ServeOptions(bench=bench, port=0, mtls_port=port)) as url, BenchClient(url) as client:
        yield Place(client, pki, port)


@pytest.fixture
def played(place: Place) -> Iterator[SessionClient]:
    """Give a session of its own on the server of this module."""
    session = place.client.create_session(profile="production")
    yield session
    session.delete()
