"""A campaign in several processes, one for each instance of the software."""

from __future__ import annotations

import json
import os
import queue
import secrets
import shutil
import signal
import subprocess
import sys
import threading
from contextlib import ExitStack, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from conformance.campaign.gathering import PARTS, gather
from conformance.campaign.hosting import CampaignError, journal_of, own_simulator
from conformance.campaign.running import CampaignOptions, place_of_record, run_share
from conformance.campaign.selection import select
from conformance.campaign.set_up import DoctorError
from conformance.doctor.notes import Diagnosis
from conformance.engine.events import CheckFinished, CheckStarted
from conformance.plan import Plan
from conformance.record.coding import decode, encode
from conformance.record.events import DoctorFinding
from conformance.record.reading import RecordError
from conformance.record.replay import replay
from conformance.record.uncollected import kept_to_the_end, seldom_collected
from conformance.record.writing import RECORD_NAME, RecordWriteError
from conformance.rules.catalogue import load_catalogue
from simulator.serving import ServingError
from simulator.serving.ending import end_with_input
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from conformance.engine import Event
    from conformance.record.results import Campaign
    from simulator.text import Lang

_CLAIMS: Final = "claims"
_EVENTS: dict[str, type[Any]] = {cls.__name__: cls for cls in (DoctorFinding, CheckStarted, CheckFinished)}


def run_jobs(
    plan: Plan, jobs: int, *, on_event: Callable[[Event], None], options: CampaignOptions
) -> Campaign:
    """Run a plan in ``jobs`` processes, merge their records, and return what was found.

    Raises:
        DoctorError: the set-up of an instance stops the campaign.
        CampaignError: there are fewer instances than jobs, or no process came to a record.
    """
    if len(plan.instances) < jobs:
        raise CampaignError(
            Text(
                f"{jobs} instances du logiciel sont attendues pour --jobs {jobs}, le plan en a {len(plan.instances)}",
                f"expected {jobs} instances of the software for --jobs {jobs}, the plan has {len(plan.instances)}",
            ),
            hint=Text(
                "nommez chacune sous instances: dans le plan ; deux processus ne peuvent pas en partager une, qui est vidée avant chaque contrôle",
                "name each under instances: in the plan; two processes cannot share one, which is emptied before each check",
            ),
        )
    if options.folder is None:
        raise CampaignError(
            Text(
                "un dossier est attendu pour les enregistrements des processus",
                "expected a folder for the records of the processes",
            )
        )
    selection = select(plan, load_catalogue())
    target = place_of_record(options.folder, options)
    parts = options.folder / PARTS
    shutil.rmtree(parts, ignore_errors=True)
    with ExitStack() as stack:
        processes: list[subprocess.Popen[str]] = []
        # Whatever ends this one early, a Ctrl-C while they start included, leaves none of them behind.
        stack.callback(_end_all, processes)
        # They import what they need while the simulator starts, and then wait for their orders.
        processes.extend(_started() for _ in range(jobs))
        try:
            simulator = plan.simulator_url or stack.enter_context(own_simulator())
        except ServingError as error:
            raise CampaignError(error.text) from error
        # Before the simulator stops: a check that sees that would be kept as INCONCLUSIVE.
        stack.callback(_end_all, processes)
        seed = plan.seed if plan.seed is not None else secrets.randbelow(2**31)
        for number in range(jobs):
            own = replace(plan, driver=plan.instances[number], simulator_url=simulator, seed=seed)
            shared = replace(options, journal=journal_of(simulator))
            _order(processes[number], own, (number + 1, jobs), parts, shared)
        findings: list[DoctorFinding] = []

        def tell(event: Event) -> None:
            if isinstance(event, DoctorFinding):
                findings.append(event)
            on_event(event)

        complaints = _listen(processes, tell)
    paths = [parts / str(number + 1) / RECORD_NAME for number in range(jobs)]
    found = [path for path in paths if path.exists()]
    if len(found) < jobs:
        diagnosis = Diagnosis(findings=tuple({each.text: each for each in findings}.values()))
        if diagnosis.stops:
            raise DoctorError(diagnosis)
        raise CampaignError(_told(complaints))
    try:
        campaign = replay(gather(found, target), selection.catalogue)
    except (RecordError, RecordWriteError) as error:
        raise CampaignError(error.text) from error
    shutil.rmtree(parts, ignore_errors=True)
    return campaign


def _told(complaints: Sequence[str]) -> Text:
    """Return what processes complained about: sentences of ours in both languages, what Python says of itself as it is."""
    found = []
    for line in filter(None, map(str.strip, complaints)):
        try:
            both = json.loads(line)
            found.append(Text(str(both["fr"]), str(both["en"])))
        except (ValueError, LookupError, TypeError):
            found.append(Text.same(line))
    if not found:
        return Text(
            "un processus de la campagne s'est arrêté aussitôt", "a process of the campaign stopped at once"
        )
    found = list(dict.fromkeys(found))
    return Text("\n".join(each.fr for each in found), "\n".join(each.en for each in found))


_LANGS: Final[tuple[Lang, ...]] = ("fr", "en")


