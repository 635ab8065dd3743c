"""An exchange on the terminal: one line in a list, or whole with its findings beside the lines they are about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.text import Text

from simulator.commands.output import Console, Table, table_console
from simulator.journal.annotate import Annotated, annotate_request
from simulator.journal.certificate import describe_certificate
from simulator.journal.exchange import INSI, MSSANTE, header_pairs
from simulator.journal.explain import explain
from simulator.journal.xml_lines import pretty_lines
from simulator.text import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from simulator.contract.messages import Finding
    from simulator.journal.exchange import Exchange
    from simulator.journal.explain import Language

"""Columns of what is no terminal: lines of a list stay whole."""
MOST_LINES: Final = 2000
"""Lines of a message that are printed: a terminal takes a fifth of a millisecond for each."""
LONGEST_LINE: Final = 10_000
"""Characters of a line that are printed."""
_LEFT_OUT: Final = (
    "… et {} lignes encore ; tout : banc exchanges show ID --raw request ou response",
    "… and {} more lines; all of it: banc exchanges show ID --raw request or response",
)
_ASKED_OF_SINKS: Final = ("subject", "patient_id", "documents")
_COLUMNS: Final = {
    "fr": ("n°", "heure (UTC)", "session", "opération", "demandé", "code", "ms"),
    "en": ("id", "time (UTC)", "session", "operation", "asked", "code", "ms"),
}
_TITLES: Final = {
    "exchange": ("Échange", "Exchange"),
    "request": ("Demande", "Request"),
    "response": ("Réponse", "Response"),
    "certificate": ("Certificat du client", "Client certificate"),
    "elsewhere": ("Remarques sans place dans la demande", "Findings without a place in the request"),
    "silence": ("(rien n'a été envoyé)", "(nothing was sent)"),
}


def exchange_table(exchanges: Iterable[Exchange], lang: Language) -> None:
    """Print exchanges one a line, under the names of the columns."""
    console = table_console()
    table = Table(box=None, pad_edge=False)
    for number, name in enumerate(_COLUMNS[lang]):
        table.add_column(name, justify="right" if number in {0, 6} else "left", overflow="fold")
    for exchange in exchanges:
        table.add_row(*exchange_cells(exchange))
    console.print(table)


def exchange_cells(exchange: Exchange) -> tuple[str, ...]:
    """Return what a list tells of an exchange, column by column."""
    return (
        str(exchange.id),
        exchange.at[:19].replace("T", " "),
        exchange.session,
        (exchange.operation or "-").replace("rechercherInsAvec", ""),
        _asked(exchange),
        exchange.code,
        f"{exchange.micros / 1000:.1f}",
    )


def print_exchange(exchange: Exchange, lang: Language) -> None:
    """Print an exchange whole: reasons, headers and both messages, indented when they are XML."""
    number = 0 if lang == "fr" else 1
    titles = {name: texts[number] for name, texts in _TITLES.items()}
    console = Console(highlight=False, soft_wrap=True)
    console.print(
        Text.assemble(
            (f"{titles['exchange']} {exchange.id}", "bold"),
            visible(f"  {exchange.at}  session {exchange.session}  {exchange.path}"),
        )
    )
    for line in explain(exchange, lang, with_timings=True):
        console.print(line)
    if exchange.client_certificate is not None:
        told = describe_certificate(exchange.client_certificate)
        shown = ", ".join(f"{name} {value}" for name, value in told.items() if name != "der")
        console.print(f"{titles['certificate']}{' :' if lang == 'fr' else ':'} {shown}")
    annotated = annotate_request(exchange)
    if annotated.elsewhere:
        console.print(f"{titles['elsewhere']}{' :' if lang == 'fr' else ':'}")
        for finding in annotated.elsewhere:
            console.print(_finding(finding, lang))
    console.print()
    console.print(Text(titles["request"], "bold"))
    _print_lines(console, annotated.headers, lang)
    console.print()
    _print_lines(console, annotated.body, lang)
    console.print()
    protocol = exchange.path.upper() if exchange.service == MSSANTE else f"HTTP {exchange.http_status}"
    console.print(Text(f"{titles['response']}  {protocol}", "bold"))
    if exchange.http_status == 0:
        console.print(Text(titles["silence"]))
        return
    for name, value in header_pairs(exchange.response_headers):
        console.print(_cut(f"{name}: {value}"))
    console.print()
    lines = pretty_lines(exchange.response)
    texts = (
        [line.text for line in lines]
        if lines is not None
        else exchange.response.decode("utf-8", "replace").splitlines()
    )
    _print_lines(console, [Annotated(text) for text in texts], lang)


def _print_lines(console: Console, lines: Sequence[Annotated], lang: Language) -> None:
    """Print lines and the findings about them; of many, the first ones and those with findings."""
    for line in lines[:MOST_LINES]:
        console.print(Text(_cut(visible(line.text)), "yellow" if line.findings else ""))
        for finding in line.findings:
            indent = len(line.text) - len(line.text.lstrip())
            console.print(_finding(finding, lang, indent))
    if (left := len(lines) - MOST_LINES) > 0:
        console.print(Text(_LEFT_OUT[0 if lang == "fr" else 1].format(left), "dim"))
        for line in lines[MOST_LINES:]:
            for finding in line.findings:
                console.print(_finding(finding, lang))


def _cut(line: str) -> str:
    return line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]}…"


def _finding(finding: Finding, lang: Language, indent: int = 0) -> Text:
    text = finding.fr if lang == "fr" else finding.en
    shown = _cut(visible(text))
    return Text(f"{' ' * indent}! {shown} [{finding.code}, {finding.evidence.value}]", "bold yellow")


def _asked(exchange: Exchange) -> str:
    traits = exchange.traits
    if exchange.service != INSI:
        told = exchange.asked
        parties = " → ".join(told[name] for name in ("from", "to") if name in told)
        return "  ".join(filter(None, (parties, *(told.get(n, "") for n in _ASKED_OF_SINKS)))) or "-"
    if traits is None:
        return "-"
    parts = [
        traits.birth_name,
        " ".join(traits.first_names),
        traits.sex,
        traits.birth_date,
        traits.birth_place,
    ]
    return " ".join(part for part in parts if part)
