"""Who may call the control API: from which host, from which page, with which token."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from werkzeug.test import Client

from simulator.web.app import create_app

from .answers import API, ok, refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.bench import Bench


class TestGuards:
    """A page in the tester's browser must not drive the bench; with a token, nobody without it."""

    @pytest.mark.parametrize(
        "host",
        [
            "127.0.0.1",
            "127.0.0.1:8080",
            "localhost",
            "localhost:9",
            "LOCALHOST:9",
            "[::1]",
            "[::1]:8080",
            "127.0.0.5:80",
            "localhost.",
        ],
    )
    def test_a_loopback_host_is_served(self, web: Client, host: str) -> None:
        ok(web.get(f"{API}/info", headers={"Host": host}))

    @pytest.mark.parametrize(
        "host",
        ["evil.example", "evil.example:80", "evil.example:8080", "localhost.evil.example", "127.0.0.1.evil.example", "10.0.0.1", "192.168.0.7", "[::]", "127.0.0.1@evil.example", "[", "a b", ""],
    )  # fmt: skip
    def test_another_host_is_refused(self, web: Client, host: str) -> None:
        refused(web.get(f"{API}/info", headers={"Host": host}), 403)

    @pytest.mark.parametrize(
        "origin", ["http://evil.example", "null", "http://localhost:81", "https://evil.example:80", ""]
    )
    def test_another_origin_is_refused(self, web: Client, origin: str) -> None:
        response = web.post(f"{API}/sessions", headers={"Origin": origin, "Host": "localhost:8080"})
        assert "another web origin" in refused(response, 403)

    def test_the_own_origin_is_served(self, web: Client) -> None:
        headers = {"Origin": "http://localhost:8080", "Host": "localhost:8080"}
        ok(web.post(f"{API}/sessions", headers=headers), 201)

    @pytest.fixture
    def locked(self, bench: Bench) -> Client:
        return Client(create_app(bench, token="s3cret"))

    @pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER "])
    def test_with_a_token_only_who_has_it_is_served_from_any_host(self, locked: Client, scheme: str) -> None:
        headers = {"Authorization": f"{scheme} s3cret", "Host": "bench.example:8080"}
        ok(locked.get(f"{API}/info", headers=headers))

    @pytest.mark.parametrize(
        "given", [None, "", "s3cret", "Bearer", "Bearer ", "Bearer s3cre", "Bearer s3cret ", "Basic s3cret", "Bearer sécret"]
    )  # fmt: skip
    def test_without_the_token_nobody_is(self, locked: Client, given: str | None) -> None:
        headers = {} if given is None else {"Authorization": given}
        assert "Authorization: Bearer" in refused(locked.get(f"{API}/info", headers=headers), 401)

    def test_the_origin_counts_with_a_token_too(self, locked: Client) -> None:
        headers = {"Authorization": "Bearer s3cret", "Origin": "http://evil.example"}
        refused(locked.get(f"{API}/info", headers=headers), 403)

    def test_the_teleservice_and_the_health_need_no_token(
        self, locked: Client, soap_request: Callable[..., bytes]
    ) -> None:
        ok(locked.get("/health"))
        assert (
            locked.post("/lps", data=soap_request(), content_type="application/soap+xml").status_code == 200
        )
