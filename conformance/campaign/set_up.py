"""What a campaign works with, opened and looked at: simulator, session, driver."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from conformance.campaign.hosting import CampaignError, journal_of, own_simulator
from conformance.doctor.bench_side import look_at_simulator
from conformance.doctor.examining import DRIVEN, look_at_software_side
from conformance.doctor.folder import look_at_folder
from conformance.doctor.insi import Surroundings
from conformance.doctor.notes import Diagnosis, Look, Notes, Patience
from conformance.drivers.errors import DriverError
from conformance.drivers.opening import open_driver
from simulator.client import BenchClient, BenchClientError
from simulator.serving import ServingError
from simulator.sessions.settings import MAX_NAME
from simulator.text import Text, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import ExitStack
    from pathlib import Path

    from conformance.drivers.http import HttpDriver
    from conformance.drivers.subprocess import SubprocessDriver
    from conformance.plan import Plan
    from conformance.record.events import DoctorFinding
    from simulator.client import SessionClient

SESSION_TTL_S: Final = 24 * 3600.0
"""When the harness is killed, its session is gone this long after its last call: a guided campaign may pause overnight."""


class DoctorError(CampaignError):
    """The set-up is such that nothing could be concluded about the software: the campaign does not begin."""

    def __init__(self, diagnosis: Diagnosis) -> None:
        """Keep what was found."""
        super().__init__(
            Text(
                "\n".join(finding.text.fr for finding in diagnosis.problems),
                "\n".join(finding.text.en for finding in diagnosis.problems),
            )
        )
        self.diagnosis = diagnosis


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """What a campaign works with."""

    session: SessionClient
    simulator_version: str
    driver: HttpDriver | SubprocessDriver
    diagnosis: Diagnosis
    journal: Path | None = None
    """Where the simulator keeps its journal, when this process runs it."""


def set_up(
    plan: Plan,
    stack: ExitStack,
    *,
    folder: Path | None,
    seed: int | str,
    on_finding: Callable[[DoctorFinding], None],
    doctor: bool = True,
) -> Ready:
    """Open what a campaign works with, for as long as ``stack``, and look at it first.

    Args:
        plan: of the campaign.
        stack: closes all of it.
        folder: where record and reports will go; ``None``: not looked at.
        seed: of the campaign.
        on_finding: is told what the doctor finds.
        doctor: whether to look at all.

    Raises:
        DoctorError: something stops the campaign.
        CampaignError: the doctor was not asked, and simulator or driver cannot be had.
    """
    if not doctor:
        client, session, version = stack.enter_context(_session(plan))
        driver = stack.enter_context(_driver(plan))
        notes = Notes(on_finding)
        notes.skipped(
            Text(
                "toute l'installation, comme demandé (--no-doctor)",
                "the whole set-up, as asked (--no-doctor)",
            )
        )
        return Ready(
            session=session,
            simulator_version=version,
            driver=driver,
            diagnosis=notes.diagnosis(),
            journal=journal_of(client.base_url),
        )
    notes = Notes(on_finding)
    found = _looked_at(plan, stack, folder, seed, notes)
    diagnosis = notes.diagnosis()
    if found is None or diagnosis.stops:
        raise DoctorError(diagnosis)
    around, version, driver = found
    return Ready(
        session=around.session,
        simulator_version=version,
        driver=driver,
        diagnosis=diagnosis,
        journal=journal_of(around.client.base_url),
    )


def diagnose(plan: Plan, folder: Path, *, seed: int | str) -> Diagnosis:
    """Look at a set-up without a campaign, every instance of the software that the plan names included."""
    notes = Notes()
    with contextlib.ExitStack() as stack:
        found = _looked_at(plan, stack, folder, seed, notes)
        for settings in plan.instances:
            if settings == plan.driver or settings.kind not in DRIVEN:
                continue
            notes.begin(settings.url or " ".join(settings.command))
            try:
                driver = open_driver(settings)
            except DriverError as error:
                _no_driver(error, notes)
                continue
            stack.enter_context(driver)
            look_at_software_side(plan, driver, found[0] if found else None, notes, Patience())
    return notes.diagnosis()


def _looked_at(
    plan: Plan, stack: ExitStack, folder: Path | None, seed: int | str, notes: Notes
) -> tuple[Surroundings, str, HttpDriver | SubprocessDriver] | None:
    """Open and look at everything; what cannot be had stops the campaign, and the rest is looked at all the same."""
    if folder is not None:
        look_at_folder(folder, notes)
    around = version = driver = None
    look_at_simulator(plan, notes, Patience())
    if not notes.stopped_at(Look.SIMULATOR):
        try:
            client, session, version = stack.enter_context(_session(plan))
            around = Surroundings(client=client, session=session, seed=seed)
        except CampaignError as error:
            notes.stop(
                Look.SIMULATOR, Text.same(str(error)), Text("Voyez « banc serve ».", "See “banc serve”.")
            )
    if plan.driver.kind not in DRIVEN:
        notes.skipped(
            Text("le logiciel : c'est une personne qui le pilote", "the software: a person drives it")
        )
        return None
    try:
        driver = open_driver(plan.driver)
        stack.enter_context(driver)
    except DriverError as error:
        _no_driver(error, notes)
    if driver is not None:
        look_at_software_side(plan, driver, around, notes, Patience())
    if around is None or version is None or driver is None:
        return None
    return around, version, driver


def _no_driver(error: DriverError, notes: Notes) -> None:
    notes.stop(
        Look.ADDRESS,
        error.text,
        error.hint or Text("Corrigez driver: dans le plan.", "Correct driver: in the plan."),
    )


@contextlib.contextmanager
def _driver(plan: Plan) -> Iterator[HttpDriver | SubprocessDriver]:
    try:
        opened = open_driver(plan.driver)
    except DriverError as error:
        raise CampaignError(error.text, hint=error.hint) from error
    with opened as driver:
        yield driver


@contextlib.contextmanager
def _session(plan: Plan) -> Iterator[tuple[BenchClient, SessionClient, str]]:
    """Yield the simulator, the session of the campaign in it, and its version."""
    with contextlib.ExitStack() as stack:
        try:
            url = plan.simulator_url or stack.enter_context(own_simulator())
            client = stack.enter_context(BenchClient(url, token=plan.simulator_token))
            session = client.create_session(name=_session_name(plan), ttl=SESSION_TTL_S, **plan.session)
            stack.callback(_end, session)
            version = str(client.info()["version"])
        except (BenchClientError, ServingError) as error:
            raise CampaignError(text_of(error), hint=Text.same("banc serve")) from error
        yield client, session, version


def _session_name(plan: Plan) -> str:
    """Return what the session of a campaign is called in the listing of the simulator."""
    name = f"campagne : {plan.source or plan.address}"
    return "".join(letter for letter in name if letter.isprintable())[:MAX_NAME]


def _end(session: SessionClient) -> None:
    """Remove the session of a campaign, whatever has become of it; its exchanges stay in the journal."""
    with contextlib.suppress(BenchClientError):
        session.delete()
