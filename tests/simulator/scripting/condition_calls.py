"""A server in a process of its own, called as software calls it: by the port and with the assertion that a case wants."""

from __future__ import annotations

import re
import ssl
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from cryptography import x509

from simulator.client.calling import Reply, request_of, send
from simulator.security.signing import make_ps_assertion

if TYPE_CHECKING:
    from simulator.client import BenchClient, SessionClient
    from simulator.security.pki import PkiSummary

WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
PATIENCE_S = 60.0
"""How long an answer is waited for: it comes at once, unless a pattern runs wild."""


@dataclass(frozen=True)
class Place:
    """A server in a process of its own, with a mutual TLS port."""

    client: BenchClient
    pki: PkiSummary
    mtls_port: int

    def send(self, session: SessionClient, body: bytes, case: Case | None = None) -> Reply:
        """Post a request to a session, by the port and with the assertion that a case wants."""
        headers = None if case is None else case.ask.get("headers")
        if case is None or case.certificate is None:
            return send(session.soap_url, body, headers=headers, wait=PATIENCE_S)
        context = ssl.create_default_context(cafile=self.pki.bundle)
        context.load_cert_chain(self.pki.directory / self.pki.entry(case.certificate).combined)
        path = session.soap_url.partition("://")[2].partition("/")[2]
        url = f"https://localhost:{self.mtls_port}/{path}"
        return send(url, body, headers=headers, wait=PATIENCE_S, tls=context)

    def request(self, session: SessionClient, case: Case) -> bytes:
        body = request_of(case.ask, session.bound_people())
        before, after = case.more
        assert before.encode() in body
        body = body.replace(before.encode(), after.encode(), 1) if before else body
        if case.card is None:
            return body
        security = f'<wsse:Security xmlns:wsse="{WSSE}">'.encode() + self.assertion(case.card)
        return body.replace(b"</soap:Header>", security + b"</wsse:Security></soap:Header>", 1)

    def assertion(self, card: str) -> bytes:
        entry = self.pki.entry(card)
        return make_ps_assertion(
            (self.pki.directory / entry.cert).read_bytes(),
            (self.pki.directory / entry.key).read_bytes(),
            attributes={"identifiantFacturation": "990000001", "secteurActivite": "SA07"},
            issue_instant=datetime.now(UTC),
        )

    def serial(self, entry: str) -> str:
        pem = (self.pki.directory / self.pki.entry(entry).cert).read_bytes()
        return f"{x509.load_pem_x509_certificate(pem).serial_number:X}"


@dataclass(frozen=True)
class Case:
    """One key of ``when``: conditions with it that hold for a call, and conditions that do not."""

    holds: dict[str, Any]
    not_held: dict[str, Any]
    ask: dict[str, Any] = field(default_factory=dict)
    """See ``simulator.client.calling.request_of``."""
    more: tuple[str, str] = ("", "")
    """A text of the request, and what is written instead."""
    certificate: str | None = None
    """Entry of the PKI shown on the mutual TLS port; the plain port without."""
    card: str | None = None
    """Entry of the PKI whose card signs an assertion."""
    earlier: tuple[int, int] = (0, 0)
    """How many such calls are made before the one that counts: when the conditions hold, when they do not."""


def code_of(reply: Reply) -> str:
    """Return CodeCR, or the code of the fault, as read in an answer."""
    assert reply.transport == "answered"
    text = reply.body.decode()
    found = re.search(r"<CodeCR>([0-9]{2})</CodeCR>|\b((?:insi|desir)_[0-9]+)\b", text)
    assert found is not None, text
    return found[1] or found[2]
