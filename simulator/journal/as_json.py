"""An exchange as JSON data."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from simulator.journal.certificate import describe_certificate
from simulator.journal.exchange import header_pairs

if TYPE_CHECKING:
    from simulator.journal.exchange import Exchange


def to_json(exchange: Exchange, *, with_bytes: bool = True) -> dict[str, Any]:
    """Return an exchange as JSON data; request and response as text (undecodable bytes replaced)."""
    data: dict[str, Any] = _plain(exchange)
    for name in ("request", "response"):
        content: bytes = data.pop(name)
        if with_bytes:
            data[name] = content.decode("utf-8", "replace")
        data[f"{name}_headers"] = dict(getattr(exchange, f"{name}_headers"))
        data[f"{name}_header_list"] = header_pairs(getattr(exchange, f"{name}_headers"))
    certificate: bytes | None = data.pop("client_certificate")
    data["client_certificate"] = None if certificate is None else describe_certificate(certificate)
    return data


def _plain(value: Any) -> Any:
    """Return a dataclass and those within it as mappings; ``dataclasses.asdict`` copies every text on the way."""
    kind = type(value)
    if kind is str or value is None or kind is int:
        return value
    if is_dataclass(kind):
        return {name: _plain(getattr(value, name)) for name in _names(kind)}
    if kind is tuple or kind is list:
        return kind(map(_plain, value))
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    return value


@cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(each.name for each in fields(kind))
