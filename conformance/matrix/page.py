"""The page ``docs/kill-matrix.md``, written from the outcomes of a run."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from conformance.reference.defects import catalogue
from conformance.rules import load_catalogue

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.matrix.running import Outcome

_HEAD = """# The kill matrix

Written by `python -m conformance.matrix --page`; do not edit.

Every injectable defect of the reference LGO (`conformance/reference/defects/`), the rules meant to catch it, and under
how many of the seeds that were run at least one of them did. A defect that no rule catches is a hole in the suite, and
it is listed first. The check is the quickest of those that found it under the first seed.

"""

_TABLE = "| defect | kind | meant for | caught | by the check | what it does |\n|---|---|---|---|---|---|\n"


def page(outcomes: Iterable[Outcome]) -> str:
    """Return the page, in Markdown."""
    runs: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        runs[outcome.job.defect].append(outcome)
    caught = {name: sum(bool(one.caught_by) for one in each) for name, each in runs.items()}
    checks = {name: next((one.checks[0] for one in each if one.checks), "") for name, each in runs.items()}
    missed = [name for name, each in runs.items() if caught[name] < len(each)]
    parts = [
        _HEAD,
        f"{len(runs)} of the {len(catalogue())} defects of the catalogue, {sum(map(len, runs.values()))} runs:",
        f" {len(runs) - len(missed)} defects caught under every seed, {len(missed)} not.\n",
    ]
    if missed:
        parts.append("\n## Not caught under every seed\n\n" + _TABLE)
        parts.extend(
            _row(name, caught[name], len(runs[name]), checks[name]) for name in catalogue() if name in missed
        )
    titles = {key: rule.title.en for key, rule in load_catalogue().items()}
    for key, title in titles.items():
        meant = [name for name, one in catalogue().items() if one.caught_by[0] == key and name in runs]
        if meant:
            parts.append(f"\n## {key} · {title}\n\n{_TABLE}")
            parts.extend(_row(name, caught[name], len(runs[name]), checks[name]) for name in meant)
    return "".join(parts)


def _row(name: str, caught: int, runs: int, check: str) -> str:
    defect = catalogue()[name]
    kind = f"{defect.kind.value}, subtle" if defect.subtle else defect.kind.value
    description = defect.description["en"].replace("|", "\\|")
    return (
        f"| `{name}` | {kind} | {', '.join(defect.caught_by)} | {caught}/{runs} | {check} | {description} |\n"
    )
