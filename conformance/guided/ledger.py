"""What was done already: a campaign that is resumed asks nobody to do it again."""

from __future__ import annotations

import hashlib
import json
from collections import Counter as Count
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from conformance.record.events import HumanAct


class Ledger:
    """The acts of a campaign, by what was asked.

    Args:
        done: those of earlier processes.
        keep: writes a new one into the record.
    """

    def __init__(
        self, done: Iterable[HumanAct] = (), keep: Callable[[HumanAct], object] = lambda _act: None
    ) -> None:
        """Begin with what was done."""
        self._done = {act.key: act for act in done}
        self.keep = keep
        """Writes an act into the record."""
        self._asked: Count[str] = Count()

    def key(self, journey: str, verb: str, user: str, arguments: dict[str, Any]) -> str:
        """Return what stands for the next time that this is asked on a journey: a SHA-256."""
        data = json.dumps([journey, verb, user, arguments], sort_keys=True, ensure_ascii=True)
        self._asked[data] += 1
        return hashlib.sha256(f"{data}#{self._asked[data]}".encode()).hexdigest()

    def done(self, key: str) -> HumanAct | None:
        """Return the act that was done, if it was."""
        return self._done.get(key)

    def add(self, act: HumanAct) -> None:
        """Keep an act that was just done."""
        self._done[act.key] = act
        self.keep(act)
