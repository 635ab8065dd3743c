"""Faults against rules CRE that data cannot say; a module for each rule."""
