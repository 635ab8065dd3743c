"""HttpDriver against software that misbehaves. Its agreement with a good one is tested with the reference LGO."""

from __future__ import annotations

import json
import socket
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from conformance.drivers.http import HttpDriver
from conformance.drivers.model import Actor, Role, SearchCriteria, Verb
from conformance.drivers.protocol import DriverError, RefusedError, VerbNotSupportedError
from conformance.drivers.verbs import VERBS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

USER = Actor(user="dupond")
ALL_VERBS = {"name": "Officine", "version": "1", "verbs": list(Verb)}


@pytest.fixture(scope="module")
def act(sample: Any) -> Callable[[HttpDriver, Verb], object]:
    """Return what does a verb, with some arguments."""

    def do(driver: HttpDriver, verb: Verb) -> object:
        declared = VERBS[verb]
        arguments = {each.name: sample(each.kind) for each in declared.arguments}
        return getattr(driver, verb.value)(**arguments, **({"actor": USER} if declared.has_actor else {}))

    return do


@dataclass
class Software:
    """A software under test that answers every request but /capabilities with the same thing."""

    url: str = ""
    capabilities: dict[str, Any] = field(default_factory=lambda: dict(ALL_VERBS))
    status: int = 200
    content: bytes = b"{}"
    delay: float = 0.0
    requests: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)

    def answers(self, status: int, content: object, *, delay: float = 0.0) -> None:
        self.status = status
        self.content = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.delay = delay

    @property
    def acts(self) -> list[tuple[str, str, dict[str, str], bytes]]:
        return [request for request in self.requests if request[1] != "/capabilities"]


