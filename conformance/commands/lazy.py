"""A group of commands that imports only the one asked for: ``banc --version`` must not load a simulator."""

from __future__ import annotations

import signal
import sys
import threading
from difflib import get_close_matches
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from simulator.commands.bilingual import BilingualGroup, WrongUsageError
from simulator.commands.catalogue import in_french
from simulator.commands.exits import EXIT_INTERRUPTED
from simulator.commands.language import at_hand
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping


class Lazy(NamedTuple):
    """Where a command is, and the line that ``--help`` shows of it."""

    where: str
    """``package.module:name``."""
    summary: str
    """The first sentence of its help."""


class LazyGroup(BilingualGroup):
    """A group whose commands are in modules of their own, imported on use."""

    def __init__(self, *args: Any, lazy: Mapping[str, Lazy], **kwargs: Any) -> None:
        """Take the commands by name."""
        super().__init__(*args, **kwargs)
        self.lazy = lazy

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; Ctrl-C at any moment ends with the exit code that shells expect, and without a trace.

        SIGTERM, by which a CI system takes a job back, stops in the same way: what was started is stopped, the record is kept.
        """
        is_ours = (
            threading.current_thread() is threading.main_thread()
            and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
        )
        try:
            if is_ours:
                signal.signal(signal.SIGTERM, signal.default_int_handler)
            return super().invoke(ctx)
        except KeyboardInterrupt:
            click.echo("", err=True)
            sys.exit(EXIT_INTERRUPTED)
        finally:
            if is_ours:
                signal.signal(signal.SIGTERM, signal.SIG_DFL)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names, in the order given."""
        return [*self.lazy, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command and return it."""
        if cmd_name not in self.lazy:
            return super().get_command(ctx, cmd_name)
        module, _, name = self.lazy[cmd_name].where.partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command asked for; one that does not exist is told with the closest that does."""
        if args and not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            close = get_close_matches(args[0], self.list_commands(ctx), n=1)
            raise WrongUsageError(
                Text(
                    f"Commande inconnue : {args[0]!r}."
                    + (f" Voulez-vous dire {close[0]!r} ?" if close else ""),
                    f"No such command {args[0]!r}." + (f" Did you mean {close[0]!r}?" if close else ""),
                ),
                ctx,
            )
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - of click
        """Write the list of commands without importing any."""
        is_french = at_hand() == "fr"
        with formatter.section("Commandes" if is_french else "Commands"):
            formatter.write_dl(
                [
                    (name, in_french(entry.summary, self.package) if is_french else entry.summary)
                    for name, entry in self.lazy.items()
                ]
            )
