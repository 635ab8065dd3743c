"""Ergonomics: the checks of its rules."""
