"""Faults against rules DIS that data cannot say; a module for each rule."""
