"""Runs rules on the correct reference LGO and prints which acts are done on which files, and which never.

python -m conformance.matrix.walked --output walked.json            all rules (minutes)
python -m conformance.matrix.walked --rule STA-03 --rule ATT-03
python -m conformance.matrix.walked --from walked.json --act decide_proposal:accept
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from conformance.matrix.running import SEEDS, rig
from conformance.matrix.walked.table import table
from conformance.matrix.walked.watching import Visit, Watcher
from conformance.rules import load_catalogue

if TYPE_CHECKING:
    from collections.abc import Sequence


_SETS: Final = ("conditions", "looked_at", "later")


def walk(rules: Sequence[str] | None, seed: str) -> list[Visit]:
    """Run rules on the correct reference LGO and return the visits that their checks pay to files."""
    with rig() as bench:
        watcher = Watcher(bench.lgo)
        bench.run(rules=rules, seed=seed, wrap=watcher.watched, on_event=watcher.hear)
        return watcher.visits


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, keep and print."""
    parser = argparse.ArgumentParser(
        prog="python -m conformance.matrix.walked",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--rule", action="append", help="this rule only; may be repeated")
    parser.add_argument("--group", action="append", default=[], help="the rules of a group, such as STA")
    parser.add_argument("--seed", default=SEEDS[0], help="of the people drawn")
    parser.add_argument("--output", type=Path, help="where the visits are kept, as JSON")
    parser.add_argument("--from", dest="former", type=Path, help="print visits kept earlier; nothing runs")
    parser.add_argument("--act", default="", help="acts that begin so")
    parser.add_argument("--looked", default="file", help="what has to be read afterwards: file, log, former…")
    options = parser.parse_args(arguments)
    if options.former:
        visits = [
            Visit(**{**one, **{name: set(one[name]) for name in _SETS}})
            for one in json.loads(options.former.read_text(encoding="utf-8"))
        ]
    else:
        rules = [*(options.rule or ()), *(key for key in load_catalogue() if key[:3] in options.group)]
        visits = walk(rules or None, options.seed)
    if options.output:
        kept = [
            {name: getattr(one, name) for name in ("check", "act", "patient_id", "role")}
            | {name: sorted(getattr(one, name)) for name in _SETS}
            for one in visits
        ]
        options.output.write_text(json.dumps(kept, indent=0), encoding="utf-8")
    sys.stdout.write(table([one for one in visits if one.act.startswith(options.act)], options.looked))
    return 0


if __name__ == "__main__":
    sys.exit(main())
