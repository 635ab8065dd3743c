"""Files that a person hands to the software: messages that arrive, written into the campaign folder, named by their SHA-256."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.partners import Document

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FOLDER: Final = "incoming"


def handed_over(arguments: Mapping[str, Any], campaign: Path) -> dict[str, Path]:
    """Write the documents among the arguments of an act and return where each is, by the name of the argument.

    Args:
        arguments: of the act.
        campaign: the folder of the campaign.

    Raises:
        OSError: a file cannot be written.
    """
    written = {}
    for argument, value in arguments.items():
        if isinstance(value, Document):
            digest = hashlib.sha256(value.content).hexdigest()
            name = re.sub(r"[^\w.-]+", "-", value.name)[-80:]
            target = campaign / FOLDER / f"{digest[:16]}-{name}"
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(value.content)
            written[argument] = target
    return written
