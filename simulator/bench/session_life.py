"""The beginning and the end of a session, which lives in several stores at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simulator.bench.stores import Bench
    from simulator.sessions.store import Session


def create_session(bench: Bench, session_id: Any = None, /, **settings: Any) -> Session:
    """Create a session with nothing in it; without an id, with a random one.

    Raises:
        SettingsError: a setting is unknown or cannot have its value, or the id cannot be one.
        SessionConflictError: the id, or what it is recognised by, is taken.
        SessionsUnavailableError: the file of the sessions cannot be written.
    """
    sweep(bench)
    session = bench.sessions.create(session_id, **{"profile": bench.options.profile, **settings})
    if session_id is not None:
        # An earlier session of this id may have left something when its process was killed.
        _empty(bench, session.id)
    return session


def remove_session(bench: Bench, session_id: str, *, exchanges: bool = False) -> None:
    """Remove a session with its people, lots and what it has seen; ``exchanges``: those of the journal too.

    Raises:
        UnknownSessionError: there is none of this id.
        ValueError: it is the default session.
        SessionsUnavailableError: the file of the sessions cannot be written.
    """
    bench.sessions.delete(session_id)
    _empty(bench, session_id)
    if exchanges:
        bench.journal.remove_session(session_id)


def sweep(bench: Bench) -> int:
    """Remove the sessions that have expired; return how many. Their exchanges stay in the journal.

    Nothing runs in the background: whoever creates or lists sessions sweeps first.
    """
    ended = bench.sessions.expire()
    for session_id in ended:
        _empty(bench, session_id)
    return len(ended)


def _empty(bench: Bench, session_id: str) -> None:
    bench.registry.remove_scope(session_id)
    bench.lots.remove_session(session_id)
    bench.sessions.activity.forget(session_id)
