"""``banc review``: what only eyes can judge, decided by a person."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from conformance.commands.campaigns import read_record
from conformance.record.events import ReviewDecided
from conformance.record.reading import Record
from conformance.record.replay import check_ends, replay
from conformance.record.reviewing import DECISIONS
from conformance.record.timeline import AttachmentEntry
from conformance.record.writing import RecordWriteError, RecordWriter
from conformance.report import ReportError, write_reports
from conformance.verdicts import Verdict
from simulator.commands.bilingual import BilingualCommand, WrongUsageError
from simulator.commands.common import SetupError, lang_option
from simulator.text import Text, text_of, visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.record.ends import CheckEnd
    from simulator.text import Lang

MAX_TEXT = 500


@click.command("review", cls=BilingualCommand)
@click.argument("record_path", metavar="RECORD", type=click.Path(path_type=Path))
@click.option("--check", "check_id", metavar="ID", help="Decide about this check only.")
@click.option(
    "--decision",
    type=click.Choice([verdict.value for verdict in DECISIONS]),
    help="With --check: decide without being asked.",
)
@click.option("--reason", default="", help="With --decision: what was seen.")
@click.option("--author", default="", help="Who decides; asked when left out.")
@click.option(
    "--list", "only_list", is_flag=True, help="List what waits for a decision and what was decided."
)
@lang_option
def review(
    *,
    record_path: Path,
    check_id: str | None,
    decision: str | None,
    reason: str,
    author: str,
    only_list: bool,
    lang: Lang,
) -> None:
    """Decide what only eyes can judge in a campaign: the decision goes into its record.

    Checks that ended as REVIEW are shown with their attachments. The decision comes with its author and date, and the
    reports are written again. A check that the bench
    itself judged is not open to a decision: a FAIL stays one. Deciding again replaces a decision; both stay in the record.

    Exit code: 0, or 2 when the record or the check is at fault.

    \b
    Examples:
      banc review banc-report
      banc review banc-report --list
      banc review banc-report --check import.comparison_seen --decision PASS --author "A. Martin" --reason "lisible"
    """
    record = read_record(record_path)
    machine = [end for end in check_ends(record, evidence=False) if _is_open(record, end.id)]
    if only_list:
        _list(record, machine, lang)
        return
    if check_id is not None:
        if check_id not in {end.id for end in machine}:
            raise SetupError(_not_open(record, check_id))
        machine = [end for end in machine if end.id == check_id]
    elif decision is not None:
        raise WrongUsageError(Text("--decision demande --check", "--decision wants --check"))
    else:
        decided = {each.check for each in record.reviews}
        machine = [end for end in machine if end.id not in decided]
    if not machine:
        click.echo(Text("Rien n'attend de décision.", "Nothing waits for a decision.")[lang])
        return
    author = author.strip() or click.prompt(
        Text("Qui décide", "Who decides")[lang], default=getpass.getuser()
    )
    made = list(_decisions(record, machine, author=author, decision=decision, reason=reason, lang=lang))
    _write(record, made)
    again = Record(record.path)
    try:
        for path in write_reports(replay(again), record.path.parent, lang):
            click.echo(path)
    except ReportError as error:
        raise SetupError(text_of(error)) from error


def _is_open(record: Record, check: str) -> bool:
    found = record.checks.get(check)
    return bool(found and found.finished and found.finished.outcome.verdict is Verdict.REVIEW)


def _not_open(record: Record, check: str) -> Text:
    found = record.checks.get(check)
    if found is None:
        return Text(f"aucun contrôle {check!r} dans {record.path}", f"no check {check!r} in {record.path}")
    verdict = found.finished.outcome.verdict.value if found.finished else "-"
    return Text(
        f"{check} : attendu un contrôle REVIEW, le banc l'a jugé {verdict} et ce verdict reste",
        f"{check}: expected a check that is REVIEW, the bench judged it {verdict} and that verdict stays",
    )


def _list(record: Record, ends: list[CheckEnd], lang: Lang) -> None:
    decided = {each.check: each for each in record.reviews}
    for end in ends:
        made = decided.get(end.id)
        said = f"{made.verdict.value}  {made.author}, {made.at.date()} : {made.reason}" if made else "REVIEW"
        click.echo(f"{', '.join(end.rules)}  {end.id}  {end.title[lang]}\n    {visible(said)}")


def _decisions(
    record: Record, ends: list[CheckEnd], *, author: str, decision: str | None, reason: str, lang: Lang
) -> Iterator[ReviewDecided]:
    for end in ends:
        click.echo(f"\n{', '.join(end.rules)}  {end.title[lang]}\n    {visible(end.outcome.reason[lang])}")
        for entry in record.timeline(end.id):
            if isinstance(entry, AttachmentEntry):
                click.echo(f"    {record.path.parent / entry.file}  SHA-256 {entry.sha256}")
        chosen = decision or click.prompt(
            Text("Décision", "Decision")[lang],
            type=click.Choice([*(verdict.value for verdict in DECISIONS), "SKIP"], case_sensitive=False),
            default="SKIP",
        )
        if chosen == "SKIP":
            continue
        why = reason.strip() or click.prompt(Text("Ce qui a été vu", "What was seen")[lang])
        yield ReviewDecided(
            at=datetime.now(UTC),
            check=end.id,
            verdict=Verdict(chosen),
            author=author.strip()[:MAX_TEXT],
            reason=str(why).strip()[:MAX_TEXT],
        )


def _write(record: Record, made: list[ReviewDecided]) -> None:
    try:
        with RecordWriter(record.path, after=record.lines, size=record.size) as writer:
            for each in made:
                writer.event(each)
    except RecordWriteError as error:
        raise SetupError(text_of(error)) from error
