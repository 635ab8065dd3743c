"""The bench under attack, and what must hold for every answer whatever came in."""

from __future__ import annotations

import logging
from dataclasses import replace
from functools import cache
from importlib.resources import as_file, files
from typing import TYPE_CHECKING, Any, Final

from fuzz_seeds import CANARY, LOT, POPULATION_SEED
from lxml import etree

from simulator.bench import BenchOptions, open_bench
from simulator.contract.faults import FaultError, fault_catalogue
from simulator.contract.messages import VerificationQuery
from simulator.contract.names import REP_COLLECT, REP_DEPOSIT, RESULTAT, SIRAM, SOAP12, VERIFICATION_ANSWER
from simulator.contract.parsing import parse
from simulator.journal.as_json import to_json
from simulator.journal.explain import explain
from simulator.lots.progress import LotSettings
from simulator.population.families import families
from simulator.security import (
    AssertionRefusedError,
    TrustStore,
    VerificationCache,
    find_assertions,
    read_psc_assertion,
    read_vitale_assertion,
    verify_ps_assertion,
)
from simulator.sessions.profiles import profiles
from simulator.teleservice.wire import WireRequest

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from fuzz_mutants import Mutant
    from fuzz_seeds import Corpus

    from simulator.journal.exchange import Exchange
    from simulator.security import PsAssertion

INTERNAL_ERROR: Final = "desir_9009"
_ANSWERS: Final = {
    f"{{{RESULTAT}}}RESULTAT",
    *(f"{{{namespace}}}Resultat" for namespace in (VERIFICATION_ANSWER, REP_DEPOSIT, REP_COLLECT)),
}
"""What a SOAP body may hold besides a fault."""
_FAULT_CODES: Final = {"Sender", "Receiver", "VersionMismatch", "MustUnderstand", "DataEncodingUnknown"}
_SETTINGS: Final = (
    *({"profile": name} for name in profiles()),
    {"idams": ["750000000001"]},
    {"idams": []},
    {"strictness": "strict"},
    {"authentication": "required"},
    {"authentication": "required", "strictness": "strict", "apcv": True},
    {"clock_offset": 3600.0},
    {"clock_frozen_at": "2026-01-05T10:00:00+01:00"},
)


class ViolationError(AssertionError):
    """Something that must always hold does not."""


def prepare_files(folder: Path, pki: Path) -> BenchOptions:
    """Build a data directory of few people; return the options to open copies of it with."""
    lots = LotSettings(start_delay_s=0, lines_per_s=1e6, page_lines=2, max_open=100)
    options = BenchOptions(data_dir=folder, people=5, seed=POPULATION_SEED, pki=pki, lots=lots)
    bench = open_bench(options)
    bench.registry.add(families(POPULATION_SEED))
    bench.close()
    return options


class _Log(logging.Handler):
    """Keeps the last error that the bench logged: an internal error tells its reason there only."""

    last = ""

    def emit(self, record: logging.LogRecord) -> None:
        self.last = logging.Formatter().format(record)


class Target:
    """A bench in its own data directory, with one session for each way to set one up."""

    def __init__(self, options: BenchOptions, trust: Path, now: datetime, corpus: Corpus) -> None:
        """Open the bench of ``options``; ``now`` is when the assertions of the corpus were made."""
        self._log = _Log(logging.ERROR)
        logging.getLogger("simulator").addHandler(self._log)
        self._bench = open_bench(options)
        store = self._bench.sessions
        self.sessions = [store.get("default"), *(store.create(**settings) for settings in _SETTINGS)]
        self._trust = TrustStore.load(trust)
        self._cache = VerificationCache()
        self._now = now
        self._signed: set[tuple[object, ...]] = set()
        self._last = 0
        self.calls = 0
        line = ("1", VerificationQuery())
        self._lots = [
            self._bench.lots.deposit(each.id, [line] * 3, now).id.encode() for each in self.sessions
        ]
        for seed in corpus.seeds:
            if b"Assertion" in seed.body and (assertion := self._verified(parse(seed.body))):
                self._signed.add(_facts(assertion))

    def close(self) -> None:
        """Check the journal as a whole, then close it.

        Raises:
            ViolationError: it does not hold each call once.
        """
        kept, lost = self._bench.journal.count(), self._bench.teleservice.lost_exchanges
        self._bench.close()
        logging.getLogger("simulator").removeHandler(self._log)
        if (kept, lost) != (self.calls, 0):
            raise ViolationError(
                f"expected {self.calls} exchanges in the journal, got {kept}, and {lost} lost"
            )

    def fill(self, body: bytes, session: int = 0) -> bytes:
        """Return the body with a lot that this session has."""
        return body.replace(LOT, self._lots[session])

    def call(self, mutant: Mutant) -> Exchange:
        """Send a mutant and judge the answer.

        Raises:
            ViolationError: something that must hold does not; or any error of the bench itself.
        """
        number = mutant.session % len(self.sessions)
        body = self.fill(mutant.body, number)
        request = WireRequest(
            path="/lps", headers=mutant.headers, body=body, client_certificate=mutant.certificate
        )
        exchange = self._bench.teleservice.handle(request, self.sessions[number])
        self.calls += 1
        kept = self._bench.journal.list(after=self._last)
        self._last = kept[-1].id if kept else self._last
        _expect(exchange.code != INTERNAL_ERROR, f"an internal error: {self._log.last}")
        check_answer(exchange)
        _expect(len(kept) == 1, f"expected one new exchange in the journal, got {len(kept)}")
        _check_kept(kept[0], exchange)
        if b"Assertion" in body:
            self._check_assertions(body)
        return exchange

    def _check_assertions(self, body: bytes) -> None:
        """Whatever surrounds it, an assertion that is believed says what its card signed."""
        try:
            root = parse(body)
        except FaultError:
            return
        assertion = self._verified(root)
        if assertion is not None:
            _expect(_facts(assertion) in self._signed, f"an assertion that nobody signed: {assertion}")

    def _verified(self, root: etree._Element) -> PsAssertion | None:
        try:
            found = find_assertions(root)
        except AssertionRefusedError:
            return None
        for read, element in ((read_psc_assertion, found.ps), (read_vitale_assertion, found.vitale)):
            try:
                read(element, root, self._now)
            except AssertionRefusedError as error:
                _expect(bool(str(error)), "a refusal without a reason")
        try:
            return verify_ps_assertion(found.ps, root, self._trust, self._now, self._cache)
        except AssertionRefusedError:
            return None


