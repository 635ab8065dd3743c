"""The INSi call: the checks of its rules."""
