"""An HTTP request to the DMP and its answer, before and after anything is made of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from simulator.chaos.reply import AT_ONCE, Delivery
from simulator.contract.names import SOAP12
from simulator.sinks.dmp.answers import fault
from simulator.sinks.dmp.mtom import pack

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.sinks.dmp.reading import Message

_SOAP_11_MEDIA: Final = "text/xml"
_SOAP_12_MEDIA: Final = "application/soap+xml"


@dataclass(frozen=True, slots=True, kw_only=True)
class DmpRequest:
    """An HTTP request."""

    method: str
    path: str
    content_type: str
    body: bytes
    client: str = ""
    """Address of who sends it."""
    tls: bool = False
    problem: str = ""
    """What went wrong while the body came; empty: nothing."""
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case."""
    client_certificate: bytes | None = None
    """DER, when the client showed one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DmpAnswer:
    """An HTTP answer."""

    status: int
    content_type: str
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()
    """All of them, once a scenario has disturbed the answer; otherwise the content type is the only one."""
    delivery: Delivery = AT_ONCE

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Its headers."""
        return self.headers or (("Content-Type", self.content_type),)


def reply(
    message: Message, action: str, envelope: bytes, beside: Mapping[str, bytes] | None = None
) -> DmpAnswer:
    """Return an answer in the form of the request: MTOM when that was, its version of SOAP."""
    media = _SOAP_12_MEDIA if message.soap == SOAP12 else _SOAP_11_MEDIA
    if message.is_mtom:
        kind, body = pack(envelope, action, beside, media=media)
        return DmpAnswer(status=200, content_type=kind, body=body)
    told = f'; action="{action}"' if message.soap == SOAP12 else ""
    return DmpAnswer(status=200, content_type=f"{media}; charset=utf-8{told}", body=envelope)


def fault_answer(soap: str, relates_to: str, reason: str, subcode: str = "") -> DmpAnswer:
    """Return a SOAP fault, HTTP 500."""
    media = _SOAP_12_MEDIA if soap == SOAP12 else _SOAP_11_MEDIA
    return DmpAnswer(
        status=500,
        content_type=f"{media}; charset=utf-8",
        body=fault(soap, relates_to, reason, subcode),
    )


def plain(status: int, text: str) -> DmpAnswer:
    """Return a line of text: for what is not addressed to the DMP."""
    return DmpAnswer(
        status=status, content_type="text/plain; charset=utf-8", body=f"{text}\n".encode("utf-8", "replace")
    )
