"""What a campaign starts itself: a simulator of its own, and the reference LGO."""

from __future__ import annotations

import contextlib
import json
import queue
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from simulator.serving import END_WITH_INPUT, stop
from simulator.text import Text, TextError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from simulator.journal.writer import JournalOptions


READY_TIMEOUT_S = 20.0
"""How long the reference LGO may take to start."""


class CampaignError(TextError):
    """The campaign could not be set up: nothing is said about the software. ``hint`` says what to do."""

    def __init__(self, text: Text, *, hint: Text | None = None) -> None:
        """Keep the message and the remedy."""
        super().__init__(text)
        self.hint = hint


PAGE_LINES: Final = 3
"""Lines of a lot in one answer: so few that the lots of the checks come in several pages, as real ones do."""


@contextlib.contextmanager
def own_simulator(
    journal: JournalOptions | None = None, *, data_dir: Path | None = None, port: int | None = None
) -> Iterator[str]:
    """Run a simulator; yield its base URL.

    Args:
        journal: how its journal is kept; durable (``sync``) when left out.
        data_dir: where it keeps its data, which stay; ``None``: a folder that is gone afterwards.
        port: where it listens; ``None``: a free port.

    Raises:
        ServingError: it did not start.
    """
    # Imported where it is started: the processes of a shared campaign are told its address, and need none of it.
    from simulator.bench import BenchOptions  # noqa: PLC0415 - as said
    from simulator.journal.store import FOLDER  # noqa: PLC0415 - as said
    from simulator.journal.writer import JournalOptions  # noqa: PLC0415 - as said
    from simulator.lots.progress import LotSettings  # noqa: PLC0415 - as said
    from simulator.serving import ServeOptions, free_port, running  # noqa: PLC0415 - as said

    with tempfile.TemporaryDirectory(prefix="banc-", ignore_cleanup_errors=True) as folder:
        bench = BenchOptions(
            data_dir=data_dir or Path(folder),
            journal=journal or JournalOptions(),
            lots=LotSettings(page_lines=PAGE_LINES),
        )
        options = ServeOptions(bench=bench, port=free_port() if port is None else port)
        with running(options) as url:
            if bench.journal.mode != "batch":
                _JOURNALS[url] = bench.data_dir / FOLDER
            try:
                yield url
            finally:
                _JOURNALS.pop(url, None)


_JOURNALS: dict[str, Path] = {}


def journal_of(url: str) -> Path | None:
    """Return the folder of the journal of a simulator that this process runs and that writes before it answers."""
    return _JOURNALS.get(url)


@contextlib.contextmanager
def reference_lgo(defects: Sequence[str] = ()) -> Iterator[str]:
    """Run the reference LGO in a process of its own; yield the URL of its driver API.

    Raises:
        CampaignError: it did not start; the message holds what it printed.
    """
    with reference_lgos(1, defects) as (url,):
        yield url


@contextlib.contextmanager
def reference_lgos(count: int, defects: Sequence[str] = ()) -> Iterator[tuple[str, ...]]:
    """Run several, which start side by side; see ``reference_lgo``."""
    with contextlib.ExitStack() as stack:
        starting = [stack.enter_context(_lgo_process(defects)) for _ in range(count)]
        yield tuple(_announced_url(process, complaints) for process, complaints in starting)


@contextlib.contextmanager
def _lgo_process(defects: Sequence[str]) -> Iterator[tuple[subprocess.Popen[str], Any]]:
    """Start the reference LGO; yield its process, and where its complaints are."""
    command = [sys.executable, "-m", "conformance.reference", "--port", "0", END_WITH_INPUT]
    for name in defects:
        command += ["--defect", name]
    with tempfile.TemporaryFile("w+", encoding="utf-8") as complaints:
        # Our own module and names of our own list.
        process = subprocess.Popen(  # noqa: S603
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            text=True,
            encoding="utf-8",
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
            start_new_session=sys.platform != "win32",
        )
        try:
            yield process, complaints
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
        printed = complaints.read()[-2000:]
        raise CampaignError(
            Text(
                f"le LGO de référence n'a pas démarré :\n{printed}",
                f"the reference LGO did not start:\n{printed}",
            )
        ) from error
