"""When the garbage collector is not wanted: it looks again and again through values of which hardly any is garbage."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_SELDOM: Final = (20_000, 20, 20)
"""Values made, and looks at the young and at the middle-aged, before the next look; 700, 10 and 10 are usual."""


@contextmanager
def uncollected() -> Iterator[None]:
    """Keep it away while a record is read or told again: a million values that all stay. Decorates functions too."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Have the collector look less often while checks run: nearly all that they make goes by itself."""
    usual = gc.get_threshold()
    gc.set_threshold(*_SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def kept_to_the_end() -> None:
    """Leave what is there now out of every later look, that at the end of the process included: a campaign that was read stays."""
    gc.freeze()
