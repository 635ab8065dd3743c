"""What faults of several rules MAT do alike. It holds no fault."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conformance.reference.seams import Record


def wrong_key_refused(records: list[Record]) -> list[Record]:
    """Refuse a number as if its key were wrong."""
    return records or [{"code": "INVALID_MATRICULE", "message": "Matricule incorrect."}]
