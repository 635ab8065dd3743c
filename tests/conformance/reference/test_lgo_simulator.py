"""The reference LGO and the simulator together, on public CNDA test people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.drivers.model import Actor, CallOutcome, PatientTraits
from simulator.bench import BenchOptions
from simulator.client import BenchClient, SessionClient
from simulator.serving import ServeOptions, running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.drivers.http import HttpDriver


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SessionClient]:
    bench = BenchOptions(data_dir=tmp_path_factory.mktemp("bench"), people=0)
    with running(ServeOptions(bench=bench, port=0)) as url, BenchClient(url) as client:
        yield client.create_session()


@pytest.mark.parametrize(
    ("traits", "outcome", "asked"),
    [
        (("ADRTROIS", "TOUSSAINT", None, "1960-01-01", "M", "99999"), CallOutcome.FOUND, ["00"]),
        (("DE VINCI", "LEONARDO", None, "2014-02-01", "M", "99999"), CallOutcome.SEVERAL, ["02"]),
        (("DE VINCI", "LEONARDO", None, "2014-02-01", "M", "63220"), CallOutcome.FOUND, ["02", "00"]),
        (("TCHITCHI", "OLA", "OLA CATARINA", "1936-06-21", "F", "99999"), CallOutcome.FOUND, ["01", "00"]),
        (
            ("HOUILLES", "PIERRE", "PIERRE PAUL JACQUES", "1993-01-27", "M", "99999"),
            CallOutcome.NOT_FOUND,
            ["01", "01", "01", "01"],
        ),
        (("HERMANN", "GATIEN", None, "1981-03-24", "M", "99999"), CallOutcome.REJECTED, ["00"]),
    ],
    ids=["2.03", "2.06 without place", "2.06 with place", "2.07 found", "2.07 not found", "2.08 wrong key"],
)
def test_cnda_case(
    lgo: HttpDriver,
    session: SessionClient,
    traits: tuple[str, str, str | None, str, str, str],
    outcome: CallOutcome,
    asked: list[str],
) -> None:
    birth_name, first_name, first_names, birth_date, sex, birth_place = traits
    typed = PatientTraits(
        birth_name=birth_name,
        first_name=first_name,
        first_names=first_names,
        birth_date=birth_date,
        sex=sex,
        birth_place=birth_place,
    )
    actor = Actor(user="dupond")
    lgo.reset(insi_url=session.soap_url)
    before = max((exchange.id for exchange in session.exchanges()), default=0)
    call = lgo.call_insi_traits(lgo.create_patient(typed, actor=actor).id, actor=actor)
    exchanges = session.exchanges(after=before)
    assert (call.outcome, [exchange.code for exchange in exchanges]) == (outcome, asked)
    # It calls over plain HTTP on loopback, without a card: that alone is noted.
    noted = [[finding["code"] for finding in exchange.findings] for exchange in exchanges]
    assert noted == [["assertion-missing"]] * len(asked)
