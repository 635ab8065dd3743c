"""Checks of the group *documents*: paper and files that the software produces."""
