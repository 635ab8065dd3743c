"""The plan of a campaign: one file, one frozen value that travels whole."""

from conformance.plan.model import FailOn, Plan, SoftwareAbout
from conformance.plan.reading import load_plan, plan_data

__all__ = ["FailOn", "Plan", "SoftwareAbout", "load_plan", "plan_data"]
