"""The operations that the teleservice serves, by their wire name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from simulator.contract.names import Operation
from simulator.teleservice.operations import card_search, lots, traits_search, verification

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.teleservice.operations.operation import ServedOperation

OPERATIONS: Final[Mapping[Operation, ServedOperation]] = {
    Operation.SEARCH_BY_TRAITS: traits_search.OPERATION,
    Operation.SEARCH_BY_CARD: card_search.OPERATION,
    Operation.VERIFY: verification.OPERATION,
    Operation.DEPOSIT_LOT: lots.DEPOSIT,
    Operation.COLLECT_LOT: lots.COLLECT,
}
