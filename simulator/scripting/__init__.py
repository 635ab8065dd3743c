"""Scripted scenarios: what a session answers instead of the registry, as data."""
