"""The mail operator in a simulator: exchanges in the journal, scripted replies, mails that the bench delivers."""

from __future__ import annotations

import imaplib
import smtplib
import ssl
import time
from contextlib import contextmanager

import pytest

from simulator.serving.own_server import listen
from simulator.serving.tls_ports import tls_context
from simulator.sinks.mssante.delivering import DELIVERED, deliver
from simulator.sinks.mssante.serving import MailPorts, mail_served
from simulator.testing.throwaway import throwaway_pki

from .conftest import PATIENT, message
from .shared import shared

BOX = "officine@pharmacie.mssante.fr"


@pytest.fixture
def sinks(tmp_path):
    with shared(tmp_path) as opened:
        yield opened


@contextmanager
def ports(sinks, *, mutual=False, names=("smtp", "imap"), password=None):
    sockets = {name: listen("127.0.0.1", 0) for name in names}
    numbers = {name: each.getsockname()[1] for name, each in sockets.items()}
    context = tls_context(throwaway_pki().directory, mutual=mutual) if mutual else None
    with mail_served(
        sinks.store, MailPorts(**sockets), context=context, backing=sinks.backing, password=password
    ):
        yield numbers


@pytest.fixture
def mail(sinks):
    with ports(sinks) as numbers:
        yield numbers


def send(mail, *, account=None, to=PATIENT, sender=None, **headers):
    made = message(to=to)
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    with smtplib.SMTP("127.0.0.1", mail["smtp"]) as smtp:
        if account:
            smtp.login(account, "any")
        return smtp.send_message(made, from_addr=sender)


def test_a_mail_is_in_the_journal_of_the_session_that_its_account_names(sinks, mail):
    sinks.bench.sessions.create("lgo-x")
    send(mail, account="lgo-x")
    send(mail, account=BOX)
    send(mail, account=BOX, X_Banc_Session="lgo-x")
    first, second, third = sinks.exchanges(service="mssante")
    assert (first.session, first.operation, first.code) == ("lgo-x", "SMTP-DATA", "250")
    assert first.asked == {"from": BOX, "to": PATIENT, "subject": "XDM/1.0/DDM+Note de vaccination"}
    assert b"X-MSS-INS: O" in first.request
    assert first.response.startswith(b"250 ")
    assert ("Rcpt-To", PATIENT) in first.request_headers.pairs
    assert (second.session, third.session) == ("default", "lgo-x")
    assert BOX in second.decision.remarks[0][1]
    assert [one.session for one in sinks.store.items()] == ["lgo-x", BOX, "lgo-x"]


def test_a_mail_without_a_login_is_of_the_session_that_its_sender_names(sinks, mail):
    sinks.bench.sessions.create("lgo-x")
    send(mail, sender="lgo-x")
    send(mail, sender="lgo-x@pharmacie.mssante.fr")
    send(mail, sender=BOX)
    send(mail, sender="lgo-x", account=BOX)
    assert [one.session for one in sinks.exchanges(service="mssante")] == [
        "lgo-x",
        "lgo-x",
        "default",
        "lgo-x",
    ]


@pytest.mark.parametrize(
    ("operation", "code", "error"),
    [
        ("SMTP-CONNECT", 421, smtplib.SMTPConnectError),
        ("SMTP-AUTH", 454, smtplib.SMTPAuthenticationError),
        ("SMTP-RCPT", 550, smtplib.SMTPRecipientsRefused),
        ("SMTP-DATA", 452, smtplib.SMTPDataError),
        ("SMTP-DATA", 554, smtplib.SMTPDataError),
    ],
)
def test_a_scenario_says_what_smtp_replies(sinks, mail, operation, code, error):
    sinks.script(
        {"when": {"operation": operation}, "then": {"smtp": {"code": code, "text": "4.2.2 By script"}}}
    )
    with pytest.raises(error) as raised:
        send(mail, account=BOX)
    told = (
        raised.value.recipients[PATIENT] if code == 550 else (raised.value.smtp_code, raised.value.smtp_error)
    )
    assert told == (code, b"4.2.2 By script")
    exchange = sinks.exchanges()[0]
    assert (exchange.operation, exchange.code, exchange.decision.scenario) == (
        operation,
        str(code),
        "test/sinks",
    )
    assert sinks.store.items() == []


