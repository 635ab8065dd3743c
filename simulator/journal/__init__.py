"""The journal: every exchange with its exact bytes, what was understood, and why it was answered so."""
