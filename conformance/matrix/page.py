"""The page ``docs/kill-matrix.md``, written from the figures beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.reference.defects import catalogue
from conformance.rules import load_catalogue

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.matrix.figures import Figure

_HEAD = """# The kill matrix

Written by `make kill-matrix` from [kill-matrix.csv](kill-matrix.csv); do not edit.

Every injectable defect of the reference LGO (`conformance/reference/defects/`), the rules meant to catch it, and under
how many of the seeds that were run at least one of them did. A defect that no rule catches is a hole in the suite, and
it is listed first. The check is the first that found it: a run ends there.

Here the LGO is as it is otherwise. Whether a mistake is still caught in a software of other habits is measured by draws:
see [Mutants](mutants.md#mistakes-in-a-software-of-other-habits).

"""

_TABLE = "| defect | kind | meant for | caught | by the check | what it does |\n|---|---|---|---|---|---|\n"


def page(figures: Sequence[Figure]) -> str:
    """Return the page, in Markdown."""
    missed = [one for one in figures if one.caught < one.runs]
    parts = [
        _HEAD,
        f"{len(figures)} of the {len(catalogue())} defects of the catalogue, {sum(one.runs for one in figures)} runs:",
        f" {len(figures) - len(missed)} defects caught under every seed, {len(missed)} not.\n",
    ]
    if missed:
        parts.append("\n## Not caught under every seed\n\n" + _TABLE)
        parts.extend(map(_row, missed))
    titles = {key: rule.title.en for key, rule in load_catalogue().items()}
    for key, title in titles.items():
        meant = [one for one in figures if catalogue()[one.defect].caught_by[0] == key]
        if meant:
            parts.append(f"\n## {key} · {title}\n\n{_TABLE}")
            parts.extend(map(_row, meant))
    return "".join(parts)


def _row(figure: Figure) -> str:
    defect = catalogue()[figure.defect]
    kind = f"{defect.kind.value}, subtle" if defect.subtle else defect.kind.value
    description = defect.description["en"].replace("|", "\\|")
    cells = (
        f"`{defect.name}`",
        kind,
        ", ".join(defect.caught_by),
        f"{figure.caught}/{figure.runs}",
        figure.check and f"`{figure.check}`",
        description,
    )
    return f"| {' | '.join(cells)} |\n"
