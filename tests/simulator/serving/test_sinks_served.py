"""``banc serve --dmp --mssante``: the sinks of a real server, and what the control API shows of them."""

from __future__ import annotations

import io
import json
import smtplib
import zipfile

import httpx
import pytest
from click.testing import CliRunner

from simulator.bench import BenchOptions, open_bench
from simulator.cli import main
from simulator.client import BenchClient, BenchClientError
from simulator.client.received import ReceivedClient
from simulator.commands import serve as serve_module
from simulator.serving import ServeOptions, ServingError, prepare, running, serve
from simulator.serving.own_server import listen
from simulator.serving.sink_process import SinkPorts, sink_process
from simulator.serving.supervising import Standing
from simulator.sinks import SinkOptions, SinkStore
from simulator.sinks.addresses import read_addresses
from simulator.sinks.kept import FILE
from simulator.web.app import create_app

SUBMISSION = (
    b"<s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope'><s:Body><other/></s:Body></s:Envelope>"
)
MULTIPART = b"--x\r\nContent-ID: <r>\r\n\r\n" + SUBMISSION + b"\r\n--x--\r\n"


def options(folder, **sinks) -> ServeOptions:
    return ServeOptions(bench=BenchOptions(data_dir=folder, people=5), port=0, sinks=SinkOptions(**sinks))


def test_what_the_sinks_of_a_server_receive_is_shown_and_exported(tmp_path):
    with (
        running(options(tmp_path, dmp_port=0, smtp_port=0, imap_port=0)) as url,
        BenchClient(url) as client,
    ):
        client.create_session(id="session-1")
        received = ReceivedClient(client, "session-1")
        addresses = received.addresses()
        assert set(addresses) == {"dmp", "smtp", "imap"}
        host, port = addresses["smtp"].split(":")
        with smtplib.SMTP(host, int(port)) as smtp:
            smtp.login("session-1", "any")
            smtp.sendmail("a@x.fr", "b@x.fr", b"Subject: one\r\n\r\n1\r\n")
        dmp = addresses["dmp"].replace("/dmp", "/s/session-1/dmp")
        assert (
            httpx.post(
                dmp, content=MULTIPART, headers={"content-type": 'multipart/related; boundary="x"'}
            ).status_code
            == 500
        )
        httpx.post(addresses["dmp"], content=b"of another session")
        mail, submission = received.after()
        assert (mail.kind, mail.recipients, mail.content) == (
            "MAIL",
            ("b@x.fr",),
            b"Subject: one\r\n\r\n1\r\n",
        )
        assert (submission.kind, submission.content) == ("OTHER", MULTIPART)
        assert submission.file.endswith(MULTIPART)
        assert received.after(mail.id) == [submission]
        assert received.last_id() == submission.id + 1
        exported = httpx.get(f"{url}/api/v1/received/export", params={"session": "session-1"})
        with zipfile.ZipFile(io.BytesIO(exported.content)) as archive:
            index = [json.loads(line) for line in archive.read("index.ndjson").splitlines()]
            assert [one["id"] for one in index] == [mail.id, submission.id]
            assert archive.read(index[0]["file"]) == mail.content
            assert archive.read(index[1]["file"]) == submission.file
        for refused in ({"exists": 1}, {"other": "x"}):
            with pytest.raises(BenchClientError, match="expected"):
                received.tell("td0.2", refused)
        with pytest.raises(BenchClientError, match="iti-41"):
            received.tell("td9", {"exists": True})
        received.tell("td0.2", {"exists": False})
        received.tell("td0.2", {})
        with pytest.raises(BenchClientError, match="999"):
            client.call("GET", "/api/v1/received/999")
        assert client.call("DELETE", "/api/v1/received", params={"session": "session-1"}) == {"removed": 2}
        assert received.after() == []
        assert received.addresses() == addresses
    # The items last; the addresses do not.
    with sink_process(
        SinkPorts(sinks=SinkOptions(), host="127.0.0.1", data_dir=tmp_path, pki=None), Standing()
    ):
        store = SinkStore(tmp_path / FILE)
        assert [store.content(one.id) for one in store.each()] == [b"of another session"]
        assert read_addresses(store) == {}


def test_a_simulator_without_sinks_says_how_to_have_them(tmp_path):
    bench = open_bench(BenchOptions(data_dir=tmp_path, people=5))
    with create_app(bench).test_client() as client:
        answer = client.get("/api/v1/received")
    bench.close()
    assert answer.status_code == 404
    assert "banc serve --dmp --mssante" in answer.get_json()["error"]


@pytest.mark.parametrize("asked", [{"smtps_port": 0}, {"imaps_port": 0}, {"dmp_port": 0, "dmp_tls": True}])
def test_a_tls_port_of_a_sink_without_certificates_is_refused_at_once(tmp_path, asked):
    prepared = prepare(options(tmp_path, **asked))
    with pytest.raises(ServingError, match="banc pki init"):
        serve(prepared, on_ready=lambda _: pytest.fail("it serves"))


def test_a_sink_port_that_is_taken_is_told_by_its_name(tmp_path):
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        prepared = prepare(options(tmp_path, smtp_port=port))
        with pytest.raises(ServingError, match=rf"{port} \(smtp\)"):
            serve(prepared, on_ready=lambda _: pytest.fail("it serves"))


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], SinkOptions()),
        (["--dmp"], SinkOptions(dmp_port=8090)),
        (["--dmp", "9001", "--mssante"], SinkOptions(dmp_port=9001, smtp_port=8025, imap_port=8143)),
        (["--mssante", "--smtp-port", "0"], SinkOptions(smtp_port=0, imap_port=8143)),
        (["--imap-port", "1"], SinkOptions(imap_port=1)),
        (["--dmp-tls", "--sink-password", "p"], SinkOptions(dmp_port=8090, dmp_tls=True, password="p")),
        (
            ["--mssante", "--pki", "."],
            SinkOptions(smtp_port=8025, smtps_port=8465, imap_port=8143, imaps_port=8993),
        ),
    ],
)
def test_the_options_of_the_command_line(monkeypatch, tmp_path, arguments, expected):
    seen = []
    monkeypatch.setattr(serve_module, "prepare", seen.append)
    monkeypatch.setattr(serve_module, "serve", lambda *_, **__: None)
    result = CliRunner().invoke(main, ["serve", "--data-dir", str(tmp_path), *arguments])
    assert result.exit_code == 0, result.output
    assert seen[0].sinks == expected
