"""Whether a log tells the moment at which something was done."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

TOLERANCE: Final = timedelta(minutes=2)
"""Between the clock of the software and that of the bench, once time zones are set aside."""

ZONE_STEP: Final = timedelta(minutes=15)
"""Time zones differ by multiples of this."""


def is_moment(at: str, began: datetime, ended: datetime) -> bool:
    """Return whether this is the date and time of what was done in between.

    Args:
        at: as the log tells it, ISO; a time without its zone may be that of any zone.
        began: before the act.
        ended: after it.
    """
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        return False
    if len(at) <= len("AAAA-MM-JJ"):
        return False
    if moment.tzinfo is not None:
        return began - TOLERANCE <= moment <= ended + TOLERANCE
    moment = moment.replace(tzinfo=UTC)
    shift = round((moment - began) / ZONE_STEP) * ZONE_STEP
    return abs(shift) <= timedelta(hours=14) and began - TOLERANCE <= moment - shift <= ended + TOLERANCE
