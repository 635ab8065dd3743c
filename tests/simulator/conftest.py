"""A bench of few people in a temporary directory, a builder of valid requests, and one real server per run."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

import pytest
from hypothesis import settings
from lxml import etree
from werkzeug.test import Client

from simulator.bench import Bench, BenchOptions, open_bench
from simulator.client import BenchClient
from simulator.contract.names import CTXBAM, CTXLPS, RECSANS, SIRAM, SOAP12, WSA, Operation
from simulator.population.families import families
from simulator.registry.person import Person, from_json
from simulator.serving import ServeOptions, running
from simulator.teleservice.wire import WireRequest
from simulator.web.app import create_app

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from simulator.journal.exchange import Exchange

# Properties of values are not timed: a busy machine must not fail them.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

CONTENT_TYPE = f'application/soap+xml; charset=utf-8; action="{Operation.SEARCH_BY_TRAITS.action}"'


@dataclass(frozen=True)
class RunningBench:
    """A simulator in a process of its own."""

    url: str
    data_dir: Path
    client: BenchClient

    @property
    def host(self) -> str:
        return self.url.removeprefix("http://").partition(":")[0]

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])


def _element(name: str, value: str | None) -> str:
    return "" if value is None else f"<{name}>{escape(value)}</{name}>"


def _soap_request(
    *,
    birth_name: str | None = "ADRTROIS",
    first_names: str | tuple[str, ...] = "TOUSSAINT",
    sex: str | None = "M",
    birth_date: str | None = "1960-01-01",
    birth_place: str | None = None,
    idam: str | None = "750000000001",
    message_id: str | None = "uuid:6f2a1c9e-0000-4000-8000-000000000001",
    action: str | None = Operation.SEARCH_BY_TRAITS.action,
    software: str | None = "urn:lps:BANC:1.0",
    header: str | None = None,
    more_header: str = "",
    body: str | None = None,
) -> bytes:
    """Return a search by traits. ``None`` leaves an element out; ``header`` and ``body`` replace a whole part."""
    names = (first_names,) if isinstance(first_names, str) else first_names
    if header is None:
        header = (
            f'<ctxbam:ContexteBAM xmlns:ctxbam="{CTXBAM}" Version="01_02"><ctxbam:Id>bam-1</ctxbam:Id>'
            "<ctxbam:Temps>2026-01-05T09:00:00Z</ctxbam:Temps><ctxbam:COUVERTURE/></ctxbam:ContexteBAM>"
            f'<ctxlps:ContexteLPS xmlns:ctxlps="{CTXLPS}" Nature="CTXLPS" Version="01_00">'
            "<ctxlps:Id>lps-1</ctxlps:Id><ctxlps:Temps>2026-01-05T09:00:00Z</ctxlps:Temps>"
            "<ctxlps:Emetteur>10B0000001</ctxlps:Emetteur><ctxlps:LPS>"
            + ("" if idam is None else f'<ctxlps:IDAM R="4">{escape(idam)}</ctxlps:IDAM>')
            + "<ctxlps:Version>01.00</ctxlps:Version><ctxlps:Instance>instance-1</ctxlps:Instance>"
            + _element("ctxlps:Nom", software)
            + "</ctxlps:LPS></ctxlps:ContexteLPS>"
            + _element("wsa:Action", action)
            + _element("wsa:MessageID", message_id)
        )
    if body is None:
        body = (
            f'<RECSANSVITALE xmlns="{RECSANS}">'
            + _element("NomNaissance", birth_name)
            + "".join(_element("Prenom", name) for name in names)
            + _element("Sexe", sex)
            + _element("DateNaissance", birth_date)
            + _element("LieuNaissance", birth_place)
            + "</RECSANSVITALE>"
        )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><soap:Envelope xmlns:soap="{SOAP12}" xmlns:wsa="{WSA}">'
        f"<soap:Header>{header}{more_header}</soap:Header><soap:Body>{body}</soap:Body></soap:Envelope>"
    ).encode()


@pytest.fixture(scope="session")
def soap_request() -> Callable[..., bytes]:
    return _soap_request


@pytest.fixture(scope="session")
def make_person() -> Callable[..., Person]:
    def make(key: str = "test/one", **fields: object) -> Person:
        plain: dict[str, object] = {
            "key": key,
            "birth_name": "ESSAI",
            "first_names": "ANNE LOUISE",
            "sex": "F",
            "birth_date": "1985-04-12",
            "birth_place": "63220",
            "matricule": "285046322000110",
            "oid": "1.2.250.1.213.1.4.10",
        }
        return from_json(plain | fields)

    return make


@pytest.fixture(scope="session")
def bench_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a data directory once; each bench starts from a copy."""
    data_dir = tmp_path_factory.mktemp("bench")
    _fill(data_dir)
    return data_dir


def _fill(data_dir: Path) -> None:
    """Build a registry of a few people, and the known families of the searches by card."""
    opened = open_bench(BenchOptions(data_dir=data_dir, people=5))
    opened.registry.add(families(1))
    opened.close()


@pytest.fixture
def bench(tmp_path: Path, bench_files: Path) -> Iterator[Bench]:
    data_dir = shutil.copytree(bench_files, tmp_path / "bench")
    opened = open_bench(BenchOptions(data_dir=data_dir, people=5))
    yield opened
    opened.close()


@pytest.fixture
def ask(bench: Bench, soap_request: Callable[..., bytes]) -> Callable[..., Exchange]:
    def call(
        raw: bytes | None = None,
        *,
        session: str = "default",
        content_type: str = CONTENT_TYPE,
        **traits: object,
    ) -> Exchange:
        body = soap_request(**traits) if raw is None else raw
        request = WireRequest(path="/lps", headers={"content-type": content_type}, body=body)
        return bench.teleservice.handle(request, bench.sessions.get(session))

    return call


@pytest.fixture(scope="session")
def full_disk() -> Callable[[], AbstractContextManager[None]]:
    """Give a context in which no file of this process may grow."""
    resource = pytest.importorskip("resource", reason="Windows has no limit of file sizes")

    @contextmanager
    def limited() -> Iterator[None]:
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)

    return limited


@pytest.fixture
def web(bench: Bench) -> Client:
    return Client(create_app(bench))


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningBench]:
    data_dir = tmp_path_factory.mktemp("server")
    _fill(data_dir)
    options = ServeOptions(bench=BenchOptions(data_dir=data_dir, people=5), port=0)
    with running(options) as url, BenchClient(url) as client:
        yield RunningBench(url, data_dir, client)


@pytest.fixture(scope="session")
def fault_of() -> Callable[[bytes], tuple[str, str, etree._Element]]:
    return _fault_of


def _fault_of(response: bytes) -> tuple[str, str, etree._Element]:
    """Read a SOAP 1.2 fault: code and siram subcode without their prefixes, and the siram:Erreur element."""
    soap = {"s": SOAP12, "siram": SIRAM}
    fault = etree.fromstring(response).find("s:Body/s:Fault", soap)
    assert fault is not None, response.decode()
    error = fault.find("s:Detail/siram:Erreur", soap)
    assert error is not None, response.decode()
    values = [fault.findtext(path, "", soap) for path in ("s:Code/s:Value", "s:Code/s:Subcode/s:Value")]
    return values[0].partition(":")[2], values[1].partition(":")[2], error
