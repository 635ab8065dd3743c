"""The packs chaos and outage: nothing of the catalogue is missing, and each scenario holds over TLS too.

That each scenario holds over HTTP is in ``tests/simulator/scripting/test_shipped_outcomes.py``, for all packs.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import scenarios
from simulator.chaos.catalogue import chaos_catalogue
from simulator.client.calling import play
from simulator.scripting.loader import load_scenario, scenario_data, shipped_scenarios

if TYPE_CHECKING:
    from collections.abc import Iterator

SHIPPED = {f"{Path(str(entry)).parent.name}/{Path(entry.name).stem}": entry for entry in shipped_scenarios()}
DISTURBED = sorted(name for name in SHIPPED if name.startswith(("chaos/", "outage/")))


def steps_in(data: Any) -> Iterator[str]:
    """Yield the names of the disturbances that the data of a scenario ask for, however deep."""
    if isinstance(data, dict):
        for key, value in data.items():
            if key == "chaos":
                yield from (step if isinstance(step, str) else next(iter(step)) for step in value)
            else:
                yield from steps_in(value)
    elif isinstance(data, list):
        for entry in data:
            yield from steps_in(entry)


def test_every_disturbance_of_the_catalogue_has_a_scenario_in_the_pack_chaos() -> None:
    played = {
        step
        for name in DISTURBED
        if name.startswith("chaos/")
        for step in steps_in(scenario_data(name)["rules"])
    }
    assert played == set(chaos_catalogue())


@pytest.mark.parametrize("name", DISTURBED)
def test_a_scenario_of_these_packs_disturbs_something_and_declares_what_is_then_seen(name: str) -> None:
    assert list(steps_in(scenario_data(name)["rules"]))
    assert load_scenario(SHIPPED[name]).outcome


def test_every_file_of_the_folder_is_shipped() -> None:
    folder = Path(next(iter(scenarios.__path__)))
    files = {file.relative_to(folder).with_suffix("").as_posix() for file in folder.rglob("*.yaml")}
    assert files == set(SHIPPED)


@pytest.mark.parametrize("name", DISTURBED)
def test_a_scenario_holds_over_mutual_tls(chaos_bench: Any, name: str) -> None:
    door, session = chaos_bench.doors["mtls"], chaos_bench.client.create_session()
    try:
        session.install(name)
        people = session.bound_people()
        for number, step in enumerate(load_scenario(SHIPPED[name]).outcome, start=1):
            for reply, wrong in play(step, f"{door.base}/s/{session.id}/lps", people, tls=door.context):
                assert not wrong, (
                    f"step {number}: {'; '.join(wrong)} ({reply.transport}, HTTP {reply.status})"
                )
    finally:
        session.delete()
