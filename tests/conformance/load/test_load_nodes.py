"""One load on several simulators: calls are shared among them, figures told by node."""

from __future__ import annotations

import json
import threading
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from conformance.cli import main
from conformance.load.calling.meter import Meter
from conformance.load.calling.parts import part_of
from conformance.load.calling.watching import GONE_CALLS, GONE_S, Watchman, reached_by_none
from conformance.load.nodes import Place, read_places, tell_places
from conformance.load.options import LoadOptions, Node
from conformance.load.summary import add_up, exit_code
from conformance.load.telling.exports import write_load_reports
from conformance.load.telling.outcome import print_outcome
from simulator.population.generate import draw
from simulator.testing import Simulator

from .conftest import profile
from .test_load_record import END, stage, start, tick

A, B = "http://127.0.0.1:8081", "http://127.0.0.1:8082"
TWO = LoadOptions(url=A, folder="f", profile=profile(), others=(Node(url=B, session="b-mine"),))


def test_each_node_has_its_own_options_and_they_survive_the_trip_to_another_process():
    again = LoadOptions.from_json(TWO.to_json())
    assert again == TWO
    alone = again.by_node()
    assert list(alone) == ["127.0.0.1:8081", "127.0.0.1:8082"]
    assert [(each.url, each.session, each.others) for each in alone.values()] == [
        (A, None, ()),
        (B, "b-mine", ()),
    ]
    assert list(LoadOptions(url=A, folder="f", profile=profile()).by_node()) == [""]


def test_two_sessions_behind_one_address_are_told_apart():
    behind = LoadOptions(
        url=A, folder="f", profile=profile(), session="a-1", others=(Node(url=A, session="b-1"),)
    )
    assert list(behind.by_node()) == ["127.0.0.1:8081/s/a-1", "127.0.0.1:8081/s/b-1"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--url", A, "--url", A), "each node once"),
        (("--url", A, "--url", B, "--soap-url", "https://127.0.0.1:1"), "one for each --url (2), got 1"),
        (("--url", A, "--url", B, "--target", "software"), "a software calls one teleservice"),
        (("--url", A, "--url", B, "--users", "1"), "--users 2 or more"),
        (("--url", A, "--url", "http://192.0.2.1"), "not this machine"),
        (("--url", A, "--url", "https://services-ps.ameli.fr/lps"), "real teleservice"),
    ],
)
@pytest.mark.usefixtures("in_english")
def test_what_cannot_be_called_together_is_a_set_up_error(arguments, says):
    done = CliRunner().invoke(main, ["load", *arguments], prog_name="banc")
    assert done.exit_code == 2, done.output
    assert says in done.output


def test_a_worker_is_told_the_people_of_nodes_that_share_a_registry_once():
    people = draw(20, "nodes")
    mine = [person for person in people if part_of(person, 2) == 1]
    places = [
        Place(options=each, path=f"/s/{name}/lps", people=list(people), partial=False, name=name)
        for name, each in TWO.by_node().items()
    ]
    text = tell_places(places, 1, 2)
    assert len(json.loads(text)["people"]) == 1
    read = read_places(text, TWO)
    assert [(each.name, each.path, each.options) for each in read] == [
        (each.name, each.path, each.options) for each in places
    ]
    assert mine
    assert all(each.people == mine for each in read)


def test_what_is_measured_of_each_node_adds_up_to_the_whole():
    lines = []
    meter = Meter(lines.append)
    for node, error in (("a", False), ("b", False), ("b", True)):
        meter.call("traits", code="00", latency=0.01, service=0.01, error=error, reached=not error, node=node)
    meter.tick(stage="steady", backlog=0)
    meter.call("traits", code="00", latency=0.01, service=0.01, node="a")
    meter.tick(stage="steady", backlog=0)
    assert meter.unreached == {"a": 0, "b": 1}
    summary = add_up([start(), stage(0.0), *lines, END])
    assert {name: (cell.calls, cell.errors) for name, cell in summary.nodes.items()} == {
        "a": (2, 0),
        "b": (2, 1),
    }
    assert summary.total().calls == 4


def test_a_node_is_gone_only_when_none_of_several_generators_reaches_it():
    assert reached_by_none([{"a": 0, "b": 40}, {"a": 3, "b": 25}, {"b": 30}]) == {"a": 0, "b": 25}
    assert reached_by_none([{"a": 0, "b": 40}, {"b": 0}])["b"] == 0


