"""The certificates of tests over TLS: made once, kept, made again before they end."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from simulator.testing.throwaway import throwaway_pki

if TYPE_CHECKING:
    from pathlib import Path


def test_it_is_made_once_and_kept(tmp_path: Path) -> None:
    first = throwaway_pki(tmp_path)
    made = (first.directory / first.entry("server").chain).read_bytes()
    again = throwaway_pki(tmp_path)
    assert (again.directory / again.entry("server").chain).read_bytes() == made
    assert [folder.name for folder in tmp_path.iterdir()] == [first.directory.name]


def test_it_is_made_again_a_month_before_its_end_and_when_it_is_damaged(tmp_path: Path) -> None:
    old = throwaway_pki(tmp_path, now=datetime.now(UTC) - timedelta(days=360))
    until = old.valid_until
    new = throwaway_pki(tmp_path)
    assert new.valid_until > until
    for file in new.directory.glob("*.json"):
        file.write_text("{")
    assert throwaway_pki(tmp_path).entry("server")


def test_several_processes_may_want_it_at_once(tmp_path: Path) -> None:
    with ThreadPoolExecutor(3) as threads:
        made = list(threads.map(throwaway_pki, [tmp_path] * 3))
    assert all((pki.directory / pki.entry("server").key).is_file() for pki in made)
