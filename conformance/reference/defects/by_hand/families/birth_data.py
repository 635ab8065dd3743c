"""Faults that make one identity qualifiée in a message differ in one datum."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from conformance.reference.defects.by_hand.common.constants import COMPARED
from conformance.reference.defects.by_hand.common.memory import qualified_but

if TYPE_CHECKING:
    from conformance.reference.defects.by_hand.common.hand import Hand


FUNCTIONS: Final[dict[str, Hand]] = {
    **{f"qualified-but-{name.replace('_', '-')}": qualified_but(name) for name in COMPARED},
}
"""What ``hand`` may name."""
