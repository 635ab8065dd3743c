"""banc driver: check tells everything at once, show prints what is tested, scaffolds start and pass."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from click.testing import CliRunner

from conformance.cli import main
from conformance.commands.driver_checking import rules_by_verb
from conformance.commands.verb_map import COMMAND, learn, read_map, renewed
from conformance.drivers.errors import RefusedError
from conformance.drivers.http import HttpDriver
from conformance.drivers.model import Actor, SearchCriteria, Verb
from conformance.drivers.scaffolds import LANGUAGES, scaffold
from conformance.drivers.schema import subprocess_schema
from conformance.drivers.verbs import ALWAYS, VERBS
from conformance.engine.checks import Check
from conformance.engine.collecting import SuiteContents, collect_suite
from conformance.reference.server import running as running_lgo
from conformance.rules.catalogue import load_catalogue
from conformance.suite.desk.apart import CARD
from simulator.serving import free_port
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

READY_SECONDS = 90.0
PATIENT = {
    "id": "1",
    "status": "PROV",
    **dict.fromkeys(("matricule", "oid", "birth_name", "first_names", "first_name", "birth_date", "sex")),
    **dict.fromkeys(("birth_place", "used_name", "used_first_name")),
    "attributes": [],
}


def run(*arguments: str) -> Any:
    return CliRunner().invoke(main, ["driver", *arguments])


@pytest.fixture
def serve() -> Iterator[Callable[[dict[str, Any]], str]]:
    """Return what serves answers by "METHOD /path": a status and a document, 404 for anything else."""
    servers: list[ThreadingHTTPServer] = []

    def start(answers: dict[str, Any]) -> str:
        class Handler(BaseHTTPRequestHandler):
            disable_nagle_algorithm = True

            def answer(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                status, document = answers.get(f"{self.command} {self.path.partition('?')[0]}", (404, {}))
                body = b"" if document is None else json.dumps(document).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = do_PUT = do_PATCH = answer  # noqa: N815 - names fixed by http.server

            def log_message(self, *_: Any) -> None:
                """Stay quiet."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_address[1]}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def capabilities(*verbs: str) -> tuple[int, dict[str, Any]]:
    return 200, {"name": "Officine", "version": "1", "verbs": list(verbs)}


