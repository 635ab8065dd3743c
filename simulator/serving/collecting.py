"""The garbage collector in a server: nearly all that a call makes goes by itself, and what was loaded at the start stays."""

from __future__ import annotations

import gc
from typing import Final

_SELDOM: Final = (20_000, 20, 20)
"""Values made, and looks at the young and at the middle-aged, before the next look; 700, 10 and 10 are usual."""


def collect_seldom() -> None:
    """Leave what is there now out of every later look, and look less often; called once all is loaded."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_SELDOM)
