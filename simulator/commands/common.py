"""What all commands share: their common options and the error of a faulty set-up."""

from __future__ import annotations

from pathlib import Path

import click
import platformdirs

from simulator.serving import REGISTRY_VARIABLE

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
