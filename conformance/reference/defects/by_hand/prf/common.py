"""What faults of several rules PRF do alike. It holds no fault."""

from __future__ import annotations

HIGH = "high_confidence_proofs"
WEAK = frozenset({"VITALE_CARD", "DRIVING_LICENCE", "BIRTH_CERTIFICATE"})
