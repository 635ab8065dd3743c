"""``make fuzz``, sinks: mutants of messages to the DMP through its service, of mails through what reads their headers.

Whatever the bytes, an answer comes back that an XML parser reads, and the journal has the exchange: never an exception,
never the answer that stands for one, never a hang. Run by ``fuzz.py``.
"""

from __future__ import annotations

import base64
import logging
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

sys.path.insert(0, str(Path(__file__).parents[1] / "simulator" / "sinks"))

from fuzz_bytes import CONTENT_TYPES  # type: ignore[import-not-found,unused-ignore]
from fuzz_documents import FuzzFailureError, mutate  # type: ignore[import-not-found,unused-ignore]
from lxml import etree
from queries import find, get, retrieve  # type: ignore[import-not-found,unused-ignore]
from submissions import P1, envelope, existence, mtom  # type: ignore[import-not-found,unused-ignore]

from simulator.bench import BenchOptions, open_bench
from simulator.journal.record import decode_exchange, encode_exchange
from simulator.security.signing import make_ps_assertion
from simulator.serving.sink_process import backing_of
from simulator.sinks import KeptLimits, SinkStore
from simulator.sinks.dmp import DmpRequest, DmpService
from simulator.sinks.dmp.service import BENCH_FAILED
from simulator.sinks.mssante.asking import headings_of
from simulator.testing.throwaway import throwaway_pki

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

HANG_S = 10.0
"""A request that takes longer is reported as a hang."""
SOAP = "application/soap+xml; charset=utf-8"
FORM = "application/x-www-form-urlencoded"
_WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
_STATUSES = frozenset({200, 400, 403, 413, 500})
_TOLD = 5_000
_RESOURCE = "urn:oasis:names:tc:xacml:2.0:resource:resource-id"


class Seed(NamedTuple):
    """A right request."""

    body: bytes
    content_type: str = SOAP
    path: str = "/dmp"


def seeds() -> list[Seed]:
    """Return right messages of every transaction, with and without a signed VIHF."""
    pki = throwaway_pki()
    entry = pki.entry("cps")
    certificate, key = ((pki.directory / name).read_bytes() for name in (entry.cert, entry.key))
    vihf = make_ps_assertion(
        certificate,
        key,
        attributes={_RESOURCE: P1, "Ressource_URN": "urn:dmp"},
        issue_instant=datetime.now(UTC),
    )
    security = b'<w:Security xmlns:w="%s">%s</w:Security></s:Header>' % (_WSSE.encode(), vihf)
    kind, parts = mtom()
    asked, binary = retrieve("2.25.1", is_mtom=True)
    person = (
        b'<Slot name="sourcePatientInfo"><ValueList><Value>PID-5|NOM^PRENOM^^^^^L</Value><Value>PID-7|19790328</Value>'
        b"<Value>PID-8|F</Value></ValueList></Slot>"
    )
    return [
        Seed(envelope()),
        Seed(envelope(unique="2.25.4").replace(b'mimeType="text/xml">', b'mimeType="text/xml">' + person)),
        Seed(envelope(vihf="").replace(b"</s:Header>", security)),
        Seed(parts, kind),
        Seed(find(P1)),
        Seed(find(P1, returns="ObjectRef", vihf=P1)),
        Seed(get(unique=("2.25.1", "2.25.2"))),
        Seed(retrieve("2.25.1", "2.25.9")),
        Seed(binary, asked),
        Seed(existence()),
        Seed(vihf, "text/xml", "/dmp/acces"),
        Seed(b"ins=279035121518989&oid=1.2.250.1.213.1.4.10", FORM, "/dmp/acces"),
        Seed(b"vihf=" + quote(base64.b64encode(vihf)).encode(), FORM, "/dmp/acces"),
    ]


