"""The numbers people are indexed by: the same on every machine, in every version of Python.

A search code is 63 bits: the birth date as ``AAAAMMJJ`` (27 bits), then 36 bits of a digest of the normalised birth name. So
one index answers both "this name and date" and, as a range, "this date"; the name alone is the low bits. Different names may
share a code: who is found by it is compared again.
"""

from __future__ import annotations

import re
from functools import lru_cache
from hashlib import blake2b
from typing import Final

from simulator.ins.traits import comparison_key

NAME_BITS: Final = 36
NAME_MASK: Final = (1 << NAME_BITS) - 1

_ISO: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_AFTER_ALL_DATES: Final = 100_000_000
_NO_DATES: Final = (1 << 27) - _AFTER_ALL_DATES


@lru_cache(maxsize=1 << 16)
def name_code(birth_name: str) -> int:
    """Return 36 bits that are the same for all spellings of a name that compare equal."""
    return _digest(comparison_key(birth_name)) & NAME_MASK


def date_code(birth_date: str) -> int:
    """Return 27 bits for a date: ``AAAAMMJJ`` as a number; whatever is no date comes after all dates."""
    if _ISO.fullmatch(birth_date):
        return int(birth_date[:4] + birth_date[5:7] + birth_date[8:])
    return _AFTER_ALL_DATES + _digest(birth_date) % _NO_DATES


def search_code(birth_date: str, birth_name: str) -> int:
    """Return the 63 bits by which people are looked up."""
    return date_code(birth_date) << NAME_BITS | name_code(birth_name)


def date_range(birth_date: str) -> tuple[int, int]:
    """Return the first and the last search code of a date."""
    first = date_code(birth_date) << NAME_BITS
    return first, first | NAME_MASK


def date_of(code: int) -> str | None:
    """Return the date in a search code, ``None`` when it is of something that is no date."""
    digits = code >> NAME_BITS
    if digits >= _AFTER_ALL_DATES:
        return None
    text = f"{digits:08d}"
    return f"{text[:4]}-{text[4:6]}-{text[6:]}"


def _digest(text: str) -> int:
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")
