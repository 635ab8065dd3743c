"""``banc check``: judge documents that software produced, offline and without a campaign."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
from rich.text import Text as Styled

from conformance.documents.expected import Expected, Profile, Status
from conformance.documents.outside import OutsideError, OutsideJudges
from conformance.documents.record import Trait
from conformance.documents.showing import judge_files
from conformance.documents.showing.as_json import outcome_json
from conformance.documents.showing.junit import outcome_junit
from conformance.documents.showing.page import EVIDENCE, outcome_page
from conformance.documents.testing import OWN_NAMES
from simulator.commands.bilingual import BilingualCommand
from simulator.commands.common import DEFAULT_DATA_DIR, SetupError, lang_option, opened_registry
from simulator.commands.exits import EXIT_FAILED, EXIT_SETUP
from simulator.commands.output import VisibleConsole as Console
from simulator.commands.output import print_json
from simulator.registry.person import PersonError, from_json
from simulator.text import Text, text_of, visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.documents.problems import Problem
    from conformance.documents.showing import FileOutcome, Outcome
    from simulator.ins.identity import InsIdentity
    from simulator.text import Lang

_COLOURS: Final = {
    "FAIL": "bold red",
    "WARNING": "yellow",
    "REVIEW": "cyan",
    "UNJUDGED": "magenta",
    "PASS": "green",
}
_SHOWN: Final = 40
"""Problems of one file written in full on a terminal."""


@click.command("check", cls=BilingualCommand)
@click.argument("files", metavar="FILE…", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--person",
    "person_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The identity expected: a JSON file, as written by banc population show --json.",
)
@click.option(
    "--registry",
    metavar="FILE|postgresql://…",
    default=None,
    help="Take the identity expected from this registry, with --matricule.",
)
@click.option("--matricule", default=None, metavar="NUMBER", help="The matricule of the identity expected.")
@click.option(
    "--first-name",
    default=None,
    help="The first given name as your software holds it; the first of the list when left out.",
)
@click.option(
    "--status",
    type=click.Choice([str(one) for one in Status], case_sensitive=False),
    default=None,
    help="Status of the identity: before QUAL nothing of the INS may leave; at QUAL it has to be there.",
)
@click.option(
    "--profile",
    type=click.Choice([str(one) for one in Profile]),
    default=None,
    help="Which OIDs belong here.",
)
@click.option("--json", "as_json", is_flag=True, help="Write JSON on standard output.")
@click.option(
    "--junit",
    "junit_file",
    type=click.Path(dir_okay=False, path_type=Path),
    default=None,
    metavar="FILE",
    help="Also write JUnit XML.",
)
@click.option(
    "--html",
    "html_file",
    type=click.Path(dir_okay=False, path_type=Path),
    default=None,
    metavar="FILE",
    help="Also write a page with cut-outs.",
)
@click.option(
    "--schematron",
    "schematrons",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE.sch",
    help="Also judge CDA by this schematron, a copy of your own (extra schematron); may be repeated.",
)
@click.option("--verapdf", is_flag=True, help="Also have veraPDF judge PDF/A-1, if you have it.")
@click.option(
    "--verapdf-path",
    default=None,
    metavar="COMMAND",
    help="Where veraPDF is; else BANC_VERAPDF, else the search path.",
)
@click.option(
    "--compare/--no-compare",
    default=None,
    help="Compare the files with each other: they are of one patient. Done when no folder is given.",
)
@lang_option
def check(
    *,
    files: tuple[Path, ...],
    person_file: Path | None,
    registry: str | None,
    matricule: str | None,
    first_name: str | None,
    status: str | None,
    profile: str | None,
    as_json: bool,
    junit_file: Path | None,
    html_file: Path | None,
    compare: bool | None,
    schematrons: tuple[Path, ...],
    verapdf: bool,
    verapdf_path: str | None,
    lang: Lang,
) -> None:
    """Judge documents: CDA, HL7 v2, FHIR, Datamatrix, PDF, mail, IHE_XDM, XDS submission, exports (CSV, XLSX, JSON, XML).

    The format is recognised by content; a folder stands for the files in it. Several files are also compared with each
    other, as documents of one patient. FAIL: an official text or arithmetic is broken (a mark says when a third party reports the rule). REVIEW: a
    person has to look, because the rule is inferred or the difference can be legitimate.

    Exit code: 0 when nothing failed, 1 when something failed, 2 when the set-up is at fault or something could not be
    looked at (unknown format, encrypted, undecodable symbol): that is never a pass.

    \b
    Examples:
      banc check note.xml
      banc check note.xml note.pdf mail.eml --person patient.json --status QUAL
      banc check export/ --status PROV --junit junit.xml
      banc check report.pdf --html verdict.html --lang en
      banc check note.xml --schematron ans/profils/structurationMinimale.sch --verapdf
    """
    expected = Expected(
        identity=_identity(person_file, registry, matricule),
        first_name=first_name,
        status=Status(status.upper()) if status else None,
        profile=Profile(profile) if profile else None,
    )
    if person_file:
        expected = _with_own_names(expected, person_file)
    try:
        side_by_side = not any(path.is_dir() for path in files) if compare is None else compare
        with OutsideJudges(schematrons, (verapdf_path or "") if verapdf or verapdf_path else None) as outside:
            outcome = judge_files(_expand(files), expected, side_by_side=side_by_side, outside=outside)
        if junit_file:
            junit_file.write_bytes(outcome_junit(outcome, lang))
        if html_file:
            html_file.write_text(outcome_page(outcome, lang), encoding="utf-8")
    except OSError as error:
        why = text_of(error)
        raise SetupError(Text(f"{error.filename} : {why.fr}", f"{error.filename}: {why.en}")) from error
    except OutsideError as error:
        raise SetupError(error.text) from error
    if as_json:
        print_json(outcome_json(outcome))
    else:
        _print(outcome, lang)
    sys.exit(EXIT_FAILED if outcome.failed else EXIT_SETUP if outcome.unjudged else 0)


def _expand(paths: Sequence[Path]) -> list[tuple[str, Path]]:
    """Return the files to judge, those of a folder in the order of their names, each with the name to show."""
    found: list[tuple[str, Path]] = []
    for path in paths:
        if path.is_dir():
            inside = [
                one for one in sorted(path.rglob("*")) if one.is_file() and not one.name.startswith(".")
            ]
            if not inside:
                raise SetupError(
                    Text(
                        f"{path} : des fichiers attendus dans ce dossier, il n'y en a aucun",
                        f"{path}: expected files in this folder, it has none",
                    )
                )
            found.extend((one.relative_to(path.parent).as_posix(), one) for one in inside)
        elif path.is_file():
            found.append((path.name, path))
        else:
            raise SetupError(
                Text(
                    f"{path} : un fichier ou un dossier attendu, il n'y en a pas",
                    f"{path}: expected a file or a folder, there is none",
                )
            )
    names = [name for name, _ in found]
    return [(str(path) if names.count(name) > 1 else name, path) for name, path in found]


def _identity(person_file: Path | None, registry: str | None, matricule: str | None) -> InsIdentity | None:
    if person_file and matricule:
        raise SetupError(
            Text(
                "l'identité attendue est donnée deux fois : --person, ou bien --matricule avec --registry",
                "the identity expected is given twice: use --person, or --matricule with --registry",
            )
        )
    if person_file:
        data = _person_json(person_file)
        try:
            return from_json({key: value for key, value in data.items() if key not in OWN_NAMES}).identity
        except PersonError as error:
            raise SetupError(Text(f"{person_file} : {error.text.fr}", f"{person_file}: {error}")) from error
    if registry and not matricule:
        raise SetupError(
            Text(
                "--registry demande --matricule : qui est attendu, dans ce registre ?",
                "--registry needs --matricule: which person of the registry is expected?",
            )
        )
    if matricule is None:
        return None
    with opened_registry(registry, DEFAULT_DATA_DIR) as store:
        people = store.by_matricule(matricule[:13])
        exact = [person for person in people if person.identity.matricule.value == matricule] or people
    if not exact:
        raise SetupError(
            Text(
                f"--matricule : personne n'a {matricule} dans le registre",
                f"--matricule: nobody in the registry has {matricule}",
            )
        )
    return exact[0].identity


def _person_json(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        why = text_of(error)
        raise SetupError(Text(f"{path} : {why.fr}", f"{path}: {why.en}")) from error
    except (ValueError, RecursionError) as error:
        raise SetupError(
            Text(f"{path} : du JSON est attendu : {error}", f"{path}: expected JSON: {error}")
        ) from error
    if isinstance(data, list) and len(data) == 1:
        data = data[0]
    if not isinstance(data, dict):
        raise SetupError(
            Text(
                f"{path} : une personne attendue, comme objet JSON ; reçu : {type(data).__name__}",
                f"{path}: expected one person as a JSON object, got {type(data).__name__}",
            )
        )
    return data


def _with_own_names(expected: Expected, path: Path) -> Expected:
    told = {name: value for name in OWN_NAMES if isinstance(value := _person_json(path).get(name), str)}
    return replace(
        expected,
        first_name=expected.first_name or told.get("first_name"),
        used_name=told.get("used_name"),
        used_first_name=told.get("used_first_name"),
    )


def _print(outcome: Outcome, lang: Lang) -> None:
    console = Console(highlight=False, soft_wrap=True)
    for one in outcome.files:
        _print_file(console, one, lang)
    if outcome.compared:
        console.print(Styled("entre les fichiers" if lang == "fr" else "between the files", style="bold"))
        if not outcome.between:
            console.print("  aucun désaccord" if lang == "fr" else "  no disagreement")
        for problem in outcome.between:
            _print_problem(console, problem, lang)
        console.print()
    counts = {verdict: sum(one.verdict == verdict for one in outcome.files) for verdict in _COLOURS}
    told = ", ".join(f"{count} {verdict}" for verdict, count in counts.items() if count)
    files = len(outcome.files)
    console.print(
        f"{files} fichier{'s' if files > 1 else ''} : {told}"
        if lang == "fr"
        else f"{files} file{'s' if files > 1 else ''}: {told}"
    )


def _print_file(console: Console, one: FileOutcome, lang: Lang) -> None:
    kind = str(one.document.format) if one.document else ""
    head = Styled(one.name, style="bold")
    head.append(f"  {kind}  " if kind else "  ", style="dim")
    head.append(one.verdict, style=_COLOURS[one.verdict])
    console.print(head)
    if one.document is not None:
        for document in one.document.walk():
            for record in document.records:
                told = [
                    visible(value.text)
                    for trait in (
                        Trait.BIRTH_NAME,
                        Trait.FIRST_NAME,
                        Trait.BIRTH_DATE,
                        Trait.MATRICULE,
                        Trait.OID,
                    )
                    if (value := record.first(trait))
                ]
                if told:
                    console.print(
                        Styled(
                            f"  {document.name.rpartition(' › ')[2]} [{document.format}]: {', '.join(told)}",
                            style="dim",
                        )
                    )
    if one.tally is not None:
        console.print(f"  {one.tally.documents} documents, {one.tally.failed} FAIL")
        for code, count in sorted(one.tally.codes.items(), key=lambda item: -item[1]):
            console.print(f"  {count:>7}  {code}", markup=False)
    for problem in one.problems[:_SHOWN]:
        _print_problem(console, problem, lang)
    if len(one.problems) > _SHOWN:
        more = len(one.problems) - _SHOWN
        console.print(
            f"  … {more} de plus : voir --json ou --html"
            if lang == "fr"
            else f"  … {more} more: see --json or --html"
        )
    console.print()


def _print_problem(console: Console, problem: Problem, lang: Lang) -> None:
    line = Styled("  ")
    line.append(f"{problem.severity:<7} ", style=_COLOURS[str(problem.severity)])
    line.append(problem.code, style="bold")
    if problem.rules:
        line.append("  " + " ".join(problem.rules))
    if str(problem.evidence) != "official":
        line.append(f"  ({EVIDENCE[str(problem.evidence)][lang]})", style="dim")
    console.print(line)
    console.print(f"          {problem.text[lang]}", markup=False)
    for quoted in problem.quotes:
        where = quoted.place.full[lang] if quoted.place.file else quoted.place.text[lang]
        console.print(
            Styled(
                f"          → {where}" + (f"   {visible(quoted.text)}" if quoted.text else ""), style="dim"
            )
        )