def test_conditions_look_at_the_mail_and_a_refused_mail_may_come_again(sinks, mail):
    sinks.script(
        {
            "when": {
                "operation": "SMTP-DATA",
                "mail": {
                    "to": {"pattern": r"@patient\.mssante\.fr"},
                    "ins": "O",
                    "from": BOX,
                    "account": "banc",
                    "subject": {"pattern": "vaccination"},
                },
                "call": {"first": True},
            },
            "then": {"smtp": {"code": 451}},
        }
    )
    with pytest.raises(smtplib.SMTPDataError) as raised:
        send(mail, account="banc")
    assert raised.value.smtp_error == b"4.3.0 Local error in processing"
    send(mail, account="banc")
    assert [one.code for one in sinks.exchanges()] == ["451", "250"]
    send(mail, account="banc", to="medecin@exemple.mssante.fr")


@pytest.mark.parametrize("chaos", ["connection-reset", "connection-closed", {"no-answer": {"seconds": 0.2}}])
def test_a_scenario_ends_the_connection_without_a_reply(sinks, mail, chaos):
    sinks.script({"when": {"operation": "SMTP-DATA", "call": {"first": True}}, "then": {"chaos": [chaos]}})
    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionResetError)):
        send(mail)
    [exchange] = sinks.exchanges()
    assert (exchange.http_status, exchange.response, len(exchange.chaos)) == (0, b"", 1)
    # The mail was taken all the same: who sends it again sends it twice, as in real life.
    assert len(sinks.store.items()) == 1
    send(mail)


def test_a_scenario_makes_a_reply_late(sinks, mail):
    sinks.script({"when": {"operation": "SMTP-RCPT"}, "then": {"chaos": [{"latency": {"seconds": 0.3}}]}})
    started = time.monotonic()
    send(mail)
    assert time.monotonic() - started >= 0.3
    assert [one.operation for one in sinks.exchanges()] == ["SMTP-DATA"]


def put(sinks, *, to=BOX, session="default", subject="un"):
    content = (
        f"From: labo@laboratoire.mssante.fr\r\nTo: {to}\r\nSubject: {subject}\r\n\r\nBonjour\r\n".encode()
    )
    return deliver(
        sinks.store,
        sinks.backing,
        content,
        session=session,
        sender="labo@laboratoire.mssante.fr",
        recipients=(to,),
    )


@contextmanager
def logged_in(mail, account=BOX, password="any"):  # noqa: S107 - any is good
    with imaplib.IMAP4("127.0.0.1", mail["imap"]) as imap:
        imap.login(account, password)
        yield imap


def test_a_mail_that_the_bench_delivers_is_in_the_mailbox_and_reading_it_is_noted(sinks, mail):
    sinks.bench.sessions.create("lgo-x")
    number = put(sinks, session="lgo-x")
    with logged_in(mail) as imap:
        assert imap.select("INBOX", readonly=True) == ("OK", [b"1"])
        for _ in range(2):
            status, data = imap.fetch("1", "(RFC822)")
            assert status == "OK"
            assert b"Subject: un" in data[0][1]
    with logged_in(mail, "lgo-x") as imap:
        assert imap.select("INBOX", readonly=True) == ("OK", [b"1"])
    assert sinks.store.get(number).kind == DELIVERED
    delivered, fetched = sinks.exchanges()
    assert (delivered.session, delivered.operation, delivered.code) == ("lgo-x", "DELIVERY", "250")
    assert (fetched.operation, fetched.code, fetched.asked["to"]) == ("IMAP-FETCH", "OK", BOX)
    assert f"Message {number}" in fetched.decision.remarks[-1][0]


def test_who_waits_for_news_is_told_of_a_mail_that_the_bench_delivers(sinks, mail):
    with logged_in(mail) as imap:
        imap.select("INBOX")
        tag = imap._new_tag()
        imap.send(tag + b" IDLE\r\n")
        assert imap.readline().startswith(b"+")
        put(sinks)
        assert b"EXISTS" in imap.readline()
        imap.send(b"DONE\r\n")
        while not imap.readline().startswith(tag):
            pass


