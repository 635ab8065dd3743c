"""``banc evidence``: the evidence package of a campaign."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from conformance.commands.campaigns import read_record
from conformance.record.packing import pack
from conformance.record.verifying import PackageError, verify
from simulator.commands.bilingual import BilingualGroup
from simulator.commands.common import SetupError, lang_option, unwritable
from simulator.commands.exits import EXIT_FAILED
from simulator.commands.language import said
from simulator.text import Text, text_of

if TYPE_CHECKING:
    from simulator.text import Lang


@click.group("evidence", cls=BilingualGroup)
def evidence_group() -> None:
    """Pack the evidence of a campaign for an examiner, and check a package offline."""


@evidence_group.command("pack")
@click.argument("record_path", metavar="RECORD", type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), default=None, help="The ZIP file."
)
def pack_command(*, record_path: Path, output: Path | None) -> None:
    """Make a ZIP file of a campaign: one folder for each rule and check, the record, a manifest of SHA-256.

    \b
    Examples:
      banc evidence pack banc-report
      banc evidence pack banc-report -o dossier.zip
    """
    record = read_record(record_path)
    target = output or record.path.with_name("evidence.zip")
    try:
        count = pack(record, target)
    except OSError as error:
        raise unwritable(target, error) from error
    click.echo(said(Text(f"{target} · {count} fichiers", f"{target} · {count} files")))


@evidence_group.command("verify")
@click.argument("package", metavar="FILE", type=click.Path(path_type=Path))
@lang_option
def verify_command(*, package: Path, lang: Lang) -> None:
    """Check a package offline: no file altered, and the same verdicts from the recorded outcomes.

    Exit code: 0 when it is sound, 1 when something was altered, 2 when it is no package.

    \b
    Example:
      banc evidence verify evidence.zip
    """
    try:
        found = verify(package)
    except PackageError as error:
        raise SetupError(text_of(error)) from error
    for title, names in (
        (Text("altéré", "altered"), found.altered),
        (Text("manquant", "missing"), found.missing),
        (Text("ajouté", "added"), found.added),
        (Text("autre verdict", "another verdict"), found.other_verdicts),
        (Text("texte de la règle changé depuis", "text of the rule changed since"), found.changed_rules),
    ):
        for name in names:
            click.echo(f"{title[lang]}\u00a0: {name}" if lang == "fr" else f"{title[lang]}: {name}")
    if not found.is_sound:
        sys.exit(EXIT_FAILED)
    said = Text(
        f"Intact : {found.rules} règle{'s' if found.rules > 1 else ''} jugée{'s' if found.rules > 1 else ''} de nouveau, "
        f"{'mêmes verdicts' if found.rules > 1 else 'même verdict'}.",
        f"Sound: {found.rules} rule{'' if found.rules == 1 else 's'} judged again, same verdict"
        f"{'' if found.rules == 1 else 's'}.",
    )
    click.echo(said[lang])
