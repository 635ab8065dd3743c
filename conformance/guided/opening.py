"""Puts a guided driver together: the conversation, the twin, what was done already, and the program of a mixed campaign."""

from __future__ import annotations

import sys
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TextIO

from conformance.drivers.model import Capabilities
from conformance.drivers.opening import open_driver
from conformance.guided.counter import Counter, StandardInput
from conformance.guided.driver import GuidedDriver
from conformance.guided.guide import Guide
from conformance.guided.ledger import Ledger
from conformance.guided.partner import Program
from conformance.guided.twin import twin
from conformance.guided.window import Window
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from conformance.plan import Plan
    from conformance.record.events import HumanAct
    from conformance.record.reading import Record
    from simulator.client import SessionClient
    from simulator.text import Lang


@dataclass(slots=True, kw_only=True)
class AtCounter:
    """A guided driver and what goes with it."""

    driver: GuidedDriver
    window: Window
    ledger: Ledger
    is_over: bool = False
    """The campaign came to its end."""

    def keep(self, write: Callable[[HumanAct], object]) -> None:
        """Have each act written into the record from now on."""
        self.ledger.keep = write


def terminal(lang: Lang, stream: TextIO | None = None) -> Counter:
    """Return the conversation on this terminal; ``stream``: where the questions are written, standard output when left out."""
    out = stream or sys.stdout

    def write(line: str) -> None:
        # A prompt waits on its line.
        out.write(line if line == "> " else f"{line}\n")
        out.flush()

    return Counter(StandardInput(), write, lang)


@contextmanager
def guided_driver(
    plan: Plan, session: SessionClient, folder: Path, *, resumed: Record | None, counter: Counter
) -> Iterator[AtCounter]:
    """Open a guided driver until the end of the block.

    Raises:
        BenchClientError: the simulator does not answer.
        DriverError: the partial driver of a mixed campaign cannot be reached.
        OSError: no temporary folder can be had.
    """
    done = tuple(resumed.human_acts) if resumed else ()
    with ExitStack() as stack:
        beside = stack.enter_context(twin())
        program = None
        if plan.driver.url or plan.driver.command:
            partial = replace(plan.driver, kind="http" if plan.driver.url else "subprocess")
            program = Program(stack.enter_context(open_driver(partial)))
        window = Window(session, resumed=resumed is not None)
        ledger = Ledger(done)
        guide = Guide(counter, resumed.path.parent if resumed else folder, ledger=ledger)
        driver = GuidedDriver(
            software=_software(plan, beside.capabilities(), program),
            counter=counter,
            guide=guide,
            twin=beside,
            window=window,
            ledger=ledger,
            program=program,
        )
        _welcome(counter, session.soap_url, len(done), guide.folder)
        opened = AtCounter(driver=driver, window=window, ledger=ledger)
        yield opened
        if not opened.is_over:
            counter.say("", Text(*(line.format(folder=guide.folder) for line in _BYE)))


def _software(plan: Plan, twins: Capabilities, program: Program | None) -> Capabilities:
    about = plan.software
    known = program.declared if program else None
    return Capabilities(
        name=about.name or (known.name if known else "logiciel au comptoir"),
        version=about.version or (known.version if known else "-"),
        vendor=about.vendor or (known.vendor if known else ""),
        # What the twin does not know cannot be compared with anything, unless a program tells.
        verbs=twins.verbs | (known.verbs if known else frozenset()),
    )


def _welcome(counter: Counter, insi: str, done: int, folder: Path) -> None:
    counter.say(
        Text(
            "Campagne guidée : le banc dit quoi faire, INSi voit ce qui part.",
            "Guided campaign: the bench says what to do, INSi sees what is sent.",
        ),
        Text(f"  INSi : {insi}", f"  INSi: {insi}"),
        Text(f"  dossier : {folder}", f"  folder: {folder}"),
        Text(
            "  « pharmacien.banc » désigne votre utilisateur ordinaire, « referent.banc » celui qui est habilité.",
            "  “pharmacien.banc” stands for your ordinary user, “referent.banc” for the entitled one.",
        ),
    )
    if done:
        counter.say(
            Text(
                f"  Reprise : {done} actes sont déjà faits, ils ne seront pas redemandés.",
                f"  Resumed: {done} acts are done already, they will not be asked again.",
            ),
            Text(
                "  Si celui qui suit l'était aussi, ne le faites pas deux fois : Entrée (un appel INSi, lui, est à refaire).",
                "  If the next one was done too, do not do it twice: Enter (a call of INSi has to be made again).",
            ),
        )


_BYE = (
    "Campagne arrêtée après le dernier acte fait. Pour la reprendre là : banc run PLAN --resume {folder}",
    "Campaign stopped after the last act done. To go on there: banc run PLAN --resume {folder}",
)