@pytest.fixture
def software() -> Iterator[Software]:
    software = Software()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            software.requests.append((self.command, self.path, dict(self.headers), body))
            known = self.path == "/capabilities"
            status = 200 if known else software.status
            content = json.dumps(software.capabilities).encode() if known else software.content
            time.sleep(0 if known else software.delay)
            try:
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)
            except ConnectionError:
                self.close_connection = True

        do_GET = do_POST = do_PUT = do_PATCH = answer  # noqa: N815 - names fixed by http.server

        def log_message(self, *_: Any) -> None:
            """Stay quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    software.url = f"http://127.0.0.1:{server.server_address[1]}"
    yield software
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def driver(software: Software) -> Iterator[HttpDriver]:
    with HttpDriver(software.url + "/", timeout=5) as driver:
        yield driver


@pytest.mark.parametrize("verb", list(Verb))
class TestEachVerb:
    def test_refusal_is_raised_as_such(
        self, software: Software, driver: HttpDriver, verb: Verb, act: Any
    ) -> None:
        for status in (409, 422):
            software.answers(status, {"code": "NO", "message": "Non.", "fields": ["sex"]})
            with pytest.raises(RefusedError) as caught:
                act(driver, verb)
            assert (caught.value.code, caught.value.message, caught.value.fields) == ("NO", "Non.", ("sex",))

    def test_not_declared_is_not_called(
        self, software: Software, driver: HttpDriver, verb: Verb, act: Any
    ) -> None:
        software.capabilities["verbs"] = [other for other in Verb if other is not verb]
        software.capabilities["not_supported"] = {verb: "pas dans ce logiciel"}
        with pytest.raises(VerbNotSupportedError) as caught:
            act(driver, verb)
        assert (caught.value.verb, caught.value.reason) == (verb, "pas dans ce logiciel")
        assert software.acts == []

    def test_501_is_not_supported_with_its_reason(
        self, software: Software, driver: HttpDriver, verb: Verb, act: Any
    ) -> None:
        software.answers(501, {"verb": verb, "reason": "pas encore"})
        with pytest.raises(VerbNotSupportedError) as caught:
            act(driver, verb)
        assert (caught.value.verb, caught.value.reason) == (verb, "pas encore")

    def test_crash_is_a_driver_error_that_names_the_verb(
        self, software: Software, driver: HttpDriver, verb: Verb, act: Any
    ) -> None:
        software.answers(500, b"Traceback: KeyError")
        with pytest.raises(DriverError, match=rf"^{verb} \(.*HTTP 500 : .*KeyError") as caught:
            act(driver, verb)
        assert caught.value.hint

    def test_wrong_document_is_a_driver_error(
        self, software: Software, driver: HttpDriver, verb: Verb, act: Any
    ) -> None:
        if VERBS[verb].answer is type(None):
            return  # Nothing is read, so nothing can be wrong.
        software.answers(200, ["unexpected"])
        with pytest.raises(DriverError, match="attendu un objet, reçu un tableau de 1"):
            act(driver, verb)

    def test_html_is_a_driver_error(
        self, software: Software, driver: HttpDriver, verb: Verb, act: Any
    ) -> None:
        if VERBS[verb].answer is type(None):
            return  # Nothing is read.
        software.answers(200, b"<html>Bienvenue</html>")
        with pytest.raises(DriverError, match=r"attendu du JSON .*<html>Bienvenue"):
            act(driver, verb)


def test_501_without_reason_says_so(software: Software, driver: HttpDriver) -> None:
    software.answers(501, b"")
    with pytest.raises(VerbNotSupportedError, match="without a reason"):
        driver.read_settings()


def test_verb_neither_declared_nor_explained_has_a_reason(software: Software, driver: HttpDriver) -> None:
    software.capabilities["verbs"] = []
    with pytest.raises(VerbNotSupportedError, match="not among the verbs declared"):
        driver.read_settings()


def test_refusal_without_code_is_a_driver_error(software: Software, driver: HttpDriver) -> None:
    software.answers(422, {"detail": [{"loc": ["body"]}]})
    with pytest.raises(DriverError, match="refusal 422 : champ 'code'"):
        driver.read_settings()


@pytest.mark.parametrize("status", [404, 405])
def test_missing_route_hints_at_capabilities(software: Software, driver: HttpDriver, status: int) -> None:
    software.answers(status, b"")
    with pytest.raises(DriverError, match=f"HTTP {status} : un corps vide") as caught:
        driver.read_patient("1", actor=USER)
    assert "not_supported" in caught.value.hint.fr


def test_an_act_without_an_answer_may_be_answered_200_and_nothing(
    software: Software, driver: HttpDriver
) -> None:
    software.answers(200, b"")
    driver.reset(insi_url="http://127.0.0.1:9/lps")
    with pytest.raises(DriverError, match="un corps vide") as caught:
        driver.read_settings()
    assert caught.value.hint.en == "This act has an answer: “banc driver show” shows it."


def test_a_page_where_a_refusal_is_due_is_told_what_a_refusal_is(
    software: Software, driver: HttpDriver
) -> None:
    software.answers(409, b"<h1>Conflict</h1>")
    with pytest.raises(DriverError, match="Conflict") as caught:
        driver.write_settings({})
    assert caught.value.hint.en.startswith("A refusal is answered in JSON")


def test_a_list_that_is_not_found_is_told_that_nobody_is_an_empty_one(
    software: Software, driver: HttpDriver
) -> None:
    software.answers(404, b"")
    with pytest.raises(DriverError) as caught:
        driver.search_patients(SearchCriteria(name_prefix="X"), actor=USER)
    assert caught.value.hint.en.startswith("Nothing to show is answered 200, with an empty array.")


@pytest.mark.parametrize("status", [302, 400, 401, 503])
def test_any_other_status_is_a_driver_error(software: Software, driver: HttpDriver, status: int) -> None:
    software.answers(status, {"code": "NO", "message": "Non."})
    with pytest.raises(DriverError, match=f"HTTP {status}"):
        driver.read_patient("1", actor=USER)


def test_no_content_where_a_document_is_due_is_a_driver_error(software: Software, driver: HttpDriver) -> None:
    software.answers(204, b"")
    with pytest.raises(DriverError, match="attendu un objet, reçu null"):
        driver.read_patient("1", actor=USER)


def test_slow_software_is_a_driver_error(software: Software) -> None:
    software.answers(200, {}, delay=2.0)
    with (
        HttpDriver(software.url, timeout=0.2) as driver,
        pytest.raises(
            DriverError, match=r"pas de réponse complète .* en 0.2 s \(rien n'est venu\)"
        ) as caught,
    ):
        driver.read_patient("1", actor=USER)
    assert "time-out" in caught.value.hint.en


def test_absent_software_is_a_driver_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with (
        HttpDriver(f"http://127.0.0.1:{port}") as driver,
        pytest.raises(DriverError, match="ne peut pas être joint") as caught,
    ):
        driver.capabilities()
    assert "started" in caught.value.hint.en


@pytest.mark.parametrize("url", ["not an address", "http://[", "ftp://127.0.0.1"])
def test_senseless_address_is_a_driver_error(url: str) -> None:
    with HttpDriver(url) as driver, pytest.raises(DriverError):
        driver.capabilities()


def test_acting_user_and_right_travel_as_headers(software: Software, driver: HttpDriver) -> None:
    software.answers(200, {"entries": []})
    driver.read_audit_log(actor=Actor(user="durand", role=Role.SUPER_USER))
    headers = {name.lower(): value for name, value in software.acts[0][2].items()}
    assert (headers["x-banc-user"], headers["x-banc-role"]) == ("durand", "SUPER_USER")


@pytest.mark.parametrize("name", ["Zoé", "a\nb"])
def test_user_name_that_cannot_travel_is_a_driver_error(driver: HttpDriver, name: str) -> None:
    with pytest.raises(DriverError, match="en-tête"):
        driver.read_audit_log(actor=Actor(user=name))


def test_identifiers_are_escaped_in_paths(software: Software, driver: HttpDriver) -> None:
    software.answers(409, {"code": "NO", "message": ""})
    with pytest.raises(RefusedError):
        driver.read_patient("a/b ?é", actor=USER)
    assert software.acts[0][1] == "/patients/a%2Fb%20%3F%C3%A9"


def test_null_travels_when_a_field_is_emptied(software: Software, driver: HttpDriver) -> None:
    software.answers(409, {"code": "NO", "message": ""})
    with pytest.raises(RefusedError):
        driver.update_patient("1", {"used_name": None}, actor=USER)
    assert json.loads(software.acts[0][3]) == {"used_name": None}


def test_capabilities_are_asked_once_for_many_verbs(software: Software, driver: HttpDriver) -> None:
    software.answers(200, {})
    driver.read_settings()
    driver.read_settings()
    assert [path for _, path, _, _ in software.requests] == ["/capabilities", "/settings", "/settings"]


def test_capabilities_asked_by_name_are_fresh(software: Software, driver: HttpDriver) -> None:
    driver.capabilities()
    software.capabilities["version"] = "2"
    assert driver.capabilities().version == "2"


def test_a_byte_order_mark_before_an_answer_is_passed_over(software: Software, driver: HttpDriver) -> None:
    software.answers(200, b"\xef\xbb\xbf" + json.dumps({"settings": "x"}).encode())
    assert driver.read_settings() == {"settings": "x"}
