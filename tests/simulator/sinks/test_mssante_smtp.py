"""The mail sink takes every mail, keeps it byte for byte, and cannot be filled or held up."""

from __future__ import annotations

import smtplib
import socket
import ssl

import pytest

from simulator.sinks import KeptLimits, SinkFullError, SinkStore
from simulator.sinks.doors import DoorLimits

from .conftest import PATIENT, message

HOST = "127.0.0.1"


def test_a_mail_is_kept_byte_for_byte_with_its_envelope(mail):
    sent = message("Été\r\n.\r\n..deux points\r\nFrom ici\r\n", attached=bytes(range(256)) * 4000).as_bytes()
    with smtplib.SMTP(HOST, mail.smtp) as client:
        client.login("session-7", "any")
        client.sendmail("a@x.fr", [PATIENT, "b@y.fr"], sent)
    [item] = mail.store.items()
    assert mail.store.content(item.id) == sent
    assert (item.session, item.sender, item.recipients) == ("session-7", "a@x.fr", (PATIENT, "b@y.fr"))
    assert (item.kind, item.outcome, item.size, item.facts["tls"]) == ("MAIL", "250", len(sent), None)


def test_what_is_wrong_with_a_mail_does_not_stop_it(mail):
    bad = b"no header at all\r\n\x00\xff\xfe\r\n" + b"x" * 5000 + b"\r\n"
    with smtplib.SMTP(HOST, mail.smtp) as client:
        client.sendmail("", ["not an address of anybody"], bad)
    [item] = mail.store.items()
    assert mail.store.content(item.id) == bad
    assert item.session == "default"


@pytest.mark.parametrize("way", ["starttls", "smtps"])
def test_tls_by_our_own_authorities(mail, way):
    if way == "smtps":
        client = smtplib.SMTP_SSL("localhost", mail.smtps, context=mail.trust)
    else:
        client = smtplib.SMTP("localhost", mail.smtp)
        client.starttls(context=mail.trust)
    with client:
        client.send_message(message())
    [item] = mail.store.items()
    assert item.facts["tls"].startswith("TLSv1.")


def test_a_client_that_trusts_nobody_of_ours_refuses_us(mail):
    with pytest.raises(ssl.SSLCertVerificationError):
        smtplib.SMTP_SSL("localhost", mail.smtps, context=ssl.create_default_context())
    assert mail.store.items() == []


def test_a_wrong_password_is_refused_when_there_is_one(serving):
    with serving(password="right") as mail, smtplib.SMTP(HOST, mail.smtp) as client:
        with pytest.raises(smtplib.SMTPAuthenticationError):
            client.login("someone", "wrong")
        client.login("someone", "right")


def test_too_large_a_mail_is_refused_by_what_it_says_and_by_what_it_is(tmp_path, serving):
    store = SinkStore(tmp_path / "small.sqlite", KeptLimits(bytes_of_one=20_000))
    large = message("x\r\n" * 20_000)
    with serving(store=store) as mail:
        with smtplib.SMTP(HOST, mail.smtp) as client:
            client.ehlo()
            assert client.esmtp_features["size"] == "20000"
            with pytest.raises(smtplib.SMTPSenderRefused) as refused:
                client.send_message(large)
            assert refused.value.smtp_code == 552
        with smtplib.SMTP(HOST, mail.smtp) as client:
            client.helo()  # an old client, which says no size
            with pytest.raises(smtplib.SMTPDataError) as refused:
                client.sendmail("a@x.fr", PATIENT, large.as_bytes())
            assert refused.value.smtp_code == 552
    assert store.items() == []


def test_a_mail_without_end_is_cut(tmp_path, serving):
    store = SinkStore(tmp_path / "small.sqlite", KeptLimits(bytes_of_one=10_000))
    with serving(store=store) as mail, socket.create_connection((HOST, mail.smtp)) as client:
        client.settimeout(60)
        client.sendall(b"EHLO x\r\nMAIL FROM:<a@x.fr>\r\nRCPT TO:<b@x.fr>\r\nDATA\r\n")
        endless = b"x" * (64 * 1024 * 1024)  # one line that never ends
        with pytest.raises(OSError):  # noqa: PT011 - reset or broken pipe, as the system says it
            client.sendall(endless)
    assert store.items() == []


def test_a_full_store_says_so_and_keeps_what_it_has(tmp_path, serving):
    store = SinkStore(tmp_path / "full.sqlite", KeptLimits(items=1))
    with serving(store=store) as mail, smtplib.SMTP(HOST, mail.smtp) as client:
        client.send_message(message("one"))
        with pytest.raises(smtplib.SMTPDataError) as refused:
            client.send_message(message("two"))
        assert refused.value.smtp_code == 452
        assert b"DELETE /api/v1/received" in refused.value.smtp_error
        assert store.clear() == 1
        client.send_message(message("three"))
    assert len(store.items()) == 1


def test_one_client_too_many_is_told_so_and_a_place_comes_back(serving):
    with serving(limits=DoorLimits(connections=1)) as mail:
        with smtplib.SMTP(HOST, mail.smtp):
            with pytest.raises(smtplib.SMTPConnectError) as refused:
                smtplib.SMTP(HOST, mail.smtp)
            assert refused.value.smtp_code == 421
        while True:  # the place comes back when the server has seen the client leave
            try:
                with smtplib.SMTP(HOST, mail.smtp) as client:
                    client.send_message(message())
                break
            except smtplib.SMTPConnectError:
                continue
    assert len(mail.store.items()) == 1


def test_a_client_that_says_nothing_is_let_go(serving):
    with (
        serving(limits=DoorLimits(idle_s=0.05)) as mail,
        socket.create_connection((HOST, mail.smtp)) as client,
    ):
        client.settimeout(60)
        while client.recv(1024):
            pass  # the greeting, then the end


@pytest.mark.parametrize(
    "junk", [b"\x00" * 5000, b"GET / HTTP/1.1\r\n\r\n", b"x" * 200_000, b"EHLO\r\n" * 3000]
)
def test_junk_ends_its_own_connection_only(mail, junk):
    with socket.create_connection((HOST, mail.smtp)) as client:
        client.settimeout(60)
        try:
            client.sendall(junk + b"\r\nQUIT\r\n")
            while client.recv(65536):
                pass
        except OSError:
            pass
    with smtplib.SMTP(HOST, mail.smtp) as client:
        client.send_message(message())
    assert len(mail.store.items()) == 1


def test_too_many_recipients_are_refused_and_the_others_served(serving):
    with serving(limits=DoorLimits(recipients=2)) as mail, smtplib.SMTP(HOST, mail.smtp) as client:
        refused = client.sendmail("a@x.fr", ["1@x.fr", "2@x.fr", "3@x.fr"], message().as_bytes())
    assert list(refused) == ["3@x.fr"]
    assert mail.store.items()[0].recipients == ("1@x.fr", "2@x.fr")


def test_the_store_counts_its_bytes(tmp_path):
    store = SinkStore(tmp_path / "b.sqlite", KeptLimits(bytes_in_all=100))
    from simulator.sinks import Sink

    keep = {"sink": Sink.MSSANTE, "kind": "MAIL", "sender": "", "outcome": "250"}
    store.keep(b"x" * 60, session="a", **keep)
    with pytest.raises(SinkFullError):
        store.keep(b"x" * 60, session="b", **keep)
    assert store.clear("a") == 1
    store.keep(b"x" * 60, session="b", **keep)
    assert [one.session for one in store.each()] == ["b"]
    assert store.last_id() == 2
