"""What a user of the teleservice does each time somebody is at the counter."""

from __future__ import annotations

import random as random_module
import time
from datetime import UTC, datetime
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from cryptography.x509 import load_pem_x509_certificate

from conformance.load.calling.client import CLIENT_CERTIFICATE, Connection, tls_context
from conformance.load.calling.expected import journey
from conformance.load.calling.judging import fault_of, judge, lot_of, read_root
from conformance.load.calling.message import (
    collect_request,
    deposit_request,
    headers_of,
    operation_of,
    search_request,
)
from simulator.contract.names import Operation
from simulator.security.certificates import card_of
from simulator.security.pki import read_pki
from simulator.security.signing import make_ps_assertion, make_vitale_assertion

if TYPE_CHECKING:
    from random import Random

    from conformance.load.calling.client import Reply
    from conformance.load.calling.expected import Lookup, Lookups
    from conformance.load.calling.meter import Meter
    from conformance.load.options import LoadOptions

ASSERTION_S: Final = 3600.0 - 120.0
"""Age at which a user has a new PS assertion made: it is valid for an hour (insi-contract §4.3)."""
CARD: Final = "cps"
"""Card of the PKI that signs for every user."""
OPEN_LOTS: Final = 8
"""Unfinished lots at once of one generator: far fewer than the simulator grants a session."""
_POLL_S: Final = 1.0
_FAULT: Final = 500


class Credentials:
    """How the users of one generator prove who they are; read once."""

    def __init__(self, options: LoadOptions) -> None:
        """Read the PKI.

        Raises:
            PkiError: it cannot be read.
        """
        self.transport = options.profile.transport
        self.issuer = "10B0000001"
        self.tls = None
        base = options.soap_base or options.url
        if base.startswith("https"):
            self.tls = tls_context(options.pki, mutual=self.transport == "mtls")
        if self.transport == "plain" or options.pki is None:
            return
        summary = read_pki(Path(options.pki))
        if self.transport == "mtls":
            entry = summary.entry(CLIENT_CERTIFICATE)
            subject = dict(part.split("=", 1) for part in entry.subject.split(",") if "=" in part)
            self.issuer = subject.get("OU", self.issuer)
            return
        entry = summary.entry(CARD)
        self._certificate = (summary.directory / entry.cert).read_bytes()
        self._key = (summary.directory / entry.key).read_bytes()
        self.issuer = card_of(load_pem_x509_certificate(self._certificate)).cn

    def ps_assertion(self) -> str:
        """Return a PS assertion signed now."""
        return make_ps_assertion(
            self._certificate,
            self._key,
            attributes={"identifiantFacturation": "990000001", "secteurActivite": "SA07"},
            issue_instant=datetime.now(UTC),
        ).decode()

    def vitale_assertion(self, serial: str) -> str:
        """Return the assertion of a Vitale card read now."""
        return make_vitale_assertion(
            serial=serial, issuer=self.issuer, issue_instant=datetime.now(UTC)
        ).decode()


