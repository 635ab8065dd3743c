"""Faults against rules CAL that data cannot say; a module for each rule."""
