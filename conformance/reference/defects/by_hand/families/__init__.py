"""Faults made by the dozen: one thing remembered or overlooked, with each of its consequences."""
