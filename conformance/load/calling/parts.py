"""Which worker looks a person up."""

from __future__ import annotations

from binascii import crc32
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.registry.person import Person


def part_of(person: Person, parts: int) -> int:
    """Return the number of the worker, from 0.

    By birth date: namesakes, and the twins of one card, stay together, so that what must be answered about them can be
    worked out by one worker alone.
    """
    return crc32(person.identity.traits.birth_date.encode()) % parts
