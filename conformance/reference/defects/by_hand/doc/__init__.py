"""Faults against rules DOC that data cannot say; a module for each rule."""
