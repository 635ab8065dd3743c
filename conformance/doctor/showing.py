"""A diagnosis for people and for programs."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any, Final

from conformance.doctor.notes import TITLES, Look
from simulator.text import Text, visible, visible_lines

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.doctor.notes import Diagnosis
    from conformance.record.events import DoctorFinding
    from simulator.text import Lang

_INDENT: Final = " " * 2
_COLUMN: Final = 2 + max(len(title[lang]) for title in TITLES.values() for lang in ("fr", "en"))
_STYLES: Final = {"✓": "green", "!": "yellow", "✗": "bold red", "·": "dim"}
NEVER_COUNTED: Final = Text(
    "Rien de tout cela n'est compté contre le logiciel.", "None of this is held against the software."
)


def mark(finding: DoctorFinding) -> str:
    """Return the sign of a finding: right, to mend, stops the campaign, not looked at."""
    if finding.check == Look.NOT_LOOKED:
        return "·"
    return "✓" if finding.is_ok else "✗" if finding.stops else "!"


def lines(findings: Iterable[DoctorFinding], lang: Lang, width: int) -> list[tuple[str, str]]:
    """Return lines to print, each with its style: a finding, and its remedy below it."""
    shown: list[tuple[str, str]] = []
    all_of_them = list(findings)
    for number, finding in enumerate(all_of_them):
        sign = mark(finding)
        title = TITLES[Look(finding.check)][lang] if finding.check in set(Look) else finding.check
        first = f"{_INDENT}{sign} {title:<{_COLUMN}}"
        text = visible(finding.text[lang])
        shown += [(line, _STYLES[sign]) for line in _wrapped(first, text, width)]
        # One remedy for several findings in a row is said once, after the last.
        is_said_below = number + 1 < len(all_of_them) and all_of_them[number + 1].remedy == finding.remedy
        if finding.remedy is not None and not finding.is_ok and not is_said_below:
            prose, *block = visible_lines(finding.remedy[lang]).split("\n")
            arrow = f"{_INDENT}  {'':<{_COLUMN}}→ "
            shown += [(line, "") for line in _wrapped(arrow, prose, width)]
            shown += [(" " * len(arrow) + line.removeprefix("  "), "") for line in block]
    return shown


def headline(diagnosis: Diagnosis, lang: Lang) -> tuple[str, str]:
    """Return the last word on a set-up, and its style."""
    stops = sum(each.stops for each in diagnosis.findings)
    others = len(diagnosis.problems) - stops
    if stops:
        text = Text(
            f"{stops} point{'s' if stops > 1 else ''} empêche{'nt' if stops > 1 else ''} la campagne"
            + (f", {others} à reprendre" if others else "")
            + f". {NEVER_COUNTED.fr}",
            f"{stops} point{'s' if stops > 1 else ''} stop{'' if stops > 1 else 's'} the campaign"
            + (f", {others} to mend" if others else "")
            + f". {NEVER_COUNTED.en}",
        )
        return text[lang], "bold red"
    if others:
        text = Text(
            f"La campagne peut commencer ; {others} point{'s' if others > 1 else ''} à reprendre. {NEVER_COUNTED.fr}",
            f"The campaign can begin; {others} point{'s' if others > 1 else ''} to mend. {NEVER_COUNTED.en}",
        )
        return text[lang], "yellow"
    return Text("Tout est en ordre : la campagne peut commencer.", "All is well: the campaign can begin.")[
        lang
    ], "green"


def as_json(diagnosis: Diagnosis, lang: Lang) -> dict[str, Any]:
    """Return a diagnosis as JSON data."""
    return {
        "ok": not diagnosis.problems,
        "stops": diagnosis.stops,
        "seconds": round(diagnosis.seconds, 3),
        "findings": [
            {
                "check": each.check,
                "ok": each.is_ok,
                "stops": each.stops,
                "text": each.text[lang],
                "remedy": each.remedy[lang] if each.remedy else None,
                "details": each.details or None,
            }
            for each in diagnosis.findings
        ],
    }


def _wrapped(first: str, text: str, width: int) -> list[str]:
    return textwrap.wrap(
        text,
        width=max(width, len(first) + 24),
        initial_indent=first,
        subsequent_indent=" " * len(first),
        break_long_words=False,
        break_on_hyphens=False,
    ) or [first.rstrip()]
