"""What all commands share: their common options and the error of a faulty set-up."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click
import platformdirs

from simulator.registry.opening import open_registry, shown
from simulator.registry.protocol import RegistryError
from simulator.serving import REGISTRY_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.registry.protocol import Registry

EXIT_SETUP = 2
"""Exit code when the bench or the set-up is at fault."""

EXIT_INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells expect it."""

DEFAULT_DATA_DIR = platformdirs.user_data_path("banc-insi", appauthor=False)

data_dir_option = click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    default=DEFAULT_DATA_DIR,
    show_default=True,
    help="Where the registry, the sessions and the journal are kept.",
)
registry_option = click.option(
    "--registry",
    metavar="FILE|postgresql://…",
    envvar=REGISTRY_VARIABLE,
    show_envvar=True,
    default=None,
    help="A registry made by banc population build; the one of the data directory when none is given.",
)
lang_option = click.option(
    "--lang", type=click.Choice(["fr", "en"]), default="fr", show_default=True, help="Language of the texts."
)


class SetupError(click.ClickException):
    """The bench or the set-up is at fault: exit code 2."""

    exit_code = EXIT_SETUP


@contextmanager
def opened_registry(registry: str | None, data_dir: Path) -> Iterator[Registry]:
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
