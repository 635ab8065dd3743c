"""What each disturbance does to an answer: pure functions on bytes, and instructions for the server that sends them."""

from __future__ import annotations

import gzip
import math
import threading
from collections import OrderedDict
from dataclasses import dataclass, replace
from html import escape
from random import Random
from typing import TYPE_CHECKING, Any, Final

from lxml import etree

from simulator.chaos import messages, text
from simulator.chaos.catalogue import MAX_DELAY_S, chaos_catalogue, conflict
from simulator.chaos.reply import Delivery, End

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from simulator.chaos.catalogue import ChaosStep
    from simulator.chaos.reply import Reply

    Parameters = Mapping[str, Any]

SLOW_NETWORK_S: Final = 3.0
"""The latency of the published scenario (ins-rules, ANS FAQ of February 2026)."""
_CUTTING: Final = {"truncated-body", "stalled-body"}
_DATE: Final = "Thu, 01 Jan 2026 00:00:00 GMT"


@dataclass(frozen=True, slots=True, kw_only=True)
class Disturbed:
    """An answer after its disturbances."""

    reply: Reply
    delivery: Delivery
    applied: tuple[str, ...]
    skipped: tuple[str, ...] = ()
    """Disturbances that this answer does not lend itself to, such as a missing Detail on what is no fault, or that do
    not go with those before them: two rules may disturb one answer."""


class CallCounter:
    """Counts the disturbed calls of each session, in this process; the oldest sessions are forgotten."""

    def __init__(self, sessions: int = 10_000) -> None:
        """Remember so many sessions."""
        self._sessions = sessions
        self._counts: OrderedDict[str, int] = OrderedDict()
        self._lock = threading.Lock()

    def next(self, session: str) -> int:
        """Return the number of this call, from 1."""
        with self._lock:
            count = self._counts.pop(session, 0) + 1
            self._counts[session] = count
            if len(self._counts) > self._sessions:
                self._counts.popitem(last=False)
            return count


def disturb(
    reply: Reply, steps: Sequence[ChaosStep], *, seed: str, call: int, message_id: str | None = None
) -> Disturbed:
    """Apply disturbances in order.

    Args:
        reply: the answer as it would be sent.
        steps: from ``read_steps``.
        seed: what randomness starts from where a step gives no seed of its own.
        call: number of the call; with the same seed, each call draws its own value and always the same.
        message_id: ``wsa:MessageID`` of the request, if it was read.
    """
    applied: list[ChaosStep] = []
    for step in steps:
        after = _changed(reply, step, message_id) if _lends_itself(reply, step, applied) else None
        if after is not None:
            reply = after
            applied.append(step)
    # Where to cut is known once the body is what it will be.
    delivery = Delivery()
    for step in applied:
        if step.name in _DELIVERIES:
            drawn = Random(f"{step.parameters.get('seed', seed)}/{call}")  # noqa: S311 - to be repeatable
            delivery = _DELIVERIES[step.name](delivery, reply, step.parameters, drawn)
    return Disturbed(
        reply=reply,
        delivery=_bounded(delivery, reply),
        applied=tuple(step.name for step in applied),
        skipped=tuple(step.name for step in steps if step not in applied),
    )


def _lends_itself(reply: Reply, step: ChaosStep, applied: Sequence[ChaosStep]) -> bool:
    disturbance = chaos_catalogue().get(step.name)
    if disturbance is None or any(conflict(before, step) for before in applied):
        return False
    if disturbance.needs == "fault":
        return reply.fault
    cuts = disturbance.kind == "end" and (step.name in _CUTTING or "after" in step.parameters)
    return len(reply.body) > 1 if cuts else True


def _changed(reply: Reply, step: ChaosStep, message_id: str | None) -> Reply | None:
    """Return the reply after one step, ``None`` when it has not what the step works on: bytes of a file may be anything."""
    effect = _REPLIES.get(step.name)
    if effect is None:
        return reply
    try:
        after = effect(reply, step.parameters, message_id)
    except (ValueError, etree.XMLSyntaxError):
        return None
    works_on_the_body = chaos_catalogue()[step.name].kind in {"message", "text"}
    return None if works_on_the_body and after == reply else after


# What changes the answer itself.


def _maintenance(reply: Reply, _: Parameters, __: str | None) -> Reply:
    return _page(
        reply,
        200,
        "Maintenance",
        "Le service est momentanément indisponible pour maintenance. Merci de réessayer plus tard.",
    )


