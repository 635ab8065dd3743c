"""Thresholds: what is asked of a run, and by how much it was met or missed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from conformance.load.quantities import (
    QuantityError,
    parse_duration,
    parse_rate,
    parse_share,
    show_duration,
    show_rate,
    show_share,
)
from simulator.text import Text, TextError, closest, with_decimal_sign

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from simulator.text import Lang

PERCENTILES: Final = {"p50": 0.50, "p90": 0.90, "p95": 0.95, "p99": 0.99, "p999": 0.999}
_DURATIONS: Final = (*PERCENTILES, "max", "recovery")
METRICS: Final = (*_DURATIONS, "errors", "wrong", "rate", "departures")

NAMES: Final[dict[str, Text]] = {
    **{name: Text.same(name) for name in PERCENTILES},
    "max": Text("la plus longue", "longest"),
    "errors": Text("erreurs", "errors"),
    "wrong": Text("réponses fausses", "wrong answers"),
    "rate": Text("débit", "rate"),
    "recovery": Text("retour à la normale", "recovery"),
    "departures": Text("écarts relevés", "departures"),
}
"""What each metric is called."""


class ThresholdError(TextError, ValueError):
    """A threshold cannot be read; the message says what was expected and what came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """One thing asked of a run."""

    metric: str
    """One of ``METRICS``."""
    limit: float
    """Seconds, share, calls per second or a count, as the metric has it."""
    operation: str | None = None
    """Only calls of this operation; ``None``: all of them."""
    stage: str | None = None
    """Only this stage of the profile; ``None``: every stage that is judged."""

    @property
    def at_least(self) -> bool:
        """Whether more is better."""
        return self.metric == "rate"

    def show(self, value: float | None, lang: Lang) -> str:
        """Return a value of this metric for people."""
        if value is None:
            return "–"
        if self.metric in _DURATIONS:
            return show_duration(value, lang)
        if self.metric == "errors":
            return show_share(value, lang)
        return show_rate(value, lang) if self.metric == "rate" else f"{value:.0f}"

    def title(self, lang: Lang, *, for_programs: bool = False) -> str:
        """Return what is asked, in words and with its limit: ``p95 (card) ≤ 300 ms``.

        Args:
            lang: of the words.
            for_programs: the limit with a point in every language.
        """
        of = ", ".join(part for part in (self.operation, self.stage) if part)
        name = NAMES[self.metric][lang]
        limit = self.show(self.limit, "en" if for_programs else lang)
        return f"{name}{f' ({of})' if of else ''} {'≥' if self.at_least else '≤'} {limit}"

    def to_json(self) -> dict[str, Any]:
        """Return the threshold as the record keeps it."""
        return {
            "metric": self.metric,
            "limit": self.limit,
            "operation": self.operation,
            "stage": self.stage,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Threshold:
        """Read what ``to_json`` wrote."""
        return cls(
            metric=str(data["metric"]),
            limit=float(data["limit"]),
            operation=data.get("operation"),
            stage=data.get("stage"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A threshold and what was measured."""

    threshold: Threshold
    value: float | None
    """``None``: nothing was measured, which misses the threshold."""

    @property
    def held(self) -> bool:
        """Whether what was measured is within the limit."""
        if self.value is None:
            return False
        limit = self.threshold.limit
        return self.value >= limit if self.threshold.at_least else self.value <= limit

    @property
    def margin(self) -> float | None:
        """What is left before the limit, as a share of it; negative when it is missed, ``None`` when it has no size."""
        limit = self.threshold.limit
        if self.value is None or not limit:
            return None
        gap = self.value - limit if self.threshold.at_least else limit - self.value
        return gap / limit

    def show_margin(self, lang: Lang) -> str:
        """Return the margin for people: ``+38 %``, ``-12 %``; nothing when it has no size."""
        margin = self.margin
        if margin is None:
            return ""
        percent = margin * 100
        # Never "-0 %": a threshold that is missed looks missed.
        return with_decimal_sign(f"{percent:+.0f} %" if abs(percent) >= 1 else f"{percent:+.1g} %", lang)


def parse_threshold(metric: str, text: str, *, stage: str | None = None) -> Threshold:
    """Read a threshold from what the command line or a profile says: ``300ms``, or ``card=300ms`` for one operation.

    Raises:
        ThresholdError: the metric is unknown, or the limit cannot be read.
    """
    if metric not in METRICS:
        listed, near = ", ".join(METRICS), closest(metric, METRICS)
        raise ThresholdError(
            Text(
                f"seuil inconnu : {metric!r} ; sont connus {listed}{near.fr}",
                f"unknown threshold {metric!r}; known are {listed}{near.en}",
            )
        )
    operation, separator, limit = str(text).rpartition("=")
    if separator and not operation:
        raise ThresholdError(
            Text(
                f"{metric} : OPÉRATION=LIMITE ou une limite seule est attendue, reçu : {text!r}",
                f"{metric}: expected OPERATION=LIMIT or a limit alone, got {text!r}",
            )
        )
    try:
        value = _parser(metric)(limit)
    except QuantityError as error:
        raise ThresholdError(Text(f"{metric} : {error.text.fr}", f"{metric}: {error}")) from error
    if metric == "wrong" and value:
        raise ThresholdError(
            Text(
                f"wrong : 0 est attendu, reçu : {text!r} : une identité fausse n'est jamais tolérée",
                f"wrong: expected 0, got {text!r}: a wrong identity is never tolerated",
            )
        )
    return Threshold(metric=metric, limit=value, operation=operation or None, stage=stage)


def _parser(metric: str) -> Callable[[str], float]:
    if metric in _DURATIONS:
        return parse_duration
    if metric == "errors":
        return parse_share
    return parse_rate if metric == "rate" else _count


def _count(text: str) -> float:
    if not str(text).strip().isdecimal():
        raise QuantityError(
            Text(
                f"un nombre tel que 0 est attendu, reçu : {text!r}",
                f"expected a number such as 0, got {text!r}",
            )
        )
    return float(text)