def _end_all(processes: list[subprocess.Popen[str]]) -> None:
    for process in processes:
        if process.poll() is None:
            process.kill()
            process.wait()
        if process.stdin is not None:
            with suppress(OSError):
                process.stdin.close()


def _started() -> subprocess.Popen[str]:
    """Start a process that waits for its orders."""
    return subprocess.Popen(
        [sys.executable, "-m", "conformance.campaign.sharding"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        # A group of its own: Ctrl-C in the terminal reaches us, and we tell them in order.
        creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        start_new_session=sys.platform != "win32",
    )


def _order(
    process: subprocess.Popen[str],
    plan: Plan,
    shard: tuple[int, int],
    parts: Path,
    options: CampaignOptions,
) -> None:
    """Tell a process what to run; the plan, which may hold secrets, goes through a pipe."""
    order = {
        "plan": encode(plan),
        "shard": list(shard),
        "folder": str(parts / str(shard[0])),
        "claims": str(parts / _CLAIMS),
        "checks": sorted(options.checks) if options.checks is not None else None,
        "doctor": options.doctor,
        "journal": str(options.journal) if options.journal else None,
    }
    assert process.stdin is not None  # noqa: S101 - a pipe was asked for
    # It stays open: the process ends with it, and so with us.
    with suppress(OSError):  # It stopped at once: what it complained about says why.
        process.stdin.write(json.dumps(order) + "\n")
        process.stdin.flush()


def _listen(
    processes: list[subprocess.Popen[str]],
    on_event: Callable[[Event], None],
) -> list[str]:
    """Tell the events of all processes until each has ended; return what they complained about."""
    lines: queue.Queue[str | None] = queue.Queue()
    complaints: list[str] = []

    def read(process: subprocess.Popen[str]) -> None:
        for line in process.stdout or ():
            lines.put(line)
        lines.put(None)

    whole = _Whole(on_event)
    threads = [threading.Thread(target=read, args=(process,), daemon=True) for process in processes]
    threads += [
        threading.Thread(target=lambda p=process: complaints.extend(p.stderr or ()), daemon=True)
        for process in processes
    ]
    for thread in threads:
        thread.start()
    open_ends = 0
    while open_ends < len(processes):
        try:
            line = lines.get()
            if line is None:
                open_ends += 1
                continue
            data = json.loads(line)
            whole.tell(decode(_EVENTS[data.pop("event")], data["data"]))
        except KeyboardInterrupt:
            for process in processes:
                process.send_signal(getattr(signal, "CTRL_BREAK_EVENT", signal.SIGINT))
    whole.release()
    for process in processes:
        process.wait()
    for thread in threads:
        thread.join()
    return complaints


class _Whole:
    """Tells the events of all processes with the numbers that they have among all of them.

    Only one process knows how many checks there are. Until it says so, a few seconds after the others have begun, what these
    tell is kept back.

    Args:
        on_event: is told the events.
    """

    def __init__(self, on_event: Callable[[Event], None]) -> None:
        self._on_event = on_event
        self._kept: list[CheckStarted | CheckFinished] = []
        self._total = self._done = 0

    def tell(self, event: Any) -> None:
        """Tell an event of one process, or keep it back."""
        if isinstance(event, DoctorFinding):
            self._on_event(event)
            return
        self._kept.append(event)
        self._total = max(self._total, event.total)
        if self._total:
            self.release()

    def release(self) -> None:
        """Tell what was kept back."""
        kept, self._kept = self._kept, []
        for event in kept:
            is_end = isinstance(event, CheckFinished)
            self._done += is_end
            number = self._done if is_end else self._done + 1
            self._on_event(replace(event, number=number, total=self._total))


def _main() -> int:
    """Run one share of a campaign, as ordered on the standard input."""
    told = sys.stdin.readline()
    if not told:
        return 1  # Who started this process is gone, or did not come to giving orders.
    order = json.loads(told)
    # At once: the simulator ends too, and a check that sees that would be kept as INCONCLUSIVE. What is whole is written.
    end_with_input(lambda: os._exit(1))
    shard = tuple(order["shard"])

    def tell(event: Any) -> None:
        if type(event).__name__ in _EVENTS:
            told = {"event": type(event).__name__, "shard": shard[0], "data": encode(event)}
            sys.stdout.write(json.dumps(told) + "\n")
            sys.stdout.flush()

    from pathlib import Path  # noqa: PLC0415 - at run time here only

    options = CampaignOptions(
        folder=Path(order["folder"]),
        shard=(shard[0], shard[1]),
        claims=Path(order["claims"]),
        journal=Path(order["journal"]) if order["journal"] else None,
        checks=frozenset(order["checks"]) if order["checks"] is not None else None,
        doctor=order["doctor"],
    )
    try:
        # Until the end of the process: a look through everything that a share has kept would be its last act.
        with seldom_collected():
            run_share(decode(Plan, order["plan"]), on_event=tell, options=options)
            kept_to_the_end()
    except CampaignError as error:
        # In both languages: the one who reads it is known to the process that started us.
        both = {
            lang: f"{error.text[lang]}\n{error.hint[lang] if error.hint else ''}".strip() for lang in _LANGS
        }
        sys.stderr.write(json.dumps(both) + "\n")
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(_main())
