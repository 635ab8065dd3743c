"""What may go wrong with an answer on its way: a named disturbance put on any answer, with its parameters."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class ChaosStep:
    """One disturbance, by its name in the catalogue."""

    name: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
