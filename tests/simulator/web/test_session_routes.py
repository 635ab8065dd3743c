"""The routes of sessions: each action, and each refusal with the field it names."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from simulator.registry.person import to_json

from .answers import ok, refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.test import Client

    from simulator.bench import Bench
    from simulator.journal.exchange import Exchange
    from simulator.registry.person import Person

API = "/api/v1/sessions"


def test_a_session_is_created_with_all_that_can_be_said_of_it(web: Client) -> None:
    asked = {
        "id": "lgo-x",
        "name": "LGO X, build 12",
        "ttl": 28800,
        "strictness": "strict",
        "recognise": {"lps_instance": ["b", "a"], "certificate": "serial=0A"},
    }
    created = ok(web.post(API, json=asked), 201)
    assert {name: created[name] for name in asked} == asked | {
        "recognise": {"certificate": "serial=A", "lps_instance": ["a", "b"]}
    }
    assert created["soap_path"] == "/s/lgo-x/lps"
    assert created["expires_at"] > created["created_at"]
    assert ok(web.get(f"{API}/lgo-x"))["name"] == "LGO X, build 12"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"id": "A b"}, "id: expected 1 to 64 of a-z 0-9 . _ -"),
        ({"id": 1}, "id: expected 1 to 64"),
        ({"name": ""}, "name: expected a text of 1 to 200 printable characters, got ''"),
        ({"name": "a\nb"}, "name: expected a text"),
        ({"name": "x" * 201}, "name: expected a text"),
        ({"ttl": 0}, "ttl: expected a number of seconds from 1 to"),
        ({"ttl": "8h"}, "ttl: expected a number of seconds"),
        ({"ttl": True}, "ttl: expected a number of seconds"),
        ({"recognise": {"ip": "x"}}, "recognise: expected one of lps_instance, idam, lps_name, certificate"),
        ({"recognise": "x"}, "recognise: expected an object"),
        ({"recognise": {"certificate": "x"}}, "recognise.certificate: expected serial="),
        ({"nickname": "x"}, "unknown setting 'nickname'; known are"),
    ],
)
def test_a_wrong_field_is_named(web: Client, body: dict[str, Any], message: str) -> None:
    assert message in refused(web.post(API, json=body), 400)
    if "id" not in body:
        assert message in refused(web.patch(f"{API}/default", json=body), 400)


def test_what_another_session_has_is_a_conflict(web: Client) -> None:
    ok(web.post(API, json={"id": "a", "recognise": {"idam": "1"}}), 201)
    ok(web.post(API, json={"id": "b"}), 201)
    assert "id: there is already a session 'a'" in refused(web.post(API, json={"id": "a"}), 409)
    for response in (
        web.post(API, json={"recognise": {"idam": "1"}}),
        web.patch(f"{API}/b", json={"recognise": {"idam": "1"}}),
    ):
        assert "recognise.idam: '1' is already what the session 'a'" in refused(response, 409)


def test_sessions_are_listed_by_page(web: Client) -> None:
    ids = ["default", *(ok(web.post(API), 201)["id"] for _ in range(5))]
    response = web.get(f"{API}?limit=2&offset=3")
    assert [entry["id"] for entry in ok(response)] == ids[3:5]
    assert response.headers["X-Total-Count"] == "6"
    assert [entry["id"] for entry in ok(web.get(API))] == ids


@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "offset=-1", "limit=x"])
def test_a_senseless_page_is_refused(web: Client, query: str) -> None:
    assert f"{query.partition('=')[0]}: expected a whole number" in refused(web.get(f"{API}?{query}"), 400)


class TestClock:
    def test_it_is_moved(self, web: Client) -> None:
        ok(web.post(f"{API}/default/clock", json={"freeze": "2026-01-01T00:00:00Z"}))
        moved = ok(web.post(f"{API}/default/clock", json={"advance": 3660}))
        assert moved["now"] == "2026-01-01T01:01:00.000+00:00"
        assert moved["clock_frozen_at"] == "2026-01-01T01:01:00+00:00"
        reset = ok(web.post(f"{API}/default/clock", json={"reset": True}))
        assert (reset["clock_frozen_at"], reset["clock_offset"]) == (None, 0)

    @pytest.mark.parametrize(
        ("body", "message"),
        [
            ({}, "clock: expected exactly one of advance, freeze, offset, resume, reset, got none"),
            ({"advance": "1h"}, "advance: expected a number of seconds, got '1h'"),
            ({"freeze": "noon"}, "freeze: clock_frozen_at: expected a date and time with its zone"),
            ([1], "expected a JSON object, got list"),
        ],
    )
    def test_a_wrong_command_is_refused(self, web: Client, body: object, message: str) -> None:
        assert message in refused(web.post(f"{API}/default/clock", json=body), 400)


class TestRemoval:
    def test_the_exchanges_stay_unless_told_otherwise(
        self, web: Client, bench: Bench, ask: Callable[..., Exchange]
    ) -> None:
        for name in ("a", "b"):
            ok(web.post(API, json={"id": name}), 201)
            ask(session=name)
        assert web.delete(f"{API}/a").status_code == 204
        assert web.delete(f"{API}/b?exchanges=remove").status_code == 204
        assert [exchange.session for exchange in bench.journal.list()] == ["a"]

    def test_another_word_is_refused(self, web: Client, bench: Bench) -> None:
        bench.sessions.create("a")
        message = refused(web.delete(f"{API}/a?exchanges=no"), 400)
        assert message == "exchanges: expected one of keep, remove, got 'no'"
        assert bench.sessions.get("a")


class TestArchive:
    def test_it_goes_out_and_comes_back(self, web: Client, make_person: Callable[..., Person]) -> None:
        ok(web.post(API, json={"id": "a", "name": "A", "recognise": {"idam": "1"}}), 201)
        ok(web.post(f"{API}/a/people", json={"people": [to_json(make_person())]}), 201)
        response = web.get(f"{API}/a/export")
        assert response.content_type == "application/zip"
        assert response.headers["Content-Disposition"] == "attachment; filename=session-a.zip"
        assert "exchanges.ndjson" in names(response.data)
        assert "exchanges.ndjson" not in names(web.get(f"{API}/a/export?exchanges=drop").data)
        refused(web.post("/api/v1/import", data=response.data, content_type="application/zip"), 409)
        again = ok(
            web.post("/api/v1/import?id=b&recognise=drop", data=response.data, content_type="application/zip"), 201
        )  # fmt: skip
        assert (again["id"], again["name"], again["recognise"]) == ("b", "A", {})
        assert ok(web.get(f"{API}/b/people?limit=1000"))[-1] == to_json(make_person())

    @pytest.mark.parametrize(
        ("query", "data", "message"),
        [
            ("", b"", "expected a ZIP file made by the export of a session, got an empty body"),
            ("", b"x", "expected a ZIP file"),
            ("?recognise=no", b"x", "recognise: expected one of keep, drop, got 'no'"),
        ],
    )
    def test_what_is_none_is_refused(self, web: Client, query: str, data: bytes, message: str) -> None:
        response = web.post(f"/api/v1/import{query}", data=data, content_type="application/zip")
        assert message in refused(response, 400)


def names(content: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.namelist()


@pytest.mark.parametrize(
    ("method", "path"),
    [("PATCH", ""), ("POST", "/clock"), ("GET", "/export"), ("GET", "/lots"), ("DELETE", "")],
)
def test_an_unknown_session_is_not_found(web: Client, method: str, path: str) -> None:
    response = web.open(f"{API}/nobody{path}", method=method, json={"advance": 1} if path == "/clock" else {})
    assert "no session 'nobody'" in refused(response, 404)
