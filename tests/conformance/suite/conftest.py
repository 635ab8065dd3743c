"""The real suite on the reference LGO: one simulator for the whole run, one LGO for each campaign."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from conformance.drivers.http import HttpDriver
from conformance.engine import BenchContext, run_checks
from conformance.reference.defects import NO_DEFECTS, Defects
from conformance.reference.server import running as running_lgo
from conformance.rules import load_catalogue
from simulator.bench import BenchOptions
from simulator.client import BenchClient
from simulator.serving import ServeOptions, free_port
from simulator.serving import running as running_simulator

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from conformance.drivers.protocol import Driver
    from conformance.engine import SuiteRun
    from conformance.rules.catalogue import Rule


@pytest.fixture(scope="session")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BenchClient]:
    options = ServeOptions(
        bench=BenchOptions(data_dir=tmp_path_factory.mktemp("bench"), people=0), port=free_port()
    )
    with running_simulator(options) as url, BenchClient(url) as client:
        yield client


@dataclass
class Campaigns:
    """Runs the suite, each time against a new LGO in a new session of the simulator."""

    simulator: BenchClient
    catalogue: Mapping[str, Rule]

    def run(
        self,
        *,
        defects: Defects = NO_DEFECTS,
        rules: Collection[str] | None = None,
        wrap: Callable[[HttpDriver], Any] = lambda driver: driver,
    ) -> SuiteRun:
        session = self.simulator.create_session()
        with running_lgo(defects=defects) as url, HttpDriver(url) as driver:
            lgo: Driver = wrap(driver)
            context = BenchContext(driver=lgo, insi=session, insi_url=session.soap_url, seed="suite")
            run = run_checks(context, catalogue=self.catalogue, rules=rules)
        session.delete()
        return run


@pytest.fixture(scope="session")
def campaigns(simulator: BenchClient) -> Campaigns:
    return Campaigns(simulator, load_catalogue())
