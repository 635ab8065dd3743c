"""Faults against rules PRF that data cannot say; a module for each rule."""
