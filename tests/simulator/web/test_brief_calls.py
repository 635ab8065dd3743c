"""Calls that are answered without Flask: the same checks, the same answers, the same effects as with it."""

from __future__ import annotations

import json
import re
import sqlite3
from typing import TYPE_CHECKING, Any

import pytest
from werkzeug.test import Client

from simulator.bench import BenchOptions, open_bench
from simulator.bench.own_registry import SESSIONS_FILE
from simulator.registry.person import to_json
from simulator.web.app import create_parts

from .answers import API

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from simulator.bench import Bench
    from simulator.registry.person import Person

    Told = tuple[int, dict[str, str], str]

BOTH = {"fr": "a", "en": "b"}
SCENARIO: dict[str, Any] = {
    "id": "tests/one",
    "title": BOTH,
    "purpose": BOTH,
    "source": "tests",
    "evidence": "inferred",
    "people": ["patient"],
    "rules": [{"when": {"person": "patient", "call": {"first": True}}, "then": {"code": "02"}}],
}
_TIMES = re.compile(r'"(created_at|now|last_used_at)":"[^"]*"')
JSON = {"content-type": "application/json"}


class Side:
    """A bench with a session ``mine``, asked one way or the other."""

    def __init__(self, folder: Path, *, brief: bool) -> None:
        self.bench: Bench = open_bench(BenchOptions(data_dir=folder, people=5))
        self.bench.sessions.create("mine", name="Été")
        self._parts = create_parts(self.bench)
        self._client = Client(self._parts.flask)
        self._brief = brief
        self.briefly = 0

    def ask(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Told:
        if self._brief:
            answer = self._parts.brief.answer(
                method, API + path, "", {"host": "localhost:8080", **headers}, body
            )
            if answer is not None:
                self.briefly += 1
                status, pairs, content = answer
                return status, dict(pairs), _TIMES.sub("", content.decode())
        response = self._client.open(
            API + path, method=method, data=body, headers={**headers, "host": "localhost:8080"}
        )
        told = {name.lower(): value for name, value in response.headers.items()}
        return response.status_code, told, _TIMES.sub("", response.get_data(as_text=True))


@pytest.fixture
def sides(tmp_path: Path) -> Iterator[tuple[Side, Side]]:
    pair = Side(tmp_path / "brief", brief=True), Side(tmp_path / "flask", brief=False)
    yield pair
    for side in pair:
        side.bench.close()


def told_alike(
    sides: tuple[Side, Side], method: str, path: str, data: Any = b"", headers: dict[str, str] | None = None
) -> Told:
    """Ask both sides; return what both answer."""
    body = data if isinstance(data, bytes) else json.dumps(data).encode()
    brief, flask = (side.ask(method, path, body, JSON if headers is None else headers) for side in sides)
    assert brief == flask
    return brief


def test_the_life_of_a_check_is_answered_briefly_and_alike(
    sides: tuple[Side, Side], make_person: Callable[..., Person]
) -> None:
    anne, other = to_json(make_person("mine/anne")), to_json(make_person("mine/other", tags=["é"]))
    install = {"scenario": SCENARIO, "people": {"patient": anne}}
    told_alike(
        sides, "POST", "/sessions/mine/scenarios", install
    )  # read by the usual way, and known from now on
    before = sides[0].briefly
    acts = [
        ("POST", "people", {"people": [anne, other]}, 201),
        ("POST", "people", {"people": []}, 201),
        ("POST", "scenarios", install, 201),
        ("POST", "scenarios", {**install, "more": 1}, 201),
        ("PUT", "scenarios", install, 200),
        ("DELETE", "scenarios", b"", 204),
        ("DELETE", "scenarios", b"", 204),
        ("PUT", "scenarios", install, 200),
    ]
    for method, what, data, status in acts:
        assert told_alike(sides, method, f"/sessions/mine/{what}", data)[0] == status
    assert sides[0].briefly - before == len(acts)
    for what in ("people?key=mine/other", "scenarios", "state", ""):
        told_alike(sides, "GET", f"/sessions/mine/{what}".rstrip("/"))
    assert [len(side.bench.registry.own("mine")) for side in sides] == [2, 2]


REFUSED: list[tuple[str, str, Any, dict[str, str] | None, int]] = [
    ("POST", "/sessions/nobody/people", {"people": []}, None, 404),
    ("POST", "/sessions/mine/people", {"people": {}}, None, 400),
    ("POST", "/sessions/mine/people", {}, None, 400),
    ("POST", "/sessions/mine/people", [], None, 400),
    ("POST", "/sessions/mine/people", {"people": [{}]}, None, 400),
    ("POST", "/sessions/mine/people", {"people": [None]}, None, 400),
    ("POST", "/sessions/mine/people", b'{"people": [], "people": []}', None, 400),
    ("POST", "/sessions/mine/people", b'{"people": [', None, 400),
    ("POST", "/sessions/mine/people", b"\xff", None, 400),
    ("POST", "/sessions/mine/people", b"[" * 20_000, None, 400),
    ("POST", "/sessions/mine/people", {"people": []}, {}, 415),
    ("POST", "/sessions/mine/people", {"people": []}, {"content-type": "text/xml"}, 415),
    ("POST", "/sessions/mine/people/", {"people": []}, None, 404),
    ("PUT", "/sessions/mine/people", {"people": []}, None, 405),
    ("POST", "/sessions/mine/scenarios", {"scenario": SCENARIO}, None, 400),
    ("POST", "/sessions/mine/scenarios", {"scenario": SCENARIO, "people": []}, None, 400),
    ("POST", "/sessions/mine/scenarios", {"scenario": SCENARIO, "people": {"patient": 1}}, None, 400),
    ("PUT", "/sessions/mine/scenarios", {"scenario": SCENARIO, "people": {"patient": {"tag": "none"}}}, None, 400),
    ("PUT", "/sessions/nobody/scenarios", {"scenario": {**SCENARIO, "people": []}}, None, 404),
    ("POST", "/sessions/mine/scenarios", {"scenario": {**SCENARIO, "rules": [{}]}}, None, 400),
    ("POST", "/sessions/mine/scenarios", {"scenario": "faults/none"}, None, 400),
    ("POST", "/sessions/mine/scenarios", {"file": "/nowhere.yaml"}, None, 400),
    ("DELETE", "/sessions/nobody/scenarios", b"", None, 404),
]  # fmt: skip


@pytest.mark.parametrize("asked", REFUSED, ids=lambda asked: f"{asked[0]} {asked[1]} {str(asked[2])[:30]}")
def test_what_is_refused_is_refused_alike(
    sides: tuple[Side, Side], make_person: Callable[..., Person], asked: tuple[Any, ...]
) -> None:
    *request, status = asked
    install = {"scenario": SCENARIO, "people": {"patient": to_json(make_person("mine/anne"))}}
    told_alike(sides, "POST", "/sessions/mine/scenarios", install)
    before = sides[0].briefly
    assert told_alike(sides, *request)[0] == status
    assert sides[0].briefly == before
    told_alike(sides, "GET", "/sessions/mine")
    assert told_alike(sides, "GET", "/sessions/mine/scenarios")[2].count("tests/one") == 1


def test_somebody_who_is_there_already_is_refused_alike_and_nobody_is_added(
    sides: tuple[Side, Side], make_person: Callable[..., Person]
) -> None:
    people = [to_json(make_person(f"mine/{number}")) for number in (1, 2)]
    told_alike(sides, "POST", "/sessions/mine/people", {"people": people[1:]})
    assert told_alike(sides, "POST", "/sessions/mine/people", {"people": people})[0] == 409
    assert [len(side.bench.registry.own("mine")) for side in sides] == [1, 1]


def test_odd_hosts_queries_and_long_bodies_take_the_usual_way(sides: tuple[Side, Side]) -> None:
    brief = sides[0]._parts.brief
    path, headers, body = f"{API}/sessions/mine/people", {"host": "localhost", **JSON}, b'{"people": []}'
    assert brief.answer("POST", path, "", headers, body) is not None
    assert brief.answer("POST", path, "x=1", headers, body) is None
    assert brief.answer("POST", path, "", headers, body + b" " * 40_000) is None
    for odd in ({"host": "a b"}, {"host": ""}, {"content-encoding": "gzip"}, {"content-type": ""}):
        assert brief.answer("POST", path, "", {**headers, **odd}, body) is None


@pytest.mark.parametrize("file", ["sessions.sqlite", SESSIONS_FILE])
def test_nothing_is_waited_for_or_half_done_while_somebody_else_writes(
    sides: tuple[Side, Side], make_person: Callable[..., Person], file: str
) -> None:
    bench, brief = sides[0].bench, sides[0]._parts.brief
    anne = to_json(make_person("mine/anne"))
    acts = {
        "sessions.sqlite": ("PUT", "scenarios", {"scenario": SCENARIO, "people": {"patient": anne}}, 200),
        SESSIONS_FILE: ("POST", "people", {"people": [anne]}, 201),
    }
    method, what, data, status = acts[file]
    told_alike(sides, "POST", "/sessions/mine/scenarios", acts["sessions.sqlite"][2])
    path, headers, body = (
        f"{API}/sessions/mine/{what}",
        {"host": "localhost", **JSON},
        json.dumps(data).encode(),
    )
    other = sqlite3.connect(bench.options.data_dir / file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert brief.answer(method, path, "", headers, body) is None
    other.execute("ROLLBACK")
    other.close()
    assert bench.registry.own("mine") == []
    answer = brief.answer(method, path, "", headers, body)
    assert answer is not None
    assert answer[0] == status
