"""What ``banc demo`` ends with: the printed note of one patient, and what was concluded about it."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Final

from conformance.record.reading import RecordError, read_lines
from conformance.record.writing import RECORD_NAME

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.record.results import Campaign
    from simulator.text import Lang

NOTE_NAME: Final = "note.pdf"
"""The note in the folder of the report."""
RULES: Final = ("DOC-01", "DOC-03", "DOC-06", "DOC-09")
"""The rules whose verdicts are shown beside it."""


def note_lines(report_dir: Path, campaign: Campaign, lang: Lang) -> list[str]:
    """Copy the first page printed into the folder of the report, and return the lines that show it.

    Args:
        report_dir: the folder of the campaign.
        campaign: its verdicts.
        lang: of the lines.

    Returns:
        Nothing when the campaign printed no document.
    """
    kept = _first_page(report_dir)
    if kept is None:
        return []
    target = report_dir / NOTE_NAME
    shutil.copyfile(kept, target)
    said = "la note imprimée d'un patient" if lang == "fr" else "the printed note of a patient"
    judged = [f"{one.rule.key} {one.verdict}" for one in campaign.rules if one.rule.key in RULES]
    return [f"  {target} · {said} ({', '.join(judged)})" if judged else f"  {target} · {said}"]


def _first_page(report_dir: Path) -> Path | None:
    """Return the first PDF that the record names and that is there."""
    try:
        for line in read_lines(report_dir / RECORD_NAME):
            if line.kind == "document" and line.data.get("format") == "pdf" and line.data.get("file"):
                path = report_dir / str(line.data["file"])
                return path if path.is_file() else None
    except RecordError:
        # The report is there all the same; it says by itself what is wrong with its record.
        return None
    return None
