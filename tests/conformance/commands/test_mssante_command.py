"""``banc mssante send``: documents of the nine kinds, and error mails, come into the mailbox of the software."""

from __future__ import annotations

import imaplib
import json
from email import message_from_bytes
from email.policy import default as modern

import pytest
from click.testing import CliRunner

from conformance.cli import main
from conformance.documents import read_document
from conformance.suite.incoming.kinds import Incoming
from conformance.suite.incoming.mail import ERRORS
from conformance.suite.incoming.sending import TRUSTED_MAILBOX
from simulator.bench import BenchOptions
from simulator.client import BenchClient
from simulator.serving import ServeOptions, running
from simulator.sinks import SinkOptions

BOX = "officine@pharmacie.mssante.fr"


@pytest.fixture(scope="module")
def simulator(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    sinks = SinkOptions(imap_port=0, smtp_port=0)
    with running(ServeOptions(bench=BenchOptions(data_dir=folder, people=20), port=0, sinks=sinks)) as url:
        yield url, folder


def banc(*arguments):
    result = CliRunner().invoke(main, ["mssante", "send", "--lang", "en", *arguments])
    assert result.exit_code == 0, result.output
    return result.output


def mails(url, account=BOX):
    with BenchClient(url) as client:
        host, port = client.session().received.addresses()["imap"].split(":")
    with imaplib.IMAP4(host, int(port)) as imap:
        imap.login(account, "any")
        imap.select("INBOX")
        numbers = imap.search(None, "ALL")[1][0].split()
        return [imap.fetch(one.decode(), "(RFC822)")[1][0][1] for one in numbers]


def test_what_is_sent_is_read_by_imap_listed_saved_and_in_the_journal(simulator, tmp_path):
    url, folder = simulator
    told = banc("--url", url, "--to", BOX, "--person", "cnda/adrun-zoe")
    assert "ADRUN" in told
    mail = message_from_bytes(mails(url)[-1], policy=modern)
    assert mail["To"] == BOX
    assert "laboratoire.mssante.fr" in mail["From"]
    assert next(part.get_filename() for part in mail.iter_attachments()) == "IHE_XDM.ZIP"
    runner = CliRunner()
    listed = runner.invoke(main, ["received", "list", "--data-dir", str(folder), "--lang", "en"])
    assert "DELIVERED" in listed.output
    told = json.loads(runner.invoke(main, ["received", "list", "--data-dir", str(folder), "--json"]).output)
    saved = runner.invoke(
        main, ["received", "save", "--data-dir", str(folder), "--out", str(tmp_path / "out")]
    )
    assert saved.exit_code == 0
    # The numbers of the mails grow; the newest is the one sent here, whatever other tests sent to this simulator before.
    number, file = max((int(file.name.partition(".")[0]), file) for file in (tmp_path / "out").iterdir())
    assert b"IHE_XDM.ZIP" in file.read_bytes()
    assert number in {each["id"] for each in told}
    shown = runner.invoke(main, ["received", "show", str(number), "--data-dir", str(folder)])
    assert json.loads(shown.output)["recipients"] == [BOX]
    exchanges = runner.invoke(
        main, ["exchanges", "list", "--data-dir", str(folder), "--service", "mssante", "--lang", "en"]
    )
    assert "DELIVERY" in exchanges.output
    assert "IMAP-FETCH" in exchanges.output
    missing = runner.invoke(main, ["received", "show", "999", "--data-dir", str(folder)])
    assert missing.exit_code == 2


def values(content, trait):
    return {one.text for one in read_document(content).records[0].of(trait)}


@pytest.mark.parametrize("kind", list(Incoming))
def test_each_kind_is_what_it_says(simulator, tmp_path, kind):
    url, _ = simulator
    out = tmp_path / "mail.eml"
    told = banc("--url", url, "--kind", kind.value, "--person", "cnda/adrun-zoe", "--out", str(out))
    assert "ADRUN" in told
    content = out.read_bytes()
    mail = message_from_bytes(content, policy=modern)
    assert (TRUSTED_MAILBOX in mail["From"]) is (kind is Incoming.TRUSTED)
    text = str(read_document(content))
    has_ins = kind is not Incoming.NO_INS
    assert (mail["X-MSS-INS"] == "O") is (has_ins and kind is not Incoming.INCOMPLETE)
    assert ("ADRUN" in text) is (kind not in {Incoming.OTHER_TRAITS, Incoming.INCOMPLETE})
    if kind in {Incoming.UNKNOWN, Incoming.DENIED, Incoming.TRUSTED, Incoming.REPLACEMENT, Incoming.DELETION}:
        assert "! " in told


@pytest.mark.parametrize("code", list(ERRORS))
def test_error_mails_as_published(simulator, code):
    url, _ = simulator
    banc("--url", url, "--error", code, "--to", f"erreur-{code}@pharmacie.mssante.fr", "--session", "default")
    [content] = mails(url, f"erreur-{code}@pharmacie.mssante.fr")
    mail = message_from_bytes(content, policy=modern)
    assert f"][{code}] XDM/1.0/DDM+" in mail["Subject"]
    body = mail.get_body(("plain",))
    assert f"processed/Error: {code}^" in body.get_content()


@pytest.mark.usefixtures("in_english")
def test_what_cannot_be_sent_is_told(simulator, tmp_path):
    url, _ = simulator
    runner = CliRunner()
    for arguments, expected in (
        (["--person", "nobody/here"], "key"),
        (["--session", "no-such"], "no-such"),
        (["--person", str(tmp_path / "none.json")], "none.json"),
        (["--to", "no address"], "to"),
    ):
        result = runner.invoke(main, ["mssante", "send", "--url", url, *arguments])
        assert result.exit_code == 2, arguments
        assert expected in result.output


def test_the_kinds_are_listed():
    result = CliRunner().invoke(main, ["mssante", "kinds", "--lang", "en"])
    assert result.exit_code == 0
    assert all(kind.value in result.output for kind in Incoming)
    assert "--error 902" in result.output
