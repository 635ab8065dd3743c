"""What faults of several rules ATT do alike. It holds no fault."""

from __future__ import annotations

LOCKING = frozenset({"DOUTEUSE", "FICTIVE"})
