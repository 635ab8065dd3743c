"""Tricks of a client on a shared machine: names that are paths, numbers without end, links, archives that say two things."""

from __future__ import annotations

import io
import json
import os
import ssl
import time
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from werkzeug.test import Client

from simulator.bench.session_archive import ArchiveError, import_session
from simulator.database import Database
from simulator.security.pki import init_pki
from simulator.serving.tls_ports import tls_context
from simulator.web.app import create_app

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.bench import Bench

API = "/api/v1"
ROOT = Path(__file__).parents[3]


@pytest.fixture
def web(bench: Bench) -> Client:
    return Client(create_app(bench))


@pytest.mark.parametrize(
    "name",
    [
        "..",
        ".",
        "../x",
        "a/b",
        "a\\b",
        "a\n",
        "a\x00",
        "%2e%2e",
        "A",
        "-a",
        "a" * 65,
        "é",
        "ﬀ",
        "ａ",
        "Ⅷ",
        "a\u200b",
    ],
)
def test_no_name_of_a_session_is_a_path_or_looks_like_another(web: Client, bench: Bench, name: str) -> None:
    answer = web.post(f"{API}/sessions", json={"id": name})
    assert answer.status_code == 400
    assert "expected 1 to 64 of a-z 0-9" in answer.json["error"]
    assert bench.sessions.ids() == ["default"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/sessions", b'{"ttl": NaN}'),
        ("POST", "/sessions", b'{"ttl": 1e999}'),
        ("POST", "/sessions/default/clock", b'{"offset": -Infinity}'),
        ("POST", "/sessions/default/clock", b'{"advance": 1e308}'),
        ("PATCH", "/sessions/default", b'{"clock_offset": %b}' % (b"9" * 400)),
        ("PATCH", "/sessions/default", b'{"name": "\\ud800"}'),
        ("GET", f"/exchanges?limit={'9' * 5000}", None),
        ("GET", "/exchanges?after=\u0663", None),
        ("GET", "/exchanges?since=9999999999999999d", None),
    ],
)
def test_a_number_that_is_none_is_refused_in_a_sentence(
    web: Client, method: str, path: str, body: bytes | None
) -> None:
    answer = web.open(API + path, method=method, data=body, content_type="application/json")
    assert answer.status_code == 400
    told = answer.json["error"]
    assert "expected a" in told
    assert len(told) < 700


def _query(names: int) -> str:
    return "&".join(f"a{number}=1" for number in range(names))


def growth(act: Callable[[str], object], names: int = 10_000) -> float:
    """Return how many times longer ten times as many names take: 10 where time grows with them, 100 with their square."""

    def least(query: str) -> float:
        taken = []
        for _ in range(3):
            started = time.process_time()
            act(query)
            taken.append(time.process_time() - started)
        return min(taken)

    return least(_query(names)) / least(_query(names // 10))


def test_a_query_of_a_hundred_thousand_names_costs_nothing(web: Client) -> None:
    assert web.get(f"{API}/exchanges?{_query(100_000)}").json == []


def test_the_time_of_a_query_grows_with_its_names_and_not_faster(web: Client) -> None:
    assert growth(lambda query: web.get(f"{API}/exchanges?{query}")) < 30


def test_a_query_looked_through_once_for_each_name_would_be_seen() -> None:
    def quadratic(query: str) -> None:
        names: list[str] = []
        for part in query.split("&"):
            if part not in names:
                names.append(part)

    assert growth(quadratic, 5_000) > 30


def test_a_file_twice_in_an_archive_is_refused(bench: Bench) -> None:
    out = io.BytesIO()
    heads = [
        json.dumps({"format": 1, "id": name, "settings": {}, "scenarios": []}) for name in ("seen", "unseen")
    ]
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("session.json", heads[0])
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("session.json", heads[1])
    with pytest.raises(ArchiveError, match=r"'session\.json': expected each file once"):
        import_session(bench, out.getvalue())
    assert bench.sessions.ids() == ["default"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has rights by folder")
def test_the_rights_of_a_file_behind_a_link_stay_as_they_are(tmp_path: Path) -> None:
    other = tmp_path / "somebody's"
    other.touch()
    other.chmod(0o644)
    (tmp_path / "kept.sqlite").symlink_to(other)
    Database(tmp_path / "kept.sqlite").close()
    assert other.stat().st_mode & 0o777 == 0o644


def test_who_has_shaken_hands_does_not_do_it_again(tmp_path: Path) -> None:
    pki = init_pki(tmp_path / "pki", now=datetime.now(UTC)).directory
    for mutual in (False, True):
        context = tls_context(pki, mutual=mutual)
        assert context.options & ssl.OP_NO_RENEGOTIATION
        assert context.minimum_version >= ssl.TLSVersion.TLSv1_2


def test_every_locked_package_has_hashes_and_nothing_is_installed_without() -> None:
    blocks = (ROOT / "requirements.lock").read_text("utf-8").replace("\\\n", " ").splitlines()
    packages = [line for line in blocks if line and not line.startswith("#")]
    assert len(packages) > 80
    assert not [line for line in packages if "--hash=sha256:" not in line]
    make = (ROOT / "Makefile").read_text("utf-8")
    installs = [line for line in make.splitlines() if line.startswith(("\t$(PIP)", "\t-$(PIP)"))]
    assert len(installs) > 3
    for line in installs:
        assert "--require-hashes" in line or line.endswith("$(PROJECT)"), line
    assert "--no-deps --no-build-isolation" in make
