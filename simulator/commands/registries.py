"""Opens the registry that a command is about."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.commands.common import SetupError
from simulator.registry.opening import open_registry, shown
from simulator.registry.protocol import RegistryError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.registry.protocol import Registry


@contextmanager
def opened(registry: str | None, data_dir: Path) -> Iterator[Registry]:
    """Open the registry asked for, or that of the data directory, and say what is wrong with it."""
    target = registry or str(data_dir / "registry.sqlite")
    if registry is None and not Path(target).exists():
        raise SetupError(
            f"there is no registry in {data_dir} yet: start the simulator once with "
            f"banc serve --data-dir {data_dir}, or give one with --registry"
        )
    try:
        store = open_registry(target)
        try:
            yield store
        finally:
            store.close()
    except RegistryError as error:
        raise SetupError(str(error)) from error
    except sqlite3.Error as error:
        raise SetupError(f"{shown(target)}: cannot be read as a registry: {error}") from error
