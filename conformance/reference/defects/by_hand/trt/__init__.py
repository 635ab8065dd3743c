"""Faults against rules TRT that data cannot say; a module for each rule."""
