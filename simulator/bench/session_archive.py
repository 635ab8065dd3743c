"""A session as one ZIP file: to keep with the evidence of a campaign, or to set up again elsewhere.

``session.json`` has the settings and the scenarios, ``people.ndjson`` the session's own people, ``exchanges.ndjson``
its exchanges, one a line, with the secrets masked as in the exports of the journal (which itself keeps the exact bytes).
"""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections import Counter
from contextlib import contextmanager
from itertools import islice
from typing import IO, TYPE_CHECKING, Any, Final

from simulator.bench.session_life import create_session, remove_session
from simulator.journal.export import exchange_data
from simulator.journal.filters import Filters
from simulator.registry.person import PersonError, from_json
from simulator.registry.person import to_json as person_json
from simulator.scripting.loader import checked_scenario
from simulator.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from simulator.bench.stores import Bench
    from simulator.registry.person import Person
    from simulator.sessions.store import Session

FORMAT: Final = 1
"""Version of the archive."""
MAX_HEAD_BYTES: Final = 4 * 1024 * 1024
"""Longest ``session.json``, once inflated."""
MAX_PEOPLE_BYTES: Final = 64 * 1024 * 1024
"""Longest ``people.ndjson``, once inflated; it is read a line at a time."""
MAX_PEOPLE: Final = 100_000
"""Most people of an archive."""
MAX_LINE_BYTES: Final = 64 * 1024
"""Longest line of ``people.ndjson``."""

_PAGE: Final = 500


class ArchiveError(ValueError):
    """An archive cannot be read; the message names the file in it, what was expected and what came."""


def export_session(bench: Bench, session_id: str, *, exchanges: bool = True) -> Iterator[bytes]:
    """Return the parts of a ZIP file that holds a session, made as they are asked for; ``exchanges``: with those of the journal.

    Raises:
        UnknownSessionError: there is none of this id; before any part.
    """
    return _parts(bench, bench.sessions.get(session_id), exchanges=exchanges)


def _parts(bench: Bench, session: Session, *, exchanges: bool) -> Iterator[bytes]:
    sink = _Sink()
    # What cannot be rewound is written with the sizes behind each file.
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("session.json", json.dumps(_head(bench, session), ensure_ascii=False, indent=2))
        yield sink.taken()
        files: list[tuple[str, Iterator[dict[str, Any]]]] = [
            ("people.ndjson", map(person_json, _people(bench, session)))
        ]
        if exchanges:
            files.append(
                ("exchanges.ndjson", map(exchange_data, bench.journal.each(Filters(session=session.id))))
            )
        for name, entries in files:
            with archive.open(name, "w", force_zip64=True) as member:
                for entry in entries:
                    # Text may hold what UTF-8 cannot: escaped, it goes through.
                    member.write(json.dumps(entry).encode() + b"\n")
                    yield sink.taken()
            yield sink.taken()
    yield sink.taken()


class _Sink(io.RawIOBase):
    """Where an archive is written to, and taken from as it grows."""

    def __init__(self) -> None:
        self._held = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._held += data
        return len(data)

    def taken(self) -> bytes:
        """Return what was written since the last time."""
        taken = bytes(self._held)
        self._held.clear()
        return taken


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
    with _archive(content) as archive:
        head = _read_head(archive)
        settings = dict(head["settings"])
        if not recognise:
            settings.pop("recognise", None)
        session = create_session(bench, session_id if session_id is not None else head["id"], **settings)
        try:
            for entry in head["scenarios"]:
                bench.sessions.install(
                    session.id, checked_scenario(entry["scenario"]), _bound(entry["people"])
                )
            people = _read_people(archive)
            while page := list(islice(people, _PAGE)):
                bench.registry.add(page, session.scope)
        except BaseException:
            remove_session(bench, session.id)
            raise
    return bench.sessions.get(session.id)


def _bound(people: Mapping[str, Any]) -> dict[str, Person]:
    """Return the people of the roles of a scenario; one that is none is named."""
    bound: dict[str, Person] = {}
    for role, person in people.items():
        try:
            bound[role] = from_json(person)
        except PersonError as error:
            raise ArchiveError(f"people.{role}.{error}") from error
    return bound


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


@contextmanager
def _archive(content: bytes) -> Iterator[zipfile.ZipFile]:
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, ValueError) as error:
        raise ArchiveError(f"expected a ZIP file made by banc session export, got none: {error}") from error
    try:
        with archive:
            if twice := [name for name, times in Counter(archive.namelist()).items() if times > 1]:
                # Who looks at the archive first might see the other one.
                raise ArchiveError(f"{twice[0]!r:.80}: expected each file once, got it more than once")
            yield archive
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError) as error:
        raise ArchiveError(f"expected a ZIP file made by banc session export, got none: {error}") from error


def _read_head(archive: zipfile.ZipFile) -> dict[str, Any]:
    with _member(archive, "session.json") as member:
        # What the archive says of its size is not believed.
        content = member.read(MAX_HEAD_BYTES + 1)
    if len(content) > MAX_HEAD_BYTES:
        raise ArchiveError(f"session.json: expected at most {MAX_HEAD_BYTES} bytes, got more")
    head = _json(content, "session.json")
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
    return head


def _read_people(archive: zipfile.ZipFile) -> Iterator[Person]:
    """Yield the people of an archive, each as its line is inflated."""
    size = 0
    with _member(archive, "people.ndjson") as member:
        number = 0
        while line := member.readline(MAX_LINE_BYTES + 1):
            number, size = number + 1, size + len(line)
            if len(line) > MAX_LINE_BYTES:
                raise ArchiveError(
                    f"people.ndjson:{number}: expected a line of at most {MAX_LINE_BYTES} bytes"
                )
            if size > MAX_PEOPLE_BYTES:
                raise ArchiveError(f"people.ndjson: expected at most {MAX_PEOPLE_BYTES} bytes, got more")
            if number > MAX_PEOPLE:
                raise ArchiveError(f"people.ndjson: expected at most {MAX_PEOPLE} people, got more")
            try:
                person = from_json(_json(line, f"people.ndjson:{number}"))
            except PersonError as error:
                raise ArchiveError(f"people.ndjson:{number}: {error}") from error
            yield person


def _member(archive: zipfile.ZipFile, name: str) -> IO[bytes]:
    try:
        return archive.open(name)
    except KeyError as error:
        raise ArchiveError(f"expected the file {name} in the archive, got none") from error
    except RuntimeError as error:  # it is encrypted
        raise ArchiveError(f"{name}: expected a file without a password: {error}") from error


def _json(text: bytes, where: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ArchiveError(f"{where}: expected JSON: {error}") from error
