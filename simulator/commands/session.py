"""``banc session``: the sessions of a running simulator, over its control API."""

from __future__ import annotations

import json
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from simulator.client import BenchClient, BenchClientError
from simulator.commands.bilingual import BilingualGroup, WrongUsageError
from simulator.commands.common import SetupError, unwritable
from simulator.commands.language import said
from simulator.commands.output import Console, Table, echo, print_json
from simulator.commands.session_options import (
    duration,
    json_option,
    server_options,
    setting_options,
    settings_of,
)
from simulator.commands.session_view import (
    COLUMNS,
    PEOPLE_COLUMNS,
    clock_words,
    minute,
    plain,
    print_addresses,
    print_table,
)
from simulator.registry.person import PersonError, from_json, to_json
from simulator.text import Text, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.client import SessionClient


@click.group("session", cls=BilingualGroup)
def session_group() -> None:
    """Sessions of a running simulator: isolated people, scripts, settings and clock, one for each tester."""


@session_group.command("create")
@click.option("--id", "session_id", default=None, help="An id people can read; else a random one.")
@setting_options
@json_option
@server_options
def create_command(
    *, session_id: str | None, as_json: bool, url: str, token: str | None, **given: Any
) -> None:
    """Create a session and print the address to configure in the software.

    \b
    Examples:
      banc session create --name "LGO X, build 12"
      banc session create --id lgo-x --profile qualification-2026 --strictness strict --ttl 8h
      banc session create --recognise lps_instance=poste-12
      banc session create --recognise certificate=CN=INSI-MANU,OU=10B0000001
    """
    settings = settings_of(given)
    if session_id is not None:
        settings["id"] = session_id
    with _simulator(url, token) as client:
        session = client.create_session(**settings)
        shown = session.show()
    print_json(shown) if as_json else print_addresses(shown, url)


@session_group.command("list")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1, 1000))
@click.option("--offset", default=0, show_default=True, type=click.IntRange(0))
@json_option
@server_options
def list_command(*, limit: int, offset: int, as_json: bool, url: str, token: str | None) -> None:
    """List the sessions, oldest first."""
    with _simulator(url, token) as client:
        listed = client.sessions(limit=limit, offset=offset)
    if as_json:
        print_json(listed)
        return
    table = Table(box=None, pad_edge=False)
    for column in COLUMNS:
        table.add_column(said(column), overflow="fold")
    for entry in listed:
        table.add_row(
            entry["id"],
            entry["name"] or "-",
            entry["profile"],
            entry["strictness"],
            clock_words(entry),
            minute(entry["last_used_at"]),
            minute(entry["expires_at"]),
        )
    print_table(table)


@session_group.command("show")
@click.argument("session_id", metavar="ID")
@json_option
@server_options
def show_command(*, session_id: str, as_json: bool, url: str, token: str | None) -> None:
    """Show one session: its settings, its clock, and how calls reach it."""
    with _simulator(url, token) as client:
        shown = client.session(session_id).show()
    if as_json:
        print_json(shown)
        return
    print_addresses(shown, url)
    console = Console(highlight=False, soft_wrap=True)
    for name, value in shown.items():
        if name not in {"id", "soap_path", "recognise"}:
            console.print(f"  {name:<16} {plain(value)}", markup=False)


@session_group.command("set")
@click.argument("session_id", metavar="ID")
@setting_options
@click.option("--any-idam", is_flag=True, help="Accept any authorisation number again.")
@click.option("--no-recognition", is_flag=True, help="Recognise nothing any more.")
@server_options
def set_command(
    *, session_id: str, any_idam: bool, no_recognition: bool, url: str, token: str | None, **given: Any
) -> None:
    """Change settings; the next call sees them, whichever worker answers it.

    \b
    Examples:
      banc session set lgo-x --strictness strict
      banc session set lgo-x --idam 750000000001 --idam 750000000002
      banc session set lgo-x --no-recognition --ttl 0
    """
    settings = settings_of(given)
    if any_idam:
        settings["idams"] = None
    if no_recognition:
        settings["recognise"] = {}
    if not settings:
        raise WrongUsageError(
            Text(
                "au moins un réglage à changer est attendu ; voir : banc session set --help",
                "expected at least one setting to change; see: banc session set --help",
            )
        )
    with _simulator(url, token) as client:
        changed = client.session(session_id).change(**settings)
    for name in settings:
        echo(f"{name}: {plain(changed[name])}")


