"""How often a software may ask again by itself."""

from __future__ import annotations

from typing import Final

MOST: Final = 10
"""Requests for one call that fails: each first name, the list, and a retry of each are fewer. The number is ours."""
