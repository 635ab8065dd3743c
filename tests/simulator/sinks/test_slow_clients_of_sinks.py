"""Silent and dripping clients of the sinks delay nobody, and no request lasts longer than its whole time."""

from __future__ import annotations

import imaplib
import smtplib
import socket
import threading
from contextlib import ExitStack, suppress

import pytest

from simulator.sinks.doors import DoorLimits

from .conftest import message

HOST = "127.0.0.1"
MANY = 40
"""More than any pool of threads."""
STARTED = {
    "smtp": b"EHLO x\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\nSubject: x\r\n",
    "imap": b"1 LOGIN essai ",
}
"""A request that has begun and does not end."""


@pytest.mark.parametrize("said", ["nothing", "a part"])
@pytest.mark.parametrize("door", ["smtp", "smtps", "imap", "imaps"])
def test_clients_that_wait_delay_nobody(mail, door, said):
    with ExitStack() as stack:
        for _ in range(MANY):
            one = stack.enter_context(socket.create_connection((HOST, getattr(mail, door)), timeout=60))
            if said == "a part":
                # To a TLS port, these are no handshake.
                one.sendall(STARTED[door[:4]])
        with smtplib.SMTP(HOST, mail.smtp, timeout=60) as client:
            client.send_message(message())
        with smtplib.SMTP_SSL("localhost", mail.smtps, timeout=60, context=mail.trust) as client:
            client.send_message(message())
        with imaplib.IMAP4(HOST, mail.imap, timeout=60) as client:
            client.login("essai", "x")
        with imaplib.IMAP4_SSL("localhost", mail.imaps, timeout=60, ssl_context=mail.trust) as client:
            client.login("essai", "x")


@pytest.mark.parametrize("door", ["smtp", "imap"])
def test_a_request_that_drips_has_a_total_time(serving, door):
    stop = threading.Event()
    with (
        serving(limits=DoorLimits(idle_s=0.5)) as mail,
        socket.create_connection((HOST, getattr(mail, door)), timeout=60) as client,
    ):
        client.sendall(STARTED[door])

        def drip() -> None:
            with suppress(OSError):
                while not stop.wait(0.1):
                    client.sendall(b"a")

        dripping = threading.Thread(target=drip)
        dripping.start()
        try:
            with suppress(ConnectionError):
                while client.recv(1024):
                    pass  # what it says, then the end
        finally:
            stop.set()
            dripping.join()
