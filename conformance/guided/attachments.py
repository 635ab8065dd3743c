"""Files that a person adds to the evidence: copied into the campaign folder, named by their SHA-256."""

from __future__ import annotations

import hashlib
import mimetypes
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from conformance.record.timeline import AttachmentEntry
from simulator.text import Text

if TYPE_CHECKING:
    from pathlib import Path

MAX_BYTES: Final = 50 * 1024 * 1024
"""A photograph or a PDF is smaller."""

FOLDER: Final = "attachments"


class AttachmentError(Exception):
    """The file cannot be kept; ``text`` says why."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.fr)
        self.text = text


def attach(source: Path, campaign: Path, *, exchange: int) -> AttachmentEntry:
    """Copy a file into ``attachments/`` of the campaign folder and return its entry.

    Args:
        source: the file of the person.
        campaign: the folder of the campaign.
        exchange: number of the exchange that it shows the outcome of; 0: of none.

    Raises:
        AttachmentError: it is missing, empty, too large, or no file.
    """
    if not source.is_file():
        raise AttachmentError(Text(f"aucun fichier {source}", f"no file {source}"))
    try:
        with source.open("rb") as opened:
            content = opened.read(MAX_BYTES + 1)
        if not content or len(content) > MAX_BYTES:
            mega = MAX_BYTES // (1024 * 1024)
            raise AttachmentError(
                Text(
                    f"{source} : attendu un fichier de 1 octet à {mega} Mio",
                    f"{source}: expected a file of 1 byte to {mega} MiB",
                )
            )
        digest = hashlib.sha256(content).hexdigest()
        name = re.sub(r"[^\w.-]+", "-", source.name)[-80:]
        target = campaign / FOLDER / f"{digest[:16]}-{name}"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    except OSError as error:
        reason = error.strerror or str(error)
        raise AttachmentError(Text(f"{source} : {reason}", f"{source}: {reason}")) from error
    return AttachmentEntry(
        at=datetime.now(UTC),
        name=source.name,
        sha256=digest,
        file=f"{FOLDER}/{target.name}",
        media_type=mimetypes.guess_type(source.name)[0] or "application/octet-stream",
        exchange=exchange,
    )
