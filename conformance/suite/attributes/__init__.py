"""Attributes of an identity: the checks of its rules."""
