"""Faults against rules SRC that data cannot say; a module for each rule."""
