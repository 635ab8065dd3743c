"""A defect of the catalogue and the faults it is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from conformance.reference.defects import by_hand
from conformance.reference.defects.conditions import holds
from conformance.reference.defects.effects import changed, listed
from conformance.reference.seams import Seam

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.seams import Memory, Record

_ALWAYS: Mapping[str, Any] = MappingProxyType({})


class Kind(StrEnum):
    """Why a mistake of this sort is easily missed."""

    PLAIN = "plain"
    """It shows in the first ordinary case."""
    DRAW = "draw"
    """Only some people suffer from it: a hyphen, an apostrophe, a long name, Corsica, a summer date."""
    PATH = "path"
    """Only a second path has it: modification, refresh, another status, another role, a second attempt."""
    FIELD = "field"
    """One field out of several."""
    ELSE = "else"
    """Something changes that had nothing to do with the act."""
    NEIGHBOUR = "neighbour"
    """Too much or too little is returned."""
    EXCEPTION = "exception"
    """The rule is kept and its exception is not, or the other way round."""
    LOG = "log"
    """The log is right on good days only."""
    MESSAGE = "message"
    """The user is told the wrong thing, or nothing."""
    WIRE = "wire"
    """What is sent differs from what is stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeamFault:
    """One fault on one seam, as written in a defect file."""

    seam: Seam
    effect: Mapping[str, Any]
    when: Mapping[str, Any] = field(default_factory=lambda: _ALWAYS)
    unless: Mapping[str, Any] = field(default_factory=lambda: _ALWAYS)
    after: int = 0
    """How often its condition must have been met before it does anything."""

    def apply(self, records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
        """Return what comes out of the seam; see ``effects.py``.

        Raises:
            RefusedError: the fault refuses the act.
        """
        known = {**about, "first": {}, "last": {}, "count": len(records)}
        out: list[Record] = []
        met_any = False
        for record in records:
            key = str(record.get("id") or about.get("patient_id") or "")
            known["first"] = memory.first.setdefault(key, dict(record))
            known["last"] = memory.last.get(key, record)
            memory.last[key] = dict(record)
            if not self._applies(record, known, memory):
                out.append(record)
                continue
            met_any = True
            out.extend(changed(record, self.effect, known))
        if not records:
            met_any = self._applies({}, known, memory)
        if not met_any:
            return out
        out = listed(out, self.effect, known)
        hand = self.effect.get("hand")
        return by_hand.FUNCTIONS[hand](out, known, memory) if hand else out

    def _applies(self, record: Record, about: Mapping[str, Any], memory: Memory) -> bool:
        if not holds(self.when, record, about) or (self.unless and holds(self.unless, record, about)):
            return False
        memory.met += 1
        return memory.met > self.after


@dataclass(frozen=True, slots=True, kw_only=True)
class Defect:
    """One entry of the catalogue."""

    name: str
    """Kebab-case, as given to ``--defect``."""
    title: Mapping[str, str]
    """By language: ``fr``, ``en``."""
    description: Mapping[str, str]
    """What the software does wrong, by language."""
    caught_by: tuple[str, ...]
    """Keys of the rules meant to catch it; the first is the one it is made for."""
    kind: Kind
    source: str
    """Where the mistake comes from: a rule of the reference, a recorded vendor error."""
    subtle: bool = False
    """Nobody would see it without looking for it."""
    faults: tuple[SeamFault, ...] = ()


def fault_of(entry: Mapping[str, Any]) -> SeamFault:
    """Return a fault as written in a defect file."""
    return SeamFault(
        seam=Seam(entry["seam"]),
        effect=entry["effect"],
        when=entry.get("when", _ALWAYS),
        unless=entry.get("unless", _ALWAYS),
        after=entry.get("after", 0),
    )
