"""Drivers: how the bench acts on a software under test."""
