"""Identity fields: the checks of its rules."""
