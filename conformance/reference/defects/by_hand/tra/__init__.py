"""Faults against rules TRA that data cannot say; a module for each rule."""
