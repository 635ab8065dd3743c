"""Faults against rules BLK that data cannot say; a module for each rule."""