class Caller:
    """One user of the teleservice, with a connection and an assertion of their own."""

    lots_open = 0
    """Lots of this process that are not finished."""

    def __init__(
        self,
        options: LoadOptions,
        path: str,
        lookups: Lookups,
        meter: Meter,
        *,
        credentials: Credentials,
        random: Random,
        node: str = "",
    ) -> None:
        """Take what they need; ``node``: name of the simulator that they call, when there are several."""
        self._node = node
        self._options, self._profile = options, options.profile
        self._path, self._lookups, self._meter, self._credentials = path, lookups, meter, credentials
        self._random = random
        self._connection = Connection(
            options.soap_base or options.url, timeout=options.timeout, tls=credentials.tls
        )
        mix = {name: share for name, share in self._profile.mix.items() if share > 0}
        self._operations, self._cumulated = list(mix), list(accumulate(mix.values()))
        self._assertion, self._assertion_at = "", float("-inf")

    def serve(self, due: float | None) -> None:
        """Do what one patient needs; ``due``: ``time.monotonic()`` when they came, now when left out."""
        operation = self._random.choices(self._operations, cum_weights=self._cumulated)[0]
        if operation == "lots" and type(self).lots_open < OPEN_LOTS:
            self._lot(due)
            return
        if operation == "card" and self._lookups.can_find_by_card:
            self._ask(self._lookups.card(), due)
            return
        if operation == "verify":
            self._ask(self._lookups.claim(), due)
            return
        lookup = self._lookups.draw()
        names = journey(lookup) if self._profile.retry.first_names else [lookup]
        message_id = str(uuid4())
        for number, each in enumerate(names):
            # One message id for the tries of one search, as real clients do (insi-contract §1.3).
            answered = self._ask(each, due if number == 0 else None, retry=number > 0, message_id=message_id)
            if not answered:
                return

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def _ask(
        self, lookup: Lookup, due: float | None, *, retry: bool = False, message_id: str | None = None
    ) -> bool:
        """Ask until there is an answer, as often as the profile says; return whether there was one."""
        policy = self._profile.retry
        wait = policy.wait
        for attempt in range(policy.attempts):
            if attempt:
                time.sleep(wait * self._random.uniform(0.8, 1.2))
                wait *= policy.backoff
            if self._once(
                lookup, due if attempt == 0 else None, retry=retry or attempt > 0, message_id=message_id
            ):
                return True
        return False

    def _once(self, lookup: Lookup, due: float | None, *, retry: bool, message_id: str | None) -> bool:
        message_id = message_id or str(uuid4())
        security = self._security(lookup.serial)
        request = search_request(
            lookup, issuer=self._credentials.issuer, security=security, message_id=message_id
        )
        reply, latency = self._send(request, operation_of(lookup), due)
        if reply.failure is not None:
            self._failed(lookup.operation, reply, latency, str(lookup), retry=retry)
            return False
        verdict = judge(lookup, reply.status, reply.body)
        error = verdict.problem is not None and not verdict.wrong
        self._meter.call(
            lookup.operation,
            code=verdict.code,
            latency=latency,
            service=reply.seconds,
            wrong=verdict.wrong,
            error=error,
            retry=retry,
            message_id=None if retry else message_id,
            node=self._node,
        )
        if verdict.wrong:
            told = request.replace(security, "") if security else request
            self._meter.tell_wrong(
                lookup.operation, verdict.problem or "", told, reply.body.decode("utf-8", "replace")
            )
        elif error:
            self._meter.tell_error(lookup.operation, verdict.problem or "")
        return not error

    def _send(self, request: str, operation: Operation, due: float | None) -> tuple[Reply, float]:
        started = time.monotonic()
        reply = self._connection.post(self._path, request.encode(), headers_of(operation))
        return reply, (started - due if due is not None else 0.0) + reply.seconds

    def _failed(
        self, operation: str, reply: Reply, latency: float, about: str, *, retry: bool = False
    ) -> None:
        self._meter.call(
            operation,
            code=reply.failure or "",
            latency=latency,
            service=reply.seconds,
            error=True,
            retry=retry,
            reached=reply.failure == "timeout",
            node=self._node,
        )
        self._meter.tell_error(operation, f"{about}: {reply.failure}")

    def _security(self, serial: str | None) -> str:
        if self._credentials.transport != "cpx":
            return ""
        now = time.monotonic()
        if now - self._assertion_at > ASSERTION_S:
            self._assertion, self._assertion_at = self._credentials.ps_assertion(), now
        if serial is None:
            return self._assertion
        return self._assertion + self._credentials.vitale_assertion(serial)

    # Lots

    def _lot(self, due: float | None) -> None:
        type(self).lots_open += 1
        try:
            lines = [self._lookups.claim() for _ in range(self._profile.lot_lines)]
            lot = self._deposit(lines, due)
            if lot is not None:
                self._collect(lot, lines)
        finally:
            type(self).lots_open -= 1

    def _deposit(self, lines: list[Lookup], due: float | None) -> str | None:
        request = deposit_request(lines, issuer=self._credentials.issuer, security=self._security(None))
        reply, latency = self._send(request, Operation.DEPOSIT_LOT, due)
        root = None if reply.failure else read_root(reply.body)
        if root is None or reply.status == _FAULT:
            self._unanswered("deposit", reply, latency, root)
            return None
        lot, *_ = lot_of(root)
        self._meter.call(
            "deposit",
            code="00" if lot else "none",
            latency=latency,
            service=reply.seconds,
            error=not lot,
            node=self._node,
        )
        return lot

    def _collect(self, lot: str, lines: list[Lookup]) -> None:
        expected = {str(number): line.code for number, line in enumerate(lines, 1)}
        page, got = 1, dict[str, str]()
        while True:
            time.sleep(_POLL_S)
            request = collect_request(
                lot, page, issuer=self._credentials.issuer, security=self._security(None)
            )
            reply, latency = self._send(request, Operation.COLLECT_LOT, None)
            root = None if reply.failure else read_root(reply.body)
            if root is None or reply.status == _FAULT:
                self._unanswered("collect", reply, latency, root)
                return
            _, state, pages, results = lot_of(root)
            got |= results
            wrong = [line for line, code in results.items() if expected.get(line) != code]
            over = state == "TERMINE" and page >= pages
            missing = [line for line in expected if line not in got] if over else []
            self._meter.call(
                "collect",
                code="00",
                latency=latency,
                service=reply.seconds,
                wrong=bool(wrong or missing),
                node=self._node,
            )
            if wrong or missing:
                line = (wrong or missing)[0]
                about = (
                    lines[int(line) - 1]
                    if line.isdecimal() and 0 < int(line) <= len(lines)
                    else "nobody's line"
                )
                problem = (
                    f"lot {lot}, line {line} ({about}): expected {expected.get(line)}, got {got.get(line)}"
                )
                self._meter.tell_wrong("collect", problem, request, reply.body.decode("utf-8", "replace"))
                return
            if over:
                return
            if state == "TERMINE":
                page += 1

    def _unanswered(self, operation: str, reply: Reply, latency: float, root: Any) -> None:
        if reply.failure is not None:
            self._failed(operation, reply, latency, operation)
            return
        code = (fault_of(root) if root is not None else None) or f"HTTP {reply.status}"
        self._meter.call(
            operation, code=code, latency=latency, service=reply.seconds, error=True, node=self._node
        )
        self._meter.tell_error(operation, f"{operation}: {code}")


def random_of(seed: int, name: str) -> Random:
    """Return what draws for one user: the same for the same seed."""
    return random_module.Random(f"{seed}/{name}")  # noqa: S311 - a choice of test data, not a secret