def _redirect(reply: Reply, _: Parameters, __: str | None) -> Reply:
    page = _page(reply, 302, "Authentification requise", "Connectez-vous au portail pour accéder au réseau.")
    # A name that never resolves (RFC 6761).
    return replace(page, headers=(*page.headers, ("Location", "https://portail.invalid/connexion")))


def _gateway(status: int, title: str) -> Callable[[Reply, Parameters, str | None], Reply]:
    def effect(reply: Reply, parameters: Parameters, _: str | None) -> Reply:
        page = _page(reply, status, title, "The server is temporarily unable to service your request.")
        if "retry_after" not in parameters:
            return page
        return replace(page, headers=(*page.headers, ("Retry-After", str(parameters["retry_after"]))))

    return effect


def _page(reply: Reply, status: int, title: str, sentence: str) -> Reply:
    body = (
        f"<!DOCTYPE html>\n<html><head><meta charset='utf-8'><title>{escape(title)}</title></head>"
        f"<body><h1>{escape(title)}</h1><p>{escape(sentence)}</p></body></html>\n"
    )
    headers = _without(reply.headers, "Content-Type")
    return replace(
        reply,
        status=status,
        headers=(("Content-Type", "text/html; charset=utf-8"), *headers),
        body=body.encode(),
        fault=False,
    )


def _empty(reply: Reply, _: Parameters, __: str | None) -> Reply:
    return replace(reply, body=b"")


def _status(reply: Reply, parameters: Parameters, _: str | None) -> Reply:
    return replace(reply, status=parameters.get("status", 200 if reply.fault else 500))


def _content_type(reply: Reply, parameters: Parameters, _: str | None) -> Reply:
    kind = parameters["type"]
    headers = _without(reply.headers, "Content-Type")
    if kind == "absent":
        return replace(reply, headers=headers)
    value = kind if kind == "application/octet-stream" else f"{kind}; charset=utf-8"
    return replace(reply, headers=(("Content-Type", value), *headers))


def _twice(reply: Reply, parameters: Parameters, _: str | None) -> Reply:
    first = next((value for name, value in reply.headers if name.lower() == "content-type"), "text/xml")
    second = first if parameters["values"] == "same" else "text/html; charset=iso-8859-1"
    return replace(
        reply, headers=(*reply.headers, ("Content-Type", second), ("Date", _DATE), ("Date", _DATE))
    )


def _gzip(reply: Reply, parameters: Parameters, _: str | None) -> Reply:
    form = parameters["form"]
    # No time in it: the same answer gives the same bytes.
    body = reply.body if form == "header-only" else gzip.compress(reply.body, mtime=0)
    headers = reply.headers if form == "bytes-only" else (*reply.headers, ("Content-Encoding", "gzip"))
    return replace(reply, body=body, headers=headers)


def _recoded(effect: Callable[[bytes, str], text.Coded]) -> Callable[[Reply, Parameters, str | None], Reply]:
    def apply(reply: Reply, parameters: Parameters, _: str | None) -> Reply:
        coded = effect(reply.body, parameters["form"])
        if coded.charset is None:
            return replace(reply, body=coded.body)
        kind = ("Content-Type", f"application/soap+xml; charset={coded.charset}")
        return replace(reply, body=coded.body, headers=(kind, *_without(reply.headers, "Content-Type")))

    return apply


def _body(effect: Callable[[bytes, Parameters], bytes]) -> Callable[[Reply, Parameters, str | None], Reply]:
    def apply(reply: Reply, parameters: Parameters, _: str | None) -> Reply:
        return replace(reply, body=effect(reply.body, parameters))

    return apply


def _without(headers: Sequence[tuple[str, str]], name: str) -> tuple[tuple[str, str], ...]:
    return tuple(header for header in headers if header[0].lower() != name.lower())


