"""What all commands share: their common options and the error of a faulty set-up."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click
import platformdirs

from simulator.commands.exits import EXIT_SETUP
from simulator.commands.language import said, spoken, usual_lang
from simulator.registry.opening import open_registry
from simulator.registry.protocol import RegistryError
from simulator.registry.target import shown
from simulator.serving import REGISTRY_VARIABLE, TOKEN_VARIABLE
from simulator.text import Text, text_of, visible_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from simulator.registry.protocol import Registry

_LONGEST_TOKEN = 1024

DEFAULT_DATA_DIR = platformdirs.user_data_path("banc-insi", appauthor=False)

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")

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
    "--lang",
    type=click.Choice(["fr", "en"]),
    default=usual_lang,
    show_default="BANC_LANG, else the locale, else fr",
    help="Language of the texts.",
)


def token_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--token`` and ``--token-file``; the command gets ``token``.

    What is on a command line is seen by everybody on the machine: the file and the environment are not.
    """

    @click.option(
        "--token",
        default=None,
        envvar=TOKEN_VARIABLE,
        show_envvar=True,
        help="Token of the control API. Everybody on the machine sees a command line: prefer the variable or the file.",
    )
    @click.option(
        "--token-file",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        default=None,
        help="File with the token.",
    )
    @wraps(command)
    def with_token(*arguments: Any, token: str | None, token_file: Path | None, **options: Any) -> Any:
        return command(*arguments, token=_token(token, token_file), **options)

    return with_token


def _token(token: str | None, file: Path | None) -> str | None:
    if file is None:
        return token
    try:
        with file.open(encoding="utf-8") as opened:
            found = opened.read(_LONGEST_TOKEN + 1).strip()
    except (OSError, ValueError) as error:
        raise unreadable(f"--token-file {file}", error) from error
    if not found or len(found) > _LONGEST_TOKEN or not (found.isascii() and found.isprintable()):
        raise SetupError(
            Text(
                f"--token-file {file} : une ligne d'au plus {_LONGEST_TOKEN} caractères ASCII est attendue, il y a autre chose",
                f"--token-file {file}: expected one line of at most {_LONGEST_TOKEN} ASCII characters, got another content",
            )
        )
    return found


class SetupError(click.ClickException):
    """The bench or the set-up is at fault: exit code 2."""

    exit_code = EXIT_SETUP

    def __init__(self, message: Text) -> None:
        """Keep the message, in the language of the command that runs."""
        super().__init__(said(message))
        self._is_french = spoken() == "fr"

    def show(self, file: IO[Any] | None = None) -> None:
        """Write it."""
        if self._is_french:
            click.echo(f"Erreur : {self.format_message()}", file=file, err=file is None)
        else:
            click.echo(f"Error: {self.format_message()}", file=file, err=file is None)

    def format_message(self) -> str:
        """Return the message, which may quote a file or a server, so that all of it is seen."""
        return visible_lines(self.message)


def unwritable(what: object, error: OSError) -> SetupError:
    """Return the error of a file or folder that cannot be written."""
    why = text_of(error)
    return SetupError(
        Text(f"{what} ne peut pas être écrit : {why.fr}", f"{what} cannot be written: {why.en}")
    )


def unreadable(what: object, error: OSError | ValueError) -> SetupError:
    """Return the error of a file that cannot be read, or whose bytes are no text."""
    why = text_of(error) if isinstance(error, OSError) else _no_text(error)
    return SetupError(Text(f"{what} ne peut pas être lu : {why.fr}", f"{what} cannot be read: {why.en}"))


def _no_text(error: ValueError) -> Text:
    if isinstance(error, UnicodeDecodeError):
        byte = f"0x{error.object[error.start]:02X}"
        return Text(f"de l'UTF-8 est attendu, il y a l'octet {byte}", f"expected UTF-8, got byte {byte}")
    return Text.same(str(error))


@contextmanager
def opened_registry(registry: str | None, data_dir: Path) -> Iterator[Registry]:
    """Open the registry asked for, or that of the data directory, and say what is wrong with it."""
    target = registry or str(data_dir / "registry.sqlite")
    if registry is None and not Path(target).exists():
        raise SetupError(
            Text(
                f"il n'y a pas encore de registre dans {data_dir} : démarrez une fois le simulateur par "
                f"banc serve --data-dir {data_dir}, ou donnez un registre par --registry",
                f"there is no registry in {data_dir} yet: start the simulator once with "
                f"banc serve --data-dir {data_dir}, or give one with --registry",
            )
        )
    try:
        store = open_registry(target)
        try:
            yield store
        finally:
            store.close()
    except RegistryError as error:
        raise SetupError(text_of(error)) from error
    except sqlite3.Error as error:
        raise SetupError(
            Text(
                f"{shown(target)} : ne peut pas être lu comme un registre : {error}",
                f"{shown(target)}: cannot be read as a registry: {error}",
            )
        ) from error