@session_group.command("clock")
@click.argument("session_id", metavar="ID")
@click.option(
    "--advance",
    type=duration,
    metavar="DURATION",
    default=None,
    help="Move on, frozen or not: 61m, 1h30m, -2d.",
)
@click.option("--freeze", default=None, metavar="ISO|now", help="Stand still at this instant, with its zone.")
@click.option(
    "--offset", type=duration, metavar="DURATION", default=None, help="Run, so far from the real time."
)
@click.option("--resume", is_flag=True, help="Run on from where a frozen clock stands.")
@click.option("--reset", is_flag=True, help="Back to the real time.")
@server_options
def clock_command(
    *,
    session_id: str,
    advance: float | None,
    freeze: str | None,
    offset: float | None,
    resume: bool,
    reset: bool,
    url: str,
    token: str | None,
) -> None:
    """Read or move the clock of a session: assertions and lots live in its time.

    \b
    Examples:
      banc session clock lgo-x
      banc session clock lgo-x --advance 61m
      banc session clock lgo-x --freeze 2026-11-23T10:00:00Z
      banc session clock lgo-x --reset
    """
    asked: dict[str, Any] = {"advance": advance, "freeze": freeze, "offset": offset}
    command = {name: value for name, value in asked.items() if value is not None}
    command.update({name: True for name, given in (("resume", resume), ("reset", reset)) if given})
    if len(command) > 1:
        raise WrongUsageError(
            Text(
                f"une seule de ces options est attendue, il y a {', '.join(f'--{name}' for name in command)}",
                f"expected one of the options, got {', '.join(f'--{name}' for name in command)}",
            )
        )
    with _simulator(url, token) as client:
        session = client.session(session_id)
        shown = client.call("POST", f"{session.path}/clock", json=command) if command else session.show()
    echo(f"{shown['now']}  ({clock_words(shown)})")


@session_group.command("people")
@click.argument("session_id", metavar="ID")
@click.option(
    "--add",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=None,
    help="Add the people of a JSON file: a list of people as the API gives them, or one a line.",
)
@click.option("--tag", default=None, help="Only people of this tag.")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 1000))
@click.option("--offset", default=0, show_default=True, type=click.IntRange(0))
@json_option
@server_options
def people_command(
    *,
    session_id: str,
    file: Path | None,
    tag: str | None,
    limit: int,
    offset: int,
    as_json: bool,
    url: str,
    token: str | None,
) -> None:
    """List the people a session sees, or add some that it alone sees.

    \b
    Examples:
      banc session people lgo-x --tag twin
      banc session people lgo-x --add my-patients.json
    """
    with _simulator(url, token) as client:
        session = client.session(session_id)
        if file is not None:
            count = _add_people(session, file)
            added = Text(
                f"{count} personnes ajoutées à la session {session_id}",
                f"{count} people added to the session {session_id}",
            )
            echo(said(added))
            return
        people = session.people(limit=limit, offset=offset, tag=tag)
    if as_json:
        print_json([to_json(person) for person in people])
        return
    table = Table(box=None, pad_edge=False)
    for column in PEOPLE_COLUMNS:
        table.add_column(said(column), overflow="fold")
    for person in people:
        traits = person.identity.traits
        table.add_row(
            person.key,
            traits.birth_name,
            traits.first_names,
            str(traits.sex),
            traits.birth_date,
            traits.birth_place or "-",
            person.identity.matricule.value,
        )
    print_table(table)


