"""A listing of nothing, told without Flask, is the one that Flask tells; and something is never taken for nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def ask(server: Any) -> Callable[[str], httpx.Response]:
    def get(query: str) -> httpx.Response:
        return httpx.get(f"{server.client.base_url}/api/v1/exchanges?{query}", trust_env=False)

    return get


def test_both_ways_say_nothing_alike_and_both_see_a_call(server, ask, soap_request) -> None:
    session = server.client.create_session()
    quick = f"session={session.id}&after=0&limit=1000&bodies=true"
    usual = f"after=0&limit=1000&bodies=true&session={session.id}"
    for query in (quick, usual):
        answer = ask(query)
        assert (answer.status_code, answer.headers["content-type"], answer.content) == (
            200,
            "application/json",
            b"[]\n",
        )
    for number in (1, 2):
        headers = {"Content-Type": "application/soap+xml; charset=utf-8"}
        httpx.post(session.soap_url, content=soap_request(), headers=headers, trust_env=False)
        found = ask(quick).json()
        assert len(found) == number
        assert found == ask(usual).json()
    last = found[-1]["id"]
    assert ask(f"session={session.id}&after={last}&limit=1000&bodies=true").json() == []
    assert len(ask(f"session={session.id}&after={found[0]['id']}&limit=1000&bodies=true").json()) == 1
    session.delete()


@pytest.mark.parametrize("query", ["session=a&after=x&limit=1000", "session=a&after=0&limit=1001"])
def test_a_faulty_query_is_still_told(ask, query) -> None:
    assert ask(query).status_code == 400


def test_a_rebound_name_gets_nothing(server) -> None:
    url = f"{server.client.base_url}/api/v1/exchanges?session=a&after=0&limit=1000"
    assert httpx.get(url, headers={"Host": "evil.example"}, trust_env=False).status_code == 403
