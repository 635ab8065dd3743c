"""The exit codes of every command of ``banc``: the one set."""

from __future__ import annotations

from typing import Final

EXIT_OK: Final = 0
EXIT_FAILED: Final = 1
"""A rule was departed from, an answer was wrong, two things that should be the same differ: what was looked for was found."""
EXIT_SETUP: Final = 2
"""The bench or the set-up is at fault: nothing is concluded."""
EXIT_MISSED: Final = 3
"""A threshold of a load run was missed; no answer was wrong."""
EXIT_DISK: Final = 74
"""A generator of load whose record could not be written any more (EX_IOERR of sysexits.h)."""
EXIT_INTERRUPTED: Final = 130
"""Ctrl-C, as shells expect it."""
