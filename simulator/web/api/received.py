"""Routes of what the sinks received: list, bytes, archive, and what they are told to answer."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from flask import Response, jsonify, request

from simulator.sessions.store import DEFAULT
from simulator.sinks import Sink, SinkFullError, SinkStore
from simulator.sinks.addresses import read_addresses
from simulator.sinks.archive import archive_of, chunks, file_name
from simulator.sinks.backing import Backing
from simulator.sinks.dmp.service import EXISTENCE, SUBMITTING
from simulator.sinks.kept import FILE, MAX_WORD
from simulator.sinks.mssante.delivering import deliver
from simulator.web.api.common import (
    MAX_ID,
    MAX_PAGE,
    BadRequestError,
    choice_argument,
    json_body,
    number_argument,
    problem,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Blueprint

    from simulator.bench import Bench

MOST_RECIPIENTS: Final = 100
_FIRST_BYTES: Final = 1000
_TOLD: Final[dict[str, dict[str, type]]] = {
    SUBMITTING: {"error": str, "context": str, "accept": bool},
    EXISTENCE: {
        "exists": bool,
        **dict.fromkeys(("matricule", "oid", "birth_name", "first_name", "birth_date", "sex"), str),
    },
}


class NoSinkError(Exception):
    """This data directory never had a sink; the message says how to open one."""


def received_routes(api: Blueprint, bench: Bench) -> None:
    """Add the routes of the sinks."""
    opened: list[SinkStore] = []

    def store() -> SinkStore:
        if not opened:
            path = bench.options.data_dir / FILE
            if not path.exists():
                raise NoSinkError(
                    "no sink was opened here: start the simulator with banc serve --dmp --mssante"
                )
            opened.append(SinkStore(path))
        return opened[0]

    @api.errorhandler(NoSinkError)
    def no_sink(error: NoSinkError) -> tuple[Response, int]:
        return problem(str(error), 404)

    _list_routes(api, store)
    _content_routes(api, store)
    _answer_routes(api, store)
    _delivery_routes(api, store, bench)


def _list_routes(api: Blueprint, store: Callable[[], SinkStore]) -> None:
    @api.get("/received")
    def list_received() -> Response:
        """Items, the oldest first. Query: ``session``, ``sink`` (``DMP``, ``MSSANTE``), ``after`` (an id), ``limit``."""
        items = store().items(
            session=request.args.get("session"),
            sink=_sink(),
            after=number_argument("after", 0, 0, MAX_ID),
            limit=number_argument("limit", 100, 1, MAX_PAGE),
        )
        return jsonify(items=[asdict(one) for one in items], last_id=store().last_id())

    @api.delete("/received")
    def clear_received() -> Response:
        """Remove the items of a session, or all, and what was told for it."""
        return jsonify(removed=store().clear(request.args.get("session")))

    @api.get("/received/addresses")
    def sink_addresses() -> Response:
        """Where the sinks listen now."""
        return jsonify(read_addresses(store()))


def _content_routes(api: Blueprint, store: Callable[[], SinkStore]) -> None:
    @api.get("/received/export")
    def export_received() -> Response:
        """A zip of the items with their bytes, and ``index.ndjson``. Query: ``session``, ``sink``."""
        archive = archive_of(store(), request.args.get("session"), _sink())
        response = Response(chunks(archive), content_type="application/zip")
        response.headers["Content-Disposition"] = 'attachment; filename="received.zip"'
        return response

    @api.get("/received/<int:item_id>")
    def get_received(item_id: int) -> Response | tuple[Response, int]:
        item = store().get(min(item_id, MAX_ID))
        return (
            problem(f"nothing received has the id {item_id}", 404) if item is None else jsonify(asdict(item))
        )

    @api.get("/received/<int:item_id>/content")
    def get_received_content(item_id: int) -> Response | tuple[Response, int]:
        """The bytes as they came."""
        item = store().get(min(item_id, MAX_ID))
        content = None if item is None else store().content(item.id)
        if item is None or content is None:
            return problem(f"nothing received has the id {item_id}", 404)
        response = Response(content, content_type="application/octet-stream")
        response.headers["Content-Disposition"] = f'attachment; filename="{file_name(item)}"'
        return response


def _answer_routes(api: Blueprint, store: Callable[[], SinkStore]) -> None:
    @api.put("/received/answers/<session>/<name>")
    def tell(session: str, name: str) -> Response:
        """Say what a sink answers to a session from now on."""
        told = _told(name, json_body())
        store().tell(session, name, told)
        return jsonify(told)

    @api.delete("/received/answers/<session>/<name>")
    def tell_nothing(session: str, name: str) -> Response:
        """Take it back."""
        _told(name, {})
        store().tell(session, name, None)
        return jsonify({})


def _delivery_routes(api: Blueprint, store: Callable[[], SinkStore], bench: Bench) -> None:
    backing = Backing(journal=bench.journal, sessions=bench.sessions)

    @api.post("/received/mails")
    def deliver_mail() -> tuple[Response, int]:
        """Put a mail (the body) into mailboxes. Query: ``session``, ``sender``, ``to`` (addresses with commas between)."""
        session = request.args.get("session", DEFAULT)
        bench.sessions.get(session)
        recipients = tuple(one.strip() for one in request.args.get("to", "").split(",") if one.strip())
        if not 1 <= len(recipients) <= MOST_RECIPIENTS or not all(map(_is_address, recipients)):
            raise BadRequestError(f"to: expected 1 to {MOST_RECIPIENTS} addresses with commas between them")
        sender = request.args.get("sender", "")
        if not _is_address(sender):
            raise BadRequestError(f"sender: expected an address, got {sender!r:.80}")
        content = request.get_data()
        if b":" not in content[:_FIRST_BYTES]:
            raise BadRequestError("expected a mail in the body, with its headers, got none")
        try:
            number = deliver(store(), backing, content, session=session, sender=sender, recipients=recipients)
        except SinkFullError as error:
            return problem(str(error), 507)
        return jsonify(id=number), 201


def _is_address(text: str) -> bool:
    name, _, domain = text.rpartition("@")
    return bool(name and domain) and len(text) <= MAX_WORD and text.isprintable() and " " not in text


def _sink() -> Sink | None:
    name = choice_argument("sink", "", "", *Sink)
    return Sink(name) if name else None


def _told(name: str, data: dict[str, Any]) -> dict[str, Any]:
    fields = _TOLD.get(name)
    if fields is None:
        raise BadRequestError(f"expected one of {', '.join(_TOLD)}, got {name!r:.60}")
    for key, value in data.items():
        kind = fields.get(key)
        if kind is None:
            raise BadRequestError(f"{name}: expected {', '.join(fields)}, got {key!r:.60}")
        if not isinstance(value, kind):
            raise BadRequestError(f"{name}: {key}: expected {kind.__name__}, got {value!r:.60}")
    return data
