"""Whether a call brings fresh identifiers: CNDA asks for new ones in each (insi-contract §1.3 and §2.7, observed).

The live gateway is known to accept repeated ones, so this is a finding, and a refusal in strict sessions only.
What was seen is kept in the memory of one server process; for a strict session also on disk, where all workers see
it, so that one of two calls with the same identifier is refused whichever workers they reach.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

from simulator.contract.evidence import EvidenceLevel
from simulator.contract.messages import Finding

if TYPE_CHECKING:
    from simulator.contract.messages import Call
    from simulator.sessions.activity import Activity
    from simulator.sessions.session import Session

KEPT: Final = 50_000
"""How many identifiers are remembered in memory; the oldest are forgotten first."""

FORM_CODES: Final = frozenset(
    {"message-id-form", "lps-name-form", "security-empty", "header-role", "encoding"}
)
"""Findings of form that a strict session refuses."""


_log = logging.getLogger(__name__)


class Freshness:
    """Remembers identifiers by session. Shared by threads."""

    def __init__(self, shared: Activity | None = None) -> None:
        """Take where identifiers are shared with the other workers; ``None``: nowhere."""
        self._shared = shared
        self._seen: OrderedDict[tuple[str, str, str], None] = OrderedDict()
        self._lock = threading.Lock()

    def findings(self, call: Call, session: Session, *, strict: bool = False) -> tuple[Finding, ...]:
        """Return a finding for each identifier of the call that this session has sent before, and remember them.

        ``strict``: sent to whichever worker. Else a repetition that reaches another worker is not found.
        """
        contexts = call.contexts
        values = (
            ("wsa:MessageID", call.message_id),
            ("ContexteBAM/Id", contexts.bam_id),
            ("ContexteLPS/Id", contexts.lps_id),
        )
        shared = self._in_all_workers(session.id, values) if strict else frozenset()
        # A later session of the same id has seen nothing.
        session_id = f"{session.id} {session.created_at}"
        with self._lock:
            repeated = []
            for name, value in values:
                key = session_id, name, value
                if name in shared or key in self._seen:
                    repeated.append(name)
                self._seen[key] = None
            while len(self._seen) > KEPT:
                self._seen.popitem(last=False)
        return tuple([_reused(name) for name in repeated]) if repeated else ()

    def _in_all_workers(self, session_id: str, values: tuple[tuple[str, str], ...]) -> frozenset[str]:
        """Return the names of the values that any worker has seen in this session."""
        if self._shared is None:
            return frozenset()
        try:
            seen = self._shared.remember(session_id, values)
        except sqlite3.Error as error:
            _log.error("identifiers are compared in this worker alone: %s", error)
            return frozenset()
        return frozenset(name for (name, _), known in zip(values, seen, strict=True) if known)


def _reused(name: str) -> Finding:
    return Finding(
        code="identifier-reused",
        fr=f"{name} déjà reçu dans cette session : le CNDA demande un identifiant neuf à chaque appel",
        en=f"{name} already received in this session: CNDA asks for a fresh one in each call",
        evidence=EvidenceLevel.OBSERVED,
    )
