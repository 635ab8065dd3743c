"""The writers of this folder are found by their bare names; properties of documents are not timed."""

from __future__ import annotations

import sys
from pathlib import Path

from hypothesis import HealthCheck, settings

sys.path.insert(0, str(Path(__file__).parent))

# A busy machine must not fail them, not even while it draws what they are tried with.
settings.register_profile("untimed-documents", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed-documents")
