"""``banc exchanges`` shows what the sinks were asked, masks what must not leave, and says what cannot be made again."""

from __future__ import annotations

import json
import smtplib
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from simulator.cli import main
from simulator.security.signing import make_ps_assertion
from simulator.serving.own_server import listen
from simulator.sinks.mssante.serving import MailPorts, mail_served
from simulator.testing.throwaway import throwaway_pki

from .conftest import PATIENT, message
from .shared import dmp_of, post, shared
from .submissions import P1, envelope, existence

WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    """A data directory with a submission, a test of existence and two mails, one of them refused."""
    folder = tmp_path_factory.mktemp("data")
    pki = throwaway_pki()
    entry = pki.entry("cps")
    certificate, key = ((pki.directory / name).read_bytes() for name in (entry.cert, entry.key))
    signed = make_ps_assertion(
        certificate, key, attributes={"Ressource_URN": "urn:dmp"}, issue_instant=datetime.now(UTC)
    )
    security = b'<w:Security xmlns:w="%s">%s</w:Security></s:Header>' % (WSSE.encode(), signed)
    with shared(folder, pki=pki.directory) as sinks:
        with dmp_of(sinks) as dmp:
            post(dmp, envelope(vihf="").replace(b"</s:Header>", security))
            post(dmp, existence())
        sinks.script(
            {
                "when": {"operation": "SMTP-DATA"},
                "then": {"sequence": [{"set": {"a": "b"}}, {"smtp": {"code": 452}}]},
            }
        )
        on = listen("127.0.0.1", 0)
        port = on.getsockname()[1]
        with (
            mail_served(sinks.store, MailPorts(smtp=on), backing=sinks.backing),
            smtplib.SMTP("127.0.0.1", port) as smtp,
        ):
            smtp.send_message(message())
            with pytest.raises(smtplib.SMTPDataError):
                smtp.send_message(message())
    return folder


def banc(data_dir, *arguments, code=0):
    result = CliRunner().invoke(main, ["exchanges", *arguments, "--data-dir", str(data_dir)])
    assert result.exit_code == code, result.output
    return result.output


def test_the_list_has_all_services_and_a_filter_chooses_one(data_dir):
    listed = banc(data_dir, "list", "--lang", "en")
    for told in ("ITI-41", "Success", "TD0.2", "OK", "SMTP-DATA", "250", "452", P1, PATIENT):
        assert told in listed
    mails = banc(data_dir, "list", "--service", "mssante")
    assert "ITI-41" not in mails
    assert mails.count("SMTP-DATA") == 2
    assert "452" in banc(data_dir, "list", "--service", "mssante", "--code", "452")
    assert "No exchange meets" in banc(data_dir, "list", "--service", "insi", "--lang", "en")
    assert banc(data_dir, "list", "--service", "other", code=2)


def test_one_is_shown_with_its_reasons(data_dir):
    shown = banc(data_dir, "show", "1", "--lang", "en")
    assert "Caller: VIHF whose signature holds" in shown
    assert "Answer: Success, HTTP 200" in shown
    assert "reported by a third party" in shown
    assert "vihf-attributes" in shown
    assert "RegistryResponse" in shown
    mail = banc(data_dir, "show", "4", "--lang", "en")
    assert "Answer dictated by scenario test/sinks, rule 1" in mail
    assert "Rcpt-To: " + PATIENT in mail
    assert "452 4.2.2 Mailbox full" in mail
    assert banc(data_dir, "show", "3", "--raw", "request").startswith("From: officine@")


def test_exports_mask_the_vihf_and_keep_the_rest(data_dir):
    lines = [json.loads(line) for line in banc(data_dir, "export").splitlines()]
    assert [one["service"] for one in lines] == ["dmp", "dmp", "mssante", "mssante"]
    assert "SignatureValue>•••" in lines[0]["request"]
    assert "ProvideAndRegisterDocumentSetRequest" in lines[0]["request"]
    open_lines = [json.loads(line) for line in banc(data_dir, "export", "--with-secrets").splitlines()]
    assert "SignatureValue>•••" not in open_lines[0]["request"]
    har = json.loads(banc(data_dir, "export", "--format", "har"))
    assert [one["_bancInsi"]["service"] for one in har["log"]["entries"]] == [
        "dmp",
        "dmp",
        "mssante",
        "mssante",
    ]


def test_an_exchange_of_a_sink_is_not_made_a_scenario_and_says_how(data_dir):
    told = banc(data_dir, "to-scenario", "1", code=2)
    assert "ITI-41" in told
    assert "docs/sinks.md" in told
    assert banc(data_dir, "diff", "3", "4", code=1)
