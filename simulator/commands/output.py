"""Printing for people: nothing that came from outside acts on the terminal, fakes a row, or is read as markup.

Commands print through here alone. Files and JSON for other programs are written as they are.
"""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING, Any, Final

import click
import rich.console
import rich.table
from rich.segment import Segment
from rich.text import Text

from simulator.text import visible, visible_lines

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import ConsoleOptions, RenderableType

_UNFOLDED: Final = 2000
"""Characters: wider than any row."""


_NOT_PLAIN: Final = re.compile(r"[^\n -~]")


class VisibleConsole(rich.console.Console):
    """A console of rich that renders no character that acts on the terminal but its own."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Render, whatever it is made of."""
        for segment in super().render(renderable, options):
            if segment.control or segment.text.isprintable():
                yield segment
            else:
                yield Segment(visible_lines(segment.text), segment.style)


class Console(VisibleConsole):
    """One whose strings are one visible line each; markup is read only where a call asks for it."""

    def __init__(self, **options: Any) -> None:
        """Take the options of rich."""
        super().__init__(**({"markup": False} | options))

    def print(self, *objects: Any, **options: Any) -> None:
        """Print strings as one visible line, other things as rich does."""
        super().print(*(visible(each) if isinstance(each, str) else each for each in objects), **options)


def table_console(**options: Any) -> Console:
    """Return a console for tables: as wide as the terminal, or ``COLUMNS``; in a file or a pipe no cell is folded or cut."""
    console = Console(**({"highlight": False} | options))
    widen(console, _UNFOLDED)
    return console


def widen(console: rich.console.Console, width: int) -> None:
    """Give a console this width, in characters, when neither a terminal nor ``COLUMNS`` says one."""
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = width


class Table(rich.table.Table):
    """A table of rich whose cells are texts, never markup, of one line."""

    def add_row(self, *cells: RenderableType | None, **options: Any) -> None:
        """Add a row."""
        super().add_row(
            *(Text(visible(each)) if isinstance(each, str) else each for each in cells), **options
        )


def echo(text: str, *, err: bool = False) -> None:
    """Print a text, its lines kept."""
    click.echo(visible_lines(text), err=err)


def print_json(data: Any) -> None:
    """Print JSON for another program. What would act on a terminal is written as an escape of JSON: the data is the same."""
    text = json.dumps(data, ensure_ascii=False, indent=2)
    click.echo(_NOT_PLAIN.sub(lambda found: _escaped(found[0]), text))


def _escaped(character: str) -> str:
    return character if character.isprintable() else json.dumps(character)[1:-1]


def headed(head: str, rest: str = "", *, gap: str = "") -> Text:
    """Return a line that begins in bold."""
    return Text.assemble((visible(head), "bold"), gap, visible(rest))
