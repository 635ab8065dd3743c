"""The former place of ``conformance.record.results``, until every room has moved."""

from conformance.record.results import (
    Campaign,
    CampaignMeta,
    CheckResult,
    RuleResult,
    Waiver,
    WaiverState,
)

__all__ = ["Campaign", "CampaignMeta", "CheckResult", "RuleResult", "Waiver", "WaiverState"]
