"""Which session a call goes to: path, then header, then recognition, then the default session."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from simulator.sessions.recognition import claims_json, recognised
from simulator.sessions.session import DEFAULT, SessionsUnavailableError, UnknownSessionError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.contract.messages import Contexts
    from simulator.sessions.recognition import Claim
    from simulator.sessions.session import Session
    from simulator.sessions.store import SessionStore

HEADER: Final = "X-Banc-Session"
"""The HTTP header that names a session."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """The session of a call that no address names, and why, in French and in English."""

    session: Session
    remark: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Recogniser:
    """Finds the session of a call once it is read."""

    store: SessionStore
    claims: Mapping[Claim, str]

    def __call__(self, contexts: Contexts, certificate: bytes | None) -> Settled | None:
        """Return the one session that recognises this call; ``None``: none does, or it is the default one's.

        Args:
            contexts: of the call.
            certificate: DER of the client certificate, when there is one.
        """
        found = recognised(self.claims, contexts, certificate)
        if not found:
            return None
        if len(found) > 1:
            return self._default(
                f"Appel reconnu par plusieurs sessions ({', '.join(found)}) : session par défaut",
                f"Call recognised by several sessions ({', '.join(found)}): default session",
            )
        ((session_id, met),) = found.items()
        try:
            session = self.store.get(session_id)
        except (UnknownSessionError, SessionsUnavailableError) as error:
            return self._default(
                f"La session {session_id} aurait reconnu cet appel ({error}) : session par défaut",
                f"The session {session_id} would have recognised this call ({error}): default session",
            )
        by = ", ".join(f"{kind} = {value}" for kind, value in claims_json(met).items())
        return Settled(
            session=session,
            remark=(f"Session {session_id} reconnue par {by}", f"Session {session_id} recognised by {by}"),
        )

    def _default(self, fr: str, en: str) -> Settled:
        return Settled(session=self.store.get(DEFAULT), remark=(fr, en))


def address(
    store: SessionStore, path_id: str | None, headers: Mapping[str, str]
) -> tuple[Session, Recogniser | None]:
    """Return the session that a request names, or the default one with what may find another once it is read.

    Args:
        store: the sessions.
        path_id: the id in the path; ``None``: the plain address.
        headers: of the request, names in lower case.

    Raises:
        UnknownSessionError: the session named does not exist (any more).
        SessionsUnavailableError: the file of the sessions cannot be read.
    """
    named = path_id if path_id is not None else headers.get(_HEADER)
    if named is not None:
        return store.get(named), None
    session = store.get(DEFAULT)
    claims = store.claims()
    return session, Recogniser(store, claims) if claims else None


_HEADER: Final = HEADER.lower()
