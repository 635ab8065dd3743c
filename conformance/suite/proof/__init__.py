"""Identity documents: the checks of its rules."""
