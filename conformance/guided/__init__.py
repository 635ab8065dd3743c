"""Guided campaigns: a person at the counter of a software that no program can drive.

The guided driver is a driver like the others: it turns a verb into an instruction, waits until the wire shows the act or
the person says that it is done, and asks only for what the wire does not show. What should be on the screen is what the
reference LGO shows after the same acts and the same answers of INSi (``twin``); the person confirms it line by line, and
what they did not confirm is known to nobody: a check that looks at it concludes nothing (``seeing``).

Whatever was done is in the record (``ledger``), so that a campaign goes on after the last act, not after the last check.
"""
