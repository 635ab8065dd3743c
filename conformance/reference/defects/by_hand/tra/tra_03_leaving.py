"""Faults against TRA-03 in what leaves or comes in; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def noted_from_the_app(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the files that the app has fed."""
    if about["event"] == "app-imported":
        memory.shared.setdefault("app", set()).add(records[0]["id"])
    return records


def no_birth_place_from_the_app(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Leave the birth place out of a CDA about somebody who came by the app."""
    is_fed = about["patient_id"] in memory.shared.get("app", ())
    return [one for one in records if not is_fed or one["element"] != "county"]


FUNCTIONS: Final[dict[str, Hand]] = {
    "no-birth-place-from-the-app": no_birth_place_from_the_app,
    "noted-from-the-app": noted_from_the_app,
}
"""What ``hand`` may name."""
