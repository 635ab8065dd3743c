"""What ``banc load`` refuses, and that its help is a help."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from conformance.cli import main


def _banc(*arguments):
    return CliRunner().invoke(main, list(arguments), prog_name="banc")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--profile", "stedy"), "did you mean steady"),
        (("--profile", "nowhere.yaml"), "cannot be read"),
        (("--duration", "soon"), "expected a time such as 20s"),
        (("--rate", "fast"), "expected a rate"),
        (("--p95", "quick"), "p95: expected a time"),
        (("--wrong", "3"), "never tolerated"),
        (("--mix", "tarits=1"), "unknown operation"),
        (("--mix", "traits=nan"), "expected shares"),
        (("--people", "75/25"), "FOUND/UNKNOWN/SEVERAL"),
        (("--closed", "--rate", "5/s"), "holds no rate"),
        (("--closed", "--profile", "ramp-to-saturation"), "raises a rate"),
        (("--url", "127.0.0.1:8080"), "the scheme is missing"),
        (
            ("--url", "https://services-ps.ameli.fr/lps", "--allow", "services-ps.ameli.fr"),
            "real teleservice",
        ),
        (("--url", "http://192.0.2.1"), "not this machine"),
        (("--software", "http://192.0.2.1", "--url", "http://127.0.0.1:1"), "not this machine"),
        (
            ("--url", "http://127.0.0.1:1", "--soap-url", "https://qualiflps.services-ps.ameli.fr"),
            "real teleservice",
        ),
        (("--url", "http://127.0.0.1:1", "--transport", "mtls"), "--soap-url"),
        (("--url", "http://127.0.0.1:1", "--transport", "cpx"), "--pki"),
        (("--bind", "nowhere"), "expected HOST:PORT"),
        (("--worker", "nowhere:x"), "expected HOST"),
    ],
)
@pytest.mark.usefixtures("in_english")
def test_a_bad_option_is_a_set_up_error_that_says_what_was_expected(arguments, says):
    done = _banc("load", *arguments)
    assert done.exit_code == 2, done.output
    assert says in done.output


@pytest.mark.usefixtures("in_english")
def test_the_help_shows_examples_and_exit_codes():
    text = _banc("load", "--help").output
    for words in ("banc load --users 50 --duration 2m", "Exit code", "compare", "report", "profiles"):
        assert words in text


def test_the_profiles_are_listed_with_how_sure_they_are():
    text = _banc("load", "profiles", "--lang", "en").output
    assert "outage-recovery" in text
    assert "reported" in text
    listed = json.loads(_banc("load", "profiles", "--json").output)
    assert all(f"{each['name']} " in text for each in listed)
    assert {each["evidence"] for each in listed} <= {"official", "observed", "reported", "inferred"}


def test_software_that_lacks_verbs_is_named_with_what_it_lacks(tmp_path, banc):
    import threading
    from http.server import BaseHTTPRequestHandler, HTTPServer

    class Poor(BaseHTTPRequestHandler):
        disable_nagle_algorithm = True

        def do_GET(self):
            body = json.dumps(
                {
                    "name": "Poor LGO",
                    "version": "1",
                    "verbs": ["create_patient"],
                    "not_supported": {},
                }
            ).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Poor)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        url = f"http://127.0.0.1:{server.server_port}"
        done = banc("load", "--software", url, "--report", tmp_path / "run", "--lang", "en")
    finally:
        server.shutdown()
        server.server_close()
    assert done.returncode == 2
    assert "Poor LGO lacks verbs" in done.stderr
    assert "call_insi_traits" in done.stderr
    assert not (tmp_path / "run" / "record.ndjson").exists()


def test_the_reference_software_works_under_load_and_what_it_stores_is_checked(tmp_path, banc):
    done = banc(
        *("load", "--target", "software", "--users", 4, "--rate", "8/s", "--duration", "5s", "--p95", "60s"),
        *("--min-rate", "0.1/s", "--report", tmp_path / "run", "--lang", "en"),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads((tmp_path / "run" / "report.json").read_text("utf-8"))
    assert {"create", "insi", "import"} <= set(report["operations"])
    assert report["total"]["wrong"] == report["total"]["errors"] == 0
    assert report["departures"] is not None


def test_software_that_stores_a_wrong_status_is_caught_under_load(tmp_path, banc):
    from conformance.campaign import reference_lgo

    with reference_lgo(["import-sets-validated"]) as url:
        done = banc(
            *("load", "--software", url, "--users", 3, "--rate", "8/s", "--duration", "30s"),
            *("--report", tmp_path / "run", "--lang", "en"),
        )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "expected the status RECUP" in done.stdout
