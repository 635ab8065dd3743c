"""What the commands do with exchanges, the control API does too."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from simulator.journal.masking import MASK
from simulator.scripting.loader import read_scenario

from .answers import ok, refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.test import Client

    from simulator.bench import Bench
    from simulator.journal.exchange import Exchange

    Ask = Callable[..., Exchange]

API = "/api/v1/exchanges"
SECRET = "c2VjcmV0"
WITH_SECRET = f"<Security><Assertion><NameID>{SECRET}</NameID></Assertion></Security>"


class TestList:
    @pytest.fixture(autouse=True)
    def three(self, ask: Ask) -> None:
        ask()
        ask(sex="F", message_id="bare")
        ask(b"not xml")

    @pytest.mark.parametrize(
        ("query", "ids"),
        [
            ("person=cnda/adrtrois-toussaint", [1, 2]),
            ("person=Adrtrois", [1, 2]),
            ("operation=TraitsIdentite", [1, 2]),
            ("finding=message-id-form", [2]),
            ("code=desir_9001", [3]),
            ("since=1h ago", [1, 2, 3]),
            ("until=2000-01-01", []),
            ("since=2000-01-01&until=2099-01-01&code=00", [1]),
        ],
    )
    def test_by_each_filter(self, web: Client, query: str, ids: list[int]) -> None:
        assert [entry["id"] for entry in ok(web.get(f"{API}?{query}"))] == ids

    @pytest.mark.parametrize(
        ("query", "message"),
        [
            ("since=yesterday", "since: expected a time such as"),
            ("bodies=no", "bodies: expected one of true, false"),
            ("order=best", "order: expected one of oldest, newest"),
        ],
    )
    def test_a_senseless_query_is_refused(self, web: Client, query: str, message: str) -> None:
        assert message in refused(web.get(f"{API}?{query}"), 400)

    @pytest.mark.parametrize(
        ("query", "bodies"),
        [
            ("", True),
            ("limit=100", True),
            ("limit=101", False),
            ("bodies=false", False),
            ("limit=500&bodies=true", True),
        ],
    )
    def test_long_lists_leave_the_bodies_out_unless_asked_for(
        self, web: Client, query: str, *, bodies: bool
    ) -> None:
        listed = ok(web.get(f"{API}?{query}"))
        assert len(listed) == 3
        assert all(("request" in entry, "response" in entry) == (bodies, bodies) for entry in listed)

    def test_a_page_says_where_the_next_one_is(self, web: Client) -> None:
        first = web.get(f"{API}?limit=2&session=default")
        assert first.headers["Link"] == f'<{API}?limit=2&session=default&after=2>; rel="next"'
        second = web.get(f"{API}?limit=2&session=default&after=2")
        assert [entry["id"] for entry in second.json] == [3]  # type: ignore[union-attr] # the test fails if it is none
        assert "Link" not in second.headers


class TestOne:
    def test_the_exact_bytes_of_each_side(self, web: Client, ask: Ask) -> None:
        exchange = ask(b"\xff\x00<script>")
        request, response = (web.get(f"{API}/1/{side}") for side in ("request", "response"))
        assert (request.data, response.data) == (exchange.request, exchange.response)
        assert request.content_type == "application/octet-stream"
        assert request.headers["X-Content-Type-Options"] == "nosniff"

    def test_findings_come_beside_their_lines(self, web: Client, ask: Ask) -> None:
        ask(message_id="bare", content_type="text/xml")
        annotated = ok(web.get(f"{API}/1/annotated"))
        found = {
            line["text"].strip(): [finding["code"] for finding in line["findings"]]
            for part in ("headers", "body")
            for line in annotated[part]
            if line["findings"]
        }
        assert found["<wsa:MessageID>bare</wsa:MessageID>"] == ["message-id-form"]
        assert "media-type" in found["content-type: text/xml"]
        assert annotated["elsewhere"] == []

    @pytest.mark.parametrize(
        "path", ["7", "7/request", "7/response", "7/annotated", "7/scenario", f"{2**70}/request"]
    )
    def test_one_that_is_not_there_is_not_found(self, web: Client, path: str) -> None:
        assert "no exchange" in refused(web.get(f"{API}/{path}"), 404)

    def test_a_side_that_does_not_exist_is_not_found(self, web: Client, ask: Ask) -> None:
        ask()
        refused(web.get(f"{API}/1/headers"), 404)


class TestExport:
    def test_ndjson_by_filters_masked(self, web: Client, ask: Ask) -> None:
        code = ask(more_header=WITH_SECRET).code
        ask(sex="F")
        response = web.get(f"{API}/export?code={code}")
        assert response.content_type == "application/x-ndjson"
        assert response.headers["Content-Disposition"] == 'attachment; filename="exchanges.ndjson"'
        (told,) = map(json.loads, response.data.splitlines())
        assert told["id"] == 1
        assert MASK in told["request"]
        assert SECRET not in told["request"]
        assert SECRET in web.get(f"{API}/export?code={code}&secrets=kept").get_data(as_text=True)

    def test_har(self, web: Client, ask: Ask) -> None:
        ask()
        ask()
        entries = ok(web.get(f"{API}/export?format=har&after=1"))["log"]["entries"]
        assert [entry["_bancInsi"]["id"] for entry in entries] == [2]

    @pytest.mark.parametrize("query", ["format=xml", "secrets=all", "since=soon", "after=x"])
    def test_a_senseless_query_is_refused(self, web: Client, query: str) -> None:
        assert "expected" in refused(web.get(f"{API}/export?{query}"), 400)


class TestDiff:
    def test_two_exchanges_are_compared(self, web: Client, ask: Ask) -> None:
        ask()
        ask(sex="F")
        told = ok(web.get(f"{API}/diff?first=1&second=2&lang=en"))
        assert (told["first"], told["second"], told["equal"]) == (1, 2, False)
        assert told["lines"][0] == "--- Decision 1"
        same = ok(web.get(f"{API}/diff?first=1&second=1&exact=true"))
        assert (same["equal"], same["lines"]) == (True, [])

    @pytest.mark.parametrize("query", ["first=1&second=9", "first=1", "second=1"])
    def test_one_that_is_not_there_is_not_found(self, web: Client, ask: Ask, query: str) -> None:
        ask()
        assert "no exchange" in refused(web.get(f"{API}/diff?{query}"), 404)

    @pytest.mark.parametrize(
        "query", ["first=x&second=1", "first=1&second=1&lang=de", "first=1&second=1&exact=1"]
    )
    def test_a_senseless_query_is_refused(self, web: Client, ask: Ask, query: str) -> None:
        ask()
        assert "expected" in refused(web.get(f"{API}/diff?{query}"), 400)


class TestScenario:
    def test_as_data_and_as_a_file(self, web: Client, ask: Ask) -> None:
        ask(sex="F")
        data = ok(web.get(f"{API}/1/scenario?id=mine/one"))
        assert data["id"] == "mine/one"
        assert data["rules"][0]["then"] == {"code": "01"}
        file = web.get(f"{API}/1/scenario?id=mine/one&format=yaml")
        assert file.content_type == "application/yaml; charset=utf-8"
        assert read_scenario(yaml.safe_load(file.data)) == read_scenario(data)

    def test_the_bytes_when_asked_for(self, web: Client, ask: Ask) -> None:
        exchange = ask()
        data = ok(web.get(f"{API}/1/scenario?exact=true"))
        assert data["rules"][0]["then"]["raw"]["text"].encode() == exchange.response

    def test_what_cannot_be_one_is_told(self, web: Client, bench: Bench, ask: Ask) -> None:
        bench.journal.append(replace(ask(), http_status=0, response=b""))
        message = refused(web.get(f"{API}/2/scenario"), 422)
        assert message.startswith("exchange 2 cannot be made a scenario: nothing was answered")

    @pytest.mark.parametrize("query", ["id=Not an id", f"id={'a' * 121}", "exact=1", "format=toml"])
    def test_a_senseless_query_is_refused(self, web: Client, ask: Ask, query: str) -> None:
        ask()
        assert "expected" in refused(web.get(f"{API}/1/scenario?{query}"), 400)


def test_losses_are_in_health(web: Client, bench: Bench, ask: Ask, full_disk: Any) -> None:
    ask()
    with full_disk():
        assert ask().code == "00"
    health = ok(web.get("/health"))
    assert (health["exchanges"], health["lost_exchanges"]) == (1, 1)
    assert health["journal"]["mode"] == "sync"


def test_a_locked_index_is_told_while_calls_are_answered_and_kept(
    web: Client, bench: Bench, ask: Ask
) -> None:
    ask()
    bench.journal._index._database.connection().execute("PRAGMA busy_timeout = 50")
    with sqlite3.connect(bench.journal.folder / "index.sqlite") as other:
        other.execute("BEGIN EXCLUSIVE")
        assert ask().code == "00"
        message = refused(web.get(API), 503)
        assert "database is locked. Calls are kept all the same" in message
        assert refused(web.get(f"{API}/export"), 503) == message
        health = ok(web.get("/health"))
        assert (health["status"], health["exchanges"]) == ("ok", None)
        assert health["journal"]["problem"] == message
    other.close()
    assert [entry["id"] for entry in ok(web.get(API))] == [1, 2]
