"""Faults against MAT-09 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record
    from conformance.reference.store import Store


def former_returns(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Write the last of the former INS back into the file."""
    store: Store = about["store"]
    former = [one for one in records if one.get("matricule")] and store.former(records[0]["id"])
    if not former:
        return records
    return [{**one, "matricule": former[-1].matricule, "oid": former[-1].oid} for one in records]


def former_believed(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Take the INS that a message calls a former one."""
    if not about["former"]:
        return records
    oid, matricule = about["former"][0]
    return [{**one, "matricule": matricule, "oid": oid} for one in records]


def former_number_under_new_oid(
    records: list[Record], about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Take the number of the INS that a message calls a former one, and the OID of the current one."""
    return [{**one, "matricule": about["former"][0][1]} if about["former"] else one for one in records]


FUNCTIONS: Final[dict[str, Hand]] = {
    "former-believed": former_believed,
    "former-number-under-new-oid": former_number_under_new_oid,
    "former-returns": former_returns,
}
"""What ``hand`` may name."""
