"""Whether a call brings fresh identifiers: CNDA asks for new ones in each (insi-contract §1.3 and §2.7, observed).

The live gateway is known to accept repeated ones, so this is a finding, and a refusal in strict sessions only.
What was seen is kept in the memory of one server process.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

from simulator.contract.messages import Finding
from simulator.contract.names import Evidence

if TYPE_CHECKING:
    from simulator.contract.messages import Call

KEPT: Final = 50_000
"""How many identifiers are remembered; the oldest are forgotten first."""

FORM_CODES: Final = frozenset({"message-id-form", "lps-name-form", "security-empty"})
"""Findings of form that a strict session refuses."""


class Freshness:
    """Remembers identifiers by session. Shared by threads."""

    def __init__(self) -> None:
        self._seen: OrderedDict[tuple[str, str, str], None] = OrderedDict()
        self._lock = threading.Lock()

    def findings(self, call: Call, session_id: str) -> tuple[Finding, ...]:
        """Return a finding for each identifier of the call that this session has sent before, and remember them."""
        contexts = call.contexts
        values = (
            ("wsa:MessageID", call.message_id),
            ("ContexteBAM/Id", contexts.bam_id),
            ("ContexteLPS/Id", contexts.lps_id),
        )
        with self._lock:
            repeated = [name for name, value in values if (session_id, name, value) in self._seen]
            for name, value in values:
                self._seen[session_id, name, value] = None
            while len(self._seen) > KEPT:
                self._seen.popitem(last=False)
        return tuple(
            Finding(
                code="identifier-reused",
                fr=f"{name} déjà reçu dans cette session : le CNDA demande un identifiant neuf à chaque appel",
                en=f"{name} already received in this session: CNDA asks for a fresh one in each call",
                evidence=Evidence.OBSERVED,
            )
            for name in repeated
        )
