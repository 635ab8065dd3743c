"""What a software answers together with a file, so that it needs not be asked for apart.

Nearly every look at a file is followed by one at its history of statuses: a tenth of all requests of a campaign. A software
that declares ``with_patient`` in its capabilities is asked for both at once, ``GET /patients/{patient_id}?with=read_status_history``,
and gives the second answer, as it would have been, under ``with`` in the first. For the checks they stay two looks.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from conformance.drivers import wire
from conformance.drivers.model import Verb

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping
    from typing import Protocol

    from conformance.drivers.model import Actor, Capabilities
    from conformance.drivers.verbs import Declaration

    class Travelled(Protocol):
        """An answer as it came."""

        operation: str
        document: Any
        began_at: float
        """When it was asked for: what changed while it was on its way may be missing from it."""


WITH: Final = "with"
"""The parameter of the query, and the key of the answer."""
EMBEDDABLE: Final = frozenset({Verb.READ_STATUS_HISTORY})
"""What may be answered together with a file: looks at this file and nothing else."""
FRESH_S: Final = 0.25
"""Seconds for which an answer, or a reading of the wire, stays good while nothing is asked: a call of its own accord may come at any time."""


class Ahead:
    """The answers that came with the file read last, until something else is asked."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        """Begin with none."""
        self._now = now
        self._answers: dict[Hashable, tuple[Any, Any]] = {}
        self._came_at = 0.0

    def wanted(self, declaration: Declaration, declared: Capabilities) -> str:
        """Return what the query has to ask for together with a verb; empty: nothing."""
        if declaration.verb is not Verb.READ_PATIENT:
            return ""
        return ",".join(sorted(declared.with_patient & EMBEDDABLE & declared.verbs))

    def keep(
        self, declaration: Declaration, actor: Actor | None, arguments: Mapping[str, Any], answer: Travelled
    ) -> None:
        """Keep what came with a file.

        Args:
            declaration: the verb.
            actor: who looked.
            arguments: of which file.
            answer: what came.

        Raises:
            MalformedAnswerError: ``with`` is there and is no object of answers by verb.
        """
        if declaration.verb is not Verb.READ_PATIENT:
            return
        together = wire.Node(answer.operation, answer.document).key(WITH)
        if together.is_absent:
            return
        for name in together.names():
            came = together.key(name.text()).data
            self._answers[name.data, actor, arguments["patient_id"]] = (came, answer)
        self._came_at = answer.began_at

    def take(
        self, declaration: Declaration, actor: Actor | None, arguments: Mapping[str, Any]
    ) -> tuple[Any, Any] | None:
        """Return the JSON of an answer that is here already, and what it came with; once. ``None``: it has to be asked for."""
        if not self._answers or declaration.verb not in EMBEDDABLE:
            return None
        found = self._answers.pop((declaration.name, actor, arguments["patient_id"]), None)
        return found if self._now() <= self._came_at + FRESH_S else None

    def forget(self) -> None:
        """Something was done, or time went by: whatever is wanted from now on is asked for."""
        if self._answers:
            self._answers = {}
