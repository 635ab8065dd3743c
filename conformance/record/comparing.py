"""What changed from one campaign to another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from conformance.record.packing import verdicts_of
from conformance.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.record.reading import Record

_BEST_FIRST: Final = {
    Verdict.PASS: 0,
    Verdict.NOT_APPLICABLE: 0,
    Verdict.REVIEW: 1,
    Verdict.WARNING: 2,
    Verdict.NOT_TESTED: 3,
    Verdict.INCONCLUSIVE: 3,
    Verdict.FAIL: 4,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictChange:
    """A rule with another verdict than before."""

    rule: str
    before: str | None
    """``None``: it was not part of the campaign."""
    after: str | None

    @property
    def is_worse(self) -> bool:
        """Whether less is good now; a rule that only one campaign verified is not compared."""
        if self.before is None or self.after is None:
            return False
        return _BEST_FIRST[Verdict(self.after)] > _BEST_FIRST[Verdict(self.before)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What changed."""

    versions: Mapping[str, tuple[str, str]]
    """Before and after, by name, of what differs: software, bench, simulator, seed."""
    verdicts: tuple[VerdictChange, ...]
    changed_rules: tuple[str, ...]
    """Keys of the rules whose text differs between the two campaigns."""

    def as_data(self) -> dict[str, Any]:
        """Return it as JSON-like data."""
        return {
            "versions": {name: list(pair) for name, pair in self.versions.items()},
            "verdicts": [
                {
                    "rule": change.rule,
                    "before": change.before,
                    "after": change.after,
                    "worse": change.is_worse,
                }
                for change in self.verdicts
            ],
            "changed_rules": list(self.changed_rules),
        }


def compare(before: Record, after: Record) -> Comparison:
    """Return what changed from one campaign to another; both are judged by the catalogue of today."""
    old, new = _about(before), _about(after)
    first, second = verdicts_of(before), verdicts_of(after)
    digests = before.started.rule_digests, after.started.rule_digests
    return Comparison(
        versions={name: (old[name], new[name]) for name in old if old[name] != new[name]},
        verdicts=tuple(
            VerdictChange(rule=key, before=_verdict(first, key), after=_verdict(second, key))
            for key in {**first, **second}
            if _verdict(first, key) != _verdict(second, key)
        ),
        changed_rules=tuple(
            key for key in digests[0] if key in digests[1] and digests[0][key] != digests[1][key]
        ),
    )


def _about(record: Record) -> dict[str, str]:
    started = record.started
    return {
        "software": f"{started.software.name} {started.software.version}",
        "bench": started.bench_version,
        "simulator": started.simulator_version,
        "seed": str(started.seed),
    }


def _verdict(verdicts: Mapping[str, Any], key: str) -> str | None:
    return verdicts[key]["verdict"] if key in verdicts else None
