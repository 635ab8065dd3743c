"""What the sinks share with the teleservice: sessions, scenarios, the journal, and whom the bench trusts.

A sink that a check opens by itself on its own machine has none of it: it keeps what comes, and that is all.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

from simulator.chaos.effects import CallCounter
from simulator.contract.messages import Contexts
from simulator.scripting.model import Stage
from simulator.sessions.addressing import HEADER, address
from simulator.sessions.session import (
    DEFAULT,
    ID_FORM,
    SessionsUnavailableError,
    UnknownSessionError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from simulator.journal.exchange import Exchange
    from simulator.scripting.engine import Scripted, Scripts
    from simulator.scripting.sink_facts import SinkFacts
    from simulator.scripting.state import StateView
    from simulator.security import TrustStore
    from simulator.sessions.store import Session, SessionStore

    Two = tuple[str, str]

_HEADER: Final = HEADER.lower()
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Settled:
    """The session that something belongs to."""

    session: Session | None
    """``None``: there are no sessions here."""
    is_named: bool
    """Something names it, or it is recognised; ``False``: it is the default one for want of another."""
    remarks: tuple[Two, ...] = ()
    """How it was found, French and English."""

    @property
    def id(self) -> str:
        """Its id."""
        return DEFAULT if self.session is None else self.session.id


class Keeping(Protocol):
    """Where exchanges go: the journal of the simulator, or whoever opened a sink by itself."""

    def append(self, exchange: Exchange) -> object:
        """Keep one."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Backing:
    """The parts of a simulator that its sinks use. Shared by threads."""

    journal: Keeping | None = None
    sessions: SessionStore | None = None
    scripts: Scripts | None = None
    trust: TrustStore | None = None
    """``None``: the simulator was started without a PKI."""
    disturbed: CallCounter = field(default_factory=CallCounter)

    def addressed(
        self, path_id: str | None, headers: Mapping[str, str], certificate: bytes | None, lps_name: str = ""
    ) -> Settled:
        """Return the session of an HTTP request: that of its path or header, one that recognises it, else the default.

        Args:
            path_id: the id in the path; ``None``: the plain address.
            headers: names in lower case.
            certificate: DER of the client certificate, when there is one.
            lps_name: name of the software, as the VIHF says.

        Raises:
            UnknownSessionError: the session named does not exist (any more).
            SessionsUnavailableError: the file of the sessions cannot be read.
        """
        if self.sessions is None:
            return Settled(None, path_id is not None)
        session, recogniser = address(self.sessions, path_id, headers)
        if recogniser is not None:
            contexts = Contexts(bam_id="", bam_time="", lps_id="", lps_time="", lps_name=lps_name or None)
            settled = recogniser(contexts, certificate)
            if settled is not None:
                return Settled(settled.session, settled.session.id != DEFAULT, (settled.remark,))
        return Settled(session, path_id is not None or _HEADER in headers)

    def of_account(
        self, account: str, certificate: bytes | None, header: str = "", sender: str = ""
    ) -> Settled:
        """Return the session of a mail: the one that its account, its header or its sender names, that recognises it, or the default.

        A mail is never refused for its session: an account is an address as a rule.

        Args:
            account: who logged in, empty when nobody did.
            certificate: DER of the client certificate, when there is one.
            header: ``X-Banc-Session`` of the mail.
            sender: what stands before the ``@`` of who sent it (``MAIL FROM``): software that sends without logging in has it only.
        """
        if self.sessions is None:
            return Settled(None, bool(account))
        try:
            for name in (account, header.strip(), sender.strip()):
                if name and ID_FORM.fullmatch(name):
                    try:
                        return Settled(self.sessions.get(name), is_named=True)
                    except UnknownSessionError:
                        continue
            settled = self.addressed(None, {}, certificate)
        except SessionsUnavailableError as error:
            _log.warning("a mail goes to no session: %s", error)
            return Settled(None, is_named=False)
        if not account or settled.is_named:
            return settled
        remark = (
            f"Le compte {account[:80]} n'est celui d'aucune session : session par défaut",
            f"The account {account[:80]} is that of no session: default session",
        )
        return Settled(settled.session, is_named=False, remarks=(*settled.remarks, remark))

    def play(
        self,
        session: Session | None,
        facts: Callable[[Session, StateView], SinkFacts],
        stage: Stage = Stage.AFTER,
    ) -> Scripted | None:
        """Return what a scenario of the session says, ``None`` when none does.

        ``facts`` makes what conditions look at, and is asked only when there is a scenario.
        """
        if session is None or self.scripts is None or not session.scenarios:
            return None
        return self.scripts.play(session, facts(session, self.scripts.state.view(session.id)), stage)

    def keep(self, exchange: Exchange) -> None:
        """Write an exchange into the journal, and note that its session is used."""
        if self.journal is not None:
            self.journal.append(exchange)
        if self.sessions is not None:
            self.sessions.touch(exchange.session)


ALONE: Final = Backing()
"""Of a sink that is no part of a simulator."""
