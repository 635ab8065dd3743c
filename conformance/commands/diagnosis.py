"""What ``banc doctor`` and the beginning of a campaign print."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from rich.text import Text as Styled

from conformance.doctor.showing import headline, lines
from simulator.commands.output import VisibleConsole
from simulator.text import Text, with_decimal_sign

if TYPE_CHECKING:
    from conformance.doctor.notes import Diagnosis
    from simulator.text import Lang

WIDTH = 110
"""Columns at most: longer lines are hard to read."""


def show_diagnosis(diagnosis: Diagnosis, lang: Lang, *, title: str = "", only_problems: bool = False) -> None:
    """Print a diagnosis; on the error output when only what stops a campaign is printed."""
    console = VisibleConsole(file=sys.stderr if only_problems else sys.stdout, highlight=False, markup=False)
    width = min(console.width, WIDTH)
    if only_problems:
        title = Text("La campagne n'a pas commencé.", "The campaign did not begin.")[lang]
    if title:
        console.print(Styled(title, style="bold"), soft_wrap=True)
    findings = diagnosis.problems if only_problems else diagnosis.findings
    for line, style in lines(findings, lang, width):
        console.print(Styled(line, style=style), soft_wrap=True)
    text, style = headline(diagnosis, lang)
    console.print(Styled(text, style=style), soft_wrap=True)
    if only_problems:
        return
    seconds = f"{diagnosis.seconds:.1f}"
    shown = Text(f"Regardé en {with_decimal_sign(seconds, 'fr')} s.", f"Looked at in {seconds} s.")
    console.print(Styled(shown[lang], style="dim"))
