"""A mail lies in the box of the software, which fetches it by IMAP; what passes stands in the evidence, with its service."""

from __future__ import annotations

import smtplib
from types import SimpleNamespace

import pytest

from conformance.drivers.model import Actor
from conformance.drivers.partners import ReceptionOutcome
from conformance.drivers.protocol import RefusedError
from conformance.reference.lgo import Lgo
from conformance.suite.desk.apart import NotOfferedError
from conformance.suite.desk.mailbox import mailbox
from conformance.suite.desk.sinks import connected
from conformance.suite.desk.steps import Desk
from conformance.suite.incoming.forms import Form, written
from conformance.suite.incoming.letter import Letter
from conformance.suite.incoming.sending import addressed
from conformance.suite.verification.elsewhere import received
from simulator.client import BenchClientError
from simulator.population.generate import draw

USER = Actor(user="dupond")
SENDER = "labo.voisin@laboratoire.mssante.fr"


class NoSinks:
    def addresses(self):
        raise BenchClientError("no sink was opened here")


class Software:
    """A reference LGO, by the names of its verbs that are needed here."""

    def __init__(self, lgo, *without: str) -> None:
        self.lgo, self.without = lgo, without

    def read_settings(self):
        return {name: value for name, value in self.lgo.settings().items() if name not in self.without}

    def write_settings(self, changes):
        return self.lgo.write_settings(changes)

    def fetch_messages(self, *, actor):
        return self.lgo.mailbox.fetch(actor)


@pytest.fixture
def lgo(tmp_path):
    made = Lgo(tmp_path / "lgo.sqlite")
    made.reset("http://127.0.0.1:9/lps")
    yield made
    made.close()


def desk_of(software):
    insi = SimpleNamespace(id="s-1", received=NoSinks())
    return Desk(lgo=software, insi=insi, wire=None, user=USER, super_user=None, draw=None, draw_for=None)


def mail_without_ins():
    """Return a mail that the LGO leaves to a person without asking INSi (903)."""
    told = received(draw(1, "mailbox")[0], matricule=None, oid=None)
    return written(Letter(identity=told), Form.MAIL).content


def seen(desk):
    return [(one.service, one.operation, one.code) for one in desk.timeline.entries]


def test_a_mail_in_the_box_is_fetched_once_and_both_steps_are_in_the_evidence(lgo):
    desk = desk_of(Software(lgo))
    with mailbox(desk) as box:
        content = addressed(mail_without_ins(), SENDER, box.address).content
        box.leave(content, sender=SENDER)
        said = box.fetch(desk)
        again = lgo.mailbox.fetch(USER)
        box.leave(b"Subject: x\r\nFrom: a@b.mssante.fr\r\n\r\nx\r\n", sender=SENDER)
        unreadable = box.fetch(desk)
    assert said.outcome is ReceptionOutcome.QUEUED
    assert [alert.code for alert in said.alerts] == ["INTEGRATION_903"]
    assert again == []
    assert [alert.code for alert in unreadable.alerts] == ["NO_DOCUMENT"]
    assert SENDER in lgo.partners.items(USER)[0].message
    assert seen(desk) == [("mssante", "DELIVERY", "250"), ("mssante", "IMAP-FETCH", "OK")] * 2
    assert lgo.settings()["mssante_imap"] == ""
    assert lgo.mailbox.fetch(USER) == []  # no box, nothing fetched


def test_an_operator_that_does_not_answer_is_told(lgo):
    lgo.write_settings({"mssante_imap": "127.0.0.1:9", "mssante_mailbox": "a@pharmacie.mssante.fr"})
    with pytest.raises(RefusedError, match="relevée"):
        lgo.mailbox.fetch(USER)


def test_a_software_without_the_settings_is_not_given_a_box(lgo):
    with (
        pytest.raises(NotOfferedError, match="mssante_imap"),
        mailbox(desk_of(Software(lgo, "mssante_imap"))),
    ):
        pytest.fail("it has a box")


def test_what_sinks_opened_by_a_check_receive_is_in_its_evidence(lgo):
    desk = desk_of(Software(lgo))
    with connected(desk) as sinks:
        host, port = lgo.settings()["mssante_smtp"].split(":")
        with smtplib.SMTP(host, int(port)) as client:
            client.login("s-1", "any")
            client.sendmail("a@x.fr", ["b@x.fr"], b"Subject: x\r\n\r\nx\r\n")
        sinks.awaited("MAIL")
    assert seen(desk) == [("mssante", "SMTP-DATA", "250")]
    assert "Subject: x" in desk.timeline.entries[0].request
