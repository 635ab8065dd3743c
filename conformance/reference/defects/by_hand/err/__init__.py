"""Faults against rules ERR that data cannot say; a module for each rule."""
