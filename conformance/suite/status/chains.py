"""Changes of status as a history tells them: each by one entry, or by several that lead there step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.suite.desk.expect import expect
from conformance.suite.desk.snapshot import changes_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.drivers.model import Status, StatusChange


def chains_of(
    history: Sequence[StatusChange], ends: Sequence[tuple[Status, Status]]
) -> list[list[StatusChange]]:
    """Return the entries of each change, in order: one, or several that lead there.

    No text says through which statuses a fall goes: from qualifiée to provisoire some software goes by validée.

    Args:
        history: the entries; those of the creation or without a change are left out.
        ends: the status before and after each change that was seen.

    Raises:
        Departure: the history does not tell these changes, in this order.
    """
    left = [each for each in history if each.previous is not None and each.previous != each.status]
    told = _arrows(changes_of(left))
    chains: list[list[StatusChange]] = []
    for before, after in ends:
        at = before
        chain: list[StatusChange] = []
        while at != after and left and left[0].previous == at:
            chain.append(left.pop(0))
            at = chain[-1].status
        chains.append(chain if at == after else [])
    seen = _arrows([(str(before), str(after)) for before, after in ends])
    expect(
        all(chains) and not left,
        fr=f"changements historisés : {told}, attendus : {seen}",
        en=f"changes in the history: {told}, expected: {seen}",
    )
    return chains


def _arrows(changes: Sequence[tuple[str, str]]) -> str:
    return ", ".join(f"{before}→{after}" for before, after in changes) or "-"
