"""Faults against TRA-20 in what leaves or comes in; ``by_rule`` names them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def export_without_new_years_children(
    records: list[Record], _about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Leave out whoever was born on 1 January, as a date without a day and a month."""
    out = []
    for one in records:
        told = json.loads(one["content"])
        told["entry"] = [
            each
            for each in told["entry"]
            if not str(each["resource"].get("birthDate", "")).endswith("-01-01")
        ]
        out.append({**one, "content": json.dumps(told, ensure_ascii=False).encode()})
    return out


FUNCTIONS: Final[dict[str, Hand]] = {
    "export-without-new-years-children": export_without_new_years_children,
}
"""What ``hand`` may name."""
