"""Faults that tell whether they ever changed anything: a defect without effect is not missed, it is not there."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from conformance.reference.defects.model import SeamFault
    from conformance.reference.seams import Memory, Record, Seam


@dataclass(slots=True, kw_only=True)
class Watched:
    """A fault and whether it did anything since it was made."""

    fault: SeamFault
    acted: bool = False
    passed: int = 0
    """How often something came to its seam."""
    met: int = 0
    """How often its condition was met."""

    @property
    def seam(self) -> Seam:
        """Return the seam that it sits on."""
        return self.fault.seam

    def apply(self, records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
        """Return what comes out of the fault.

        Raises:
            RefusedError: the fault refuses the act.
        """
        before, met = deepcopy(records), memory.met
        self.passed += 1
        try:
            out = self.fault.apply(records, about, memory)
        except Exception:
            self.acted = True
            raise
        finally:
            self.met += memory.met - met
        # Written by hand and given the store, it may have done the mischief there: rather a miss too many.
        may_have = (
            "hand" in self.fault.effect and "store" in about and memory.met > max(met, self.fault.after)
        )
        self.acted = self.acted or out != before or may_have
        return out


def watched(faults: Iterable[SeamFault]) -> list[Watched]:
    """Return the faults, watched."""
    return [Watched(fault=one) for one in faults]


def reach_of(faults: Iterable[Watched]) -> str:
    """Say how far faults came that changed nothing: a path that nobody walks is one thing, a fault that is badly written another."""
    placed = list(faults)
    passed, met = sum(one.passed for one in placed), sum(one.met for one in placed)
    if not passed:
        return "nothing came to its seam"
    if not met:
        return f"its seam was passed ({passed}) and its condition never met"
    return f"its condition was met ({met}) and nothing changed"
