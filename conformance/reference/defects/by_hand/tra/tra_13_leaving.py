"""Faults against TRA-13 in what leaves or comes in; ``by_rule`` names them."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from conformance.reference.papers.network import SOAP, existence

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def asked(file: Record, memory: Memory) -> None:
    """Send the DMP a TD0.2 and do nothing with the answer."""
    import httpx  # noqa: PLC0415 - slow to import, and wanted by this fault alone

    content = existence(file["matricule"], file["oid"])
    with suppress(httpx.HTTPError, httpx.InvalidURL):
        httpx.post(memory.shared.get("dmp", ""), content=content, headers={"Content-Type": SOAP}, timeout=10)


def address_of_the_dmp_noted(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Note the address of the DMP."""
    for one in records:
        if one.get("dmp_url") is not None:
            memory.shared["dmp"] = one["dmp_url"]
    return records


def asks_once_fed(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Ask the DMP whose it is once it is fed."""
    asked(about["file"], memory)
    return records


def asks_before_looking_at_the_status(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Ask the DMP about a number that may not leave, and refuse only then."""
    if records[0]["why"] and about["file"]["matricule"]:
        asked(about["file"], memory)
    return records


FUNCTIONS: Final[dict[str, Hand]] = {
    "address-of-the-dmp-noted": address_of_the_dmp_noted,
    "asks-before-looking-at-the-status": asks_before_looking_at_the_status,
    "asks-once-fed": asks_once_fed,
}
"""What ``hand`` may name."""
