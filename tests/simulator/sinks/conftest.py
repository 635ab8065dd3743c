"""Sinks that really listen, for real clients."""

from __future__ import annotations

import ssl
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from simulator.serving.own_server import listen
from simulator.serving.tls_ports import tls_context
from simulator.sinks import SinkStore
from simulator.sinks.mssante.serving import MailPorts, mail_served
from simulator.testing.throwaway import throwaway_pki

PATIENT = "279035121518989@patient.mssante.fr"


@dataclass(frozen=True)
class Mail:
    store: SinkStore
    smtp: int
    smtps: int
    imap: int
    imaps: int
    trust: ssl.SSLContext


@pytest.fixture
def store(tmp_path):
    opened = SinkStore(tmp_path / "received.sqlite")
    yield opened
    opened.close()


@pytest.fixture
def serving(store):
    """Give a way to serve mail with options of one's own."""

    @contextmanager
    def serve(**options):
        pki = throwaway_pki()
        sockets = {name: listen("127.0.0.1", 0) for name in ("smtp", "smtps", "imap", "imaps")}
        numbers = {name: each.getsockname()[1] for name, each in sockets.items()}
        trust = ssl.create_default_context(cafile=str(pki.bundle))
        context = tls_context(pki.directory, mutual=False)
        kept = options.pop("store", store)
        with mail_served(kept, MailPorts(**sockets), context=context, **options):
            yield Mail(store=kept, trust=trust, **numbers)

    return serve


@pytest.fixture
def mail(serving):
    with ExitStack() as stack:
        yield stack.enter_context(serving())


def message(body: str = "Bonjour", *, to: str = PATIENT, attached: bytes = b"") -> EmailMessage:
    made = EmailMessage(policy=SMTP)
    made["From"] = "officine@pharmacie.mssante.fr"
    made["To"] = to
    made["Subject"] = "XDM/1.0/DDM+Note de vaccination"
    made["X-MSS-INS"] = "O"
    made.set_content(body)
    if attached:
        made.add_attachment(attached, maintype="application", subtype="zip", filename="IHE_XDM.ZIP")
    return made
