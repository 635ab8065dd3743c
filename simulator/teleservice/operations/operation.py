"""An operation of the teleservice as a value: what the life of a call needs of it, without knowing it by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.contract.evidence import EvidenceLevel
    from simulator.contract.messages import Call, Query
    from simulator.contract.render import Answer
    from simulator.teleservice.operations.outcome import Context, Outcome, Renderable


def as_it_is(answer: Answer) -> Renderable:
    """Return the answer of a search: what most operations answer."""
    return answer


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedOperation:
    """One operation. How its body is read stands with the other parts of the message, in ``simulator.contract.bodies``.

    A call goes through ``check``, then the scenarios of its session, then ``search`` unless one of them has spoken.
    """

    query: type[Query]
    """What the reader makes of its body."""
    check: Callable[[Any, Call, Context], Any]
    """Applies the rules on a query of this type; returns what ``search`` works with. Raises ``FaultError``."""
    search: Callable[[Any, Context], Outcome]
    """Answers from the registry or the lots what ``check`` returned. Raises ``FaultError``."""
    evidence: EvidenceLevel
    """How we know this operation: its name and its body."""
    about_a_person: bool = True
    """Whether ``check`` returns a ``Wanted``: somebody about whom scenarios may speak."""
    adapt: Callable[[Answer], Renderable] = as_it_is
    """Makes the answer of this operation from that of a search, which is what a scenario dictates."""

    def checked(self, call: Call, context: Context) -> Any:
        """Apply the rules on what is asked.

        Raises:
            FaultError: something mandatory is missing, or is badly formed.
        """
        assert isinstance(call.query, self.query)  # noqa: S101 - the reader chose by the same name
        return self.check(call.query, call, context)