_REPLIES: Final[Mapping[str, Callable[[Reply, Parameters, str | None], Reply]]] = {
    "html-maintenance": _maintenance,
    "http-redirect": _redirect,
    "http-502": _gateway(502, "502 Bad Gateway"),
    "http-503": _gateway(503, "503 Service Unavailable"),
    "http-504": _gateway(504, "504 Gateway Timeout"),
    "empty-body": _empty,
    "wrong-status": _status,
    "wrong-content-type": _content_type,
    "duplicate-headers": _twice,
    "gzip": _gzip,
    "missing-detail": _body(lambda body, _: messages.without_detail(body)),
    "unknown-code": _body(lambda body, given: messages.with_code(body, given.get("code"))),
    "wrong-message-id": _body(lambda body, _: messages.of_another_message(body)),
    "other-prefixes": _body(lambda body, given: messages.with_prefixes(body, given["form"])),
    "dressed-values": _body(lambda body, given: messages.with_dressed_values(body, given["form"])),
    "huge-answer": _body(lambda body, given: messages.of_size(body, given["size"])),
    "malformed-xml": _body(lambda body, given: text.malformed(body, given["form"])),
    "xml-11": _body(lambda body, _: text.declared_version_11(body)),
    "bom": _body(lambda body, given: text.with_mark(body, given["place"])),
    "utf-16": _recoded(text.utf_16),
    "latin-1": _recoded(text.latin_1),
}


# What changes the way it is sent.


def _latency(delivery: Delivery, _: Reply, given: Parameters, drawn: Random) -> Delivery:
    middle, spread = float(given["seconds"]), float(given["spread"])
    match given["distribution"]:
        case "uniform":
            seconds = drawn.uniform(middle - spread, middle + spread)
        case "normal":
            seconds = drawn.normalvariate(middle, spread)
        case "lognormal" if middle > 0:
            # The mean and the deviation asked are those of the delay, not those of its logarithm.
            sigma2 = math.log1p((spread / middle) ** 2)
            seconds = drawn.lognormvariate(math.log(middle) - sigma2 / 2, math.sqrt(sigma2))
        case _:
            seconds = middle
    return replace(delivery, delay=delivery.delay + max(seconds, 0.0))


def _slow_network(delivery: Delivery, _: Reply, __: Parameters, ___: Random) -> Delivery:
    return replace(delivery, delay=delivery.delay + SLOW_NETWORK_S)


def _drip(delivery: Delivery, _: Reply, given: Parameters, __: Random) -> Delivery:
    piece = given["piece"]
    return replace(delivery, piece=piece, pause=piece / given["bytes_per_second"])


def _chunked(delivery: Delivery, _: Reply, given: Parameters, __: Random) -> Delivery:
    # A drip that is asked for gives the pieces.
    return replace(delivery, chunked=True, piece=delivery.piece if delivery.pause else given["size"])


def _no_answer(delivery: Delivery, _: Reply, given: Parameters, __: Random) -> Delivery:
    return replace(delivery, end=End.CLOSE, hold=float(given["seconds"]))


def _stalled(delivery: Delivery, reply: Reply, given: Parameters, __: Random) -> Delivery:
    cut = _cut(reply, given)
    return replace(delivery, end=End.CLOSE, cut=cut, hold=float(given["seconds"]))


def _reset(delivery: Delivery, reply: Reply, given: Parameters, __: Random) -> Delivery:
    cut = _cut(reply, given) if "after" in given else None
    return replace(delivery, end=End.RESET, cut=cut)


def _closed(delivery: Delivery, _: Reply, __: Parameters, ___: Random) -> Delivery:
    return replace(delivery, end=End.CLOSE)


def _truncated(delivery: Delivery, reply: Reply, given: Parameters, __: Random) -> Delivery:
    return replace(delivery, end=End.CLOSE, cut=_cut(reply, given))


def _cut(reply: Reply, given: Parameters) -> int:
    return int(given.get("after", len(reply.body) // 2))


def _bounded(delivery: Delivery, reply: Reply) -> Delivery:
    """Keep delays and cuts within what was promised: never whole where a cut was asked, never endless."""
    size = len(reply.body)
    cut = None if delivery.cut is None else max(1, min(delivery.cut, size - 1))
    delivery = replace(delivery, delay=min(delivery.delay, MAX_DELAY_S), cut=cut)
    if delivery.pause and delivery.piece:
        pauses = max(1, math.ceil(len(delivery.sent(reply.body)) / delivery.piece) - 1)
        delivery = replace(delivery, pause=min(delivery.pause, MAX_DELAY_S / pauses))
    return delivery


_DELIVERIES: Final[Mapping[str, Callable[[Delivery, Reply, Parameters, Random], Delivery]]] = {
    "latency": _latency,
    "slow-network": _slow_network,
    "slow-drip": _drip,
    "chunked": _chunked,
    "no-answer": _no_answer,
    "stalled-body": _stalled,
    "connection-reset": _reset,
    "connection-closed": _closed,
    "truncated-body": _truncated,
}
