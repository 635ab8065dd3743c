"""``python -m conformance.matrix.mutants``: does the suite find mistakes that nobody has thought of?

Examples::

    python -m conformance.matrix.mutants --sample 50 --seed 7
    python -m conformance.matrix.mutants --module strategy --sample 20 --list
    python -m conformance.matrix.mutants --module lifecycle --rule STA-03 --rule STA-05
    python -m conformance.matrix.mutants --kind "done twice" --kind "too early" --sample 20
    python -m conformance.matrix.mutants --reach .reach.json --output mutants.ndjson

The first thing is a campaign that learns which checks run which line; ``--reach`` keeps that in a file. What survives is
to be read by a person: most of it is no mistake, or one that the rules allow.

Exit code: 0 when nothing survived, 1 when something did, 2 when nothing could be run.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from conformance.matrix.mutants.hunting import Fate, Reach, State, fate_of, reach, sample
from conformance.matrix.running import rig
from conformance.rules import load_catalogue

if TYPE_CHECKING:
    from collections.abc import Iterable

_SHOWN = {State.SURVIVED: "SURVIVED", State.NOT_REACHED: "NOT REACHED", State.BROKEN: "BROKEN"}


def main(arguments: list[str] | None = None) -> int:
    """Run mutants and return the exit code."""
    options = _options(arguments)
    if unknown := sorted(set(options.rule) - set(load_catalogue())):
        sys.stderr.write(f"no rule is called {', '.join(unknown)}\n")
        return 2
    chosen = sample(options.sample, options.seed, options.module, options.kind)
    if not chosen:
        asked = ", ".join([*options.module, *options.kind])
        sys.stderr.write(f"no module of the reference LGO, or no kind of mistake, is called like {asked}\n")
        return 2
    if options.list:
        sys.stdout.writelines(f"{mutant}\n" for mutant in chosen)
        return 0
    with ExitStack() as stack:
        output = stack.enter_context(options.output.open("w", encoding="utf-8")) if options.output else None
        one = stack.enter_context(rig())
        if options.reach and options.reach.exists():
            known = Reach.read(options.reach)
        else:
            known = reach(one, options.rule or None)
            if options.reach:
                known.write(options.reach)
        fates = [_told(fate_of(mutant, one, known), output) for mutant in chosen]
    counts = Counter(fate.state for fate in fates)
    sys.stdout.write(", ".join(f"{counts[state]} {state}" for state in State) + "\n")
    return int(counts[State.SURVIVED] > 0)


def _told(fate: Fate, output: TextIO | None) -> Fate:
    if output:
        output.write(json.dumps({**asdict(fate), "text": str(fate.mutant)}, ensure_ascii=False) + "\n")
        output.flush()
    if fate.state in _SHOWN:
        why = f" ({fate.check}: {fate.why})" if fate.check else ""
        sys.stdout.write(f"{_SHOWN[fate.state]} {fate.mutant}{why}\n")
    return fate


def _options(arguments: Iterable[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m conformance.matrix.mutants",
        description="Run the suite against mutants of the reference LGO.",
    )
    parser.add_argument("--sample", type=int, default=50, metavar="N", help="how many (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="draws another sample (default: %(default)s)")
    parser.add_argument(
        "--module",
        action="append",
        default=[],
        metavar="PART",
        help="only of modules whose name holds this; repeatable",
    )
    parser.add_argument(
        "--kind", action="append", default=[], metavar="KIND", help="only mistakes of this kind; repeatable"
    )
    parser.add_argument(
        "--rule",
        action="append",
        default=[],
        metavar="KEY",
        help="judge by the checks of this rule only, in seconds; repeatable (default: by all)",
    )
    parser.add_argument("--list", action="store_true", help="say which they are, and run nothing")
    parser.add_argument(
        "--reach",
        type=Path,
        metavar="FILE",
        help="which checks run which line: read, or learnt and kept there",
    )
    parser.add_argument("--output", type=Path, metavar="FILE", help="write every fate as a line of JSON")
    return parser.parse_args(list(arguments) if arguments is not None else None)


if __name__ == "__main__":
    sys.exit(main())
