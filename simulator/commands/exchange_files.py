"""``banc exchanges export``, ``diff`` and ``to-scenario``: exchanges for other programs."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click
from rich.text import Text as Styled

from simulator.commands.bilingual import BilingualCommand
from simulator.commands.common import SetupError, data_dir_option, lang_option, unwritable
from simulator.commands.exits import EXIT_FAILED
from simulator.commands.journal_access import exchange_of, filter_options, opened_journal, tell_losses
from simulator.commands.language import said
from simulator.commands.output import Console, echo
from simulator.journal.diff import diff
from simulator.journal.export import to_har, to_ndjson
from simulator.journal.to_scenario import NotReproducibleError, WrongIdError, check_id, scenario_of, to_yaml
from simulator.text import Text, text_of, visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from simulator.journal.exchange import Exchange
    from simulator.journal.explain import Language
    from simulator.journal.filters import Filters

"""Exit code of ``diff`` when the exchanges differ."""

_STYLES = {"-": "red", "+": "green", "@": "cyan"}


@click.command("export", cls=BilingualCommand)
@click.argument("exchange_ids", metavar="[ID]...", nargs=-1, type=int)
@data_dir_option
@filter_options
@click.option(
    "--format",
    "form",
    type=click.Choice(["ndjson", "har"]),
    default="ndjson",
    show_default=True,
    help="One JSON object a line, or an HTTP archive (HAR 1.2).",
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    default=None,
    help="File to write, replaced; standard output by default.",
)
@click.option(
    "--with-secrets",
    is_flag=True,
    help="Do not mask assertions, signatures, certificates, keys, card numbers, tokens and cookies.",
)
@lang_option
def export_exchanges(
    *,
    exchange_ids: tuple[int, ...],
    data_dir: Path,
    filters: Filters,
    form: str,
    out: Path | None,
    with_secrets: bool,
    lang: Language,
) -> None:
    """Export exchanges, those named or all that meet the filters, oldest first; secrets are masked.

    \b
    Examples:
      banc exchanges export --session lgo-x --out lgo-x.ndjson
      banc exchanges export --format har --since "1h ago" --out last-hour.har
      banc exchanges export 12 13 --with-secrets
    """
    with opened_journal(data_dir) as journal:
        wanted: Iterable[Exchange] = (
            [exchange_of(journal, number, data_dir) for number in exchange_ids]
            if exchange_ids
            else journal.each(filters)
        )
        count = 0

        def counted() -> Iterator[Exchange]:
            nonlocal count
            for exchange in wanted:
                count += 1
                yield exchange

        write = to_har if form == "har" else to_ndjson
        with _output(out) as file:
            for part in write(counted(), masked=not with_secrets):
                file.write(part)
        tell_losses(journal, lang)
    if out is not None:
        echo(f"{out}: {count} échange(s)" if lang == "fr" else f"{out}: {count} exchange(s)", err=True)


@click.command("diff", cls=BilingualCommand)
@click.argument("first_id", metavar="FIRST", type=int)
@click.argument("second_id", metavar="SECOND", type=int)
@data_dir_option
@click.option("--exact", is_flag=True, help="Also identifiers and times, which are others in each call.")
@lang_option
def diff_exchanges(*, first_id: int, second_id: int, data_dir: Path, exact: bool, lang: Language) -> None:
    """Compare two exchanges: decision, request, response. Exit code 1 when they differ.

    XML is compared by what it means: prefixes, order of attributes and white space between elements do not count.

    \b
    Examples:
      banc exchanges diff 12 15
      banc exchanges diff 12 15 --exact --lang en
    """
    with opened_journal(data_dir) as journal:
        first, second = (exchange_of(journal, number, data_dir) for number in (first_id, second_id))
    lines = list(diff(first, second, ignore_passing=not exact, lang=lang))
    if not lines:
        same = ("Aucune différence.", "No difference.") if exact else (
            "Aucune différence, identifiants et heures mis à part.",
            "No difference, identifiers and times aside.",
        )  # fmt: skip
        echo(same[0 if lang == "fr" else 1])
        return
    console = Console(highlight=False, soft_wrap=True)
    for line in lines:
        console.print(Styled(visible(line), _STYLES.get(line[:1], "")))
    sys.exit(EXIT_FAILED)


@click.command("to-scenario", cls=BilingualCommand)
@click.argument("exchange_id", metavar="ID", type=int)
@data_dir_option
@click.option(
    "--id", "scenario_id", default=None, help="Id of the scenario; captured/exchange-<ID> by default."
)
@click.option("--exact", is_flag=True, help="Answer the very bytes, not a code, a fault or a person.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    default=None,
    help="File to write; not replaced. Standard output by default.",
)
def exchange_to_scenario(
    *, exchange_id: int, data_dir: Path, scenario_id: str | None, exact: bool, out: Path | None
) -> None:
    """Write a scenario that gives the answer of an exchange again to whoever asks the same.

    \b
    Examples:
      banc exchanges to-scenario 12 --out again.yaml
      banc scenario run again.yaml --call
      banc exchanges to-scenario 12 --id mine/slow-answer --exact
    """
    try:
        if scenario_id is not None:
            check_id(scenario_id)
    except WrongIdError as error:
        raise SetupError(Text(f"--id : {text_of(error).fr}", f"--id: {error}")) from error
    with opened_journal(data_dir) as journal:
        exchange = exchange_of(journal, exchange_id, data_dir)
    try:
        text = to_yaml(scenario_of(exchange, scenario_id, exact=exact))
    except NotReproducibleError as error:
        raise SetupError(
            Text(
                f"l'échange {exchange_id} ne peut pas devenir un scénario : {error.text.fr}",
                f"exchange {exchange_id} cannot be made a scenario: {error}",
            )
        ) from error
    if out is None:
        sys.stdout.buffer.write(text.encode("utf-8"))
        return
    try:
        with out.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        raise unwritable(out, error) from error
    done = Text(
        f"{out}. Ensuite : banc scenario run {out} --call", f"{out}. Next: banc scenario run {out} --call"
    )
    echo(said(done), err=True)


@contextmanager
def _output(out: Path | None) -> Iterator[IO[bytes]]:
    """Give a file to write, or standard output.

    Raises:
        SetupError: it cannot be written.
    """
    if out is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    try:
        with out.open("wb") as file:
            yield file
    except OSError as error:
        raise unwritable(out, error) from error
