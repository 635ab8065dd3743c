"""``python -m conformance.matrix.tolerated``: is correct software of other manners accused of nothing, by no rule at all?

Examples::

    python -m conformance.matrix.tolerated --list
    python -m conformance.matrix.tolerated --processes 2 --output tolerated.ndjson
    python -m conformance.matrix.tolerated --output tolerated.ndjson --continue
    python -m conformance.matrix.tolerated --only lots-of-two --rule VER-11 --rule BLK-03
    python -m conformance.matrix.tolerated --party counter

A party is one software with several tolerated variants (``conformance/reference/variants``) or habits
(``conformance/reference/habits``) at once, judged by all the rules. Should it be accused, or kept from a verdict, its
halves are judged by the rules that did, and theirs, until the member at issue is named; two that only contradict each
other are not. ``--rule`` takes a key or the beginning of some (``VER``). A whole run takes hours; one that was stopped
goes on with ``--continue``.

Exit code: 0 when none is accused, 1 when one is, 2 when a name is not known.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from concurrent.futures import as_completed
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, TextIO

from conformance.matrix.parties import Party, parties_of
from conformance.matrix.running import ALL_CHECKS, BROKEN, SEEDS, Rig, pool_of, rig, rig_of_this_process
from conformance.rules import load_catalogue
from conformance.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from conformance.engine.context import Limits
    from conformance.record.results import RuleResult

UNFAIR: Final = BROKEN | {Verdict.INCONCLUSIVE}
"""What correct software must not be told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What became of a party."""

    party: str
    accused: dict[str, str] = field(default_factory=dict)
    """Verdict and reason, in English, by rule."""
    alone: dict[str, dict[str, str]] = field(default_factory=dict)
    """The same for each member that is accused alone."""
    seconds: float = 0.0
    crash: str = ""

    @property
    def is_fair(self) -> bool:
        """Whether no member is accused alone; several at once may contradict each other."""
        return not self.crash and not self.alone


def rules_of(keys: Sequence[str]) -> list[str] | None:
    """Return the rules whose keys begin so; ``None``, which is all of them, without any.

    Raises:
        KeyError: no rule begins so.
    """
    if unknown := [key for key in keys if not any(one.startswith(key) for one in load_catalogue())]:
        raise KeyError(", ".join(unknown))
    return [one for one in load_catalogue() if one.startswith(tuple(keys))] if keys else None


Accuses = Callable[["RuleResult"], bool]
"""Tells whether the result of a rule is what correct software must not be told."""


def is_unfair(result: RuleResult) -> bool:
    """Tell whether a rule found correct software at fault, or could not judge it."""
    return result.verdict in UNFAIR


def judge(
    party: Party,
    on: Rig,
    rules: Collection[str] | None = None,
    seed: str = SEEDS[0],
    *,
    accuses: Accuses = is_unfair,
    near: bool = False,
    limits: Limits = ALL_CHECKS,
) -> Judgement:
    """Judge a party by these rules, all by default; should some accuse it, find by them which members are at issue.

    Args:
        party: whom to judge.
        on: where.
        rules: all by default.
        seed: of the people drawn.
        accuses: what is held for an accusation.
        near: only by those of the rules that they come near to are members at issue.
        limits: which checks of the rules are run; all by default.
    """
    started = time.monotonic()

    def accused_by(one: Party, asked: Collection[str] | None) -> dict[str, str]:
        run = on.run(seed=seed, rules=asked, as_variants=one.variants, habits=one.habits, limits=limits)
        return {
            result.rule.key: f"{result.verdict.value}: {result.reason.en}"
            for result in run.rules
            if accuses(result)
        }

    try:
        accused = accused_by(party, rules)
        if accused:
            # What follows takes long again: whoever watches knows by then.
            sys.stderr.write(f"{party.name}: {', '.join(accused)}; its members now\n")
        alone = _at_issue(party, accused, accused_by, near=near)
    except Exception as error:  # noqa: BLE001 - one party must not take the others with it
        return Judgement(party=party.name, crash=f"{type(error).__name__}: {error}")
    seconds = round(time.monotonic() - started, 1)
    return Judgement(party=party.name, accused=accused, alone=alone, seconds=seconds)


def _at_issue(
    party: Party,
    accused: dict[str, str],
    accused_by: Callable[[Party, Collection[str] | None], dict[str, str]],
    *,
    near: bool,
) -> dict[str, dict[str, str]]:
    """Return the members that are accused alone, by halving what is accused; ``accused``: what is said of the whole."""
    halves = party.halves()
    if accused and not halves:
        return {party.members()[0].name: accused}
    found: dict[str, dict[str, str]] = {}
    for half in halves if accused else ():
        asked = [rule for rule in accused if not near or rule in half.rules()]
        if asked:
            found |= _at_issue(half, accused_by(half, asked), accused_by, near=near)
    return found


def main(arguments: list[str] | None = None) -> int:
    """Judge parties and return the exit code."""
    options = _options(arguments)
    try:
        found, rules = parties_of(options.only, options.party), rules_of(options.rule)
    except KeyError as error:
        sys.stderr.write(f"not known: {error.args[0]}\n")
        return 2
    if options.list:
        sys.stdout.writelines(f"{one.name}: {', '.join((*one.variants, *one.habits))}\n" for one in found)
        return 0
    earlier = read(options.output) if options.go_on and options.output and options.output.exists() else []
    over = {one.party for one in earlier if not one.crash}
    left = [one for one in found if one.name not in over]
    with ExitStack() as stack:
        mode = "a" if options.go_on else "w"
        output = stack.enter_context(options.output.open(mode, encoding="utf-8")) if options.output else None
        judged = [_told(one, output) for one in _judged(left, rules, options.seed, options.processes)]
    unfair = [one for one in judged if not one.is_fair]
    sys.stdout.write(f"{len(judged)} parties, {len(unfair)} with a member accused\n")
    return int(bool(unfair))


def read(path: Path) -> list[Judgement]:
    """Return what a run wrote with ``--output``; the last of each party."""
    lines = [Judgement(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]
    return list({one.party: one for one in lines}.values())


def _judged(
    parties: Sequence[Party], rules: Collection[str] | None, seed: str, processes: int
) -> Iterator[Judgement]:
    if processes == 1:
        with rig() as on:
            yield from (judge(one, on, rules, seed) for one in parties)
        return
    with pool_of(processes) as pool:
        work = partial(_judge_here, rules=rules, seed=seed)
        for future in as_completed([pool.submit(work, one) for one in parties]):
            yield future.result()


def _judge_here(party: Party, *, rules: Collection[str] | None, seed: str) -> Judgement:
    return judge(party, rig_of_this_process(), rules, seed)


def _told(judgement: Judgement, output: TextIO | None) -> Judgement:
    if output:
        output.write(json.dumps(asdict(judgement), ensure_ascii=False) + "\n")
        output.flush()
    word = "NOT RUN" if judgement.crash else "fair" if judgement.is_fair else "UNFAIR"
    sys.stdout.write(f"{word} {judgement.party} ({judgement.seconds:.0f} s) {judgement.crash}\n")
    for rule, why in judgement.accused.items():
        who = ", ".join(name for name, found in judgement.alone.items() if rule in found)
        sys.stdout.write(f"  {rule} {why} [{who or 'together only'}]\n")
    sys.stdout.flush()
    return judgement


def _options(arguments: Iterable[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m conformance.matrix.tolerated",
        description="Run all rules against correct software of other manners.",
    )
    parser.add_argument("--list", action="store_true", help="say which parties there are, and run nothing")
    parser.add_argument(
        "--party", action="append", default=[], metavar="NAME", help="this party only; repeatable"
    )
    parser.add_argument(
        "--only", action="append", default=[], metavar="NAME", help="this variant or habit only; repeatable"
    )
    parser.add_argument(
        "--rule", action="append", default=[], metavar="KEY", help="these rules only; repeatable"
    )
    parser.add_argument("--seed", default=SEEDS[0], help="default: %(default)s")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="default: %(default)s")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write every judgement as a line of JSON")
    parser.add_argument(
        "--continue",
        dest="go_on",
        action="store_true",
        help="keep what the file of --output holds, and run the parties that it does not",
    )
    return parser.parse_args(list(arguments) if arguments is not None else None)


if __name__ == "__main__":
    sys.exit(main())