def test_a_gone_node_is_asked_told_once_and_told_again_when_it_went_again():
    there = {"a": True, "b": False}
    lines = []
    run = SimpleNamespace(emit=lines.append, stop=lines.append)
    stand = SimpleNamespace(
        each=there, silent=lambda: [name for name, is_there in there.items() if not is_there]
    )
    watchman = Watchman(run, stand)
    # A few calls, or a short time, say nothing yet; nor does a node that answers elsewhere.
    watchman.look(0.0, {"a": 0, "b": GONE_CALLS - 1})
    watchman.look(1.0, {"a": GONE_CALLS, "b": GONE_CALLS})
    watchman.look(1.0 + GONE_S, {"a": GONE_CALLS, "b": GONE_CALLS})
    assert lines == []
    for at in (5.0, 10.0, 15.0):
        watchman.look(at, {"a": GONE_CALLS, "b": 90})
    assert [(line["what"], line["node"]) for line in lines] == [("node-gone", "b")]
    watchman.look(16.0, {"b": 0})
    watchman.look(17.0, {"b": 20})
    watchman.look(21.0, {"b": 40})
    assert [line["t"] for line in lines] == [5.0, 21.0]
    there["a"] = False
    watchman.look(30.0, {"a": 90, "b": 90})
    assert lines[-1] == "server-gone"


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_reports_tell_each_node_and_the_one_that_was_gone(tmp_path, lang, capsys):
    part = tick(1.0)["ops"]["traits"]
    gone = {"kind": "event", "t": 3.0, "what": "node-gone", "node": "127.0.0.1:8082"}
    ticks = [
        tick(float(second)) | {"nodes": {"127.0.0.1:8081": part, "127.0.0.1:8082": part}}
        for second in range(10)
    ]
    summary = add_up([start(), stage(0.0), *ticks, gone, END])
    # Nothing was missed but the node itself.
    assert exit_code(summary) == 3
    paths = write_load_reports(summary, tmp_path, lang)
    report = json.loads((tmp_path / "report.json").read_text("utf-8"))
    assert [each["calls"] for each in report["nodes"].values()] == [200, 200]
    print_outcome(summary, paths, lang)
    word = "nœud" if lang == "fr" else "node"
    said = "ce nœud ne répond plus" if lang == "fr" else "this node does not answer any more"
    page = (tmp_path / "index.html").read_text("utf-8")
    for text in (capsys.readouterr().out, page):
        assert said in text
        assert "127.0.0.1:8082" in text
        assert word in text.lower()


@pytest.mark.slow
def test_calls_are_shared_among_the_nodes_and_every_answer_is_judged_by_the_registry_of_its_node(load):
    with Simulator(people=100, seed=1) as one, Simulator(people=100, seed=2) as two:
        code, summary, complaints = load(
            one.url, others=(Node(url=two.url),), thresholds=[("errors", "0")], profile=profile(users=4)
        )
        names = [url.partition("//")[2] for url in (one.url, two.url)]
    assert (code, exit_code(summary)) == (0, 0), complaints
    assert set(summary.nodes) == set(names)
    shares = [summary.nodes[name].calls for name in names]
    assert sum(shares) == summary.total().calls
    assert min(shares) > 10
    assert set(summary.environment["nodes"]) == set(names)
    assert summary.end["journal"]["lost"] == 0
    assert summary.split["calls"] > 0


@pytest.mark.slow
def test_a_node_that_goes_is_told_and_the_others_go_on(load):
    leaving = Simulator(people=50)
    other = leaving.start()

    def leave():
        other.wait_for_call(timeout=100)
        leaving.stop()

    thread = threading.Thread(target=leave)
    thread.start()
    with Simulator(people=50) as one:
        code, summary, complaints = load(
            one.url,
            session=one.id,
            others=(Node(url=leaving.url, session=other.id),),
            profile=profile(users=4, duration=8.0),
        )
    thread.join(timeout=60)
    assert code == 0, complaints
    assert (summary.reason, exit_code(summary)) == ("time", 3)
    gone = leaving.url.partition("//")[2]
    assert summary.lost_nodes == [gone]
    stays = next(cell for name, cell in summary.nodes.items() if name != gone)
    assert (stays.errors, stays.wrong) == (0, 0)
    assert stays.calls > 20
    assert summary.nodes[gone].errors > 0