class TestCheck:
    def test_reference_lgo_has_nothing_wrong(self) -> None:
        with running_lgo() as url:
            result = run("check", url, "--lang", "en")
        assert result.exit_code == 0, result.output
        assert "nothing departs from the driver API" in result.output

    def test_all_that_is_wrong_is_told_at_once_with_the_raw_exchange(
        self, serve: Callable[[dict[str, Any]], str]
    ) -> None:
        wrong = {**PATIENT, "birth_date": "25/09/1984", "attributes": None, "id": 12}
        url = serve(
            {
                "GET /capabilities": capabilities("create_patient", "read_settings", "read_audit_log"),
                "POST /reset": (500, {"message": "boom"}),
                "POST /patients": (201, wrong),
                "GET /settings": (501, {"verb": "read_settings", "reason": "pas encore"}),
                "GET /audit-log": (200, {"entries": [{"action": "X", "at": "02/03/2026"}]}),
            }
        )
        result = run("check", url, "--lang", "en")
        assert result.exit_code == 1
        for said in (
            "field 'id': expected a text that is not empty, got 12",
            "field 'birth_date': expected a date AAAA-MM-JJ",
            "field 'attributes': expected an array, got null",
            "reset (POST /reset): HTTP 500",
            "declared in /capabilities but not implemented: pas encore",
            "field 'entries[0].at': expected an ISO date and time",
            "> POST ",
            '"birth_date": "25/09/1984"',
            "banc driver show",
        ):
            assert said in result.output, said

    def test_json_holds_the_same(self, serve: Callable[[dict[str, Any]], str]) -> None:
        url = serve({"GET /capabilities": capabilities("read_patient"), "POST /reset": (204, None)})
        result = run("check", url, "--json", "--lang", "en")
        data = json.loads(result.output)
        assert (result.exit_code, data["reachable"], data["problems"]) == (0, True, [])
        assert data["present"] == ["read_patient"]
        assert "SRC-01" in data["missing"]["search_patients"]
        assert data["next"] == "create_patient"

    def test_what_the_software_says_it_cannot_do_is_not_to_be_written_next(
        self, serve: Callable[[dict[str, Any]], str]
    ) -> None:
        status, said = capabilities("read_patient")
        declined = said | {"not_supported": {"create_patient": "Nos patients viennent d'ailleurs."}}
        result = run("check", serve({"GET /capabilities": (status, declined)}), "--read-only", "--json")
        data = json.loads(result.output)
        assert data["next"] not in {None, "create_patient"}
        assert "CRE-01" in data["missing"]["create_patient"]

    def test_refusal_of_an_ordinary_patient_is_a_problem(
        self, serve: Callable[[dict[str, Any]], str]
    ) -> None:
        no = (409, {"code": "NO", "message": "Non."})
        answers = {"GET /capabilities": capabilities("create_patient"), "POST /reset": (204, None)}
        result = run("check", serve({**answers, "POST /patients": no}))
        assert result.exit_code == 1
        assert "rien ne s'y oppose" in result.output

    def test_read_only_sends_nothing_else(self, serve: Callable[[dict[str, Any]], str]) -> None:
        result = run("check", serve({"GET /capabilities": capabilities("create_patient")}), "--read-only")
        assert result.exit_code == 0, result.output

    def test_unknown_verb_in_capabilities_is_a_problem(self, serve: Callable[[dict[str, Any]], str]) -> None:
        result = run(
            "check", serve({"GET /capabilities": capabilities("read_patients", "fly")}), "--lang", "en"
        )
        assert result.exit_code == 1
        assert "did you mean read_patient?" in result.output
        assert "verbs[1]" in result.output

    def test_what_the_software_says_cannot_move_the_cursor(
        self, serve: Callable[[dict[str, Any]], str]
    ) -> None:
        name = "Officine\x1b[2J\r"
        answers = {"GET /capabilities": (200, {"name": name, "version": "1", "verbs": []})}
        result = run("check", serve(answers), "--read-only")
        assert "\x1b" not in result.output
        assert "\\x1b[2J" in result.output

    @pytest.mark.parametrize("lang", ["fr", "en"])
    def test_absent_software_is_the_set_up(self, lang: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        result = run("check", f"http://127.0.0.1:{port}", "--lang", lang)
        assert result.exit_code == 2
        assert ("ne peut pas être joint" if lang == "fr" else "cannot be reached") in result.output

    @pytest.mark.parametrize(
        "arguments", [(), ("http://x", "--command", "y"), ("http://x", "--header-env", "A")]
    )
    def test_senseless_command_line_is_the_set_up(self, arguments: tuple[str, ...]) -> None:
        assert run("check", *arguments).exit_code == 2

    def test_program_is_checked_too(self) -> None:
        result = run(
            "check", "--command", f'"{sys.executable}" -m conformance.reference --stdio', "--timeout", "60"
        )
        assert result.exit_code == 0, result.output


class TestShow:
    def test_yaml_is_the_file(self) -> None:
        source = files("conformance.drivers") / "openapi.yaml"
        assert run("show").output == source.read_text("utf-8")

    def test_json_is_the_same_document(self) -> None:
        assert json.loads(run("show", "--format", "json").output)["openapi"].startswith("3.1")

    def test_subprocess_schema_accepts_what_the_drivers_send(self) -> None:
        schema = json.loads(run("show", "--format", "subprocess").output)
        assert schema == subprocess_schema()
        assert set(schema["$defs"]["requests"]) == {*ALWAYS, *(verb.value for verb in VERBS)}
        for part in ("requests", "answers"):
            for verb in schema["$defs"][part].values():
                jsonschema.Draft202012Validator.check_schema(verb)

        def check(part: str, verb: str, message: dict[str, Any]) -> None:
            wanted = {**schema["$defs"][part][verb], "components": schema["components"]}
            jsonschema.validate(message, wanted)

        actor = {"user": "dupond", "role": "USER"}
        check(
            "requests",
            "read_patient",
            {"id": 1, "verb": "read_patient", "actor": actor, "request": {"patient_id": "1"}},
        )
        check("answers", "read_patient", {"id": 1, "answer": PATIENT})
        check("answers", "reset", {"id": 1, "answer": None})
        check("answers", "read_patient", {"id": 1, "refused": {"code": "NO", "message": ""}})
        with pytest.raises(jsonschema.ValidationError):
            check(
                "requests", "read_patient", {"id": 1, "verb": "read_patient", "actor": actor, "request": {}}
            )
        with pytest.raises(jsonschema.ValidationError):
            check("answers", "read_patient", {"id": 1})


class TestVerbMap:
    def test_it_has_every_rule_with_a_check_and_no_other_and_only_verbs_that_its_checks_mention(self) -> None:
        suite = collect_suite()
        written = read_map()
        assert set(written) == set(suite.by_rule()), f"{COMMAND} brings it up to date"
        for key, checks in suite.by_rule().items():
            mentioned = {verb.value for check in checks for verb in suite.verbs[check.id]}
            assert set(written[key]) <= mentioned, f"{key}: {COMMAND} RECORD brings it up to date"

    def test_what_a_check_can_do_without_is_not_what_its_rule_waits_for(self) -> None:
        # Every check tells the history of a file where the software shows it; one rule is about it, two about who sees it.
        assert rules_by_verb()[Verb.READ_STATUS_HISTORY] == ("STA-07", "SEC-03", "SEC-13")
        assert "SRC-01" in rules_by_verb()[Verb.SEARCH_PATIENTS]
        assert len(rules_by_verb()[Verb.SEARCH_INSI]) < len(rules_by_verb()[Verb.CALL_INSI_TRAITS])

    def test_a_campaign_tells_which_of_the_ways_a_check_takes(self) -> None:
        suite = suite_of(a=("SRC-01", {Verb.READ_PATIENT, Verb.READ_CARD}), b=("SRC-01", {Verb.READ_CARD}))
        assert learn(suite, {}) == {"SRC-01": ["read_patient", "read_card"]}
        used = {"a": frozenset({"read_patient", "read_status_history"}), "b": frozenset[str]()}
        assert learn(suite, used) == {"SRC-01": ["read_patient"]}

    def test_a_way_that_may_be_missing_is_waited_for_by_rules_without_another(self) -> None:
        way = {Verb.SEARCH_INSI, Verb.READ_PATIENT}
        suite = suite_of(a=("SRC-01", way), b=("SRC-01", {Verb.READ_PATIENT}), c=("STA-03", way))
        assert learn(suite, {}) == {"SRC-01": ["read_patient"], "STA-03": ["read_patient", "search_insi"]}

    def test_a_path_apart_is_waited_for_by_rules_without_another(self) -> None:
        card = {Verb.READ_CARD, Verb.READ_PATIENT}
        suite = suite_of(a=("SRC-01", card), b=("SRC-01", {Verb.READ_PATIENT}), c=("STA-03", card))
        marked = dataclasses.replace(
            suite, checks=tuple(dataclasses.replace(one, apart=(CARD,)) for one in suite.checks)
        )
        assert learn(suite, {})["SRC-01"] == ["read_patient", "read_card"]
        assert learn(marked, {}) == {"SRC-01": ["read_patient"], "STA-03": ["read_patient", "read_card"]}

    def test_without_a_campaign_only_what_is_missing_is_added(self) -> None:
        suite = suite_of(a=("SRC-01", {Verb.READ_PATIENT}), b=("STA-03", {Verb.READ_CARD}))
        known = {"SRC-01": ["search_patients"], "SRC-99": ["read_form"]}
        assert renewed(known, suite, {}) == {"SRC-01": ["search_patients"], "STA-03": ["read_card"]}
        used = {"a": frozenset({"read_patient"})}
        assert renewed(known, suite, used) == {"SRC-01": ["read_patient"], "STA-03": ["read_card"]}


def suite_of(**checks: tuple[str, set[Verb]]) -> SuiteContents:
    return SuiteContents(
        checks=tuple(
            Check(id=name, title=Text("", ""), rules=(load_catalogue()[key],))
            for name, (key, _) in checks.items()
        ),
        problems=(),
        verbs={name: frozenset(verbs) for name, (_, verbs) in checks.items()},
    )


class TestScaffold:
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_every_verb_is_named_with_its_route(self, language: str) -> None:
        text = "".join(scaffold(language).files.values())
        assert [
            each.name for each in VERBS.values() if f"{each.path} " not in text or each.name not in text
        ] == []
        assert "@@" not in text

    def test_files_that_are_there_are_not_overwritten(self, tmp_path: Path) -> None:
        assert run("scaffold", "--lang", "node", "--out", str(tmp_path)).exit_code == 0
        (tmp_path / "driver.js").write_text("mine")
        result = run("scaffold", "--lang", "node", "--out", str(tmp_path))
        assert (result.exit_code, (tmp_path / "driver.js").read_text()) == (2, "mine")

    # The skeleton in C# is not run: Debian has no tool chain for it.
    @pytest.mark.parametrize(
        ("language", "command"),
        [
            ("python", [sys.executable, "driver.py", "{port}"]),
            ("node", ["node", "driver.js", "{port}"]),
            ("java", ["java", "Driver.java", "{port}"]),
            ("php", ["php", "-S", "127.0.0.1:{port}", "driver.php"]),
        ],
    )
    def test_skeleton_starts_passes_with_no_verb_and_hands_over_what_a_search_asks(
        self, language: str, command: list[str], tmp_path: Path
    ) -> None:
        if shutil.which(command[0]) is None:
            missing = f"{command[0]} is not installed"
            pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
        assert run("scaffold", "--lang", language, "--out", str(tmp_path)).exit_code == 0
        add_search(next(tmp_path.glob("[dD]river.*")), language)
        port = free_port()
        with (tmp_path / "log").open("w+") as log:
            process = subprocess.Popen(
                [word.format(port=port) for word in command], cwd=tmp_path, stdout=log, stderr=log
            )
            try:
                wait_for(port, process)
                result = run("check", f"http://127.0.0.1:{port}", "--timeout", "60", "--json")
                with HttpDriver(f"http://127.0.0.1:{port}") as driver, pytest.raises(RefusedError) as refused:
                    driver.carry(
                        VERBS[Verb.SEARCH_PATIENTS],
                        Actor(user="a"),
                        {"criteria": SearchCriteria(name_prefix="LÉ GOFF&")},
                    )
            finally:
                process.kill()
                process.wait()
        data = json.loads(result.output)
        assert (result.exit_code, data["problems"], data["present"]) == (0, [], []), result.output
        assert data["software"] == {"name": "My software", "version": "1.0"}
        assert data["next"] == "create_patient"
        assert refused.value.message == "LÉ GOFF&"


ECHO = {
    "python": (
        '    ("POST", r"/reset", reset),',
        '    ("GET", r"/patients", lambda request: (409, {"code": "X", "message": request["query"]["name_prefix"]})),',
    ),
    "node": (
        '  ["POST", /^\\/reset$/, reset],',
        '  ["GET", /^\\/patients$/, ({ query }) => [409, { code: "X", message: query.name_prefix }]],',
    ),
    "java": (
        '        new Route("POST", "/reset", (path, query, body, user, role) -> new Answer(204, null))',
        '        , new Route("GET", "/patients", (path, query, body, user, role) -> new Answer(409, problem("X", query.get("name_prefix"))))',
    ),
    "php": (
        "    ['POST', '#^/reset$#', 'reset_all'],",
        "    ['GET', '#^/patients$#', 'told'],",
    ),
}
"""After which line of a skeleton a search is added that answers with what it was asked."""


def add_search(file: Path, language: str) -> None:
    text = file.read_text("utf-8")
    after, added = ECHO[language]
    assert text.count(after) == 1
    text = text.replace(after, f"{after}\n{added}")
    if language == "php":
        text = text.replace(
            "function answer(): array",
            "function told(array $request): array\n{\n"
            "    return [409, ['code' => 'X', 'message' => $request['query']['name_prefix']]];\n}\n\nfunction answer(): array",
        )
    file.write_text(text, encoding="utf-8")


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until somebody listens."""
    end = time.monotonic() + READY_SECONDS
    while time.monotonic() < end:
        assert process.poll() is None, "it has ended"
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("it does not listen")
