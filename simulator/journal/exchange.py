"""An exchange: one request, its answer, and the reasons."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.contract.messages import Finding, TraitsQuery

Source = Literal["fault", "scenario", "registry", "lot"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Considered:
    """A person considered for an answer, and what excluded them (none: they match)."""

    key: str
    label: str
    """Birth name and first names."""
    excluded_by: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Why a call was answered so."""

    source: Source
    """Who spoke: the reading of the request (``fault``), a ``scenario``, the ``registry``, or the
    state of a ``lot``."""
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
    """Evidence level of the behaviour shown, see ``simulator.contract.names.Evidence``."""


@dataclass(frozen=True, slots=True, kw_only=True)
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
    chaos: tuple[str, ...] = ()
    """Disturbances applied to the answer, in order, by their names in the catalogue. What then reaches the client is
    ``response``; ``http_status`` 0 with no byte is an answer that was not sent at all."""
