"""Whether anything can have come on the wire, told by the journal of a simulator of this machine: a look, not a call.

A simulator hands each exchange to the system before its answer leaves (journal mode ``sync``). So long as no file of its
journal has grown, nothing has come, and most looks at the wire find nothing. A simulator that the campaign did not start
itself is asked, whatever it says of itself.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TypeAlias

from simulator.journal.writer import SUFFIX

if TYPE_CHECKING:
    from pathlib import Path

Stamp: TypeAlias = tuple[tuple[str, int], ...]
"""Names and sizes; the same as before: nothing has come since."""


def stamp_of(folder: Path | None) -> Stamp | None:
    """Return the stamp of a journal, ``None`` when it cannot be told: whoever wants to know has to ask."""
    if folder is None:
        return None
    try:
        names = sorted(name for name in os.listdir(folder) if name.endswith(SUFFIX))  # noqa: PTH208 - names, fast
        # Asked file by file: what Windows says of a folder may be old.
        return tuple(
            (name, os.stat(f"{folder}{os.sep}{name}").st_size)  # noqa: PTH116 - as above
            for name in names
        )
    except OSError:
        return None
