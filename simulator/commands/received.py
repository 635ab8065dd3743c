"""``banc received``: what the sinks hold, as files that ``banc check`` reads."""

from __future__ import annotations

import sqlite3
import sys
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from simulator.commands.bilingual import BilingualGroup
from simulator.commands.common import SetupError, data_dir_option, json_option, lang_option, unwritable
from simulator.commands.output import Table, echo, print_json, table_console
from simulator.sinks import Sink, SinkStore
from simulator.sinks.archive import as_file, file_name
from simulator.sinks.kept import FILE
from simulator.text import Text, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from simulator.sinks import Received

_COLUMNS: Final = {
    "fr": ("n°", "heure (UTC)", "session", "quoi", "de", "à / patient", "réponse", "octets"),
    "en": ("id", "time (UTC)", "session", "what", "from", "to / patient", "answer", "bytes"),
}


@click.group("received", cls=BilingualGroup)
def received_group() -> None:
    """What the DMP and the MSSanté operator of the bench hold: mails, submissions, queries.

    The journal (banc exchanges) has the same with the answers and the reasons; here are the files.
    """


def _filters(command: Callable[..., None]) -> Callable[..., None]:
    for option in (
        click.option("--session", default=None, help="Only of this session or account."),
        click.option(
            "--sink",
            type=click.Choice([one.value for one in Sink], case_sensitive=False),
            default=None,
            help="Only of this sink.",
        ),
        data_dir_option,
    ):
        command = option(command)
    return command


@received_group.command("list")
@_filters
@json_option
@lang_option
def list_received(*, data_dir: Path, session: str | None, sink: str | None, as_json: bool, lang: str) -> None:
    """List what is held, the oldest first.

    \b
    Examples:
      banc received list
      banc received list --session lgo-x --sink mssante
    """
    with _opened(data_dir) as store:
        items = list(store.each(session=session, sink=_sink(sink)))
    if as_json:
        print_json([asdict(one) for one in items])
        return
    if not items:
        echo("Rien n'a été reçu." if lang == "fr" else "Nothing was received.")
        return
    console = table_console()
    table = Table(box=None, pad_edge=False)
    for number, name in enumerate(_COLUMNS[lang]):
        table.add_column(name, justify="right" if number in {0, 7} else "left", overflow="fold")
    for one in items:
        table.add_row(*map(visible, _cells(one)))
    console.print(table)


@received_group.command("show")
@click.argument("item_id", metavar="ID", type=int)
@click.option("--raw", is_flag=True, help="Write its bytes, nothing else.")
@data_dir_option
def show_received(*, item_id: int, raw: bool, data_dir: Path) -> None:
    """Show one item: how it came, from whom, and what was answered (JSON).

    \b
    Examples:
      banc received show 3
      banc received show 3 --raw > mail.eml
    """
    with _opened(data_dir) as store:
        item = store.get(item_id)
        if item is None:
            raise SetupError(
                Text(
                    f"rien de reçu n'a l'identifiant {item_id} dans {data_dir} ; voir : banc received list",
                    f"nothing received has the id {item_id} in {data_dir}; see: banc received list",
                )
            )
        if raw:
            sys.stdout.buffer.write(as_file(item, store.content(item_id) or b""))
            return
    print_json(asdict(item))


@received_group.command("save")
@click.argument("item_ids", metavar="[ID]...", nargs=-1, type=int)
@_filters
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("received"),
    show_default=True,
    help="Folder, made when it is not there; files in it are replaced.",
)
@lang_option
def save_received(
    *,
    item_ids: tuple[int, ...],
    data_dir: Path,
    session: str | None,
    sink: str | None,
    out: Path,
    lang: str,
) -> None:
    """Save items as files, those named or all that meet the filters.

    \b
    Examples:
      banc received save --out received
      banc check received/*.eml received/*.http
    """
    with _opened(data_dir) as store:
        items = [
            one for one in store.each(session=session, sink=_sink(sink)) if not item_ids or one.id in item_ids
        ]
        try:
            out.mkdir(parents=True, exist_ok=True)
            for one in items:
                (out / file_name(one)).write_bytes(as_file(one, store.content(one.id) or b""))
        except OSError as error:
            raise unwritable(out, error) from error
    missing = set(item_ids) - {one.id for one in items}
    if missing:
        raise SetupError(
            Text(
                f"rien de reçu n'a l'identifiant {', '.join(map(str, sorted(missing)))} ; voir : banc received list",
                f"nothing received has the id {', '.join(map(str, sorted(missing)))}; see: banc received list",
            )
        )
    echo(f"{out} : {len(items)} fichier(s)" if lang == "fr" else f"{out}: {len(items)} file(s)", err=True)


@contextmanager
def _opened(data_dir: Path) -> Iterator[SinkStore]:
    path = data_dir / FILE
    if not path.is_file():
        raise SetupError(
            Text(
                f"aucun récepteur n'a été ouvert dans {data_dir}. Démarrez-les par : banc serve --dmp --mssante --data-dir {data_dir}",
                f"no sink was opened in {data_dir}. Start them with: banc serve --dmp --mssante --data-dir {data_dir}",
            )
        )
    try:
        store = SinkStore(path)
        try:
            yield store
        finally:
            store.close()
    except sqlite3.Error as error:
        raise SetupError(
            Text(f"{path} ne peut pas être lu : {error}", f"{path} cannot be read: {error}")
        ) from error


def _sink(name: str | None) -> Sink | None:
    return None if name is None else Sink(name.upper())


def _cells(one: Received) -> tuple[str, ...]:
    patients = one.facts.get("patient_ids") or one.facts.get("asked") or ()
    told = patients if isinstance(patients, str) else ", ".join(map(str, patients))
    return (
        str(one.id),
        one.at[:19].replace("T", " "),
        one.session,
        one.kind,
        one.sender,
        ", ".join(one.recipients) or told,
        one.outcome,
        str(one.size),
    )
