"""The one door that every act goes through: is the user entitled to it, and what of its answer may they see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.drivers.protocol import RefusedError
from conformance.drivers.screens import Right
from conformance.reference import rights
from conformance.reference.seams import Seam

if TYPE_CHECKING:
    from conformance.drivers.model import Actor, Verb
    from conformance.reference.seams import Seams
    from conformance.reference.store import Store

_PREFIX = "rights/"
"""Under which the rights of a user stand among the settings of the site: a reset forgets both."""


class Guard:
    """Keeps who may do what.

    Args:
        store: the database.
        seams: what a decision passes on its way.
    """

    def __init__(self, store: Store, seams: Seams) -> None:
        """Use a database."""
        self._store = store
        self._seams = seams

    def rights(self, user: str) -> frozenset[Right]:
        """Return what a user may do."""
        given = self._given(user)
        return rights.ORDINARY if given is None else given

    def give(self, user: str, given: frozenset[Right]) -> frozenset[Right]:
        """Replace what a user may do, and return it."""
        self._store.write_settings({f"{_PREFIX}{user}": ",".join(sorted(given))})
        return self.rights(user)

    def enter(self, verb: Verb, actor: Actor) -> Actor:
        """Let a user begin an act; return them with the role that their rights give.

        Raises:
            RefusedError: a right is missing; code ``FORBIDDEN``.
        """
        given = self._given(actor.user)
        if given is None:
            return actor
        missing = sorted(rights.needed(verb) - given)
        reasons = self._seams.many(
            Seam.FORBIDDEN,
            [{"verb": verb, "rights": missing}] if missing else [],
            role=actor.role,
            user=actor.user,
            given=sorted(given),
        )
        if reasons:
            raise RefusedError("FORBIDDEN", f"Droit insuffisant : {', '.join(reasons[0]['rights'])}.")
        return rights.as_entitled(actor, given)

    def leave(self, verb: Verb, actor: Actor, answer: Any) -> Any:
        """Return what a user may see of the answer of an act."""
        given = self._given(actor.user)
        if given is None or Right.READ_INS in given:
            return answer
        hiding = self._seams.many(
            Seam.HIDDEN, [{"verb": verb, "fields": list(rights.INS_FIELDS)}], role=actor.role, user=actor.user
        )
        return rights.without_ins(answer, hiding[0]["fields"]) if hiding else answer

    def _given(self, user: str) -> frozenset[Right] | None:
        """Return the rights given to a user, ``None`` when nobody gave any."""
        text = self._store.settings().get(f"{_PREFIX}{user}")
        return None if text is None else frozenset(Right(name) for name in text.split(",") if name)
