"""Each address reads its own mails by IMAP, as they came."""

from __future__ import annotations

import imaplib
import smtplib
import socket

import pytest

from simulator.sinks.doors import DoorLimits

from .conftest import PATIENT, message

HOST = "127.0.0.1"


def send(mail, *, to=PATIENT, session=None, body="Bonjour"):
    with smtplib.SMTP(HOST, mail.smtp) as client:
        if session:
            client.login(session, "any")
        client.send_message(message(body, to=to, attached=b"PK" * 1000))


def test_the_mail_that_was_sent_is_read_back_byte_for_byte(mail):
    send(mail)
    with imaplib.IMAP4(HOST, mail.imap) as client:
        client.login(PATIENT.upper(), "any")
        assert client.list()[0] == "OK"
        assert client.select("INBOX")[1] == [b"1"]
        assert client.search(None, "ALL")[1] == [b"1"]
        assert client.search(None, "SUBJECT", "vaccination")[1] == [b"1"]
        assert client.search(None, "HEADER", "X-MSS-INS", "O")[1] == [b"1"]
        assert client.search(None, "SUBJECT", "other")[1] == [b""]
        [(_, content), _] = client.fetch("1", "(BODY.PEEK[])")[1]
        [(_, header), _] = client.fetch("1", "(BODY.PEEK[HEADER.FIELDS (X-MSS-INS)])")[1]
        [told] = client.fetch("1", "(UID BODYSTRUCTURE)")[1]
    assert content == mail.store.content(1)
    assert header.strip() == b"X-MSS-INS: O"
    assert b"IHE_XDM.ZIP" in told


def test_an_address_reads_what_was_sent_to_it_and_a_session_all_of_its_own(mail):
    send(mail, to="a@x.fr", session="one")
    send(mail, to="b@x.fr", session="one")
    send(mail, to="b@x.fr", session="two")
    seen = {}
    for account in ("a@x.fr", "b@x.fr", "one", "two", "c@x.fr"):
        with imaplib.IMAP4(HOST, mail.imap) as client:
            client.login(account, "any")
            seen[account] = client.select("INBOX")[1][0]
    assert seen == {"a@x.fr": b"1", "b@x.fr": b"2", "one": b"2", "two": b"1", "c@x.fr": b"0"}


def test_flags_last_and_what_is_deleted_stays_in_the_store(mail):
    send(mail)
    with imaplib.IMAP4(HOST, mail.imap) as client:
        client.login(PATIENT, "any")
        client.select("INBOX")
        client.store("1", "+FLAGS", r"(\Seen \Deleted)")
    with imaplib.IMAP4(HOST, mail.imap) as client:
        client.login(PATIENT, "any")
        client.select("INBOX")
        assert rb"\Deleted" in client.fetch("1", "(FLAGS)")[1][0]
        assert client.expunge()[1] == [b"1"]
        assert client.search(None, "ALL")[1] == [b""]
    assert len(mail.store.items()) == 1


def test_a_mail_that_comes_while_the_box_is_open_is_seen(mail):
    with imaplib.IMAP4(HOST, mail.imap) as client:
        client.login(PATIENT, "any")
        assert client.select("INBOX")[1] == [b"0"]
        send(mail)
        client.noop()
        assert client.search(None, "ALL")[1] == [b"1"]


def test_who_waits_is_told(mail):
    with socket.create_connection((HOST, mail.imap)) as raw:
        raw.settimeout(60)
        lines = raw.makefile("rb")
        lines.readline()
        raw.sendall(f'1 LOGIN "{PATIENT}" x\r\n2 SELECT INBOX\r\n3 IDLE\r\n'.encode())
        while not lines.readline().startswith(b"+"):
            pass
        send(mail)
        while b"1 EXISTS" not in lines.readline():
            pass
        raw.sendall(b"DONE\r\n4 LOGOUT\r\n")
        assert b"BYE" in lines.read()


@pytest.mark.parametrize("way", ["starttls", "imaps"])
def test_tls(mail, way):
    send(mail)
    if way == "imaps":
        client = imaplib.IMAP4_SSL("localhost", mail.imaps, ssl_context=mail.trust)
    else:
        client = imaplib.IMAP4("localhost", mail.imap)
        client.starttls(mail.trust)
    with client:
        client.login(PATIENT, "any")
        assert client.select("INBOX")[1] == [b"1"]


def test_a_wrong_password_is_refused_when_there_is_one(serving):
    with serving(password="right") as mail, imaplib.IMAP4(HOST, mail.imap) as client:
        with pytest.raises(imaplib.IMAP4.error):
            client.login("someone", "wrong")
        assert client.login("someone", "right")[0] == "OK"


def test_nothing_can_be_put_into_a_box(mail):
    with imaplib.IMAP4(HOST, mail.imap) as client:
        client.login(PATIENT, "any")
        with pytest.raises(imaplib.IMAP4.error):
            client.append("INBOX", "", "", b"x" * 1000)
        assert client.create("Sent")[0] == "NO"
    with imaplib.IMAP4(HOST, mail.imap) as client:
        client.login(PATIENT, "any")
        assert client.select("INBOX")[1] == [b"0"]


@pytest.mark.parametrize(
    "junk",
    [
        b"1 LOGIN {99999999999}\r\n",
        b"1 LOGIN {99999999999+}\r\n",
        b"x" * 300_000 + b"\r\n",
        b"\x00\xff\r\n" * 20,
        b"1 SEARCH " + b"(" * 20_000 + b"\r\n",
        b"1 LOGIN a b\r\n2 SELECT INBOX\r\n3 SEARCH " + b"NOT " * 15_000 + b"ALL\r\n",
        b"1 LOGIN a b\r\n2 SELECT INBOX\r\n3 FETCH 1:4294967295 (RFC822)\r\n",
    ],
)
def test_junk_ends_its_own_connection_only(mail, junk):
    send(mail)
    with socket.create_connection((HOST, mail.imap)) as client:
        client.settimeout(60)
        try:
            client.sendall(junk + b"9 LOGOUT\r\n")
            client.shutdown(socket.SHUT_WR)
            while client.recv(65536):
                pass
        except OSError:
            pass
    with imaplib.IMAP4(HOST, mail.imap) as client:
        client.login(PATIENT, "any")
        assert client.select("INBOX")[1] == [b"1"]


def test_a_literal_of_gigabytes_is_not_waited_for(mail):
    with socket.create_connection((HOST, mail.imap)) as client:
        client.settimeout(60)
        client.sendall(b"1 LOGIN {99999999999+}\r\n")
        # The connection ends though the client has said nothing more, and has not left.
        while client.recv(1024):
            pass


def test_a_client_that_says_nothing_is_let_go(serving):
    limits = DoorLimits(idle_s=0.05)
    with serving(limits=limits) as mail, socket.create_connection((HOST, mail.imap)) as client:
        client.settimeout(60)
        while client.recv(1024):
            pass


def test_one_client_too_many_is_told_so(serving):
    with (
        serving(limits=DoorLimits(connections=1)) as mail,
        imaplib.IMAP4(HOST, mail.imap),
        pytest.raises(imaplib.IMAP4.error, match="Too many"),
    ):
        imaplib.IMAP4(HOST, mail.imap)
