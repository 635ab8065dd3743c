"""Faults against rules STA that data cannot say; a module for each rule."""
