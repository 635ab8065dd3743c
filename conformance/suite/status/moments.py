"""Whether a log tells the moment at which something was done."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Final

TOLERANCE: Final = timedelta(minutes=2)
"""Between the clock of the software and that of the bench, once time zones are set aside."""

ZONE_STEP: Final = timedelta(minutes=15)
"""Time zones differ by multiples of this."""


_FINE, _SECONDS, _MINUTES = timedelta(milliseconds=20), timedelta(seconds=1), timedelta(minutes=1)


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


def is_apart(earlier: str, later: str, ended: datetime, began: datetime) -> bool:
    """Return whether two times of a log lie as far apart as what they tell, as finely as the log writes them.

    A log that writes fractions of a second tells two acts of the same second apart; one that writes minutes does not.

    Args:
        earlier: the time of the first act, as the log tells it.
        later: that of the second one.
        ended: when the first act was over.
        began: when the second one was begun.
    """
    try:
        first, second = datetime.fromisoformat(earlier), datetime.fromisoformat(later)
        apart = second - first
    except (ValueError, TypeError):
        return True  # Not times, or one with a zone and one without: ``is_moment`` judges each.
    return apart >= began - ended - min(_grain(first), _grain(second))


def is_not_before(earlier: str, later: str) -> bool:
    """Return whether an act of the log is not dated before one that was there already, as finely as the log writes times.

    Two times that cannot be compared tell nothing: no time, or one with a zone and one without.
    """
    try:
        first, second = datetime.fromisoformat(earlier), datetime.fromisoformat(later)
        grain = max(_grain(first), _grain(second))
        return second >= first - grain
    except (ValueError, TypeError):
        return True


def _grain(moment: datetime) -> timedelta:
    if moment.microsecond:
        return _FINE
    return _SECONDS if moment.second else _MINUTES


def let_a_second_pass(since: datetime) -> None:
    """Return once an act of now lies so far from what was over then that a log written in whole seconds shows it.

    Args:
        since: when the earlier act was over.
    """
    missing = (since + _SECONDS + _FINE - datetime.now(UTC)).total_seconds()
    if missing > 0:
        time.sleep(missing)
