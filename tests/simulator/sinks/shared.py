"""Sinks that share the sessions, the scenarios and the journal of a bench, in this process."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx

from simulator.bench import Bench, BenchOptions, open_bench
from simulator.serving.own_server import listen
from simulator.serving.sink_ports import dmp_served
from simulator.serving.sink_process import backing_of
from simulator.sinks import SinkStore
from simulator.sinks.kept import FILE

if TYPE_CHECKING:
    from simulator.sinks.backing import Backing

SOAP = "application/soap+xml; charset=utf-8"


@dataclass(frozen=True)
class Shared:
    bench: Bench
    store: SinkStore
    backing: Backing

    def exchanges(self, **filters: Any):
        from simulator.journal.filters import Filters

        return list(self.bench.journal.each(Filters(**filters)))

    def script(self, *rules: dict[str, Any], session: str = "default", people: Any = ()) -> None:
        data = {
            "id": "test/sinks",
            "title": {"fr": "essai", "en": "test"},
            "purpose": {"fr": "essai", "en": "test"},
            "source": "test",
            "evidence": "inferred",
            "people": people or [],
            "rules": list(rules),
        }
        self.bench.installer.install(session, data, {})


@contextmanager
def shared(folder, *, pki=None):
    bench = open_bench(BenchOptions(data_dir=folder, people=5, pki=pki))
    store = SinkStore(folder / FILE)
    try:
        yield Shared(bench, store, backing_of(bench))
    finally:
        store.close()
        bench.close()


@contextmanager
def dmp_of(sinks: Shared):
    on = listen("127.0.0.1", 0)
    with (
        dmp_served(sinks.store, on, backing=sinks.backing),
        httpx.Client(base_url=f"http://127.0.0.1:{on.getsockname()[1]}", timeout=30) as client,
    ):
        yield client


def post(client, body, kind=SOAP, path="/dmp", **headers):
    return client.post(path, content=body, headers={"content-type": kind, **headers})
