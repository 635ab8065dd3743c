"""Faults against TRT-04 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.protocol import RefusedError
from conformance.reference.defects.by_hand.common.constants import BY_CARD
from conformance.reference.defects.by_hand.common.records import all_with

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record

_CARD_COLUMN = 50
_COLUMN = 60


def names_too_long_together(
    records: list[Record], _about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Refuse a birth name and a used name that are longer than 100 letters together."""
    for one in records:
        if len(one.get("birth_name") or "") + len(one.get("used_name") or "") > 100:  # noqa: PLR2004
            raise RefusedError("TOO_LONG", "Nom complet : 100 caractères au plus.", ["used_name"])
    return records


def escaped_length(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Cut names whose escaped form is longer than the column."""
    out = []
    for one in records:
        cut = dict(one)
        for name in ("birth_name", "first_names", "first_name"):
            while len(html.escape(cut.get(name) or "")) > _COLUMN:
                cut[name] = cut[name][:-1]
        out.append(cut)
    return out


def way_of_call_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note how INSi was called last."""
    memory.shared["way"] = about.get("way")
    return records


def list_cut_by_card(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Cut the list that a call by card brings."""
    if memory.shared.get("way") != BY_CARD:
        return records
    return all_with(records, first_names=(records[0].get("first_names") or "")[:_CARD_COLUMN])


FUNCTIONS: Final[dict[str, Hand]] = {
    "escaped-length": escaped_length,
    "list-cut-by-card": list_cut_by_card,
    "names-too-long-together": names_too_long_together,
    "way-of-call-noted": way_of_call_noted,
}
"""What ``hand`` may name."""
