"""What faults of several groups of rules share; no fault is here."""
