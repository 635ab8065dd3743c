"""``banc rules``: read the catalogue, see what of it is judged, find a rule by its official numbers."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
from rich.console import Console
from rich.table import Table

from conformance.commands.rule_sheets import case_data, case_sheet, rule_data, rule_sheet
from conformance.rules.catalogue import (
    UnknownRuleError,
    find_rule,
    load_actors,
    load_catalogue,
    load_obstacles,
)
from conformance.rules.concordance import FAMILIES, concordance, concordance_csv
from conformance.rules.coverage import STATE_NAMES, Coverage, State, cover, coverage_data
from conformance.rules.model import Strength
from conformance.rules.pages import write_pages
from conformance.rules.states import UnknownCaseError, find_case, load_states
from simulator.commands.bilingual import BilingualGroup
from simulator.commands.common import SetupError, json_option, lang_option
from simulator.commands.exits import EXIT_FAILED
from simulator.commands.output import print_json
from simulator.contract.evidence import EvidenceLevel
from simulator.text import Text, text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from simulator.text import Lang

_COLOURS: Final = {
    State.EXECUTABLE: "green",
    State.PARTIAL: "cyan",
    State.GUIDED: "cyan",
    State.NOT_TESTED: "yellow",
    State.UNACCOUNTED: "bold red",
}
_HEADS: Final = {
    "rule": Text("règle", "rule"),
    "title": Text("titre", "title"),
    "strength": Text("force", "strength"),
    "evidence": Text("niveau", "evidence"),
    "state": Text("état", "state"),
    "checks": Text("contrôles", "checks"),
    "reason": Text("raison", "reason"),
}


@click.group("rules", cls=BilingualGroup)
def rules_group() -> None:
    """Read the rule catalogue.

    164 rules, and the state machine of the confidence statuses: 108 cases.

    \b
    Examples:
      banc rules list --group status
      banc rules show RSP-08
      banc rules show E9/QUAL
      banc rules coverage
      banc rules concordance --csv > concordance.csv
    """


@rules_group.command("list")
@click.option("--group", "groups", multiple=True, metavar="NAME", help="Only this group; may be repeated.")
@click.option(
    "--evidence",
    type=click.Choice([level.value for level in EvidenceLevel]),
    help="Only this evidence level.",
)
@click.option("--strength", type=click.Choice([each.value for each in Strength]), help="Only this strength.")
@click.option("--binds", metavar="ACTOR", help="Only what binds this actor, such as LGO, RI or CALL.")
@json_option
@lang_option
def list_rules(
    *,
    groups: tuple[str, ...],
    evidence: str | None,
    strength: str | None,
    binds: str | None,
    as_json: bool,
    lang: Lang,
) -> None:
    """List the rules with how binding and how sure they are.

    \b
    Examples:
      banc rules list
      banc rules list --group search --group CRE
      banc rules list --evidence inferred --json
    """
    catalogue = load_catalogue()
    known = list(dict.fromkeys(rule.group for rule in catalogue.values()))
    keys = list(dict.fromkeys(key.partition("-")[0] for key in catalogue))
    for name in groups:
        if name not in known and name.upper() not in keys:
            raise SetupError(
                Text(
                    f"groupe inconnu : {name!r} ; l'un de {', '.join(known)} est attendu, ou une clé telle que {', '.join(keys)}",
                    f"unknown group {name!r}: expected one of {', '.join(known)}, or a key such as {', '.join(keys)}",
                )
            )
    wanted = {*groups, *(name.upper() for name in groups)}
    if binds is not None and binds.upper() not in load_actors():
        raise SetupError(
            Text(
                f"acteur inconnu : {binds!r} ; l'un de {', '.join(load_actors())} est attendu",
                f"unknown actor {binds!r}: expected one of {', '.join(load_actors())}",
            )
        )
    chosen = [
        rule
        for rule in catalogue.values()
        if (not groups or {rule.group, rule.key.partition("-")[0]} & wanted)
        and evidence in {None, rule.evidence.value}
        and strength in {None, rule.strength.value}
        and (binds is None or rule.applies_to({binds.upper()}))
    ]
    if as_json:
        print_json([rule_data(rule, lang) for rule in chosen])
        return
    _print_rows(
        [_HEADS[name][lang] for name in ("rule", "title", "strength", "evidence")],
        [(rule.key, rule.title[lang], rule.strength.value, rule.evidence.value) for rule in chosen],
    )


@rules_group.command("show")
@click.argument("key")
@json_option
@lang_option
def show_rule(*, key: str, as_json: bool, lang: Lang) -> None:
    """Show one rule, or one case of the state machine, with its sources and levels.

    \b
    Examples:
      banc rules show RSP-08
      banc rules show E9/QUAL --lang en
    """
    try:
        if "/" in key:
            case = find_case(load_states(), key)
            data, sheet = case_data(case, lang), case_sheet(case, lang)
        else:
            rule = find_rule(load_catalogue(), key)
            data, sheet = rule_data(rule, lang), rule_sheet(rule, lang)
    except (UnknownRuleError, UnknownCaseError) as error:
        raise SetupError(text_of(error)) from error
    if as_json:
        print_json(data)
        return
    console = Console(highlight=False, soft_wrap=not sys.stdout.isatty())
    console.print(sheet.heading, style="bold", markup=False)
    for label, text in sheet.lines:
        console.print(f"\n{label}", style="dim", markup=False)
        console.print(text, markup=False)


@rules_group.command("coverage")
@click.option("--all", "everything", is_flag=True, help="List the executable rules too.")
@json_option
@lang_option
def show_coverage(*, everything: bool, as_json: bool, lang: Lang) -> None:
    """Say which rules have a check, which have none and why; learnt from the suite itself.

    Exit code: 0 when every rule and every case of the state machine is accounted for, 1 when a rule has neither
    a check nor a reason or a check names no rule.

    \b
    Examples:
      banc rules coverage
      banc rules coverage --all
      banc rules coverage --json
    """
    coverage = suite_coverage()
    if as_json:
        print_json(coverage_data(coverage, lang))
    else:
        _print_coverage(coverage, lang, everything=everything)
    if coverage.faults():
        sys.exit(EXIT_FAILED)


@rules_group.command("concordance")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV for a spreadsheet.")
@json_option
@lang_option
def show_concordance(*, as_csv: bool, as_json: bool, lang: Lang) -> None:
    """List the official numbers of each rule: Règle, LGC/LGO.INS, INS/va1 (draft), EXI.

    \b
    Examples:
      banc rules concordance
      banc rules concordance --csv > concordance.csv
    """
    rows = concordance(load_catalogue().values())
    if as_csv:
        click.echo(concordance_csv(rows, lang), nl=False)
    elif as_json:
        print_json([rule_data(row.rule, lang) for row in rows])
    else:
        _print_rows(
            [_HEADS["rule"][lang], *(name[lang] for name in FAMILIES.values())],
            [(row.rule.key, *(row.cell(family, lang) or "-" for family in FAMILIES)) for row in rows],
        )


@rules_group.command("pages")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def write_rule_pages(*, folder: Path) -> None:
    """Write the catalogue as Markdown pages: one per rule, an index, the state machine, the concordance.

    Files of that folder that are no page of the catalogue any more are removed.

    \b
    Example:
      banc rules pages docs/rules
    """
    try:
        written = write_pages(folder, suite_coverage())
    except OSError as error:
        raise SetupError(
            Text(
                f"{folder} : les pages ne peuvent pas être écrites : {text_of(error).fr}",
                f"{folder}: the pages cannot be written: {error.strerror or error}",
            )
        ) from error
    click.echo(f"{folder}: {written} pages", err=True)


@cache
def suite_coverage() -> Coverage:
    """Return the coverage of the packaged catalogue by the packaged suite, which collecting it tells once a process."""
    # pytest and the suite take a while to import: listing rules does not need them.
    from conformance.engine.collecting import collect_suite  # noqa: PLC0415
    from conformance.guided.selecting import JOURNEYS  # noqa: PLC0415

    catalogue = load_catalogue()
    contents = collect_suite(catalogue=catalogue)
    checks = {key: [check.id for check in found] for key, found in contents.by_rule().items()}
    journeys = collect_suite(JOURNEYS, catalogue)
    guided = {key: [check.id for check in found] for key, found in journeys.by_rule().items()}
    return cover(catalogue, load_states(), checks, (*contents.problems, *journeys.problems), guided)


def _print_coverage(coverage: Coverage, lang: Lang, *, everything: bool) -> None:
    listed = [each for each in coverage.rules if everything or each.state is not State.EXECUTABLE]
    rows: list[tuple[str, ...]] = []
    for each in listed:
        reason = each.reason[lang] if each.reason else ""
        count = str(len(each.checks)) if each.checks else "-"
        rows.append((each.rule.key, STATE_NAMES[each.state][lang], count, reason))
    heads = [_HEADS[name][lang] for name in ("rule", "state", "checks", "reason")]
    _print_rows(heads, rows, styles=[_COLOURS[each.state] for each in listed])
    click.echo()
    for state in State:
        click.echo(f"{coverage.count(state):4}  {STATE_NAMES[state][lang]}")
        if state is State.NOT_TESTED:
            for kind, number in coverage.obstacles().items():
                click.echo(f"{'':6}{number:4}  {load_obstacles()[kind][0][lang]}")
    judged = sum(each.state is State.EXECUTABLE for each in coverage.cases)
    own = sum(bool(each.checks) for each in coverage.cases)
    reasons = sum(each.reason is not None for each in coverage.cases)
    total, accounted = len(coverage.rules), len(coverage.rules) - coverage.count(State.UNACCOUNTED)
    if lang == "fr":
        click.echo(f"{accounted}/{total} règles expliquées, dont {coverage.executable} exécutables")
        click.echo(
            f"{len(coverage.cases)} cas d'états : {judged} jugés ({own} par un contrôle à leur adresse, les autres par "
            f"les règles de leur événement), {reasons} avec leur raison"
        )
    else:
        click.echo(f"{accounted}/{total} rules accounted for, {coverage.executable} of them executable")
        click.echo(
            f"{len(coverage.cases)} cases of the state machine: {judged} judged, {reasons} with a reason"
        )
    if coverage.outdated:
        said = (
            "ont un contrôle et une raison périmée" if lang == "fr" else "have a check and an outdated reason"
        )
        click.echo(f"{', '.join(coverage.outdated)} {said}")
    for fault in coverage.faults():
        click.echo(fault, err=True)


def _print_rows(
    heads: Sequence[str], rows: Iterable[Sequence[str]], styles: Sequence[str] | None = None
) -> None:
    """Print a table: folded to the terminal, one line per row on a pipe."""
    rows = list(rows)
    if sys.stdout.isatty():
        table = Table(box=None, pad_edge=False)
        for head in heads:
            table.add_column(head, overflow="fold")
        for number, row in enumerate(rows):
            table.add_row(*row, style=styles[number] if styles else None)
        Console(highlight=False).print(table)
        return
    widths = [max(len(cells[column]) for cells in [heads, *rows]) for column in range(len(heads) - 1)]
    for cells in [heads, *rows]:
        line = "  ".join(
            [*(cell.ljust(width) for cell, width in zip(cells, widths, strict=False)), cells[-1]]
        )
        click.echo(line.rstrip())
