"""The simulator put together: stores in one data directory, and the teleservice on top of them."""

from __future__ import annotations

import contextlib
import os
import secrets
import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from simulator.bench.installing import Installer
from simulator.bench.own_registry import SESSIONS_FILE, OidMode, PeopleInUseError, open_own_registry
from simulator.database import is_locked, try_lock
from simulator.journal.store import FOLDER, FORMER_FILE, Journal
from simulator.journal.writer import JournalOptions
from simulator.lots.progress import LotSettings
from simulator.lots.store import LotStore
from simulator.registry.opening import open_registry
from simulator.registry.protocol import RegistryError
from simulator.scripting.engine import Scripts
from simulator.security import TrustStore, TrustStoreError
from simulator.security.pki import TRUST_FOLDER
from simulator.sessions.profiles import profiles
from simulator.sessions.store import SessionStore
from simulator.teleservice.authentication import Authenticator
from simulator.teleservice.freshness import Freshness
from simulator.teleservice.service import Teleservice
from simulator.text import Text, TextError, text_of

if TYPE_CHECKING:
    from pathlib import Path

    from simulator.registry.protocol import Registry

IN_USE: Final = "in-use"
"""Folder of a data directory where each simulator that uses it has a locked file."""


class BenchSetupError(TextError):
    """The simulator cannot be set up; the message says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchOptions:
    """What the registry and the default session are made of."""

    data_dir: Path
    people: int = 1000
    """Synthetic people beside the public test identities; those designed for a case come first."""
    seed: int = 1
    oid_mode: OidMode = "test"
    """``test``: every test person carries a test OID (…4.10). ``live``: the published people carry the
    production OID (…4.8), as the real qualification environment returns it."""
    profile: str = "production"
    lots: LotSettings = LotSettings()  # noqa: RUF009 - frozen
    """What is granted to bulk verification."""
    journal: JournalOptions = JournalOptions()  # noqa: RUF009 - frozen
    """How durable the journal is and how long it is kept."""
    pki: Path | None = None
    """Folder made by ``banc pki init``: authorities that signatures and client certificates are checked with."""
    registry: str | None = None
    """A registry built before, a file or ``postgresql://…``, used as it is: ``people``, ``seed`` and ``oid_mode`` then say
    nothing. None: that of the data directory, built when it is missing."""
    node: str | None = None
    """Name of this simulator among several behind one address, of ``NODE_FORM``; its sessions' ids begin with it."""


@dataclass(slots=True)
class Bench:
    """The open stores and the teleservice."""

    options: BenchOptions
    registry: Registry
    sessions: SessionStore
    journal: Journal
    lots: LotStore
    teleservice: Teleservice
    presence: Presence | None = None
    """Says to other simulators that the people of the data directory are used."""

    @property
    def installer(self) -> Installer:
        """Puts scenarios in force in the sessions."""
        return Installer(self.sessions, self.registry)

    def close(self) -> None:
        """Close the connections of the calling thread, and let others rebuild the registry."""
        if self.presence is not None:
            self.presence.leave()
        self.registry.close()
        self.sessions.close()
        self.sessions.script_state.close()
        self.journal.close()
        self.lots.close()


class Presence:
    """A file that is locked as long as this process uses a data directory: the system unlocks it however it ends."""

    def __init__(self, folder: Path) -> None:
        """Be there from now on.

        Raises:
            OSError: the folder cannot be written.
        """
        folder.mkdir(mode=0o700, exist_ok=True)
        self._path = folder / f"{os.getpid()}-{secrets.token_hex(4)}.lock"
        self._descriptor: int | None = os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
        try_lock(self._descriptor)

    def others(self) -> bool:
        """Return whether somebody else is there; what the dead left is removed."""
        found = False
        for path in self._path.parent.glob("*.lock"):
            if path != self._path and is_locked(path):
                found = True
            elif path != self._path:
                with contextlib.suppress(OSError):
                    path.unlink()
        return found

    def leave(self) -> None:
        """Be there no more; again is nothing."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)
            with contextlib.suppress(OSError):
                self._path.unlink()


def open_bench(options: BenchOptions) -> Bench:
    """Open the data directory, building the registry when it is missing or was built otherwise.

    Raises:
        BenchSetupError: the directory cannot be written, a file in it is not ours, or the profile is unknown.
    """
    if options.profile not in profiles():
        known = ", ".join(profiles())
        raise BenchSetupError(
            Text(
                f"profil inconnu : {options.profile!r} ; sont connus {known}",
                f"unknown profile {options.profile!r}; known are {known}",
            )
        )
    try:
        trust = None if options.pki is None else TrustStore.load(options.pki / TRUST_FOLDER)
    except TrustStoreError as error:
        raise BenchSetupError(
            Text(
                f"{error.text.fr}. Faites une PKI par : banc pki init {options.pki}",
                f"{error.text.en}. Make a PKI with: banc pki init {options.pki}",
            )
        ) from error
    try:
        # For its owner alone: the journal has what software under test sends, card numbers and tokens included.
        options.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        presence = Presence(options.data_dir / IN_USE)
        registry = _open_registry(options, presence)
        sessions = SessionStore(
            options.data_dir / "sessions.sqlite", profile=options.profile, node=options.node
        )
        journal = open_journal(options.data_dir, options.journal)
        lots = LotStore(options.data_dir / "lots.sqlite", options.lots)
    except PeopleInUseError as error:
        presence.leave()
        raise BenchSetupError(error.text) from error
    except RegistryError as error:
        raise BenchSetupError(error.text) from error
    except (OSError, sqlite3.Error) as error:
        why = text_of(error) if isinstance(error, OSError) else Text.same(str(error))
        raise BenchSetupError(
            Text(
                f"le dossier de données {options.data_dir} ne peut pas servir : {why.fr}. Donnez-en un autre par --data-dir.",
                f"the data directory {options.data_dir} cannot be used: {error}. Give another one with --data-dir.",
            )
        ) from error
    return Bench(
        options=options,
        presence=presence,
        registry=registry,
        sessions=sessions,
        journal=journal,
        lots=lots,
        teleservice=Teleservice(
            registry,
            journal,
            lots,
            Authenticator(trust),
            Freshness(sessions.activity),
            scripts=Scripts(sessions.script_state, registry),
        ),
    )


def open_journal(
    data_dir: Path, options: JournalOptions | None = None, *, index_path: Path | None = None
) -> Journal:
    """Open the journal of a data directory alone; the arguments are those of ``Journal``."""
    return Journal(data_dir / FOLDER, options, index_path=index_path)


def former_journal(data_dir: Path) -> Text | None:
    """Return a line about a journal that a former version left in a data directory, if there is one."""
    former = data_dir / FORMER_FILE
    if not former.is_file():
        return None
    return Text(
        f"{former} est le journal d'une version antérieure : il est laissé tel quel et n'est pas lu.",
        f"{former} is the journal of a former version: it is left alone and not read.",
    )


def _open_registry(options: BenchOptions, presence: Presence) -> Registry:
    if options.registry is not None:
        return open_registry(options.registry, sessions=options.data_dir / SESSIONS_FILE)
    return open_own_registry(
        options.data_dir,
        size=options.people,
        seed=options.seed,
        oid_mode=options.oid_mode,
        in_use=presence.others,
    )
