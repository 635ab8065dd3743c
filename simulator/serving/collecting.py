"""The garbage collector in a server: nearly all that a call makes goes by itself, and what was loaded at the start stays.

To look at a value the collector writes into it, and memory that is written is not shared with the process that began this one any more: what
is loaded before the workers begin is left out of every look, by them too.
"""

from __future__ import annotations

import gc
from typing import Final

_SELDOM: Final = (4_000, 20, 20)
"""Values made, and looks at the young and at the middle-aged, before the next look; 700, 10 and 10 are usual."""


def leave_alone() -> None:
    """Leave what is there now out of every later look."""
    gc.freeze()


def collect_seldom() -> None:
    """Leave what is there now alone, and look less often from now on; called once all is loaded."""
    gc.freeze()
    gc.set_threshold(*_SELDOM)
