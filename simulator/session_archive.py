"""A session as one ZIP file: to keep with the evidence of a campaign, or to set up again elsewhere.

``session.json`` has the settings and the scenarios, ``people.ndjson`` the session's own people, ``exchanges.ndjson``
its exchanges, one a line, with the secrets masked as in the exports of the journal (which itself keeps the exact bytes).
"""

from __future__ import annotations

import io
import json
import tempfile
import zipfile
import zlib
from typing import IO, TYPE_CHECKING, Any, Final

from simulator.journal.export import exchange_data
from simulator.registry.person import PersonError, from_json
from simulator.registry.person import to_json as person_json
from simulator.session_life import create_session, remove_session
from simulator.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.bench import Bench
    from simulator.journal.exchange import Exchange
    from simulator.registry.person import Person
    from simulator.sessions.store import Session

FORMAT: Final = 1
"""Version of the archive."""
MAX_MEMBER_BYTES: Final = 64 * 1024 * 1024
"""Largest file of an archive that is read, once inflated."""

_PAGE: Final = 500
_IN_MEMORY: Final = 4 * 1024 * 1024


class ArchiveError(ValueError):
    """An archive cannot be read; the message names the file in it, what was expected and what came."""


def export_session(bench: Bench, session_id: str, *, exchanges: bool = True) -> IO[bytes]:
    """Return a session as a ZIP file, open at its beginning; ``exchanges``: with those of the journal.

    Raises:
        UnknownSessionError: there is none of this id.
    """
    session = bench.sessions.get(session_id)
    file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - the caller's to close
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("session.json", json.dumps(_head(bench, session), ensure_ascii=False, indent=2))
        _write_lines(archive, "people.ndjson", map(person_json, _people(bench, session)))
        if exchanges:
            _write_lines(archive, "exchanges.ndjson", map(exchange_data, _exchanges(bench, session_id)))
    file.seek(0)
    return file


def import_session(
    bench: Bench, content: bytes, *, session_id: str | None = None, recognise: bool = True
) -> Session:
    """Create a session from an archive: its settings, scenarios and people, everything or nothing.

    Exchanges are not taken over: the journal says what happened in this simulator.

    Args:
        bench: where.
        content: the ZIP file.
        session_id: of the new session; ``None``: that of the archive.
        recognise: keep what its calls are recognised by.

    Raises:
        ArchiveError: it is no archive of a session, or one of its files cannot be used.
        SettingsError: a setting cannot be used here.
        SessionConflictError: the id, or what it is recognised by, is taken.
        ScenarioError: a scenario cannot be used here.
    """
    head, people = _read(content)
    settings = dict(head["settings"])
    if not recognise:
        settings.pop("recognise", None)
    session = create_session(bench, session_id if session_id is not None else head["id"], **settings)
    try:
        for entry in head["scenarios"]:
            bench.sessions.install(session.id, entry["scenario"], entry["people"])
        bench.registry.add(people, session.scope)
    except BaseException:
        remove_session(bench, session.id)
        raise
    return bench.sessions.get(session.id)


def _head(bench: Bench, session: Session) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "bench": VERSION,
        "id": session.id,
        "created_at": session.created_at,
        "settings": session.settings.to_json(),
        "scenarios": [
            {"scenario": data, "people": people} for data, people in bench.sessions.installed(session.id)
        ],
    }


def _people(bench: Bench, session: Session) -> Iterator[Person]:
    offset = 0
    while page := bench.registry.own(session.scope, limit=_PAGE, offset=offset):
        yield from page
        offset += len(page)


def _exchanges(bench: Bench, session_id: str) -> Iterator[Exchange]:
    after = 0
    while page := bench.journal.list(session=session_id, after=after, limit=_PAGE):
        yield from page
        after = page[-1].id


def _write_lines(archive: zipfile.ZipFile, name: str, entries: Iterator[dict[str, Any]]) -> None:
    with archive.open(name, "w") as member:
        for entry in entries:
            # Text may hold what UTF-8 cannot: escaped, it goes through.
            member.write(json.dumps(entry).encode() + b"\n")


def _read(content: bytes) -> tuple[dict[str, Any], list[Person]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            head = _json(_member(archive, "session.json"), "session.json")
            lines = _member(archive, "people.ndjson").splitlines()
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise ArchiveError(f"expected a ZIP file made by banc session export, got none: {error}") from error
    if not isinstance(head, dict) or head.get("format") != FORMAT:
        got = head.get("format") if isinstance(head, dict) else type(head).__name__
        raise ArchiveError(f"session.json: expected the format {FORMAT}, got {got!r:.80}")
    for name, kind in (("id", str), ("settings", dict), ("scenarios", list)):
        if not isinstance(head.get(name), kind):
            raise ArchiveError(f"session.json: {name}: expected {kind.__name__}, got {head.get(name)!r:.80}")
    for index, entry in enumerate(head["scenarios"]):
        if (
            not isinstance(entry, dict)
            or "scenario" not in entry
            or not isinstance(entry.get("people"), dict)
        ):
            raise ArchiveError(
                f"session.json: scenarios[{index}]: expected scenario and people, got {entry!r:.80}"
            )
    people = []
    for number, line in enumerate(lines, start=1):
        try:
            people.append(from_json(_json(line, f"people.ndjson:{number}")))
        except PersonError as error:
            raise ArchiveError(f"people.ndjson:{number}: {error}") from error
    return head, people


def _member(archive: zipfile.ZipFile, name: str) -> bytes:
    try:
        member = archive.open(name)
    except KeyError as error:
        raise ArchiveError(f"expected the file {name} in the archive, got none") from error
    with member:
        # What the archive says of its size is not believed.
        content = member.read(MAX_MEMBER_BYTES + 1)
    if len(content) > MAX_MEMBER_BYTES:
        raise ArchiveError(f"{name}: expected at most {MAX_MEMBER_BYTES} bytes, got more")
    return content


def _json(text: bytes, where: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ArchiveError(f"{where}: expected JSON: {error}") from error
