"""The faults that data cannot say, by the name used under ``hand``; one module for each subject.

Each takes the records that come out of the seam, what is known about them, and the memory of the fault; it returns
the records that go on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand import (
    allowed,
    answers,
    asking,
    beside,
    between,
    cabinet,
    cards,
    careful,
    carried,
    counter,
    cousins,
    days,
    elsewhere,
    entering,
    far,
    files,
    habits,
    keeping,
    kept_over,
    kindred,
    lapses,
    later,
    logs,
    messages,
    mistyped,
    mixing,
    near,
    own_files,
    partners,
    posts,
    proofs,
    proposals,
    remembered,
    returned,
    returning,
    right,
    seats,
    slight,
    slips,
    status,
    strict,
    tables,
    traces,
    turns,
    vendors,
    whence,
    windows,
    words,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.seams import Memory, Record

SUBJECTS: Final = (
    allowed,
    answers,
    asking,
    beside,
    between,
    cabinet,
    cards,
    careful,
    carried,
    counter,
    cousins,
    days,
    elsewhere,
    entering,
    far,
    files,
    habits,
    kept_over,
    kindred,
    lapses,
    keeping,
    later,
    logs,
    messages,
    mixing,
    mistyped,
    near,
    own_files,
    partners,
    posts,
    proofs,
    proposals,
    remembered,
    returned,
    returning,
    right,
    seats,
    slight,
    slips,
    status,
    strict,
    tables,
    traces,
    turns,
    vendors,
    whence,
    windows,
    words,
)

FUNCTIONS: Final[dict[str, Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]]] = {
    name: function for subject in SUBJECTS for name, function in subject.FUNCTIONS.items()
}
"""What ``hand`` may name."""
