"""Is the suite right? Every injectable defect against the rules meant to catch it, every tolerated variant against all."""

from __future__ import annotations
