"""An exchange as the control API, or an export of the journal, tells of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeView:
    """An exchange as told by the control API."""

    id: int
    at: str
    operation: str | None
    code: str
    http_status: int
    request_xml: str
    response_xml: str
    traits: dict[str, Any] | None
    """``birth_name``, ``first_names`` (a list, one entry per Prenom), ``sex``, ``birth_date``, ``birth_place``."""
    idam: str | None
    findings: tuple[dict[str, str], ...]
    decision: dict[str, Any]
    explanation: dict[str, list[str]] = field(default_factory=dict)
    """Lines in words, under ``fr`` and ``en``."""
    path: str = ""
    """Where the call came, host not included."""
    request_headers: dict[str, str] = field(default_factory=dict)
    response_headers: dict[str, str] = field(default_factory=dict)
    service: str = "insi"
    """Who answered: ``insi``, or a sink (``dmp``, ``mssante``)."""


def exchange_view(data: Mapping[str, Any]) -> ExchangeView:
    """Return an exchange from what the control API, or an export of the journal, tells of it."""
    return ExchangeView(
        id=data["id"],
        at=data["at"],
        operation=data["operation"],
        code=data["code"],
        http_status=data["http_status"],
        request_xml=data["request"],
        response_xml=data["response"],
        traits=data["traits"],
        idam=data["idam"],
        findings=tuple(data["findings"]),
        decision=data["decision"],
        explanation=data["explanation"],
        path=str(data.get("path") or ""),
        request_headers=dict(data.get("request_headers") or {}),
        response_headers=dict(data.get("response_headers") or {}),
        service=str(data.get("service") or "insi"),
    )
