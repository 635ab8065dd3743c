"""An exchange as plain as can be, and journals in a temporary folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from simulator.journal.exchange import Decision, Exchange
from simulator.journal.store import Journal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from simulator.journal.writer import JournalOptions


@pytest.fixture(scope="session")
def plain() -> Exchange:
    return Exchange(
        session="default",
        at="2026-01-05T09:00:00.123+00:00",
        operation="rechercherInsAvecTraitsIdentite",
        code="01",
        http_status=200,
        path="/lps",
        request_headers={"content-type": "application/soap+xml"},
        request=b"<a/>",
        response_headers={"Content-Type": "application/soap+xml; charset=utf-8"},
        response=b"<b/>",
        decision=Decision(source="registry", profile="production", evidence="reported"),
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "journal"


@pytest.fixture
def opened(folder: Path) -> Iterator[Callable[..., Journal]]:
    """Open journals on one folder, as so many processes would."""
    journals = []

    def open_one(options: JournalOptions | None = None) -> Journal:
        journals.append(Journal(folder, options))
        return journals[-1]

    yield open_one
    for journal in journals:
        journal.close()
