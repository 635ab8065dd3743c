"""The registry of a data directory: built when it is missing or was built otherwise, never under somebody who uses it."""

from __future__ import annotations

import sqlite3
import time
from itertools import chain
from typing import TYPE_CHECKING, Final, Literal

from simulator.population.build import people, recipe
from simulator.population.cnda import load_cnda
from simulator.registry.base_file import BaseFile
from simulator.registry.building import BeingBuiltError, build_file
from simulator.registry.parting import is_of_another_format, is_undivided, part
from simulator.registry.protocol import RegistryError
from simulator.registry.store import RegistryStore
from simulator.text import Text, TextError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

OidMode = Literal["test", "live"]

FILE: Final = "registry.sqlite"
"""The base population, in a data directory."""
SESSIONS_FILE: Final = "session-people.sqlite"
"""The people that sessions have added."""
_MADE_BY: Final = "made_by"
_OURS: Final = "serve"
"""What a registry says that was built here; any other was put there by somebody, and is kept."""
_LONGEST_BUILD_S: Final = 600.0
_LOOK_AGAIN_S: Final = 0.05


class PeopleInUseError(TextError):
    """Others use the people of the data directory, which would be replaced; the message says what to do."""


def open_own_registry(
    data_dir: Path, *, size: int, seed: int, oid_mode: OidMode, in_use: Callable[[], bool]
) -> RegistryStore:
    """Open the registry of a data directory, building it when it is missing or was built otherwise.

    Args:
        data_dir: exists and can be written.
        size: how many synthetic people.
        seed: what they are drawn from.
        oid_mode: the OID of the published people.
        in_use: tells whether somebody else uses the directory.

    Raises:
        PeopleInUseError: they would be replaced under somebody else.
        RegistryError: the file is no registry, or cannot be written.
        sqlite3.Error: a file cannot be opened or is no database.
    """
    path, sessions = data_dir / FILE, data_dir / SESSIONS_FILE
    if is_undivided(path):
        if in_use():
            raise PeopleInUseError(
                Text(
                    f"un autre simulateur, d'une version antérieure, se sert de {data_dir} : arrêtez-le, ou donnez un autre --data-dir",
                    f"another simulator, of a former version, is using {data_dir}: stop it, or give another --data-dir",
                )
            )
        part(path, sessions, **{_MADE_BY: _OURS})
    wanted = _wanted(size, seed, oid_mode)
    last = time.monotonic() + _LONGEST_BUILD_S
    while (built := _recipe(path)) != wanted:
        if put_there_by_hand(data_dir) is not None:
            break
        if built is not None and in_use():
            raise PeopleInUseError(
                Text(
                    f"un autre simulateur se sert des personnes de {data_dir} ({built}), que {wanted} remplacerait. "
                    "Arrêtez-le, donnez les mêmes --people, --seed et --oid, ou un autre --data-dir.",
                    f"another simulator is using the people of {data_dir} ({built}), and {wanted} would replace them. "
                    "Stop it, give the same --people, --seed and --oid, or another --data-dir.",
                )
            )
        try:
            build_file(path, chain(load_cnda(oid_mode), people(size, seed)), wanted, facts={_MADE_BY: _OURS})
        except BeingBuiltError:
            # Another simulator that was started at the same time.
            if time.monotonic() > last:
                raise
            time.sleep(_LOOK_AGAIN_S)
    return RegistryStore(path, sessions)


def is_to_be_built(data_dir: Path, *, size: int, seed: int, oid_mode: OidMode) -> bool:
    """Tell whether ``open_own_registry`` would draw people; what cannot be told is left to it."""
    try:
        return (
            _recipe(data_dir / FILE) != _wanted(size, seed, oid_mode) and put_there_by_hand(data_dir) is None
        )
    except (RegistryError, sqlite3.Error, OSError):
        return False


def put_there_by_hand(data_dir: Path) -> str | None:
    """Return the recipe of the registry of a data directory, when somebody put it there: an import, a build.

    Raises:
        RegistryError: it is no registry.
        sqlite3.Error: it cannot be read.
    """
    base = _opened(data_dir / FILE)
    if base is None:
        return None
    try:
        return None if base.meta(_MADE_BY) == _OURS else base.meta("recipe")
    finally:
        base.close()


def _wanted(size: int, seed: int, oid_mode: OidMode) -> str:
    return f"cnda oid={oid_mode} {recipe(size, seed)}"


def _recipe(path: Path) -> str | None:
    """Return how a registry was made; ``None`` when there is none."""
    base = _opened(path)
    if base is None:
        return None
    try:
        return base.meta("recipe")
    finally:
        base.close()


def _opened(path: Path) -> BaseFile | None:
    # An empty file is what a former version left that was killed while it began.
    if not path.is_file() or not path.stat().st_size or is_of_another_format(path):
        return None
    return BaseFile(path)
