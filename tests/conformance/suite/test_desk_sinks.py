"""The software is sent to the sinks and back; what came is a document that the judges read."""

from __future__ import annotations

import smtplib
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest

from conformance.documents import read_document
from conformance.documents.record import Format
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk import sinks as desk_sinks
from conformance.suite.desk.apart import STAND_INS
from conformance.suite.desk.sinks import connected, connected_if_possible, document_of, of_kind
from conformance.suite.desk.steps import Desk
from conformance.verdicts import UndecidedError, Verdict
from simulator.client import BenchClientError

sys.path.insert(0, str(Path(__file__).parents[2] / "simulator" / "sinks"))

from submissions import envelope, mtom

NAMES = ("dmp_url", "mssante_smtp", "mssante_account")


class Software:
    """Settings, and nothing else."""

    def __init__(self, *names: str, refuses: bool = False) -> None:
        self.settings = dict.fromkeys(names, "before")
        self.refuses = refuses

    def read_settings(self):
        return dict(self.settings)

    def write_settings(self, changes):
        if self.refuses:
            raise RefusedError("NO", "non")
        self.settings |= changes
        return dict(self.settings)


class NoSinks:
    def addresses(self):
        raise BenchClientError("no sink was opened here")


def desk_of(software, received=None):
    insi = SimpleNamespace(id="s-1", received=received or NoSinks())
    return Desk(lgo=software, insi=insi, wire=None, user=None, super_user=None, draw=None, draw_for=None)


def sinks_address(sinks):
    return sinks.box.addresses["smtp"]


def mail(address, account="s-1", text=b"Subject: x\r\n\r\nx\r\n"):
    host, port = address.split(":")
    with smtplib.SMTP(host, int(port)) as client:
        if account:
            client.login(account, "any")
        client.sendmail("a@x.fr", ["b@x.fr"], text)


def test_what_the_software_sends_comes_to_the_check_and_the_settings_come_back():
    software = Software(*NAMES)
    with connected(desk_of(software)) as sinks:
        there = dict(software.settings)
        assert there["mssante_account"] == "s-1"
        assert there["dmp_url"].endswith("/s/s-1/dmp")
        mail(there["mssante_smtp"])
        mail(there["mssante_smtp"], account="officine@pharmacie.mssante.fr")
        mail(there["mssante_smtp"], account="")
        kind, body = mtom()
        httpx.post(there["dmp_url"], content=body, headers={"content-type": kind})
        came = sinks.awaited("ITI-41")
        assert [one.kind for one in came] == ["MAIL", "MAIL", "MAIL", "ITI-41"]
        assert read_document(document_of(came[0]).content).format is Format.MAIL
        submission = read_document(document_of(came[3]).content)
        assert submission.format is Format.XDS
        assert [part.format for part in submission.parts] == [Format.CDA]
        assert sinks.news() == []
        sinks.tell("iti-41", error="XDSRepositoryBusy")
        httpx.post(there["dmp_url"], content=envelope(unique="2.25.2"))
        sinks.tell("iti-41")
        httpx.post(there["dmp_url"], content=envelope(unique="2.25.2"))
        assert [one.outcome for one in of_kind(sinks.news(), "ITI-41")] == ["XDSRepositoryBusy", "Success"]
    assert software.settings == dict.fromkeys(NAMES, "before")


def test_what_does_not_come_is_waited_for_once(monkeypatch):
    monkeypatch.setattr(desk_sinks, "_LOOK_S", 0.01)
    with connected(desk_of(Software(*NAMES))) as sinks:
        sinks.patience_s = 0.1
        for shorter in (0.05, 0.025, 0.02, 0.02):
            assert sinks.awaited("MAIL") == []
            assert sinks.patience_s == shorter


def test_what_comes_late_once_is_waited_for_as_long_where_nothing_should_come():
    with connected(desk_of(Software(*NAMES))) as sinks:
        later = threading.Timer(0.2, mail, [sinks_address(sinks)])
        later.start()
        assert len(sinks.awaited("MAIL")) == 1
        later.join()
        start = time.monotonic()
        assert sinks.settled() == []
        assert time.monotonic() - start >= 0.2


@pytest.mark.parametrize("software", [Software(), Software("dmp_url"), Software(*NAMES, refuses=True)])
def test_a_software_that_cannot_be_sent_there_is_not_tested_and_told_what_is_missing(software):
    with pytest.raises(UndecidedError) as ending, connected(desk_of(software)):
        pytest.fail("it was sent there")
    assert ending.value.verdict is Verdict.NOT_TESTED
    assert "mssante_smtp" in ending.value.text.en
    desk = desk_of(software)
    with connected_if_possible(desk) as sinks:
        assert sinks is None
    assert [missed.path for missed in desk.timeline.missed] == [STAND_INS.name]


def test_the_settings_come_back_whatever_happens():
    software = Software(*NAMES)
    with pytest.raises(ZeroDivisionError), connected(desk_of(software)):
        raise ZeroDivisionError
    assert software.settings == dict.fromkeys(NAMES, "before")


def test_the_sinks_of_the_simulator_come_first():
    class Theirs:
        def __init__(self) -> None:
            self.told = []

        def addresses(self):
            return {"dmp": "http://127.0.0.1:1/dmp", "smtp": "127.0.0.1:2"}

        def after(self, _number=0):
            return []

        def tell(self, name, told):
            self.told.append((name, told))

    theirs, software = Theirs(), Software(*NAMES)
    with connected(desk_of(software, theirs)):
        assert software.settings["dmp_url"] == "http://127.0.0.1:1/s/s-1/dmp"
        assert software.settings["mssante_smtp"] == "127.0.0.1:2"
    assert theirs.told == [("iti-41", {}), ("td0.2", {})]
