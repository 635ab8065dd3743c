"""Covering arrays: few rows in which every possible pair of values of every two parameters occurs.

Built one parameter after the other, the largest first (the IPO strategy of Lei and Tai): the rows so far get the value
that covers most new pairs, then rows are added for the pairs left. Impossible pairs never occur in a row. Nothing is
left to chance: the same parameters give the same array.

A pair counts as possible when its two values are compatible and every other parameter has a value compatible with both
and with one another. This holds by construction when each parameter has a value compatible with everything.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    Compatible = Callable[[int, int, int, int], bool]
    """Whether value (second argument) of a parameter (first) may occur with value (fourth) of another (third)."""

_Pair = tuple[int, int, int, int]


def covering_array(
    sizes: Sequence[int], compatible: Compatible, neutral: Sequence[int]
) -> list[tuple[int, ...]]:
    """Build the rows: one value number for each parameter.

    Args:
        sizes: how many values each parameter has.
        compatible: whether two values of two parameters may occur together; symmetric.
        neutral: for each parameter a value that may occur with everything: it fills what no pair needs.

    Raises:
        ValueError: a neutral value is incompatible with something.
    """
    for parameter, value in enumerate(neutral):
        for other, size in enumerate(sizes):
            if other != parameter and not all(
                compatible(parameter, value, other, each) for each in range(size)
            ):
                raise ValueError(f"value {value} of parameter {parameter} is not compatible with everything")
    order = sorted(range(len(sizes)), key=lambda parameter: -sizes[parameter])
    rows: list[dict[int, int]] = [{}]
    for position, parameter in enumerate(order):
        before = order[:position]
        if not before:
            rows = [{parameter: value} for value in range(sizes[parameter])]
            continue
        missing = {
            pair
            for other in before
            for pair in _pairs(other, sizes[other], parameter, sizes[parameter], compatible)
        }
        _grow_rows(rows, parameter, sizes[parameter], missing, compatible)
        _add_rows(rows, missing, compatible)
    complete = [
        tuple(row.get(parameter, neutral[parameter]) for parameter in range(len(sizes))) for row in rows
    ]
    return _without_spare(_calmed(complete, neutral))


def possible_pairs(sizes: Sequence[int], compatible: Compatible) -> set[_Pair]:
    """Give every pair to cover: parameter, value, later parameter, value."""
    return {
        pair
        for one, other in combinations(range(len(sizes)), 2)
        for pair in _pairs(one, sizes[one], other, sizes[other], compatible)
    }


def covered_pairs(rows: Sequence[Sequence[int]]) -> set[_Pair]:
    """Give every pair that occurs in some row."""
    return {pair for row in rows for pair in _row_pairs(row)}


def _row_pairs(row: Sequence[int]) -> Iterator[_Pair]:
    for one, other in combinations(range(len(row)), 2):
        yield one, row[one], other, row[other]


def _pairs(one: int, size: int, other: int, other_size: int, compatible: Compatible) -> Iterator[_Pair]:
    for value in range(size):
        for other_value in range(other_size):
            if compatible(one, value, other, other_value):
                yield one, value, other, other_value


def _grow_rows(
    rows: list[dict[int, int]], parameter: int, size: int, missing: set[_Pair], compatible: Compatible
) -> None:
    """Give each row a value of one more parameter: the one that covers most, then the least used so far."""
    used = [0] * size
    for row in rows:
        best, best_gain = None, (-1, 0)
        for value in range(size):
            if not all(compatible(other, row[other], parameter, value) for other in row):
                continue
            gain = sum((other, row[other], parameter, value) in missing for other in row)
            if (gain, -used[value]) > best_gain or best is None:
                best, best_gain = value, (gain, -used[value])
        if best is None or not best_gain[0]:
            # Left open: a missing pair may take it later, or the neutral value.
            continue
        used[best] += 1
        missing.difference_update([(other, row[other], parameter, best) for other in row])
        row[parameter] = best


def _add_rows(rows: list[dict[int, int]], missing: set[_Pair], compatible: Compatible) -> None:
    """Put each pair left into a row that is open for it, or into a new one."""
    for one, value, other, other_value in sorted(missing):
        wanted = {one: value, other: other_value}
        for row in rows:
            fits = all(
                row.get(parameter, each) == each
                and all(compatible(parameter, each, at, row[at]) for at in row if at != parameter)
                for parameter, each in wanted.items()
            )
            if fits:
                row.update(wanted)
                break
        else:
            rows.append(wanted)
    missing.clear()


def _calmed(rows: list[tuple[int, ...]], neutral: Sequence[int]) -> list[tuple[int, ...]]:
    """Put the neutral value wherever every pair of a row stays covered elsewhere."""
    counts: dict[_Pair, int] = {}
    for row in rows:
        for pair in _row_pairs(row):
            counts[pair] = counts.get(pair, 0) + 1
    calmed: list[tuple[int, ...]] = []
    for row in rows:
        current = row
        for parameter in reversed(range(len(neutral))):
            changed = (*current[:parameter], neutral[parameter], *current[parameter + 1 :])
            lost = set(_row_pairs(current)) - set(_row_pairs(changed))
            if changed != current and all(counts[pair] > 1 for pair in lost):
                for pair in lost:
                    counts[pair] -= 1
                for pair in set(_row_pairs(changed)) - set(_row_pairs(current)):
                    counts[pair] = counts.get(pair, 0) + 1
                current = changed
        calmed.append(current)
    return calmed


def _without_spare(rows: list[tuple[int, ...]]) -> list[tuple[int, ...]]:
    """Leave out the rows whose pairs all occur in others."""
    counts: dict[_Pair, int] = {}
    for row in rows:
        for pair in _row_pairs(row):
            counts[pair] = counts.get(pair, 0) + 1
    kept: list[tuple[int, ...]] = []
    for row in rows:
        pairs = list(_row_pairs(row))
        if all(counts[pair] > 1 for pair in pairs):
            for pair in pairs:
                counts[pair] -= 1
        else:
            kept.append(row)
    return kept
