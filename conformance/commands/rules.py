"""``banc rules``: read the rule catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.table import Table

from conformance.rules.catalogue import UnknownRuleError, find_rule, load_catalogue
from simulator.commands.common import SetupError, lang_option

if TYPE_CHECKING:
    from simulator.text import Lang


@click.group("rules")
def rules_group() -> None:
    """Read the rule catalogue."""


@rules_group.command("list")
@lang_option
def list_rules(*, lang: Lang) -> None:
    """List the rules with how binding and how sure they are."""
    table = Table(box=None, pad_edge=False)
    for name in ("rule", "title", "strength", "evidence"):
        table.add_column(name, overflow="fold")
    for rule in load_catalogue().values():
        table.add_row(rule.key, rule.title[lang], rule.strength.value, rule.evidence.value)
    Console().print(table)


@rules_group.command("show")
@click.argument("key")
@lang_option
def show_rule(*, key: str, lang: Lang) -> None:
    """Show one rule: statement, references, evidence and source.

    \b
    Example:
      banc rules show RSP-08
    """
    try:
        rule = find_rule(load_catalogue(), key)
    except UnknownRuleError as error:
        raise SetupError(str(error)) from error
    console = Console(highlight=False)
    console.print(f"[bold]{rule.key}[/bold]  {rule.title[lang]}")
    console.print(rule.statement[lang])
    references = ", ".join(f"{ref.tag} (draft)" if ref.draft else ref.tag for ref in rule.references)
    console.print(f"{rule.strength.value} · {references or '-'}", markup=False)
    console.print(f"{rule.evidence.value} · {rule.source}", markup=False)