@pytest.mark.parametrize(
    ("operation", "act"),
    [
        ("IMAP-LOGIN", lambda imap: imap.login(BOX, "any")),
        ("IMAP-SELECT", lambda imap: imap.select("INBOX")),
        ("IMAP-FETCH", lambda imap: (imap.select("INBOX"), imap.fetch("1", "(RFC822)"))[1]),
    ],
)
@pytest.mark.parametrize("status", ["NO", "BYE"])
def test_a_scenario_says_what_imap_answers(sinks, mail, operation, act, status):
    put(sinks)
    sinks.script(
        {"when": {"operation": operation}, "then": {"imap": {"status": status, "text": "Locked by script"}}}
    )
    imap = imaplib.IMAP4("127.0.0.1", mail["imap"])
    try:
        if operation != "IMAP-LOGIN":
            imap.login(BOX, "any")
        try:
            answer, said = act(imap)
        except imaplib.IMAP4.error as error:
            answer, said = "NO", [str(error).encode()]
        assert (answer, b"Locked by script" in b"".join(filter(None, said))) == ("NO", True) or (
            status == "BYE"
            and b"Locked by script" in b"".join(imap.untagged_responses.get("BYE", [b""]) + said)
        )
    finally:
        imap.shutdown()
    exchange = sinks.exchanges(operation=operation)[0]
    assert (exchange.code, exchange.service) == (status, "mssante")


def test_a_scenario_resets_the_connection_of_imap(sinks, mail):
    sinks.script({"when": {"operation": "IMAP-SELECT"}, "then": {"chaos": ["connection-reset"]}})
    imap = imaplib.IMAP4("127.0.0.1", mail["imap"])
    imap.login(BOX, "any")
    with pytest.raises((imaplib.IMAP4.abort, OSError)):
        imap.select("INBOX")
    imap.shutdown()
    assert sinks.exchanges()[0].chaos == ("connection-reset",)


def test_a_wrong_password_is_noted(sinks):
    with ports(sinks, password="right") as mail:
        with pytest.raises(imaplib.IMAP4.error), logged_in(mail, password="wrong"):
            pass
        with smtplib.SMTP("127.0.0.1", mail["smtp"]) as smtp, pytest.raises(smtplib.SMTPAuthenticationError):
            smtp.login(BOX, "wrong")
    assert {(one.operation, one.code) for one in sinks.exchanges()} == {
        ("IMAP-LOGIN", "NO"),
        ("SMTP-AUTH", "535"),
    }


@pytest.mark.parametrize("way", ["tls", "starttls"])
def test_smtp_over_tls_asks_for_the_certificate_of_the_client(sinks, way):
    pki = throwaway_pki()
    trusting = ssl.create_default_context(cafile=str(pki.bundle))
    knowing = ssl.create_default_context(cafile=str(pki.bundle))
    entry = pki.entry("insi-manu")
    knowing.load_cert_chain(pki.directory / entry.cert, pki.directory / entry.key)
    name = "smtps" if way == "tls" else "smtp"
    sinks.bench.sessions.create("lgo-x", recognise={"certificate": "CN=INSI-MANU,OU=10B0000001"})
    with ports(sinks, mutual=True, names=(name,)) as numbers:

        def go(context):
            if way == "tls":
                with smtplib.SMTP_SSL("localhost", numbers[name], context=context) as smtp:
                    return smtp.send_message(message())
            with smtplib.SMTP("localhost", numbers[name]) as smtp:
                smtp.starttls(context=context)
                smtp.ehlo()
                return smtp.send_message(message())

        with pytest.raises((ssl.SSLError, smtplib.SMTPException, OSError)):
            go(trusting)
        go(knowing)
    [exchange] = sinks.exchanges()
    assert (exchange.session, exchange.authentication) == ("lgo-x", "mtls")
    assert exchange.client_certificate
    [item] = sinks.store.items()
    assert "INSI-MANU" in item.facts["client_certificate"]
