"""The faults that data cannot say, by the name used under ``hand``; one module for each subject.

Each takes the records that come out of the seam, what is known about them, and the memory of the fault; it returns
the records that go on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand import (
    answers,
    asking,
    beside,
    between,
    cards,
    carried,
    counter,
    elsewhere,
    entering,
    files,
    habits,
    keeping,
    kept_over,
    lapses,
    later,
    logs,
    messages,
    mixing,
    near,
    partners,
    proofs,
    proposals,
    right,
    slips,
    status,
    strict,
    traces,
    turns,
    windows,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.seams import Memory, Record

SUBJECTS: Final = (
    answers,
    asking,
    beside,
    between,
    cards,
    carried,
    counter,
    elsewhere,
    entering,
    files,
    habits,
    kept_over,
    lapses,
    keeping,
    later,
    logs,
    messages,
    mixing,
    near,
    partners,
    proofs,
    proposals,
    right,
    slips,
    status,
    strict,
    traces,
    turns,
    windows,
)

FUNCTIONS: Final[dict[str, Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]]] = {
    name: function for subject in SUBJECTS for name, function in subject.FUNCTIONS.items()
}
"""What ``hand`` may name."""
