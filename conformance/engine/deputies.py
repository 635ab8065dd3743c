"""Who acts for the bench where an ordinary user may not: the log, the lists and the lots of an office are often its head's.

No text says that every user has them. What is refused to the ordinary user of a campaign is asked again as the entitled
one; a refusal to both is a refusal. Other users, such as those of the checks of rights, are nobody's deputies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.drivers.model import Actor

OFFICE: Final = frozenset(
    {
        "read_audit_log",
        "read_transmissions",
        "read_worklist",
        "read_dashboard",
        "export_patients",
        "read_documents",
        "read_ins_history",
        "read_status_history",
        "start_bulk_verification",
        "read_bulk_verification",
        "write_trusted_senders",
    }
)
"""Verbs that concern the whole office, or what became of a file, which a software may reserve: no rule is about who does them."""


class Deputies:
    """Asks as the entitled user what the ordinary one is refused.

    Args:
        ordinary: the ordinary user of the campaign.
        entitled: the one who may do more.
    """

    def __init__(self, ordinary: Actor, entitled: Actor) -> None:
        """Begin with an ordinary user who may look at everything."""
        self._ordinary = ordinary
        self._entitled = entitled
        self._reserved: set[str] = set()

    @property
    def reserved(self) -> frozenset[str]:
        """Return the verbs that the entitled user has done, the ordinary one having been refused."""
        return frozenset(self._reserved)

    def reserve(self, verb: str) -> None:
        """Have the entitled user do a verb from now on: the ordinary one is shown a part of what there is."""
        self._reserved.add(verb)

    def do(self, verb: str, ask: Callable[..., Any], args: tuple[Any, ...], named: dict[str, Any]) -> Any:
        """Return the answer to one of ``OFFICE``.

        Args:
            verb: its name.
            ask: asks it.
            args: its arguments.
            named: its arguments by name, ``actor`` among them.

        Raises:
            RefusedError: it is refused to whoever asks, and to the entitled user too.
        """
        if named.get("actor") != self._ordinary:
            return ask(*args, **named)
        if verb not in self._reserved:
            try:
                return ask(*args, **named)
            except RefusedError as refusal:
                first = refusal
        else:
            first = None
        try:
            answer = ask(*args, **{**named, "actor": self._entitled})
        except RefusedError as refusal:
            raise (first or refusal) from None
        self._reserved.add(verb)
        return answer