def _facts(assertion: PsAssertion) -> tuple[object, ...]:
    attributes = tuple(sorted(assertion.attributes.items()))
    return (
        assertion.id,
        assertion.issuer,
        assertion.issue_instant,
        assertion.qualifier,
        assertion.name_id,
        attributes,
    )


def _check_kept(kept: Exchange, exchange: Exchange) -> None:
    """Check that the journal kept the exchange as it was, and that it can be shown."""
    _expect(replace(kept, id=exchange.id) == exchange, "the journal says something else than the answer")
    for lang in ("fr", "en"):
        _expect(all(explain(kept, lang)), "an explanation has an empty line")
    shown = to_json(kept, with_bytes=False)
    _expect(CANARY not in f"{shown}{exchange.response!r}", "the content of a file came out")


def check_answer(exchange: Exchange) -> None:
    """Check the answer alone: well-formed SOAP 1.2 with a valid result or a fault of the catalogue."""
    _expect(
        exchange.response_headers["Content-Type"].startswith("application/soap+xml"), "another media type"
    )
    root = etree.fromstring(exchange.response)
    _expect(root.tag == f"{{{SOAP12}}}Envelope", f"the root is {root.tag}")
    bodies = root.findall(f"{{{SOAP12}}}Body")
    _expect(len(bodies) == 1 and bodies[0] is root[-1], "expected one Body, at the end")
    _expect(len(bodies[0]) == 1, f"expected one element in the Body, got {len(bodies[0])}")
    content = bodies[0][0]
    if exchange.http_status == 200:
        _check_result(root, content, exchange)
    else:
        _check_fault(content, exchange)


def _check_result(root: etree._Element, content: etree._Element, exchange: Exchange) -> None:
    _expect(content.tag in _ANSWERS, f"HTTP 200 with {content.tag}")
    schema = _schema()
    _expect(schema.validate(root), f"the answer is against the schema: {schema.error_log}")
    code = content.findtext("{*}CR/{*}CodeCR")
    _expect(code == exchange.code, f"code {code} in the answer, {exchange.code} in the journal")


def _check_fault(content: etree._Element, exchange: Exchange) -> None:
    _expect(exchange.http_status == 500, f"HTTP {exchange.http_status}")
    _expect(content.tag == f"{{{SOAP12}}}Fault", f"HTTP 500 with {content.tag}")
    _expect([_local(child) for child in content] == ["Code", "Reason", "Detail"], "not the parts of a fault")
    value = content.findtext(f"{{{SOAP12}}}Code/{{{SOAP12}}}Value", "")
    prefix, _, code = value.partition(":")
    _expect(content.nsmap.get(prefix) == SOAP12 and code in _FAULT_CODES, f"the SOAP code is {value}")
    _expect(bool(content.findtext(f"{{{SOAP12}}}Reason/{{{SOAP12}}}Text")), "no reason")
    error = content.find(f"{{{SOAP12}}}Detail/{{{SIRAM}}}Erreur")
    if error is None:
        raise ViolationError("no siram:Erreur in the fault")
    _expect(
        error.get("code") == exchange.code,
        f"{error.get('code')} in the fault, {exchange.code} in the journal",
    )
    _expect(exchange.code in fault_catalogue(), f"{exchange.code} is not in the catalogue")
    _expect(bool(error.text and error.get("severite")), "no label or no severity")
    if exchange.decision.source == "fault":
        _expect(bool(exchange.decision.cause), "a refusal without a cause")
    echoed = error.get("messageID")
    _expect(echoed in {None, exchange.message_id}, f"the message ID {echoed!r} is not that of the call")


@cache
def _schema() -> Any:
    with as_file(files("simulator.contract") / "xsd") as folder:
        return etree.XMLSchema(etree.parse(folder / "envelope.xsd"))


def _local(element: etree._Element) -> str:
    return etree.QName(element).localname


def _expect(holds: bool, problem: str) -> None:  # noqa: FBT001 - reads as an assertion
    if not holds:
        raise ViolationError(problem)
