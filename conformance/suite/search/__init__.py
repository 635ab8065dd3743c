"""Local search: the checks of its rules."""
