"""Verification, and identities from other domains: the checks of its rules."""
