"""What was received as files: one an item, and all of them in a zip."""

from __future__ import annotations

import json
import tempfile
import zipfile
from dataclasses import asdict
from typing import IO, TYPE_CHECKING, Final

from simulator.sinks.kept import Sink

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.sinks.kept import Received, SinkStore

INDEX: Final = "index.ndjson"
_IN_MEMORY: Final = 4 * 1024 * 1024
_CHUNK: Final = 256 * 1024


def file_name(item: Received) -> str:
    """Return the name of an item in an archive: ``banc check`` recognises what it is by its content."""
    return f"{item.id:06d}.eml" if item.sink is Sink.MSSANTE else f"{item.id:06d}-{item.kind}.http"


def as_file(item: Received, content: bytes) -> bytes:
    """Return an item as a file that can be read without knowing how it came: a submission with its Content-Type."""
    kind = str(item.facts.get("content_type", ""))
    if item.sink is Sink.MSSANTE or not kind.lower().startswith("multipart/"):
        return content
    return f"MIME-Version: 1.0\r\nContent-Type: {kind}\r\n\r\n".encode("ascii", errors="replace") + content


def archive_of(store: SinkStore, session: str | None, sink: Sink | None) -> IO[bytes]:
    """Return a zip of the items with their bytes, and ``index.ndjson``; the caller closes it."""
    out: IO[bytes] = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - closed when it has been sent
    index = []
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as zipped:
        for item in store.each(session=session, sink=sink):
            content = store.content(item.id)
            if content is not None:
                index.append(json.dumps({**asdict(item), "file": file_name(item)}, ensure_ascii=False))
                zipped.writestr(file_name(item), as_file(item, content))
        zipped.writestr("index.ndjson", "".join(f"{line}\n" for line in index))
    out.seek(0)
    return out


def chunks(archive: IO[bytes]) -> Iterator[bytes]:
    """Yield the bytes of an open file, and close it at the end."""
    with archive:
        while chunk := archive.read(_CHUNK):
            yield chunk