class Judge:
    """The DMP of a bench, and what its answers must be."""

    def __init__(self, service: DmpService, kept: list[object]) -> None:
        """Take the service and where its exchanges come."""
        self._service, self._kept = service, kept

    def __call__(self, seed: Seed) -> str:
        """Send a request and return the code of its exchange.

        Raises:
            FuzzFailureError: an exception came out, the answer is none, or the journal cannot have the exchange.
        """
        began = time.monotonic()
        self._kept.clear()
        try:
            answer = self._service.answer(
                DmpRequest(
                    method="POST",
                    path=seed.path,
                    content_type=seed.content_type,
                    body=seed.body,
                    headers={"content-type": seed.content_type},
                )
            )
            headings_of(seed.body)
        except Exception as error:
            raise FuzzFailureError(f"{type(error).__name__}: {error}") from error
        if BENCH_FAILED.encode() in answer.body:
            raise FuzzFailureError("the bench failed")
        if answer.status not in _STATUSES:
            raise FuzzFailureError(f"HTTP {answer.status}")
        if answer.body.lstrip().startswith(b"<?xml"):
            try:
                etree.fromstring(answer.body, etree.XMLParser(huge_tree=True))
            except etree.XMLSyntaxError as error:
                raise FuzzFailureError(f"the answer cannot be read: {error}") from error
        if len(self._kept) != 1:
            raise FuzzFailureError(f"{len(self._kept)} exchanges in the journal")
        exchange = self._kept[0]
        try:
            decode_exchange(encode_exchange(exchange), b"", b"", exchange_id=1, write=None)  # type: ignore[arg-type]
        except ValueError as error:
            raise FuzzFailureError(f"the journal cannot have it: {error}") from error
        if (took := time.monotonic() - began) > HANG_S:
            raise FuzzFailureError(f"took {took:.1f} s")
        return str(exchange.code)  # type: ignore[attr-defined]


@contextmanager
def judging(folder: Path) -> Iterator[Judge]:
    """Give a judge over a bench in a folder."""
    with ExitStack() as stack:
        bench = open_bench(BenchOptions(data_dir=folder, people=0, pki=throwaway_pki().directory))
        stack.callback(bench.close)
        store = SinkStore(folder / "received.sqlite", KeptLimits(items=10**9))
        stack.callback(store.close)
        kept: list[object] = []
        # What would be written is looked at instead: the disk is not what is tried here.
        bench.journal.append = lambda exchange: bool(kept.append(exchange)) or True  # type: ignore[method-assign,func-returns-value]
        yield Judge(DmpService(store, backing_of(bench)), kept)


def mutant(chance: Random, corpus: Sequence[Seed]) -> Seed:
    """Return a spoilt request: its bytes, and at times its content type or where it is sent."""
    seed = chance.choice(corpus)
    body = mutate(chance, [seed.body, *(one.body for one in corpus)][: 1 if chance.random() < 0.8 else None])
    kind = chance.choice(CONTENT_TYPES) if chance.random() < 0.1 else seed.content_type
    path = chance.choice(corpus).path if chance.random() < 0.1 else seed.path
    return Seed(body, kind, path)


def run(options: argparse.Namespace) -> int:
    """Run as ``fuzz.parsed`` says, and return the exit code."""
    logging.disable(logging.CRITICAL)
    corpus, failures, began = seeds(), 0, time.monotonic()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, judging(Path(folder)) as judge:
        for number in range(options.sinks):
            if options.seconds and time.monotonic() - began > options.seconds:
                break
            if number and not number % _TOLD:
                took = time.monotonic() - began
                sys.stdout.write(f"sinks: {number} of {options.sinks}, {failures} failures, {took:.0f} s\n")
                sys.stdout.flush()
            seed = mutant(Random(f"{options.seed}/{number}"), corpus)
            try:
                judge(seed)
            except FuzzFailureError as failure:
                failures += 1
                options.out.mkdir(parents=True, exist_ok=True)
                path = options.out / f"sink-{options.seed}-{number}.bin"
                path.write_bytes(seed.body)
                sys.stdout.write(f"{path} ({seed.content_type!r:.80}, {seed.path}): {failure}\n")
    took = time.monotonic() - began
    sys.stdout.write(
        f"sinks: {options.sinks} mutants, seed {options.seed}, {failures} failures, {took:.0f} s\n"
    )
    return int(failures > 0)
