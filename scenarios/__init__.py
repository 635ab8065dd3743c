"""Scripted scenarios: data only, one YAML file each, by pack. ``scenario.schema.json`` says what they hold.

This file only makes the folder a package, so that the files are found wherever the bench is installed.
"""
