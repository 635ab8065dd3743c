"""Faults against rules FLD that data cannot say; a module for each rule."""
