"""A call in another encoding is answered, noted and kept in UTF-8; a strict session refuses it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from simulator.journal.export import exchange_data

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.bench import Bench
    from simulator.journal.exchange import Exchange


def written(message: bytes, encoding: str) -> bytes:
    text = message.decode().partition("?>")[2] or message.decode()
    return f'<?xml version="1.0" encoding="{encoding}"?>{text}'.encode(encoding)


@pytest.mark.parametrize("encoding", ["utf-16", "iso-8859-1", "windows-1252"])
def test_another_encoding_is_answered_and_noted_and_kept_in_utf_8(
    ask: Callable[..., Exchange], soap_request: Callable[..., bytes], encoding: str
) -> None:
    exchange = ask(
        written(soap_request(), encoding), content_type=f"application/soap+xml; charset={encoding}"
    )
    assert exchange.code == "00"
    assert "encoding" in [finding.code for finding in exchange.findings]
    assert "RECSANSVITALE" in exchange_data(exchange)["request"]


def test_a_strict_session_refuses_it(
    bench: Bench, ask: Callable[..., Exchange], soap_request: Callable[..., bytes]
) -> None:
    session = bench.sessions.create(strictness="strict")
    exchange = ask(written(soap_request(), "utf-16"), session=session.id, content_type="application/soap+xml")
    assert exchange.code == "desir_9011"
