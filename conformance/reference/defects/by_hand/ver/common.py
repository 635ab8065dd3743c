"""What faults of several rules VER do alike. It holds no fault."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.drivers.model import Status

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.seams import Record

BARE = {Status.PROV, Status.VALI}


def first_alike(about: Mapping[str, Any], names: tuple[str, ...]) -> list[Record]:
    """Return the first person without INS with the same values."""
    values = about["values"]
    return [
        {**one, "stands": "SAME_TRAITS"}
        for one in about["everyone"]
        if one["status"] in BARE and all(one[name] == values[name] for name in names)
    ][:1]
