"""The version of the bench, as installed."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

try:
    VERSION = version("banc-insi")
except PackageNotFoundError:  # run from a source tree that is not installed
    VERSION = "0.0.0+source"
