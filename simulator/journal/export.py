"""Exchanges for other programs: one JSON object a line (NDJSON), or an HTTP archive (HAR 1.2).

Secrets are masked unless that is refused: assertions, signatures, keys and certificates, numbers of Vitale cards,
tokens and cookies. The journal itself keeps everything.
"""

from __future__ import annotations

from base64 import b64encode
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from simulator.journal.as_json import to_json
from simulator.journal.exchange import MSSANTE
from simulator.journal.explain import explain
from simulator.journal.masking import MASK, mask, mask_header, mask_text
from simulator.journal.record import encode_json
from simulator.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from simulator.journal.exchange import Exchange

_CARD_NUMBERS: Final = ("insured_number", "individual_number")
_SHORTEST_NUMBER: Final = 5
"""Shorter texts are no card number, and would be masked everywhere."""


def to_ndjson(exchanges: Iterable[Exchange], *, masked: bool = True) -> Iterator[bytes]:
    """Yield lines: each exchange as the control API tells it, with its explanation.

    A side that is no UTF-8 is given in base64 beside its text, when nothing is masked.
    """
    for exchange in exchanges:
        yield encode_json(exchange_data(exchange, masked=masked)) + b"\n"


def to_har(exchanges: Iterable[Exchange], *, masked: bool = True) -> Iterator[bytes]:
    """Yield the parts of one HAR 1.2 document (http://www.softwareishard.com/blog/har-12-spec/)."""
    creator = {"name": "banc-insi", "version": VERSION}
    head = encode_json({"version": "1.2", "creator": creator, "entries": []})
    yield b'{"log":' + head.removesuffix(b"]}")
    separator = b""
    for exchange in exchanges:
        yield separator + encode_json(_har_entry(exchange, masked=masked))
        separator = b",\n"
    yield b"]}}\n"


def exchange_data(exchange: Exchange, *, masked: bool = True) -> dict[str, Any]:
    """Return an exchange as JSON data with its explanation, masked or not."""
    data = to_json(exchange)
    data["explanation"] = {"fr": explain(exchange, "fr"), "en": explain(exchange, "en")}
    if not masked:
        for name in ("request", "response"):
            content: bytes = getattr(exchange, name)
            if not _is_text(content):
                data[f"{name}_base64"] = b64encode(content).decode("ascii")
        return data
    bodies = {name: mask_text(data.pop(name)) for name in ("request", "response")}
    for name in ("request", "response"):
        data[f"{name}_headers"] = {
            header: mask_header(header, value) for header, value in data[f"{name}_headers"].items()
        }
        data[f"{name}_header_list"] = [
            (header, mask_header(header, value)) for header, value in data[f"{name}_header_list"]
        ]
    if data["client_certificate"] is not None:
        data["client_certificate"]["der"] = MASK
    numbers = [
        number for name in _CARD_NUMBERS if len(number := exchange.asked.get(name, "")) >= _SHORTEST_NUMBER
    ]
    cleaned: dict[str, Any] = _without(mask(data), numbers)
    return cleaned | bodies


def _har_entry(exchange: Exchange, *, masked: bool) -> dict[str, Any]:
    data = exchange_data(exchange, masked=masked)
    request_type, response_type = (
        _header(exchange_headers, "content-type")
        for exchange_headers in (data["request_header_list"], data["response_header_list"])
    )
    host = _header(data["request_header_list"], "host") or "localhost"
    is_mail = exchange.service == MSSANTE
    scheme = "https" if exchange.client_certificate is not None else "http"
    timings = {name: micros / 1000 for name, micros in exchange.timings.items()}
    return {
        "startedDateTime": exchange.at,
        "time": exchange.micros / 1000,
        "request": {
            "method": "POST",
            "url": f"{exchange.path}:mssante" if is_mail else f"{scheme}://{host}{exchange.path}",
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": _har_headers(data["request_header_list"]),
            "queryString": [],
            "postData": {"mimeType": request_type, "text": data["request"]},
            "headersSize": -1,
            "bodySize": len(exchange.request),
        },
        "response": {
            "status": exchange.http_status,
            "statusText": _phrase(exchange.http_status),
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": _har_headers(data["response_header_list"]),
            "content": _har_content(exchange, data, response_type, masked=masked),
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": len(exchange.response),
        },
        "cache": {},
        "timings": {"send": 0, "wait": exchange.micros / 1000, "receive": 0},
        "comment": "\n".join(data["explanation"]["fr"]),
        "_bancInsi": {
            **{name: data[name] for name in ("id", "session", "service", "operation", "code")},
            **{name: data[name] for name in ("findings", "decision")},
            **{
                name: data[name]
                for name in ("authentication", "client_certificate", "chaos", "chaos_parameters")
            },
            "timings_ms": timings,
        },
    }


def _har_content(exchange: Exchange, data: dict[str, Any], mime_type: str, *, masked: bool) -> dict[str, Any]:
    content: dict[str, Any] = {"size": len(exchange.response), "mimeType": mime_type}
    if masked or _is_text(exchange.response):
        return {**content, "text": data["response"]}
    return {**content, "text": data["response_base64"], "encoding": "base64"}


def _har_headers(pairs: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in pairs]


def _header(pairs: Iterable[tuple[str, str]], wanted: str) -> str:
    return next((value for name, value in pairs if name.lower() == wanted), "")


def _without(value: Any, secrets: list[str]) -> Any:
    """Return JSON-like data in which no string holds one of the secrets."""
    if isinstance(value, str):
        for secret in secrets:
            value = value.replace(secret, MASK)
        return value
    if isinstance(value, dict):
        return {name: _without(content, secrets) for name, content in value.items()}
    if isinstance(value, list):
        return [_without(item, secrets) for item in value]
    return value


def _is_text(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
