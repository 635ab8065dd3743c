"""Faults against rules MAT that data cannot say; a module for each rule."""
