"""Faults against MAT-02 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.mat.common import wrong_key_refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def second_corsica_refused(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Compute the key of Haute-Corse like that of Corse-du-Sud: what arrives is refused."""
    number = (about.get("values") or {}).get("matricule") or ""
    return wrong_key_refused(records) if number[5:7] == "2B" else records


FUNCTIONS: Final[dict[str, Hand]] = {
    "second-corsica-refused": second_corsica_refused,
}
"""What ``hand`` may name."""
