"""``banc compare``: what changed between two campaigns."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from conformance.commands.campaigns import read_record
from conformance.record.comparing import compare
from simulator.commands.bilingual import BilingualCommand
from simulator.commands.common import lang_option
from simulator.text import Text

if TYPE_CHECKING:
    from simulator.text import Lang


@click.command("compare", cls=BilingualCommand)
@click.argument("before", metavar="A", type=click.Path(path_type=Path))
@click.argument("after", metavar="B", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@lang_option
def compare_command(*, before: Path, after: Path, as_json: bool, lang: Lang) -> None:
    """Say what changed from campaign A to campaign B: verdicts, versions, texts of rules.

    Exit code: 0 when no verdict got worse, 1 when one did.

    \b
    Example:
      banc compare campaigns/monday campaigns/tuesday
    """
    found = compare(read_record(before), read_record(after))
    if as_json:
        click.echo(json.dumps(found.as_data(), ensure_ascii=False, indent=1))
    else:
        for name, (old, new) in found.versions.items():
            click.echo(f"{name}: {old} → {new}")
        for change in found.verdicts:
            worse = Text("  (moins bien)", "  (worse)")[lang] if change.is_worse else ""
            click.echo(f"{change.rule}  {change.before or '-'} → {change.after or '-'}{worse}")
        for key in found.changed_rules:
            said = Text("le texte de la règle a changé", "the text of the rule changed")[lang]
            click.echo(f"{key}  {said}")
        if not (found.versions or found.verdicts or found.changed_rules):
            click.echo(Text("Rien n'a changé.", "Nothing changed.")[lang])
    sys.exit(int(any(change.is_worse for change in found.verdicts)))
