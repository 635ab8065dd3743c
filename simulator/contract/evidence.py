"""How we know of a fact: the one scale of both packages."""

from __future__ import annotations

from enum import StrEnum


class EvidenceLevel(StrEnum):
    """How sure a fact, a code or a rule is, from the surest to the least; shown wherever it is shown."""

    OFFICIAL = "official"
    """Read in the published contract, an official text or official test material (some of it draft)."""
    OBSERVED = "observed"
    """Captured from the live service."""
    REPORTED = "reported"
    """Restated by a third party from a document we could not read."""
    INFERRED = "inferred"
    """Our own deduction: configurable, never to be taken for the real behaviour or for an official rule."""
