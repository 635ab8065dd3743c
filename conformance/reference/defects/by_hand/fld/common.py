"""What faults of several rules FLD do alike. It holds no fault."""

from __future__ import annotations

COMPLEMENTARY = ("used_name", "used_first_name")
