"""``banc population export`` and ``import``: people as CSV or JSON lines."""

from __future__ import annotations

import csv
import io
import sqlite3
import sys
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from simulator.commands.bilingual import BilingualCommand
from simulator.commands.common import SetupError, data_dir_option, registry_option
from simulator.commands.exits import EXIT_FAILED, EXIT_INTERRUPTED
from simulator.commands.language import said
from simulator.commands.output import echo
from simulator.datafile.spoken import in_french
from simulator.registry.exporting import export_csv, export_jsonl
from simulator.registry.importing import ImportRefusedError, ImportReport, valid_people
from simulator.registry.opening import add_people, build_registry, open_registry
from simulator.registry.protocol import RegistryError
from simulator.registry.records import ENCODINGS, UnreadableFileError, read_csv, read_jsonl
from simulator.registry.target import is_postgres, shown
from simulator.text import Text, inert, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.registry.records import Problem, Record

_SHOWN = 20
"""Problems shown in the terminal."""


@click.command("export", cls=BilingualCommand)
@data_dir_option
@registry_option
@click.option(
    "--format",
    "kind",
    type=click.Choice(["csv", "jsonl"]),
    default="csv",
    show_default=True,
    help="Form of the file.",
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    default=None,
    help="File; the standard output when none is given.",
)
@click.option("--tag", default=None, help="Only people of this case.")
@click.option(
    "--separator",
    type=click.Choice([",", ";"]),
    default=",",
    show_default=True,
    help="Between the cells of CSV.",
)
@click.option("--bom", is_flag=True, help="Begin CSV with the byte order mark that Excel wants.")
def export_command(
    *,
    data_dir: Path,
    registry: str | None,
    kind: str,
    out: Path | None,
    tag: str | None,
    separator: str,
    bom: bool,
) -> None:
    """Write the people of a registry, the same bytes on every platform: UTF-8, ends of lines LF.

    \b
    Examples:
      banc population export --out people.csv
      banc population export --separator ";" --bom --out for-excel.csv
      banc population export --registry people.sqlite --format jsonl --tag twin
    """
    target = registry or str(data_dir / "registry.sqlite")
    try:
        store = open_registry(target)
        people = store.everyone(tag=tag)
        chunks = export_jsonl(people) if kind == "jsonl" else export_csv(people, separator=separator, bom=bom)
        if out is None:
            for chunk in chunks:
                sys.stdout.buffer.write(chunk)
        else:
            _write(out, chunks)
        store.close()
    except BrokenPipeError:
        # Whoever read has had enough.
        sys.stderr.close()
    except (RegistryError, OSError) as error:
        raise SetupError(text_of(error)) from error
    except sqlite3.Error as error:
        raise SetupError(
            Text(
                f"{shown(target)} : ne peut pas être lu comme un registre : {error}",
                f"{shown(target)}: cannot be read as a registry: {error}",
            )
        ) from error


