"""Latencies kept as counts in buckets of 2 %: small, mergeable, and any percentile within 1 %."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_STEP: Final = math.log(1.02)


class Histogram:
    """Counts of durations by bucket; bucket ``n`` holds those near 1.02^n microseconds."""

    __slots__ = ("buckets", "count")

    def __init__(self, buckets: Mapping[int, int] | None = None) -> None:
        self.buckets: dict[int, int] = dict(buckets or {})
        self.count = sum(self.buckets.values())

    def add(self, seconds: float) -> None:
        """Count one duration."""
        bucket = round(math.log(seconds * 1e6) / _STEP) if seconds > 1e-6 else 0  # noqa: PLR2004 - what it stands for is in the line
        self.buckets[bucket] = self.buckets.get(bucket, 0) + 1
        self.count += 1

    def merge(self, other: Histogram) -> None:
        """Count what another has counted."""
        for bucket, number in other.buckets.items():
            self.buckets[bucket] = self.buckets.get(bucket, 0) + number
        self.count += other.count

    def quantile(self, share: float) -> float | None:
        """Return the duration, in seconds, that this share of them does not exceed; ``None`` when there is none."""
        if not self.count:
            return None
        wanted = max(1, math.ceil(share * self.count - 1e-9))
        seen = 0
        for bucket in sorted(self.buckets):
            seen += self.buckets[bucket]
            if seen >= wanted:
                return _value(bucket)
        return None

    def mean(self) -> float | None:
        """Return the mean in seconds, within 1 %."""
        if not self.count:
            return None
        return sum(_value(bucket) * number for bucket, number in self.buckets.items()) / self.count

    def milliseconds(self) -> list[tuple[int, int]]:
        """Return whole milliseconds with how often they came, the shortest first."""
        counted: dict[int, int] = {}
        for bucket, number in self.buckets.items():
            value = round(_value(bucket) * 1000)
            counted[value] = counted.get(value, 0) + number
        return sorted(counted.items())

    def to_json(self) -> dict[str, int]:
        """Return the counts by bucket, as the record keeps them."""
        return {str(bucket): number for bucket, number in sorted(self.buckets.items())}

    @classmethod
    def from_json(cls, data: Mapping[str, int]) -> Histogram:
        """Read what ``to_json`` wrote."""
        return cls({int(bucket): int(number) for bucket, number in data.items()})

    @classmethod
    def merged(cls, all_of: Iterable[Histogram]) -> Histogram:
        """Return one that counts what several have counted."""
        total = cls()
        for each in all_of:
            total.merge(each)
        return total


def _value(bucket: int) -> float:
    return math.exp(bucket * _STEP) / 1e6
