"""Which session a call goes to: path, then header, then recognition, then the default one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import time_machine

from simulator.journal.explain import explain
from simulator.sessions.addressing import address
from simulator.sessions.settings import SettingsError
from simulator.sessions.store import SessionConflictError

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.test import Client

    from simulator.bench import Bench
    from simulator.journal.exchange import Exchange

    Post = Callable[..., Exchange]

SOAP_TYPE = "application/soap+xml; charset=utf-8"


@pytest.fixture
def post(web: Client, bench: Bench, soap_request: Callable[..., bytes]) -> Post:
    """Make a call over HTTP and return its exchange."""

    def call(
        path: str = "/lps", header: str | None = None, body: bytes | None = None, **parts: Any
    ) -> Exchange:
        headers = {} if header is None else {"X-Banc-Session": header}
        data = soap_request(**parts) if body is None else body
        response = web.post(path, data=data, content_type=SOAP_TYPE, headers=headers)
        assert response.status_code in {200, 500}, response.text
        return bench.journal.list(newest_first=True)[0]

    return call


def test_a_header_names_the_session(post: Post, bench: Bench) -> None:
    session = bench.sessions.create()
    exchange = post(header=session.id)
    assert (exchange.session, exchange.path) == (session.id, "/lps")


def test_the_path_comes_before_the_header(post: Post, bench: Bench) -> None:
    one, other = bench.sessions.create(), bench.sessions.create()
    assert post(f"/s/{one.id}/lps", header=other.id).session == one.id
    assert post(f"/s/{one.id}/lps", header="nobody").session == one.id


def test_the_header_comes_before_recognition(post: Post, bench: Bench) -> None:
    bench.sessions.create(recognise={"lps_instance": "instance-1"})
    named = bench.sessions.create()
    assert post(header=named.id).session == named.id
    assert post(header="default").session == "default"
    assert post("/s/default/lps").session == "default"


@pytest.mark.parametrize("name", ["nobody", "", "a, b", "../default"])
def test_a_header_that_names_no_session_is_told_so(web: Client, bench: Bench, name: str) -> None:
    response = web.post("/lps", data=b"<x/>", content_type=SOAP_TYPE, headers={"X-Banc-Session": name})
    assert response.status_code == 404
    assert response.content_type == "text/plain; charset=utf-8"
    assert response.text == f"no session {name!r}: create one with POST /api/v1/sessions\n"
    assert bench.journal.count() == 0


@pytest.mark.parametrize(
    ("declared", "by"),
    [
        ({"lps_instance": "instance-1"}, "lps_instance = instance-1"),
        ({"idam": ["1", "750000000001"]}, "idam = 750000000001"),
        ({"lps_name": "urn:lps:BANC:1.0"}, "lps_name = urn:lps:BANC:1.0"),
    ],
)
def test_a_call_is_recognised_and_the_journal_says_by_what(
    post: Post, bench: Bench, declared: dict[str, Any], by: str
) -> None:
    session = bench.sessions.create(recognise=declared)
    exchange = post()
    assert exchange.session == session.id
    assert f"Session {session.id} recognised by {by}" in explain(exchange, "en")
    assert f"Session {session.id} reconnue par {by}" in explain(exchange, "fr")


def test_the_settings_are_those_of_the_session_that_recognises(post: Post, bench: Bench) -> None:
    bench.sessions.create(recognise={"lps_instance": "instance-1"}, profile="qualification-2022")
    assert post(birth_name="PERSONNE").code == "insi_102"
    assert post(birth_name="PERSONNE", software=None).code == "insi_102"


def test_a_refused_call_is_recorded_in_the_session_that_recognises_it(post: Post, bench: Bench) -> None:
    session = bench.sessions.create(recognise={"lps_instance": "instance-1"}, idams=["1"])
    exchange = post()
    assert (exchange.session, exchange.code) == (session.id, "desir_550")
    assert any("recognised by lps_instance" in line for line in explain(exchange, "en"))


def test_what_nobody_recognises_goes_to_the_default_session(post: Post, bench: Bench) -> None:
    bench.sessions.create(recognise={"lps_instance": "instance-2"})
    exchange = post()
    assert exchange.session == "default"
    assert not any("recognised" in line for line in explain(exchange, "en"))


def test_a_call_that_cannot_be_read_goes_where_it_is_addressed(post: Post, bench: Bench) -> None:
    bench.sessions.create(recognise={"lps_instance": "instance-1"})
    named = bench.sessions.create()
    assert post(body=b"not xml").session == "default"
    assert post(body=b"not xml", header=named.id).session == named.id


def test_what_several_recognise_goes_to_the_default_session_and_says_so(post: Post, bench: Bench) -> None:
    one = bench.sessions.create(recognise={"lps_instance": "instance-1"})
    other = bench.sessions.create(recognise={"idam": "750000000001"})
    exchange = post()
    assert exchange.session == "default"
    assert f"Call recognised by several sessions ({one.id}, {other.id}): default session" in explain(
        exchange, "en"
    )


def test_an_expired_session_recognises_nothing_and_the_journal_says_so(post: Post, bench: Bench) -> None:
    with time_machine.travel("2026-06-01T10:00:00Z", tick=False) as clock:
        session = bench.sessions.create(recognise={"lps_instance": "instance-1"}, ttl=60)
        assert post().session == session.id
        clock.shift(61)
        exchange = post()
    assert exchange.session == "default"
    assert any(f"{session.id} would have recognised this call" in line for line in explain(exchange, "en"))


def test_without_recognition_nothing_is_looked_up(bench: Bench) -> None:
    session, recogniser = address(bench.sessions, None, {})
    assert (session.id, recogniser) == ("default", None)


class TestClaims:
    def test_a_value_claimed_twice_is_refused_with_who_has_it(self, bench: Bench) -> None:
        first = bench.sessions.create(recognise={"lps_instance": ["a", "b"]})
        before = bench.sessions.ids()
        with pytest.raises(SessionConflictError) as caught:
            bench.sessions.create(recognise={"lps_instance": ["b", "c"]})
        assert str(caught.value).startswith(
            f"recognise.lps_instance: 'b' is already what the session {first.id!r} is recognised by"
        )
        assert bench.sessions.ids() == before
        # Nothing of the refused session is claimed.
        bench.sessions.create(recognise={"lps_instance": "c"})

    def test_a_refused_change_changes_nothing(self, bench: Bench) -> None:
        bench.sessions.create(recognise={"idam": "1"})
        second = bench.sessions.create(recognise={"idam": "2"}, name="second")
        with pytest.raises(SessionConflictError):
            bench.sessions.change(second.id, recognise={"idam": ["3", "1"]}, name="other")
        assert bench.sessions.get(second.id).settings == second.settings
        bench.sessions.create(recognise={"idam": "3"})

    def test_a_session_may_keep_its_own_and_let_go(self, bench: Bench) -> None:
        session = bench.sessions.create(recognise={"idam": "1"})
        bench.sessions.change(session.id, recognise={"idam": ["1", "2"]})
        bench.sessions.change(session.id, recognise={})
        assert bench.sessions.create(recognise={"idam": ["1", "2"]}).settings.recognise

    def test_a_deleted_session_lets_go(self, bench: Bench) -> None:
        session = bench.sessions.create(recognise={"idam": "1"})
        bench.sessions.delete(session.id)
        bench.sessions.create(recognise={"idam": "1"})

    @pytest.mark.parametrize(("setting", "value"), [("recognise", {"idam": "1"}), ("ttl", 60)])
    def test_the_default_session_has_none(self, bench: Bench, setting: str, value: Any) -> None:
        with pytest.raises(SettingsError, match=f"^{setting}: the default session"):
            bench.sessions.change("default", **{setting: value})
