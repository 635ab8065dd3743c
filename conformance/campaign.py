"""A campaign from end to end: simulator, session, fresh patients, checks, results."""

from __future__ import annotations

import contextlib
import json
import queue
import secrets
import subprocess
import sys
import tempfile
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conformance.drivers.http import HttpDriver
from conformance.drivers.protocol import DriverError
from conformance.engine import BenchContext, run_checks
from conformance.results import Campaign, CampaignMeta
from conformance.rules.catalogue import find_rule, load_catalogue
from simulator.bench import BenchOptions
from simulator.client import BenchClient, BenchClientError
from simulator.journal.writer import JournalOptions
from simulator.serving import ServeOptions, ServingError, free_port, running, stop
from simulator.sessions.settings import MAX_NAME
from simulator.text import Text
from simulator.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from conformance.engine import Event
    from conformance.plan import Plan
    from simulator.client import SessionClient

READY_TIMEOUT_S = 20.0
"""How long the reference LGO may take to start."""

SESSION_TTL_S = 24 * 3600.0
"""When the harness is killed, its session is gone this long after its last call: a guided campaign may pause overnight."""


class CampaignError(Exception):
    """The campaign could not be set up: nothing is said about the software. ``hint`` says what to do."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        """Keep the message and the remedy."""
        super().__init__(message)
        self.hint = hint


def run_campaign(plan: Plan, *, on_event: Callable[[Event], None]) -> Campaign:
    """Run a plan and return what was found.

    The campaign works in a session of its own and draws its patients afresh, so that it disturbs nobody
    and no fixture known beforehand can pass.

    Raises:
        CampaignError: simulator or software cannot be reached or set up.
        SuiteError: the suite itself is at fault.
        UnknownRuleError: the plan names a rule that does not exist.
    """
    for key in (*(plan.rules or ()), *plan.not_applicable):
        find_rule(load_catalogue(), key)
    with contextlib.ExitStack() as stack:
        try:
            url = plan.simulator_url or stack.enter_context(own_simulator())
            client = stack.enter_context(BenchClient(url, token=plan.simulator_token))
            session = client.create_session(name=_session_name(plan), ttl=SESSION_TTL_S, **plan.session)
            stack.callback(_end, session)
            simulator_version = str(client.info()["version"])
        except (BenchClientError, ServingError) as error:
            raise CampaignError(str(error), hint="banc serve") from error
        driver = stack.enter_context(HttpDriver(plan.software_url, timeout=plan.timeout))
        try:
            software = driver.capabilities()
        except DriverError as error:
            raise CampaignError(
                f"the software under test cannot be driven at {plan.software_url}: {error}",
                hint=str(error.hint or ""),
            ) from error
        seed = plan.seed if plan.seed is not None else secrets.randbelow(2**31)
        started = datetime.now(UTC)
        run = run_checks(
            BenchContext(
                driver=driver, insi=session, insi_url=session.soap_url, seed=seed, on_event=on_event
            ),
            rules=plan.rules,
            not_applicable={key: Text.same(reason) for key, reason in plan.not_applicable.items()},
        )
        return Campaign(
            meta=CampaignMeta(
                started_at=started,
                finished_at=datetime.now(UTC),
                software_name=software.name,
                software_version=software.version,
                bench_version=VERSION,
                simulator_version=simulator_version,
                seed=seed,
                plan=plan.source,
                interrupted=run.interrupted,
            ),
            rules=run.rules,
        )


def _session_name(plan: Plan) -> str:
    """Return what the session of a campaign is called in the listing of the simulator."""
    name = f"campagne : {plan.source or plan.software_url}"
    return "".join(letter for letter in name if letter.isprintable())[:MAX_NAME]


def _end(session: SessionClient) -> None:
    """Remove the session of a campaign, whatever has become of it; its exchanges stay in the journal."""
    with contextlib.suppress(BenchClientError):
        session.delete()


@contextlib.contextmanager
def own_simulator(journal: JournalOptions | None = None) -> Iterator[str]:
    """Run a simulator on a free port with a throw-away data directory; yield its base URL.

    Args:
        journal: how its journal is kept; durable (``sync``) when left out.

    Raises:
        ServingError: it did not start.
    """
    with tempfile.TemporaryDirectory(prefix="banc-", ignore_cleanup_errors=True) as folder:
        bench = BenchOptions(data_dir=Path(folder), journal=journal or JournalOptions())
        options = ServeOptions(bench=bench, port=free_port())
        with running(options) as url:
            yield url


@contextlib.contextmanager
def reference_lgo(defects: Sequence[str] = ()) -> Iterator[str]:
    """Run the reference LGO in a process of its own; yield the URL of its driver API.

    Raises:
        CampaignError: it did not start; the message holds what it printed.
    """
    command = [sys.executable, "-m", "conformance.reference", "--port", "0"]
    for name in defects:
        command += ["--defect", name]
    with tempfile.TemporaryFile("w+", encoding="utf-8") as complaints:
        # Our own module and names of our own list.
        process = subprocess.Popen(  # noqa: S603
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=complaints,
            text=True,
            encoding="utf-8",
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
            start_new_session=sys.platform != "win32",
        )
        try:
            yield _announced_url(process, complaints)
        finally:
            stop(process)


def _announced_url(process: subprocess.Popen[str], complaints: Any) -> str:
    """Return the URL in the one JSON line that the reference LGO prints when it is ready."""
    lines: queue.Queue[str] = queue.Queue()
    assert process.stdout is not None  # noqa: S101 - a pipe was asked for
    threading.Thread(target=lambda: lines.put(process.stdout.readline()), daemon=True).start()  # type: ignore[union-attr] # just asserted
    try:
        line = lines.get(timeout=READY_TIMEOUT_S)
        return str(json.loads(line)["url"])
    except (queue.Empty, ValueError, KeyError, TypeError) as error:
        complaints.seek(0)
        raise CampaignError(f"the reference LGO did not start:\n{complaints.read()[-2000:]}") from error
