"""Faults against TRA-03 in what leaves or comes in; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.memory import held_since

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def no_birth_place_from_the_app(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Leave the birth place out of a CDA about somebody who came by the app."""
    is_fed = about["patient_id"] in memory.shared.get("held", ())
    return [one for one in records if not is_fed or one["element"] != "county"]


FUNCTIONS: Final[dict[str, Hand]] = {
    "no-birth-place-from-the-app": no_birth_place_from_the_app,
    "noted-from-the-app": held_since("app-imported"),
}
"""What ``hand`` may name."""
