"""The session of a guided campaign: it outlives the process, so that a person finds on the morrow what INSi had received."""

from __future__ import annotations

import contextlib
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from conformance.campaign.hosting import CampaignError
from conformance.campaign.keeper import kept_simulator
from simulator.client import BenchClient, BenchClientError
from simulator.serving import ServingError
from simulator.text import Text, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conformance.plan import Plan
    from conformance.record.reading import Record
    from simulator.client import SessionClient

SESSION: Final = "comptoir"
"""The session in a simulator of the campaign's own: with the port, the address of INSi is then always the same."""
TTL_S: Final = 90 * 24 * 3600.0
"""A campaign may rest for so long between two acts."""
PATIENCE_S: Final = 15.0
"""How long a simulator whose campaign was killed may hold its port: it notices by itself that nobody needs it."""
DATA: Final = "insi"
"""Folder of the simulator in the folder of the campaign."""


@contextlib.contextmanager
def guided_session(plan: Plan, folder: Path, resumed: Record | None) -> Iterator[tuple[SessionClient, str]]:
    """Yield the session of a guided campaign, the former one when it is resumed, and the version of the simulator.

    Raises:
        CampaignError: the simulator cannot be started or reached, or the former session is gone.
    """
    with contextlib.ExitStack() as stack:
        try:
            url = plan.simulator_url or stack.enter_context(_simulator(plan, folder, resumed))
            client = stack.enter_context(BenchClient(url, token=plan.simulator_token))
            version = str(client.info()["version"])
            session = _session(client, plan, resumed)
        except (BenchClientError, ServingError) as error:
            raise CampaignError(
                text_of(error),
                hint=Text(
                    "prenez un autre port : driver.insi_port du plan ; ou nommez un simulateur par simulator.url",
                    "another port: driver.insi_port of the plan; or name a simulator under simulator.url",
                ),
            ) from error
        yield session, version


@contextlib.contextmanager
def _simulator(plan: Plan, folder: Path, resumed: Record | None) -> Iterator[str]:
    data = (resumed.path.parent if resumed else folder) / DATA
    if resumed is None and data.exists():
        # What an earlier campaign left belongs to its record, which is kept beside ours.
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%f")
        data.rename(data.with_name(f"{DATA}-{stamp}"))
    with contextlib.ExitStack() as stack:
        yield _started(stack, data, plan.driver.insi_port, patience=PATIENCE_S if resumed else 0.0)


def _started(stack: contextlib.ExitStack, data: Path, port: int, *, patience: float) -> str:
    """Start the simulator; that of a campaign that was killed a moment ago is given time to end."""
    deadline = time.monotonic() + patience
    while True:
        try:
            return stack.enter_context(kept_simulator(data, port))
        except ServingError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.25)


def _session(client: BenchClient, plan: Plan, resumed: Record | None) -> SessionClient:
    if resumed is None:
        named = {} if plan.simulator_url else {"id": SESSION}
        return client.create_session(**named, name="campagne guidée", ttl=TTL_S, **plan.session)
    try:
        return client.session(resumed.started.session)
    except BenchClientError as error:
        raise CampaignError(
            Text(
                f"ce qu'INSi a reçu dans cette campagne n'est plus là (session {resumed.started.session}) : {error.text.fr}",
                f"what INSi received in this campaign is gone (session {resumed.started.session}): {error}",
            ),
            hint=Text(
                "recommencez la campagne ; les verdicts atteints restent dans son dossier",
                "start the campaign anew; the verdicts reached so far stay in the record",
            ),
        ) from error
