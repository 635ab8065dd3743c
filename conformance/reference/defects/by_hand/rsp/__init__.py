"""Faults against rules RSP that data cannot say; a module for each rule."""
