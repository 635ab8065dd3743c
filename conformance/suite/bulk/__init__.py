"""Lots and dashboards: the checks of its rules."""
