"""Traces and rights: the checks of its rules."""
