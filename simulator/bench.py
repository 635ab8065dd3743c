"""The simulator put together: stores in one data directory, and the teleservice on top of them."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Literal

from simulator.authentication import Authenticator
from simulator.journal.store import Journal
from simulator.lots.progress import LotSettings
from simulator.lots.store import LotStore
from simulator.population.build import people, recipe
from simulator.population.cnda import load_cnda
from simulator.registry.store import RegistryStore
from simulator.security import TrustStore, TrustStoreError
from simulator.security.pki import TRUST_FOLDER
from simulator.sessions.profiles import profiles
from simulator.sessions.store import SessionStore
from simulator.teleservice import Teleservice

if TYPE_CHECKING:
    from pathlib import Path

OidMode = Literal["test", "live"]


class BenchSetupError(Exception):
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
    pki: Path | None = None
    """Folder made by ``banc pki init``: authorities that signatures and client certificates are checked with."""


@dataclass(slots=True)
class Bench:
    """The open stores and the teleservice."""

    options: BenchOptions
    registry: RegistryStore
    sessions: SessionStore
    journal: Journal
    lots: LotStore
    teleservice: Teleservice

    def close(self) -> None:
        """Close the connections of the calling thread."""
        self.registry.close()
        self.sessions.close()
        self.journal.close()
        self.lots.close()


def open_bench(options: BenchOptions) -> Bench:
    """Open the data directory, building the registry when it is missing or was built otherwise.

    Raises:
        BenchSetupError: the directory cannot be written, a file in it is not ours, or the profile is unknown.
    """
    if options.profile not in profiles():
        raise BenchSetupError(f"unknown profile {options.profile!r}; known are {', '.join(profiles())}")
    try:
        trust = None if options.pki is None else TrustStore.load(options.pki / TRUST_FOLDER)
    except TrustStoreError as error:
        raise BenchSetupError(f"{error}. Make a PKI with: banc pki init {options.pki}") from error
    try:
        options.data_dir.mkdir(parents=True, exist_ok=True)
        registry = RegistryStore(options.data_dir / "registry.sqlite")
        _build_registry(registry, options)
        sessions = SessionStore(options.data_dir / "sessions.sqlite", profile=options.profile)
        journal = open_journal(options.data_dir)
        lots = LotStore(options.data_dir / "lots.sqlite", options.lots)
    except (OSError, sqlite3.Error) as error:
        raise BenchSetupError(
            f"the data directory {options.data_dir} cannot be used: {error}. Give another one with --data-dir."
        ) from error
    return Bench(
        options=options,
        registry=registry,
        sessions=sessions,
        journal=journal,
        lots=lots,
        teleservice=Teleservice(registry, journal, lots, Authenticator(trust)),
    )


def open_journal(data_dir: Path) -> Journal:
    """Open the journal of a data directory alone."""
    return Journal(data_dir / "journal.sqlite")


def _build_registry(registry: RegistryStore, options: BenchOptions) -> None:
    wanted = f"cnda oid={options.oid_mode} {recipe(options.people, options.seed)}"
    if registry.meta("recipe") == wanted:
        return
    registry.rebuild(chain(load_cnda(options.oid_mode), people(options.people, options.seed)), wanted)
