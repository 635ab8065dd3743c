"""Faults against rules VER that data cannot say; a module for each rule."""
