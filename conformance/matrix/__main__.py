"""``python -m conformance.matrix``: does the suite catch every injectable defect?

Examples::

    python -m conformance.matrix --seeds 1 --processes 2
    python -m conformance.matrix --defect hyphen-sent-as-space --rule CAL-08
    python -m conformance.matrix --output matrix.ndjson --continue
    python -m conformance.matrix --docs docs matrix.ndjson                   what was not run keeps its figures
    python -m conformance.matrix --seeds 1 --known docs/kill-matrix.csv
    python -m conformance.matrix --seeds 1 --known docs/kill-matrix.csv --with-party "wards a" --near --sample 100
    python -m conformance.matrix --seeds 1 --with dates-with-dashes-on-paper --group DOC

The whole takes an hour or two. A run that was stopped goes on with ``--continue``; so does one with more seeds.
``--known`` aims: each defect is tried first against the check that is known to catch it. ``--with-party`` and ``--with``
ask whether a mistake is still caught in a software of other manners (``conformance.matrix.tolerated --list``); a defect
whose faulty path such a software never walks has ``no effect``, which is not a miss.

Exit code: 0 when all are caught, 1 when one is missed, 2 when something could not be run.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
from collections import Counter
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from conformance.matrix import figures
from conformance.matrix.page import page
from conformance.matrix.parties import ALONE, Party, joined, parties_of
from conformance.matrix.running import NO_EFFECT, SEEDS, Job, Outcome, jobs_of, run_jobs
from conformance.reference.defects import UnknownDefectError, catalogue, select

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable


def main(arguments: list[str] | None = None) -> int:
    """Run the matrix and return the exit code."""
    options = _options(arguments)
    if options.docs:
        folder, outcomes_file = options.docs
        found = figures.put_into(folder / figures.FILE, figures.figures(read(outcomes_file)))
        figures.write(folder / figures.FILE, found)
        (folder / "kill-matrix.md").write_text(page(found), encoding="utf-8")
        return 0
    try:
        names = sorted(select(options.defect)) or [
            one.name
            for one in catalogue().values()
            if not options.group or one.caught_by[0].partition("-")[0] in options.group
        ]
        parties = _parties(options.with_party, options.manner)
    except UnknownDefectError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except KeyError as error:
        sys.stderr.write(f"not known: {error.args[0]}\n")
        return 2
    if options.near:
        near = {rule for party in parties for rule in party.rules()}
        names = [name for name in names if near.intersection(catalogue()[name].caught_by)]
    if options.sample:
        names = random.Random(options.sample_seed).sample(names, min(options.sample, len(names)))  # noqa: S311 - a sample
    jobs = jobs_of(names, SEEDS[: options.seeds], options.rule or None, parties)
    earlier = _earlier(options.output, names) if options.go_on else []
    done = {_key(one.job) for one in earlier}
    jobs = [job for job in jobs if _key(job) not in done]
    if earlier:
        sys.stdout.write(f"{len(earlier)} runs are done already, {len(jobs)} are left\n")
    known: dict[str, tuple[str, ...]] = {}
    if options.known:
        known = {one.defect: (one.check,) for one in figures.read(options.known)}
    known |= {one.job.defect: one.checks for one in reversed(earlier) if one.checks}
    with ExitStack() as stack:
        output = (
            stack.enter_context(options.output.open("a" if options.go_on else "w", encoding="utf-8"))
            if options.output
            else None
        )
        outcomes = [
            _told(one, output, number, len(jobs))
            for number, one in enumerate(run_jobs(jobs, processes=options.processes, known=known), start=1)
        ]
    missed = [one for one in outcomes if _is_missed(one)]
    crashed = [one for one in outcomes if one.crash]
    for party in parties if parties != [ALONE] else ():
        sys.stdout.write(f"{party.name}: {_summed(one for one in outcomes if one.job.party == party)}\n")
    idle = sum(one.miss == NO_EFFECT for one in missed)
    of_these = f" ({idle} without effect)" if idle else ""
    sys.stdout.write(f"{len(outcomes)} runs, {len(missed)} missed{of_these}, {len(crashed)} not run\n")
    return 2 if crashed else int(bool(missed))


def _is_missed(outcome: Outcome) -> bool:
    """Tell whether a mistake passed: unseen, or on a path that no check walks; one that cannot act beside other manners did not."""
    return bool(outcome.miss) and (outcome.miss != NO_EFFECT or outcome.job.party == ALONE)


def _summed(outcomes: Iterable[Outcome]) -> str:
    kinds = Counter(one.miss or ("not run" if one.crash else "caught") for one in outcomes)
    return ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())


def read(path: Path) -> list[Outcome]:
    """Return the outcomes that a run wrote with ``--output``; the last one of each defect, seed and party."""
    outcomes = [_outcome(json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]
    return list({_key(one.job): one for one in outcomes}.values())


def _key(job: Job) -> tuple[str, str, Party]:
    return job.defect, job.seed, job.party


def _parties(names: Collection[str], manners: Collection[str]) -> list[Party]:
    """Return the software to put the defects into: each party, all the manners together, or the LGO as it is.

    Raises:
        KeyError: a name is not known.
    """
    found = parties_of(names=names) if names else []
    if manners:
        found.append(joined([one for party in parties_of(manners) for one in party.members()]))
    return found or [ALONE]


def _earlier(path: Path | None, names: Iterable[str]) -> list[Outcome]:
    """Return what an earlier run caught, so that it need not be run again; the rest is."""
    if path is None or not path.exists():
        return []
    return [one for one in read(path) if one.caught_by and one.job.defect in set(names)]


def _outcome(data: dict[str, object]) -> Outcome:
    job = data.pop("job")
    assert isinstance(job, dict)  # noqa: S101 - our own file
    checks = data.pop("checks")
    return Outcome(
        job=Job(
            defect=job["defect"],
            seed=job["seed"],
            rules=tuple(job["rules"]),
            checks=tuple(job["checks"]),
            party=_party(**job.get("party", {"name": ""})),
        ),
        checks=tuple(checks),  # type: ignore[arg-type] # our own file
        **data,  # type: ignore[arg-type] # our own file
    )


def _party(*, name: str, variants: Iterable[str] = (), habits: Iterable[str] = ()) -> Party:
    return Party(name=name, variants=tuple(variants), habits=tuple(habits))


def _told(outcome: Outcome, output: TextIO | None, number: int, of: int) -> Outcome:
    if output:
        output.write(json.dumps(asdict(outcome), ensure_ascii=False) + "\n")
        output.flush()
    if outcome.crash or outcome.miss:
        why = outcome.crash or "; ".join(f"{key} {verdict}" for key, verdict in outcome.verdicts.items())
        why = "; ".join(filter(None, (outcome.reach, why)))
        kind = "NOT RUN" if outcome.crash else "NO EFFECT" if outcome.miss == NO_EFFECT else "MISSED"
        under = ", ".join(filter(None, (outcome.job.seed, outcome.job.party.name)))
        sys.stdout.write(f"{kind} {outcome.job.defect} ({under}): {why}\n")
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{number}/{of} {outcome.job.defect[:60]:60}\r")
    return outcome


def _options(arguments: Iterable[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m conformance.matrix", description="Run the rules against each injectable defect."
    )
    parser.add_argument(
        "--defect", action="append", default=[], metavar="NAME", help="this defect only; repeatable"
    )
    parser.add_argument(
        "--group",
        action="append",
        default=[],
        help="the defects of a group of rules only (ATT, SRC…); repeatable",
    )
    parser.add_argument(
        "--rule", action="append", default=[], help="run these rules instead of those meant to catch it"
    )
    parser.add_argument(
        "--with-party",
        action="append",
        default=[],
        metavar="NAME",
        help="put the defects into a software with the manners of this party; repeatable, each for itself",
    )
    parser.add_argument(
        "--with",
        dest="manner",
        action="append",
        default=[],
        metavar="NAME",
        help="the same with this variant or habit; repeatable, all together",
    )
    parser.add_argument(
        "--near",
        action="store_true",
        help="the defects only that are meant for a rule to which one of these manners comes near",
    )
    parser.add_argument("--sample", type=int, metavar="N", help="N defects drawn out of those chosen")
    parser.add_argument(
        "--sample-seed", type=int, default=0, metavar="N", help="draws another sample (default: %(default)s)"
    )
    parser.add_argument("--seeds", type=int, default=len(SEEDS), help="how many seeds (default: %(default)s)")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="default: %(default)s")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write every outcome as a line of JSON")
    parser.add_argument(
        "--continue",
        dest="go_on",
        action="store_true",
        help="keep what the file of --output holds, and run what it has not caught yet",
    )
    parser.add_argument(
        "--known", type=Path, metavar="CSV", help="try first the checks that this file names, then the others"
    )
    parser.add_argument(
        "--docs",
        type=Path,
        nargs=2,
        metavar=("FOLDER", "FILE"),
        help="put a file of --output into kill-matrix.csv, write kill-matrix.md from it, and run nothing",
    )
    return parser.parse_args(list(arguments) if arguments is not None else None)


if __name__ == "__main__":
    sys.exit(main())
