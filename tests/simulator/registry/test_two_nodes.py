"""Two nodes on one PostgreSQL behind the shipped configurations of nginx and HAProxy: what a session holds is right whichever node has it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx
import pytest

from conformance.load.calling.expected import Lookups
from conformance.load.calling.judging import judge, lot_of, read_root
from conformance.load.calling.message import collect_request, deposit_request, headers_of, search_request
from conformance.load.calling.users import random_of
from simulator.bench import BenchOptions
from simulator.client import BenchClient, BenchClientError
from simulator.contract.names import Operation
from simulator.lots.progress import LotSettings
from simulator.population.generate import draw
from simulator.registry.opening import build_registry
from simulator.serving import ServeOptions, free_port, running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from simulator.client import SessionClient

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name == "nt", reason="the examples are of nginx and HAProxy on POSIX"),
]

CONFIGURATIONS = Path(__file__).parents[3] / "docs" / "examples" / "nodes"
DOWN = {502, 503}
"""What nginx and HAProxy say for a node that does not answer."""
PEOPLE = draw(300, 11, nia=None)
TRAITS = headers_of(Operation.SEARCH_BY_TRAITS)


@dataclass
class Nodes:
    """Two nodes and what is before them."""

    ports: dict[str, int]
    url: str
    client: BenchClient
    registry: str
    folder: Path
    running: dict[str, ExitStack]

    def start(self, node: str) -> None:
        bench = BenchOptions(
            data_dir=self.folder / node,
            registry=self.registry,
            node=node,
            lots=LotSettings(start_delay_s=0.1),
        )
        self.running[node] = stack = ExitStack()
        stack.enter_context(running(ServeOptions(bench=bench, port=self.ports[node])))

    def stop(self, node: str) -> None:
        self.running.pop(node).close()

    def sessions(self, **settings: Any) -> dict[str, SessionClient]:
        """Make sessions until each node has one; return one of each."""
        found: dict[str, SessionClient] = {}
        deadline = (
            time.monotonic() + 60
        )  # what is in front leaves a node that failed in another test alone for ten seconds
        while time.monotonic() < deadline:
            session = self.client.create_session(**settings)
            found.setdefault(session.id.partition("-")[0], session)
            if len(found) == 2:
                return found
            time.sleep(0.1)
        raise AssertionError(f"new sessions are all on {list(found)}")

    def post(self, path: str, text: str, **headers: str) -> httpx.Response:
        # Each on a connection of its own: what is in front is free to do what it likes with every one.
        return httpx.post(
            self.url + path, content=text.encode(), headers=TRAITS | headers, trust_env=False, timeout=60
        )


def _program(name: str) -> str:
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin")
    if found is None:
        if os.environ.get("CI"):
            pytest.fail(f"{name} is required in CI")
        pytest.skip(f"no {name} on this machine")
    return found


@contextmanager
def _proxy(name: str, folder: Path, ports: dict[str, int], port: int) -> Iterator[str]:
    """Run nginx or HAProxy with its shipped configuration, ports aside."""
    file = folder / {"nginx": "nginx.conf", "haproxy": "haproxy.cfg"}[name]
    text = (CONFIGURATIONS / file.name).read_text("utf-8")
    for shipped, ours in (("8081", ports["a"]), ("8082", ports["b"]), ("8080", port)):
        text, count = re.subn(rf"(?m)^([^#\n]*127\.0\.0\.1:){shipped}\b", rf"\g<1>{ours}", text)
        assert count
    file.write_text(text, encoding="utf-8")
    command = {
        "nginx": ["-p", str(folder), "-c", "nginx.conf", "-e", "stderr", "-g", "daemon off;"],
        "haproxy": ["-db", "-f", str(file)],
    }[name]
    with (folder / f"{name}.output").open("w+", encoding="utf-8") as output:
        process = subprocess.Popen([_program(name), *command], stdout=output, stderr=output)
        try:
            deadline = time.monotonic() + 60
            while True:
                try:
                    httpx.get(f"http://127.0.0.1:{port}/health", trust_env=False)
                    break
                except httpx.TransportError:
                    output.seek(0)
                    assert process.poll() is None, output.read()
                    assert time.monotonic() < deadline
                    time.sleep(0.05)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(timeout=60)


@pytest.fixture(scope="module")
def both(new_postgres_url: Callable[[], str]) -> Iterator[Nodes]:
    """Two nodes, with nothing before them yet."""
    registry = new_postgres_url()
    build_registry(registry, PEOPLE, "tests")
    # Not in the directory of pytest, which only its owner may enter: nginx's own processes may be another user's.
    folder = Path(tempfile.mkdtemp(prefix="banc-nodes-"))
    folder.chmod(0o755)
    ports = {"a": free_port(), "b": free_port()}
    with ExitStack() as stack:
        client = stack.enter_context(BenchClient(f"http://127.0.0.1:{ports['a']}", timeout=60))
        both = Nodes(ports, "", client, registry, folder, {})
        for node in ports:
            both.start(node)
        yield both
        for node in list(both.running):
            both.stop(node)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module", params=["nginx", "haproxy"])
def nodes(both: Nodes, request: pytest.FixtureRequest) -> Iterator[Nodes]:
    """The two nodes behind one of the programs that there is a configuration for."""
    with ExitStack() as stack:
        url = stack.enter_context(_proxy(request.param, both.folder, both.ports, free_port()))
        client = stack.enter_context(BenchClient(url, timeout=60))
        yield replace(both, url=url, client=client)


def _lookups(name: str) -> Lookups:
    return Lookups(PEOPLE, random_of(1, name))


def _codes(session: SessionClient) -> list[set[str]]:
    return [{finding["code"] for finding in view.findings} for view in session.exchanges()]


def test_both_nodes_answer_from_one_registry_whatever_connection_a_call_comes_on(nodes: Nodes) -> None:
    sessions = nodes.sessions()
    assert set(sessions) == {"a", "b"}
    lookups = _lookups("both")
    asked = [(sessions["ab"[number % 2]], lookups.draw()) for number in range(60)]
    with ThreadPoolExecutor(8) as pool:
        answers = pool.map(lambda each: nodes.post(f"/s/{each[0].id}/lps", search_request(each[1])), asked)
    for (_, lookup), answer in zip(asked, answers, strict=True):
        assert judge(lookup, answer.status_code, answer.content).problem is None


def test_each_call_is_in_the_journal_of_its_session_once_and_in_no_other(nodes: Nodes) -> None:
    sessions = nodes.sessions()
    sent: dict[str, set[str]] = {"a": set(), "b": set()}
    calls = []
    for number in range(40):
        node, message = "ab"[number % 2], str(uuid4())
        sent[node].add(message)
        calls.append((node, search_request(_lookups(message).draw(), message_id=message)))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda each: nodes.post(f"/s/{sessions[each[0]].id}/lps", each[1]), calls))
    for node, session in sessions.items():
        listed = nodes.client.call("GET", "/api/v1/exchanges", params={"session": session.id, "limit": 1000})
        assert sorted(each["message_id"].removeprefix("uuid:") for each in listed) == sorted(sent[node])
        # One exchange by its number, which is the node's own: the session goes with it.
        path, last = "/api/v1/exchanges", listed[-1]
        one = nodes.client.call("GET", f"{path}/{last['id']}", params={"session": session.id})
        assert (one["session"], one["message_id"]) == (session.id, last["message_id"])


def test_people_settings_and_scenarios_of_a_session_hold_for_every_call_and_in_that_session_alone(
    nodes: Nodes,
) -> None:
    sessions = nodes.sessions()
    (person,) = draw(1, "newcomer", nia=None)
    lookup = Lookups([person], random_of(1, "new"), shares={"found": 1}).draw()
    sessions["b"].add_people([person])
    sessions["a"].change(profile="qualification-2022")

    def codes(node: str) -> set[str]:
        # A session has a message once; what comes back is judged as found, or as what it is.
        answers = (nodes.post(f"/s/{sessions[node].id}/lps", search_request(lookup)) for _ in range(8))
        return {judge(lookup, answer.status_code, answer.content).code for answer in answers}

    assert codes("b") == {"00"}
    assert codes("a") == {"insi_102"}  # nobody, as that environment says it
    sessions["b"].install("chaos/http-503")
    assert codes("b") == {"HTTP 503"}
    sessions["b"].clear_scenarios()
    assert codes("b") == {"00"}


def test_the_life_of_a_lot_is_right_on_the_node_of_its_session(nodes: Nodes) -> None:
    sessions = nodes.sessions()
    headers = {
        name: headers_of(operation)
        for name, operation in (("in", Operation.DEPOSIT_LOT), ("out", Operation.COLLECT_LOT))
    }
    waiting = {}
    for node, session in sessions.items():
        lookups = _lookups(node)
        lines = [lookups.claim() for _ in range(40)]
        answer = nodes.post(f"/s/{session.id}/lps", deposit_request(lines), **headers["in"])
        root = read_root(answer.content)
        assert root is not None, answer.text
        lot, *_ = lot_of(root)
        assert lot is not None, answer.text
        waiting[node] = lot, {str(number): line.code for number, line in enumerate(lines, 1)}
    for node, (lot, expected) in waiting.items():
        path, deadline, got, page, state, pages = (
            f"/s/{sessions[node].id}/lps",
            time.monotonic() + 90,
            {},
            1,
            None,
            1,
        )
        while state != "TERMINE" or page <= pages:
            assert time.monotonic() < deadline
            root = read_root(nodes.post(path, collect_request(lot, page), **headers["out"]).content)
            assert root is not None
            _, state, pages, results = lot_of(root)
            got |= results
            if state == "TERMINE":
                page += 1
            else:
                time.sleep(0.1)
        assert got == expected
        other = sessions["b" if node == "a" else "a"]
        stranger = nodes.post(f"/s/{other.id}/lps", collect_request(lot, 1), **headers["out"])
        assert "Ligne" not in stranger.text
        assert lot in {each["id"] for each in nodes.client.call("GET", f"{sessions[node].path}/lots")}


def test_an_identifier_used_twice_is_found_in_its_session_and_not_held_against_another(nodes: Nodes) -> None:
    sessions = nodes.sessions()
    text = search_request(_lookups("twice").draw(), message_id=str(uuid4()))
    for session in (sessions["a"], sessions["b"], sessions["b"]):
        nodes.post(f"/s/{session.id}/lps", text)
    assert ["identifier-reused" in codes for codes in _codes(sessions["a"])] == [False]
    assert ["identifier-reused" in codes for codes in _codes(sessions["b"])] == [False, True]


def test_a_strict_session_lets_one_of_many_at_once_through(nodes: Nodes) -> None:
    for session in nodes.sessions(strictness="strict").values():
        lookup = _lookups("strict").draw()
        text = search_request(lookup, message_id=str(uuid4()))
        with ThreadPoolExecutor(6) as pool:
            answers = list(pool.map(lambda _, s=session, t=text: nodes.post(f"/s/{s.id}/lps", t), range(6)))
        assert sum(judge(lookup, each.status_code, each.content).problem is None for each in answers) == 1


def test_the_header_names_the_session_too_and_the_path_outweighs_it(nodes: Nodes) -> None:
    sessions = nodes.sessions()
    lookup = _lookups("header").draw()
    for node, session in sessions.items():
        other = sessions["b" if node == "a" else "a"]
        before = len(session.exchanges())
        nodes.post("/lps", search_request(lookup), **{"X-Banc-Session": session.id})
        nodes.post(f"/s/{session.id}/lps", search_request(lookup), **{"X-Banc-Session": other.id})
        assert len(session.exchanges()) == before + 2


@pytest.mark.parametrize("nodes", ["nginx"], indirect=True)
def test_one_load_on_both_nodes_tells_the_figures_of_each(nodes: Nodes, tmp_path: Path) -> None:
    addresses = [session.soap_url for _, session in sorted(nodes.sessions().items())]
    done = subprocess.run(
        [
            *(sys.executable, "-m", "conformance.cli", "load", "--closed", "--think", "0s", "--users", "4"),
            *("--duration", "1s", "--url", addresses[0], "--url", addresses[1], "--errors", "0"),
            *("--report", str(tmp_path / "run")),
        ],
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads((tmp_path / "run" / "report.json").read_text("utf-8"))
    calls = {name.rpartition("/")[2][:2]: node["calls"] for name, node in report["nodes"].items()}
    assert set(calls) == {"a-", "b-"}
    assert sum(calls.values()) == report["total"]["calls"]
    assert min(calls.values()) > 0


def test_contract_and_addresses_name_what_the_client_calls(nodes: Nodes) -> None:
    for session in nodes.sessions().values():
        assert session.soap_url == f"{nodes.url}/s/{session.id}/lps"
        assert session.soap_url in httpx.get(f"{session.soap_url}?wsdl", trust_env=False).text


def test_an_id_that_no_node_would_be_found_by_is_refused_and_one_of_a_node_goes_there(nodes: Nodes) -> None:
    with pytest.raises(BenchClientError, match="expected one that begins with"):
        nodes.client.create_session(id="mine")
    name = f"b-{uuid4().hex[:6]}"
    created = nodes.client.call("POST", "/api/v1/sessions", params={"session": name}, json={"id": name})
    assert created["id"] == name
    assert nodes.client.session(name).id == name


def test_a_node_that_is_down_takes_its_own_sessions_with_it_and_brings_them_back(nodes: Nodes) -> None:
    sessions = nodes.sessions()
    lookup = _lookups("down").draw()
    for session in sessions.values():
        nodes.post(f"/s/{session.id}/lps", search_request(lookup))
    nodes.stop("b")
    assert nodes.post(f"/s/{sessions['b'].id}/lps", search_request(lookup)).status_code in DOWN
    for _ in range(6):
        answer = nodes.post(f"/s/{sessions['a'].id}/lps", search_request(lookup))
        assert judge(lookup, answer.status_code, answer.content).problem is None
        assert nodes.client.create_session().id.startswith("a-")
    nodes.start("b")
    deadline = time.monotonic() + 60  # nginx leaves a node that failed alone for ten seconds
    while True:
        answer = nodes.post(f"/s/{sessions['b'].id}/lps", search_request(lookup))
        if answer.status_code not in DOWN or time.monotonic() > deadline:
            break
        time.sleep(0.2)
    assert judge(lookup, answer.status_code, answer.content).problem is None
    assert len(sessions["b"].exchanges()) == 2