@click.command("import", cls=BilingualCommand)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@data_dir_option
@registry_option
@click.option(
    "--replace", is_flag=True, help="Make a registry of these people alone; otherwise they are added."
)
@click.option("--skip-invalid", is_flag=True, help="Import the valid lines, and write the others to a file.")
@click.option(
    "--skipped",
    type=click.Path(dir_okay=False, path_type=Path),
    default=None,
    help="That file; FILE.skipped.csv when none is given.",
)
@click.option(
    "--encoding",
    type=click.Choice(ENCODINGS),
    default="utf-8",
    show_default=True,
    help="cp1252 for what Excel on Windows writes as CSV. Never guessed.",
)
@click.option(
    "--wrong-keys",
    is_flag=True,
    help="Take matricules with a wrong key, with a warning: a registry may hold some.",
)
def import_command(
    *,
    file: Path,
    data_dir: Path,
    registry: str | None,
    replace: bool,
    skip_invalid: bool,
    skipped: Path | None,
    encoding: str,
    wrong_keys: bool,
) -> None:
    """Import people from FILE, in CSV (separator ; , or tab) or JSON lines (.jsonl), as export writes them.

    Every line is checked. Nothing is imported unless all are valid, or --skip-invalid is given. Exit code 1 when lines were
    refused or skipped. The columns birth_name, first_names, sex, birth_date and matricule are needed.

    \b
    Examples:
      banc population import people.csv --registry mine.sqlite
      banc population import from-excel.csv --encoding cp1252 --skip-invalid --registry mine.sqlite
    """
    target = registry or str(data_dir / "registry.sqlite")
    report = ImportReport()
    log = _SkippedLog(skipped or file.with_name(f"{file.name}.skipped.csv")) if skip_invalid else None
    try:
        with file.open("rb") as opened:
            read = read_jsonl if file.suffix.lower() in {".jsonl", ".ndjson"} else read_csv
            people = valid_people(
                read(opened, encoding), report, skip=log.add if log else None, wrong_keys=wrong_keys
            )
            if replace or not (is_postgres(target) or Path(target).exists()):
                count = build_registry(target, people, f"import {file.name}")
            else:
                count = add_people(target, people)
    except ImportRefusedError:
        _show(report)
        refused = Text(
            f"{report.invalid} ligne(s) non valables, {report.valid} valables : rien n'a été importé.\n"
            "Corrigez-les, ou importez les valables par --skip-invalid.",
            f"{report.invalid} invalid line(s), {report.valid} valid: nothing was imported.\n"
            "Correct them, or import the valid ones with --skip-invalid.",
        )
        echo(said(refused), err=True)
        sys.exit(EXIT_FAILED)
    except UnreadableFileError as error:
        _show(report)
        raise SetupError(
            Text(
                f"{file} : {error.text.fr}. Rien n'a été importé.", f"{file}: {error}. Nothing was imported."
            )
        ) from error
    except KeyboardInterrupt:
        echo(said(Text("Interrompu : rien n'a été importé.", "Interrupted: nothing was imported.")), err=True)
        sys.exit(EXIT_INTERRUPTED)
    except (RegistryError, OSError) as error:
        why = text_of(error)
        named = f"{error.filename} : " if isinstance(error, OSError) and error.filename else ""
        raise SetupError(
            Text(
                f"{named}{why.fr}. Rien n'a été importé.",
                f"{named.replace(' :', ':')}{why.en}. Nothing was imported.",
            )
        ) from error
    finally:
        if log is not None:
            log.close()
    _show(report)
    done = Text(
        f"{count} personnes importées dans {shown(target)}.", f"{count} people imported into {shown(target)}."
    )
    echo(said(done))
    if log is not None and report.invalid:
        left_out = Text(
            f"{report.invalid} ligne(s) laissée(s) de côté, chacune avec sa raison dans {log.path}",
            f"{report.invalid} line(s) skipped, each with its reason in {log.path}",
        )
        echo(said(left_out), err=True)
        sys.exit(EXIT_FAILED)


class _SkippedLog:
    """The file of the lines that were not imported, made with the first of them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: IO[str] | None = None

    def add(self, record: Record, problems: list[Problem]) -> None:
        """Write one line for each problem of a record."""
        if self._file is None:
            self._file = self.path.open("w", encoding="utf-8", newline="")
            self._file.write("line,column,expected,got,remedy,record\n")
        buffer = io.StringIO(newline="")
        writer = csv.writer(buffer, lineterminator="\n")
        for problem in problems:
            told = (problem.column, problem.expected, problem.value, problem.remedy, record.raw)
            # Opened in a spreadsheet by whoever was sent the file that was refused.
            writer.writerow((problem.line, *(inert(str(each)) for each in told)))
        self._file.write(buffer.getvalue().encode("utf-8", "replace").decode())

    def close(self) -> None:
        """Close the file, if there is one."""
        if self._file is not None:
            self._file.close()


def _show(report: ImportReport) -> None:
    for kind, problems, count in (
        (Text("erreur", "error"), report.problems, report.invalid),
        (Text("avertissement", "warning"), report.warnings, report.warned),
    ):
        for problem in problems[:_SHOWN]:
            told = Text(f"{kind.fr} : {in_french(str(problem))}", f"{kind.en}: {problem}")
            echo(said(told).encode("utf-8", "replace").decode(), err=True)
        if len(problems) > _SHOWN:
            more = Text(
                f"… d'autres encore ({kind.fr}) : {count} ligne(s) en ont.",
                f"… more {kind.en}s; {count} line(s) have some.",
            )
            echo(said(more), err=True)


def _write(path: Path, chunks: Iterator[bytes]) -> None:
    """Write a file under another name, and give it its own when it is complete."""
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("wb") as file:
            file.writelines(chunks)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
