"""A real server with three workers, and a caller whose every call may reach another worker."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx
import pytest

from simulator.bench import BenchOptions
from simulator.client import BenchClient
from simulator.security.signing import make_psc_assertion
from simulator.serving import ServeOptions, running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"


@dataclass(frozen=True)
class Workers:
    """A simulator of three workers."""

    url: str
    client: BenchClient
    soap_request: Callable[..., bytes]

    def post(
        self,
        path: str = "/lps",
        *,
        message_id: str | None = None,
        instance: str = "instance-1",
        headers: dict[str, str] | None = None,
        issued: datetime | None = None,
        body: bytes | None = None,
        **traits: Any,
    ) -> httpx.Response:
        """Make one call on a connection of its own, so to any worker; identifiers are fresh unless given."""
        if body is None:
            body = self.request(message_id=message_id, instance=instance, issued=issued, **traits)
        return httpx.post(
            self.url + path,
            content=body,
            headers={"Content-Type": "application/soap+xml; charset=utf-8", **(headers or {})},
            trust_env=False,
            timeout=30,
        )

    def request(
        self,
        *,
        message_id: str | None,
        instance: str = "instance-1",
        issued: datetime | None = None,
        **traits: Any,
    ) -> bytes:
        unique = message_id or f"uuid:{uuid4()}"
        security = ""
        if issued is not None:
            assertion = make_psc_assertion(
                name_id="899700000001",
                issuer="899700000001",
                attributes={"identifiantFacturation": "990000001", "secteurActivite": "SA07"},
                issue_instant=issued,
            )
            security = f'<wsse:Security xmlns:wsse="{WSSE}">{assertion.decode()}</wsse:Security>'
        body = self.soap_request(message_id=unique, more_header=security, **traits)
        return (
            body.replace(b"bam-1", f"bam {unique}".encode())
            .replace(b"lps-1", f"lps {unique}".encode())
            .replace(b"instance-1", instance.encode())
        )


@pytest.fixture(scope="session")
def workers(
    tmp_path_factory: pytest.TempPathFactory, soap_request: Callable[..., bytes]
) -> Iterator[Workers]:
    options = ServeOptions(
        bench=BenchOptions(data_dir=tmp_path_factory.mktemp("workers"), people=5), port=0, workers=3
    )
    with running(options) as url, BenchClient(url, timeout=30) as client:
        yield Workers(url, client, soap_request)
