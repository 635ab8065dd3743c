"""Faults against rules ATT that data cannot say; a module for each rule."""
