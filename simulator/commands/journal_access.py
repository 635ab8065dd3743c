"""What the commands about exchanges share: opening the journal of a data directory, filters, losses told."""

from __future__ import annotations

import functools
import os
import sqlite3
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from simulator.bench import former_journal, open_journal
from simulator.commands.common import SetupError
from simulator.commands.output import echo
from simulator.commands.quantities import TimeType
from simulator.journal.exchange import SERVICES
from simulator.journal.filters import Filters
from simulator.journal.health import loss_lines
from simulator.journal.index import INDEX, JournalIndexError
from simulator.journal.reading import DamagedRecordError
from simulator.journal.store import FOLDER
from simulator.text import Text, TextError, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from simulator.journal.exchange import Exchange
    from simulator.journal.store import Journal

_FILTERS = (
    click.option("--session", default=None, help="Only this session."),
    click.option(
        "--service",
        type=click.Choice(list(SERVICES)),
        default=None,
        help="Only this service: insi, or a sink (dmp, mssante).",
    ),
    click.option(
        "--person",
        default=None,
        metavar="KEY|NAME",
        help="Only where this person was answered or considered (key), or this birth name was asked.",
    ),
    click.option(
        "--operation",
        default=None,
        help="Only this operation, or the end of its name: TraitsIdentite, ITI-41, SMTP-DATA.",
    ),
    click.option("--code", default=None, help="Only this answer or fault code, such as 01 or insi_24."),
    click.option(
        "--finding", default=None, metavar="CODE", help="Only with this finding, such as media-type."
    ),
    click.option(
        "--since",
        type=TimeType(),
        default=None,
        metavar="TIME",
        help="From 2026-01-31T09:30 (UTC), or 10m ago.",
    ),
    click.option("--until", type=TimeType(), default=None, metavar="TIME", help="Before that time."),
)
_NAMES = ("session", "service", "person", "operation", "code", "finding", "since", "until")


def filter_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the filters to a command, which takes them together as ``filters``."""

    @functools.wraps(command)
    def with_filters(**given: Any) -> None:
        filters = Filters(**{name: given.pop(name) for name in _NAMES})
        command(filters=filters, **given)

    decorated: Callable[..., None] = with_filters
    for option in reversed(_FILTERS):
        decorated = option(decorated)
    return decorated


@contextmanager
def opened_journal(data_dir: Path) -> Iterator[Journal]:
    """Open the journal of a data directory to read it; what goes wrong meanwhile is told with its remedy.

    A folder that cannot be written is read all the same, with an index in a temporary one.

    Raises:
        SetupError: there is no journal, or it cannot be read.
    """
    folder = data_dir / FOLDER
    if not folder.is_dir():
        former = former_journal(data_dir)
        more = Text(f"\n{former.fr}", f"\n{former.en}") if former else Text.same("")
        raise SetupError(
            Text(
                f"il n'y a pas de journal dans {data_dir}. Démarrez le simulateur par : banc serve --data-dir {data_dir}{more.fr}",
                f"there is no journal in {data_dir}. Start the simulator with: banc serve --data-dir {data_dir}{more.en}",
            )
        )
    try:
        if _is_writable(folder):
            journal = open_journal(data_dir)
            try:
                yield journal
            finally:
                journal.close()
            return
        with tempfile.TemporaryDirectory(prefix="banc-", ignore_cleanup_errors=True) as name:
            journal = open_journal(data_dir, index_path=Path(name) / INDEX)
            try:
                yield journal
            finally:
                journal.close()
    except (sqlite3.Error, JournalIndexError, DamagedRecordError, PermissionError) as error:
        raise SetupError(
            Text(
                f"le journal de {data_dir} ne peut pas être lu : {_why(error).fr}{_remedy(error).fr}",
                f"the journal in {data_dir} cannot be read: {_why(error).en}{_remedy(error).en}",
            )
        ) from error


def exchange_of(journal: Journal, exchange_id: int, data_dir: Path) -> Exchange:
    """Return an exchange of the journal.

    Raises:
        SetupError: there is none of this number.
    """
    exchange = journal.get(exchange_id)
    if exchange is None:
        raise SetupError(
            Text(
                f"il n'y a pas d'échange {exchange_id} dans {data_dir} ; voir : banc exchanges list",
                f"there is no exchange {exchange_id} in {data_dir}; see: banc exchanges list",
            )
        )
    return exchange


def tell_losses(journal: Journal, lang: str) -> None:
    """Say on standard error what is missing from the journal and why."""
    for line in loss_lines(journal.state(), lang):
        echo(f"! {line}", err=True)


def _is_writable(folder: Path) -> bool:
    index = folder / INDEX
    return os.access(folder, os.W_OK) and (not index.exists() or os.access(index, os.W_OK))


def _why(error: Exception) -> Text:
    return text_of(error) if isinstance(error, (TextError, OSError)) else Text.same(str(error))


def _remedy(error: Exception) -> Text:
    if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError):
        return Text(
            f". Supprimez {INDEX} dans son dossier : il est refait depuis les segments.",
            f". Delete {INDEX} in its folder: it is made again from the segments.",
        )
    return Text.same("")
