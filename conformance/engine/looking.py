"""A question about a file that was answered a moment ago is not asked again.

Steps are made of other steps: one ends by reading a file, the next begins by reading it. As long as nothing at all was
done, nothing came on the wire and no time went by between the two, the second learns nothing that the first did not. Most
of the requests of a campaign are such looks.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.ahead import FRESH_S
from conformance.engine.naming import Names

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

LOOKS: Final = frozenset({"read_patient", "read_status_history"})
"""Verbs that only look at one file. What else reads (a search, a list, a log) counts as something that was done."""


class Looks:
    """What was answered since something was last done.

    Args:
        outdated: is told when what was answered holds no more: the driver may have answers too (``drivers.ahead``).

    Attributes:
        names: who has acted in this campaign, for the answers to name them alike.
    """

    def __init__(self, outdated: Callable[[], None] = lambda: None) -> None:
        """Begin with nothing."""
        self.names = Names()
        self._outdated = outdated
        self._known: dict[Hashable, tuple[float, Any]] = {}

    def forget(self) -> None:
        """Something was done, or came: whatever is asked from now on is asked."""
        # Another object: an answer that is still on its way belongs to the former one.
        self._known = {}
        self._outdated()

    def look(
        self, verb: str, ask: Callable[..., Any], args: tuple[Any, ...], named: Mapping[str, Any]
    ) -> Any:
        """Return the answer to a question, asked unless it was answered a moment ago.

        Args:
            verb: one of ``LOOKS``.
            ask: asks it.
            args: its arguments.
            named: its arguments by name.
        """
        try:
            question = (verb, args, tuple(sorted(named.items())))
            known = self._known
            found = known.get(question)
        except TypeError:  # Arguments that cannot be compared: the call itself will tell.
            return ask(*args, **named)
        if found is None or time.monotonic() > found[0] + FRESH_S:
            # From when it was asked: what changes while the answer is on its way may be missing from it.
            found = known[question] = (time.monotonic(), ask(*args, **named))
        answer = found[1]
        # A list is the caller's own.
        return list(answer) if isinstance(answer, list) else answer
