"""The question that a campaign asks after each act: has anything come? Mostly nothing has, and that is known at once.

Flask and a thread cost several times what looking costs; only this answer is given without them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from simulator.journal.store import Journal

PATH: Final = "/api/v1/exchanges"
NOTHING: Final = b"[]\n"
"""The list of no exchanges, as Flask writes it."""
HEADERS: Final = (("content-type", "application/json"),)

_ASKED: Final = re.compile(
    r"session=([A-Za-z0-9_-]{1,64})&after=(\d{1,15})&limit=(?:1000|[1-9]\d{0,2})(?:&bodies=true)?(?:&service=(?:insi|dmp|mssante))?",
    re.ASCII,
)
"""What ``simulator.client`` asks. Any other query takes the usual way, which also says what is wrong with it."""


def is_nothing(journal: Journal, query: str) -> bool:
    """Return whether a query of the listing of exchanges is one to which the answer is surely ``NOTHING``."""
    asked = _ASKED.fullmatch(query)
    return asked is not None and journal.has_surely_nothing(asked[1], after=int(asked[2]))
