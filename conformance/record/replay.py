"""A record as the results of a campaign, judged again."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from conformance.record.ends import CheckEnd
from conformance.record.judging import INTERRUPTED, judge_rules
from conformance.record.results import Campaign, CampaignMeta, Waiver
from conformance.record.reviewing import reviewed
from conformance.record.uncollected import uncollected
from conformance.rules.catalogue import load_catalogue
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from typing import Any

    from conformance.record.reading import Record
    from conformance.rules.catalogue import Rule


@uncollected()
def replay(record: Record, catalogue: Mapping[str, Rule] | None = None, *, evidence: bool = True) -> Campaign:
    """Return what a campaign found, as the catalogue judges it today.

    Rules of the record that the catalogue no longer has are left out; ``verifying`` names them.

    Args:
        record: what the campaign left.
        catalogue: rules by key; the packaged ones by default.
        evidence: whether each check comes with its timeline, which takes as much memory as the record is long.
    """
    catalogue = load_catalogue() if catalogue is None else catalogue
    started = record.started
    promoted = set(started.plan.get("promote") or ())
    catalogue = {
        key: rule.promote() if key in promoted and not rule.promoted else rule
        for key, rule in catalogue.items()
    }
    rules = judge_rules(
        catalogue,
        started.rules,
        check_ends(record, evidence=evidence),
        not_applicable={
            key: _text(reason) for key, reason in (started.plan.get("not_applicable") or {}).items()
        },
        waivers=[_waiver(entry) for entry in started.plan.get("waivers") or ()],
        today=started.at.date(),
    )
    return Campaign(meta=_meta(record), rules=rules)


def check_ends(record: Record, *, evidence: bool = True) -> list[CheckEnd]:
    """Return how the checks of a record ended, in the order of the suite; one that did not is NOT_TESTED."""
    planned = {check.check: check for check in record.planned}
    decisions = {decision.check: decision for decision in record.reviews}
    ends = []
    for check_id in sorted(
        {**planned, **record.checks},
        key=lambda name: planned[name].number if name in planned else record.checks[name].started.number,
    ):
        check = record.checks.get(check_id)
        finished = check.finished if check else None
        about = check.started if check else planned[check_id]
        ends.append(
            CheckEnd(
                id=check_id,
                title=about.title,
                rules=about.rules,
                outcome=reviewed(finished.outcome, decisions.get(check_id)) if finished else INTERRUPTED,
                duration=finished.duration if finished else 0.0,
                evidence=tuple(record.timeline(check_id)) if evidence else (),
                asides=finished.asides if finished else (),
            )
        )
    return ends


def _meta(record: Record) -> CampaignMeta:
    started = record.started
    software = started.software
    source = started.plan.get("source")
    return CampaignMeta(
        started_at=started.at,
        finished_at=_end(record),
        software_name=software.name,
        software_version=software.version,
        software_vendor=software.vendor,
        software_address=software.address,
        verbs=software.verbs,
        bench_version=started.bench_version,
        simulator_version=started.simulator_version,
        seed=started.seed if isinstance(started.seed, int) else None,
        plan=str(source) if source else None,
        plan_data=started.plan,
        interrupted=record.interrupted,
        is_selection=started.is_selection,
        journeys=tuple(started.journeys),
        # Several processes look at the same simulator: what they found alike is told once.
        doctor=tuple({(each.check, each.text): each for each in record.doctor}.values()),
    )


def _end(record: Record) -> datetime:
    if record.finished is not None:
        return record.finished.at
    moments = [check.finished.at if check.finished else check.started.at for check in record.checks.values()]
    return max(moments, default=record.started.at)


def _text(reason: Any) -> Text:
    return Text(reason["fr"], reason["en"]) if isinstance(reason, dict) else Text.same(str(reason))


def _waiver(entry: Mapping[str, Any]) -> Waiver:
    return Waiver(
        rule=entry["rule"],
        reason=entry["reason"],
        author=entry["author"],
        expires=date.fromisoformat(entry["expires"]),
        link=entry.get("link", ""),
    )
