"""An exchange: one request, its answer, and the reasons."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Any, Final, Literal

from simulator.values import value

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from simulator.contract.messages import Finding, TraitsQuery

Source = Literal["fault", "scenario", "registry", "lot", "sink"]

INSI: Final = "insi"
DMP: Final = "dmp"
MSSANTE: Final = "mssante"
SERVICES: Final = (INSI, DMP, MSSANTE)
"""Who answers: the teleservice, or one of the sinks."""

STAGES: Final = ("read", "authenticate", "decide", "render", "write")
"""What a call goes through, in this order; ``write`` is the journal itself."""


class Headers(dict[str, str]):
    """HTTP headers: a mapping in which repeated ones are joined by commas (RFC 9110 §5.3), and all of them in ``pairs``."""

    __slots__ = ("pairs",)

    pairs: tuple[tuple[str, str], ...]
    """Each header as it came or went, in order, names repeated."""

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        """Take the headers one by one, in order."""
        self.pairs = tuple(map(tuple, pairs))  # type: ignore[arg-type] # JSON has them as lists
        super().__init__(self.pairs)
        if len(self) != len(self.pairs):
            self.clear()
            for name, value in self.pairs:
                self[name] = f"{self[name]}, {value}" if name in self else value

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.pairs,)


def header_pairs(headers: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return headers one by one, in order; names may be repeated."""
    return headers.pairs if isinstance(headers, Headers) else tuple(headers.items())


@value(frozen=True, slots=True, kw_only=True)
class Considered:
    """A person considered for an answer, and what excluded them (none: they match)."""

    key: str
    label: str
    """Birth name and first names."""
    excluded_by: tuple[str, ...]


@value(frozen=True, slots=True, kw_only=True)
class Decision:
    """Why a call was answered so."""

    source: Source
    """Who spoke: the reading of the request (``fault``), a ``scenario``, the ``registry``, the state of a ``lot``, or a
    ``sink`` by itself."""
    cause: str = ""
    """For a fault: what was expected and what came (English)."""
    scenario: str | None = None
    rule: int | None = None
    """0-based index of the rule of the scenario."""
    profile: str | None = None
    person: str | None = None
    """Key of the person answered."""
    considered: tuple[Considered, ...] = ()
    remarks: tuple[tuple[str, str], ...] = ()
    """What the operation itself has to say, each in French and in English."""
    evidence: str = ""
    """Evidence level of the behaviour shown, see ``simulator.contract.evidence.EvidenceLevel``."""


@value(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One call, complete. ``id`` is 0 until the journal has kept it."""

    session: str
    at: str
    """ISO 8601, UTC, milliseconds."""
    operation: str | None
    code: str
    """Answer code ``00`` ``01`` ``02``, or the fault code."""
    http_status: int
    path: str
    request_headers: Mapping[str, str]
    request: bytes
    response_headers: Mapping[str, str]
    response: bytes
    decision: Decision
    traits: TraitsQuery | None = None
    asked: Mapping[str, str] = field(default_factory=dict)
    """What was asked beside the traits, by name: see ``simulator.contract.messages.Call.asked``."""
    message_id: str | None = None
    idam: str | None = None
    findings: tuple[Finding, ...] = field(default=())
    micros: int = 0
    """Time from the first byte parsed to the answer rendered, in microseconds."""
    id: int = 0
    authentication: str | None = None
    """How the caller proved itself: ``none``, ``mtls``, ``cpx``, ``psc``; ``None``: refused before that was known."""
    client_certificate: bytes | None = None
    """DER of the certificate of the peer (mutual TLS)."""
    timings: Mapping[str, int] = field(default_factory=dict)
    """Microseconds by stage, see ``STAGES``; a stage that was not reached is not there. ``write`` is known once the
    next exchange of the same server process is kept."""
    chaos: tuple[str, ...] = ()
    """Disturbances applied to the answer, in order, by their names in the catalogue. What then reaches the client is
    ``response``; ``http_status`` 0 with no byte is an answer that was not sent at all."""
    chaos_parameters: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """By the name of a disturbance that was given parameters: these, as scenario files write them."""
    service: str = INSI
    """One of ``SERVICES``. For a mail ``http_status`` is the code of the SMTP reply, and the headers of the request are the
    envelope."""