@session_group.command("export")
@click.argument("session_id", metavar="ID")
@click.option(
    "--output",
    "-o",
    type=click.Path(dir_okay=False, path_type=Path),
    default=None,
    help="The ZIP file to write; else session-<ID>.zip here.",
)
@click.option("--no-exchanges", is_flag=True, help="Settings, scenarios and people alone.")
@server_options
def export_command(
    *, session_id: str, output: Path | None, no_exchanges: bool, url: str, token: str | None
) -> None:
    """Write a session to a ZIP file: settings, scenarios, people, and its exchanges, their secrets masked.

    \b
    Example:
      banc session export lgo-x -o evidence/lgo-x.zip
    """
    with _simulator(url, token) as client:
        content = client.session(session_id).export(exchanges=not no_exchanges)
    target = output or Path(f"session-{session_id}.zip")
    try:
        target.write_bytes(content)
    except OSError as error:
        raise unwritable(target, error) from error
    echo(said(Text(f"{target} : {len(content)} octets", f"{target}: {len(content)} bytes")))


@session_group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--id", "session_id", default=None, help="Id of the new session; else that of the file.")
@click.option("--no-recognition", is_flag=True, help="Leave out what its calls are recognised by.")
@server_options
def import_command(
    *, file: Path, session_id: str | None, no_recognition: bool, url: str, token: str | None
) -> None:
    """Create a session from an exported one, without its exchanges.

    \b
    Example:
      banc session import lgo-x.zip --id lgo-x-again
    """
    with _simulator(url, token) as client:
        session = client.import_session(
            file.read_bytes(), session_id=session_id, recognise=not no_recognition
        )
        shown = session.show()
    print_addresses(shown, url)


@session_group.command("delete")
@click.argument("session_ids", metavar="ID...", nargs=-1, required=True)
@click.option("--exchanges", is_flag=True, help="Remove its exchanges from the journal too.")
@server_options
def delete_command(*, session_ids: tuple[str, ...], exchanges: bool, url: str, token: str | None) -> None:
    """Delete sessions with their people, scripts and lots.

    \b
    Examples:
      banc session delete lgo-x
      banc session delete lgo-x lgo-y --exchanges
    """
    with _simulator(url, token) as client:
        for session_id in session_ids:
            client.session(session_id).delete(exchanges=exchanges)
            echo(said(Text(f"{session_id} : supprimée", f"{session_id}: deleted")))


@contextmanager
def _simulator(url: str, token: str | None) -> Iterator[BenchClient]:
    """Open a client; what goes wrong with it becomes an error of the set-up."""
    try:
        with BenchClient(url, token=token) as client:
            yield client
    except BenchClientError as error:
        hint = Text.same("")
        if "HTTP 401" in str(error):
            hint = Text(
                ". Donnez le jeton que banc serve a affiché, par --token ou dans BANC_TOKEN",
                ". Give the token that banc serve printed with --token or in BANC_TOKEN",
            )
        raise SetupError(Text(f"{error.text.fr}{hint.fr}", f"{error.text.en}{hint.en}")) from error


def _add_people(session: SessionClient, file: Path) -> int:
    try:
        text = file.read_text("utf-8")
        entries = json.loads(text) if text.lstrip().startswith("[") else map(json.loads, text.splitlines())
        people = []
        for number, entry in enumerate(entries, start=1):
            try:
                people.append(from_json(entry))
            except PersonError as error:
                raise SetupError(
                    Text(f"{file} : personne {number} : {error.text.fr}", f"{file}: person {number}: {error}")
                ) from error
    except (OSError, ValueError, RecursionError) as error:
        raise SetupError(
            Text(
                f"{file} : une liste JSON de personnes est attendue, ou une par ligne : {text_of(error).fr if isinstance(error, OSError) else error}",
                f"{file}: expected a JSON list of people, or one a line: {error}",
            )
        ) from error
    return session.add_people(people)
