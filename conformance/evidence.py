"""The former place of ``conformance.record.timeline``, until every room has moved."""

from conformance.record.timeline import (
    ActEntry,
    Change,
    Entry,
    ExchangeEntry,
    NoteEntry,
    Plain,
    Remark,
    StateEntry,
    changes_between,
    plain,
)
from conformance.record.timeline import Timeline as Evidence

__all__ = [
    "ActEntry",
    "Change",
    "Entry",
    "Evidence",
    "ExchangeEntry",
    "NoteEntry",
    "Plain",
    "Remark",
    "StateEntry",
    "changes_between",
    "plain",
]
