"""What all commands share: the language option and the error of a faulty set-up."""

from __future__ import annotations

import click

EXIT_SETUP = 2
"""Exit code when the bench or the set-up is at fault."""

lang_option = click.option(
    "--lang", type=click.Choice(["fr", "en"]), default="fr", show_default=True, help="Language of the texts."
)


class SetupError(click.ClickException):
    """The bench or the set-up is at fault: exit code 2."""

    exit_code = EXIT_SETUP
