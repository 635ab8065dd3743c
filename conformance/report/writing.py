"""Writes the reports of a campaign into a folder, whole or not at all."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from conformance.report.csv_report import render_csv
from conformance.report.html import render_html
from conformance.report.json_report import render_json
from conformance.report.junit import render_junit
from simulator.text import Text, TextError, text_of

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.record.results import Campaign
    from simulator.text import Lang

HTML_NAME, JSON_NAME, JUNIT_NAME, CSV_NAME = "index.html", "report.json", "junit.xml", "rules.csv"


class ReportError(TextError):
    """The reports cannot be written. ``directory`` is where, ``reason`` is what the system says."""

    def __init__(self, directory: Path, reason: Text) -> None:
        super().__init__(
            Text(
                f"le rapport ne peut pas être écrit dans {directory} : {reason.fr} ; choisissez un autre dossier par --report DOSSIER",
                f"cannot write the report in {directory}: {reason.en}; choose another folder with --report DIR",
            )
        )
        self.directory = directory
        self.reason = reason


def write_reports(campaign: Campaign, directory: Path, lang: Lang) -> list[Path]:
    """Write ``index.html``, ``report.json``, ``junit.xml`` and ``rules.csv`` and return their paths, in that order.

    The folder is created if need be. A file that was there stays whole until its successor is ready.

    Raises:
        ReportError: the folder cannot be made or written in.
    """
    contents = {
        HTML_NAME: render_html(campaign, lang).encode("utf-8"),
        JSON_NAME: render_json(campaign, lang).encode("utf-8"),
        JUNIT_NAME: render_junit(campaign, lang),
        CSV_NAME: render_csv(campaign, lang).encode("utf-8", "backslashreplace"),
    }
    try:
        directory.mkdir(parents=True, exist_ok=True)
        return [_write(directory / name, content) for name, content in contents.items()]
    except OSError as error:
        raise ReportError(directory, text_of(error)) from error


def _write(path: Path, content: bytes) -> Path:
    """Write a file beside its place, then put it there in one step."""
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}.tmp")
    try:
        temporary.write_bytes(content)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return path
