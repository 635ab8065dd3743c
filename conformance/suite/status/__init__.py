"""Confidence statuses: the checks of its rules."""
