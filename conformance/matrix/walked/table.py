"""Prints the visits of a campaign: act by condition, and the pairs that nobody walks through."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Final

from conformance.matrix.walked.conditions import CONDITIONS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from conformance.matrix.walked.watching import Visit

_OTHERS: Final = ("time-1", "time-2", "time-3", "by-USER", "by-SUPER_USER", "after-another-file")
_LIKELY: Final = (
    *(
        "former-1",
        "former-more",
        "HOMONYME",
        "used-name",
        "used-first-name",
        "proof-low",
        "proof-high",
        "billing-other",
    ),
    *("nia", "time-2", "by-SUPER_USER", "first-names-many", "woman", "man", "incomplete-date", "born-abroad"),
)
"""The conditions that vendors' mistakes hang on most; the others follow in their order."""


def missed(visits: Iterable[Visit], looked: str) -> list[tuple[str, str]]:
    """Return the pairs of act and condition that were never met and looked at, most plausible mistakes first."""
    met: dict[str, Counter[str]] = defaultdict(Counter)
    times: Counter[str] = Counter()
    for visit in visits:
        times[visit.act] += 1
        if looked in visit.later:
            met[visit.act].update(visit.conditions)
    order = [*_LIKELY, *(one for one in (*CONDITIONS, *_OTHERS) if one not in _LIKELY)]
    acts = [act for act, _ in times.most_common()]
    return [(act, one) for one in order for act in acts if not met[act][one]]


def table(visits: Collection[Visit], looked: str) -> str:
    """Return the matrix: of each act, how often each condition was met, and how often it was looked at then."""
    met: dict[str, Counter[str]] = defaultdict(Counter)
    seen: dict[str, Counter[str]] = defaultdict(Counter)
    for visit in visits:
        met[visit.act].update({*visit.conditions, "times"})
        if looked in visit.later:
            seen[visit.act].update({*visit.conditions, "times"})
    lines = [f"act: condition read/met ({looked})"]
    for act, counts in sorted(met.items()):
        cells = (f"{one} {seen[act][one]}/{counts[one]}" for one in ("times", *CONDITIONS, *_OTHERS))
        lines.append(f"{act}: {', '.join(cells)}")
    lines.append("")
    lines += [f"never: {act} × {one}" for act, one in missed(visits, looked)]
    return "\n".join(lines) + "\n"
