"""What a campaign of an LGO of foreign make needs: a simulator without people, and a run of some rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.drivers.http import HttpDriver
from conformance.engine import BenchContext, run_checks
from conformance.rules import load_catalogue
from simulator.bench import BenchOptions
from simulator.client import BenchClient
from simulator.serving import ServeOptions, free_port, running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from conformance.verdicts import Verdict

    Judged = dict[str, tuple[Verdict, str]]


@pytest.fixture
def judge(tmp_path: Path) -> Iterator[Callable[[str, tuple[str, ...], str], Judged]]:
    """Return a function (address of the LGO, rules, seed) → verdict of each rule and why."""
    options = ServeOptions(bench=BenchOptions(data_dir=tmp_path, people=0), port=free_port())
    with running(options) as url, BenchClient(url) as simulator:

        def judged(address: str, rules: tuple[str, ...], seed: str) -> Judged:
            session = simulator.create_session()
            with HttpDriver(address) as driver:
                context = BenchContext(
                    driver=driver,
                    insi=session,
                    insi_url=session.soap_url,
                    seed=seed,
                    actors=frozenset({"RI", "CALL", "LGO"}),
                )
                run = run_checks(context, catalogue=load_catalogue(), rules=rules)
            return {result.rule.key: (result.verdict, result.reason.en) for result in run.rules}

        yield judged
