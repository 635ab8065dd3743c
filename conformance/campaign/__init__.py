"""A campaign from end to end: simulator, session, fresh patients, checks, record."""

from conformance.campaign.hosting import CampaignError, own_simulator, reference_lgo, reference_lgos
from conformance.campaign.policy import exit_code
from conformance.campaign.running import CampaignOptions, run_campaign
from conformance.campaign.selection import SelectionError, select

__all__ = [
    "CampaignError",
    "CampaignOptions",
    "SelectionError",
    "exit_code",
    "own_simulator",
    "reference_lgo",
    "reference_lgos",
    "run_campaign",
    "select",
]
