"""Lots of identities deposited for bulk verification, and what is known of each line (all inferred)."""
