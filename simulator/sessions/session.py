"""A session as a value, and what can be wrong with one."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from simulator.sessions.profiles import Profile, profiles

if TYPE_CHECKING:
    from simulator.scripting.model import Installed
    from simulator.sessions.settings import SessionSettings

DEFAULT: Final = "default"
"""The session of calls to ``/lps`` that nothing sends to another."""

ID_FORM: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
"""Form of an id chosen by a tester: it goes into addresses and file names."""

NODE_FORM: Final = re.compile(r"[a-z0-9]{1,16}")
"""Form of the name of a simulator among several."""


class UnknownSessionError(LookupError):
    """There is no session of this id."""


class ExpiredSessionError(UnknownSessionError):
    """There was a session of this id; the message says when and why it ended."""


class SessionConflictError(Exception):
    """The id, or what the session would be recognised by, is taken by another session."""


class SessionsUnavailableError(Exception):
    """The file of the sessions cannot be read or written now; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What one tester has set up."""

    id: str
    created_at: str
    settings: SessionSettings
    scenarios: tuple[Installed, ...] = ()
    profile: Profile = field(init=False, repr=False, compare=False)
    """The environment imitated, as the settings name it."""
    scope: str = field(init=False, repr=False, compare=False)
    """The scope of the session's own people in the registry."""

    def __post_init__(self) -> None:
        """Look them up once: every call asks for them several times."""
        object.__setattr__(self, "profile", profiles()[self.settings.profile])
        object.__setattr__(self, "scope", self.id)
