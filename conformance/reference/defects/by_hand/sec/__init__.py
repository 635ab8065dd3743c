"""Faults against rules SEC that data cannot say; a module for each rule."""
