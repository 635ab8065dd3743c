"""Bench sessions: people, scripts, profile and journal of one tester, isolated from the others."""
