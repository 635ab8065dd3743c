"""A guided campaign with a script in place of the person: in this process, or on a terminal of its own."""

from __future__ import annotations

import json
import sys
import threading
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from conformance.campaign import CampaignOptions, reference_lgo, run_campaign
from conformance.drivers.http import HttpDriver
from conformance.drivers.model import Actor
from conformance.drivers.partners import Channel, MessageFormat
from conformance.drivers.settings import DriverSettings
from conformance.guided import driver
from conformance.guided.counter import Counter, Left
from conformance.plan import Plan
from conformance.suite.journeys.papers import INTERVIEW_REPORT, PROFESSIONAL, VACCINATION_NOTE
from simulator.bench import BenchOptions
from simulator.serving import ServeOptions, running

sys.path.insert(0, str(Path(__file__).parent))

from pharmacist import Pharmacist

SEED = 7


class Scripted:
    """A keyboard at which a script sits; ``leave_before`` is the number of the act before which they go home."""

    def __init__(self, person, leave_before=None):
        self.person = person
        self.leave_before = leave_before
        self.written = []
        self._unread = []

    def write(self, line):
        self.written.append(line)
        self._unread.append(line)

    def line(self, seconds):
        if not self._unread:
            if seconds is None:
                raise AssertionError(f"nobody answers:\n{self.text[-2000:]}")
            return None
        text = "\n".join(line for line in self._unread if line != "> ")
        self._unread = []
        acts = len(self.person.acts) + sum(line.startswith("── Acte") for line in text.splitlines())
        if self.leave_before is not None and acts >= self.leave_before:
            raise Left
        return self.person.reply(text)

    @property
    def text(self):
        return "\n".join(self.written)


class Conversation:
    """Runs guided campaigns with a script, in one folder, against one software."""

    def __init__(self, url, folder, simulator, seed=SEED):
        self.driver = HttpDriver(url)
        self.url = url
        self.folder = folder
        self.simulator = simulator
        self.seed = seed
        self.person = Pharmacist(self.driver, office=self._produce)

    def _produce(self, person, wanted):
        """Return files with what the software produces, as somebody saves them from its screens."""
        lgo, actor, whose = self.driver, Actor(user="pharmacien.banc"), person.created
        if "compte rendu" in wanted:
            made = [lgo.render_document(whose, INTERVIEW_REPORT, actor=actor)]
        elif "HL7" in wanted:
            made = [
                lgo.export_message(whose, form, actor=actor)
                for form in (MessageFormat.HL7V2, MessageFormat.FHIR)
            ]
        else:
            made = lgo.send_document(
                whose, VACCINATION_NOTE, Channel.MSSANTE, recipient=PROFESSIONAL, actor=actor
            ).documents
        paths = []
        for number, one in enumerate(made):
            path = self.folder.parent / f"{whose}-{number}-{one.name.replace('/', '-')}"
            path.write_bytes(one.content)
            paths.append(path)
        return paths

    def run(self, *, journeys=(), resume=None, leave_before=None, partial_url=""):
        self.person.acts = []
        self.keyboard = Scripted(self.person, leave_before)
        settings = DriverSettings(kind="guided", url=partial_url)
        return run_campaign(
            Plan(driver=settings, seed=self.seed, simulator_url=self.simulator),
            on_event=lambda _event: None,
            options=CampaignOptions(
                folder=self.folder,
                journeys=journeys,
                resume=resume,
                counter=Counter(self.keyboard, self.keyboard.write),
            ),
        )


def by_program(url, journeys, simulator=None, seed=SEED):
    """Take the same journeys through the HTTP driver."""
    plan = Plan(driver=DriverSettings(url=url), seed=seed, simulator_url=simulator)
    return run_campaign(plan, on_event=lambda _event: None, options=CampaignOptions(journeys=journeys))


@contextmanager
def partial_driver(url, verbs):
    """Serve the driver API of a software that has a program for some of its verbs only."""

    class Handler(BaseHTTPRequestHandler):
        disable_nagle_algorithm = True

        def do(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {
                name: value
                for name, value in self.headers.items()
                if name.startswith("X-Banc") or name == "Content-Type"
            }
            answer = httpx.request(
                self.command, url + self.path, content=body, headers=headers, trust_env=False
            )
            content = answer.content
            if self.path == "/capabilities":
                content = json.dumps(answer.json() | {"verbs": sorted(verbs)}).encode()
            self.send_response(answer.status_code)
            self.send_header("Content-Length", str(len(content)))
            self.send_header("Content-Type", answer.headers.get("Content-Type", "application/json"))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_PATCH = do  # noqa: N815 - the names of http.server

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


def verdicts(campaign):
    return {result.rule.key: result.verdict.value for result in campaign.rules if result.checks}


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch):
    # The reference LGO has sent all its attempts when its driver API answers.
    monkeypatch.setattr(driver, "QUIET_S", 0.0)


@pytest.fixture(scope="package")
def simulator(tmp_path_factory):
    """Run a simulator for all the campaigns: each has a session of its own."""
    options = ServeOptions(bench=BenchOptions(data_dir=tmp_path_factory.mktemp("bench"), people=5), port=0)
    with running(options) as url:
        yield url


@pytest.fixture(scope="package")
def right_software():
    """Run the reference LGO without a defect; the preparation of each campaign empties it."""
    with reference_lgo() as url:
        yield url


@pytest.fixture
def software():
    """Return what starts the reference LGO with defects."""
    with ExitStack() as stack:
        yield lambda *defects: stack.enter_context(reference_lgo(defects))


@pytest.fixture
def conversation(right_software, tmp_path, simulator):
    """Return a conversation about the reference LGO without a defect."""
    return Conversation(right_software, tmp_path / "campagne", simulator)


@pytest.fixture
def start_conversation(software, tmp_path, simulator):
    """Return what starts a conversation about the reference LGO with defects."""
    return lambda *defects: Conversation(software(*defects), tmp_path / "campagne", simulator)
