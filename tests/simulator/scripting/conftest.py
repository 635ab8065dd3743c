"""Builders of scenario data, and a session of a real server to play it in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from simulator.client.calling import Reply, request_of, send

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from simulator.client import SessionClient


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
