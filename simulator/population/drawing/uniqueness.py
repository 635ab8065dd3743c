"""Which numbers and traits are taken already, in memory that does not grow with the population.

One bit stands for each mark. Two marks that share a bit cannot be told apart, so the second is taken for the first
and drawn again: that costs a draw, never a duplicate. The size is fixed, so that a smaller population is the start of
a larger one; at 10,000,000 people about 4 bits of 100 are set.
"""

from __future__ import annotations

import mmap
from typing import Final

_BITS_LOG2: Final = 29
_BYTES: Final = 1 << (_BITS_LOG2 - 3)
"""64 MiB of address space; the system gives memory only to the pages that are touched."""

_WORD: Final = (1 << 64) - 1
_SPREAD: Final = 0x9E3779B97F4A7C15
"""2^64 divided by the golden ratio, odd: neighbours land far from each other."""
_SHIFT: Final = 64 - _BITS_LOG2


_FEW: Final = 100_000
"""So many marks are kept in a set: touching a page of memory for each would make small populations slow."""


class Marks:
    """A set of integers that only answers "free" when it is certain."""

    __slots__ = ("_bits", "_few")

    def __init__(self) -> None:
        """Begin with nothing taken."""
        self._few: set[int] | None = set()
        self._bits: mmap.mmap | None = None

    def take(self, mark: int) -> bool:
        """Take a mark; false when it is taken already, or cannot be told from one that is."""
        place = ((mark * _SPREAD) & _WORD) >> _SHIFT
        bits = self._bits
        if bits is None:
            return self._take_among_few(place)
        byte, bit = place >> 3, 1 << (place & 7)
        found = bits[byte]
        if found & bit:
            return False
        bits[byte] = found | bit
        return True

    def _take_among_few(self, place: int) -> bool:
        few = self._few
        if few is None or place in few:
            return False
        few.add(place)
        if len(few) == _FEW:
            self._few = None
            self._bits = bits = mmap.mmap(-1, _BYTES)
            for each in few:
                bits[each >> 3] |= 1 << (each & 7)
        return True
