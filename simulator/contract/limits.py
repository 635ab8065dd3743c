"""How large a request may be: decided from its first bytes, before it is received whole or parsed.

Every call has the small limit but the deposit of a lot, which says what it is: by the ``action`` parameter of its
``Content-Type``, or by ``wsa:Action`` near its start. Saying so buys size only: a message that turns out
to be something else is refused once read (``simulator.contract.envelope``).
"""

from __future__ import annotations

from typing import Final

from simulator.contract.names import MAX_BODY_BYTES, MAX_LOT_BYTES, Operation

HEAD_BYTES: Final = 64 * 1024
"""How far from the start ``wsa:Action`` is looked for; a header with two signed assertions is about 15 KiB."""

MAX_LOT_MARKUP: Final = 1_000_000
"""Most ``<``, and most ``=``, in a request above the small limit: bounds the memory of its tree, which is many
times that of its bytes. A lot of 10,000 lines has 340,000 ``<``."""

_DEPOSIT: Final = Operation.DEPOSIT_LOT.action
_DEPOSIT_BYTES: Final = _DEPOSIT.encode()
_LOTS: Final = "LotIdentites"
_LOTS_BYTES: Final = _LOTS.encode()


def body_limit(content_type: str, head: bytes) -> int:
    """Return the most bytes that a request may have.

    Args:
        content_type: the ``Content-Type`` header, empty when absent.
        head: the start of the body, as much as is there.
    """
    if _DEPOSIT in content_type or head.find(_DEPOSIT_BYTES, 0, HEAD_BYTES) >= 0:
        return MAX_LOT_BYTES
    return MAX_BODY_BYTES


def is_lot_call(content_type: str, body: bytes) -> bool:
    """Tell whether a request seems to be about lots: these take longer and must not hold up single calls."""
    return _LOTS in content_type or body.find(_LOTS_BYTES, 0, HEAD_BYTES) >= 0
